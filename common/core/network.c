/* Addresses are read by the C library, which takes the exact forms alone (no octal, no short ones);
 * ranges are read here. */
#include "core/network.h"
#include <arpa/inet.h>
#include <string.h>

#define BITS (8u * NETWORK_ADDRESS_SIZE)
#define MAPPED_BITS 96u /* before the bits of an IPv4 address */

static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff };

struct network_address network_of_ipv4(const void *bytes)
{
	struct network_address address;
	memcpy(address.bytes, MAPPED, sizeof(MAPPED));
	memcpy(address.bytes + sizeof(MAPPED), bytes, 4);
	return address;
}

static bool is_ipv4(const struct network_address *address)
{
	return memcmp(address->bytes, MAPPED, sizeof(MAPPED)) == 0;
}

bool network_parse(const char *text, size_t len, struct network_address *out_address)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t four[4];
	if (len >= sizeof(copy) || memchr(text, 0, len))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	if (inet_pton(AF_INET, copy, four) == 1) {
		*out_address = network_of_ipv4(four);
		return true;
	}
	return inet_pton(AF_INET6, copy, out_address->bytes) == 1;
}

struct network_address network_site(const struct network_address *address)
{
	struct network_address site = *address;
	if (!is_ipv4(address))
		memset(site.bytes + NETWORK_ADDRESS_SIZE / 2, 0, NETWORK_ADDRESS_SIZE / 2);
	return site;
}

/* Whether the first `bits` of both agree. */
static bool agree(
	const struct network_address *one, const struct network_address *other, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	if (memcmp(one->bytes, other->bytes, whole) != 0)
		return false;
	return rest == 0 || (one->bytes[whole] ^ other->bytes[whole]) >> (8 - rest) == 0;
}

/* "10.0.0.1/8" is mostly meant as something else: what stands behind the length must be zero. */
static bool is_clean(const struct network_address *address, unsigned bits)
{
	for (unsigned bit = bits; bit < BITS; bit++)
		if (address->bytes[bit / 8] & (0x80u >> bit % 8))
			return false;
	return true;
}

/* The number behind the slash, of at most three digits. */
static bool parse_length(const char *text, size_t len, unsigned max, unsigned *out_length)
{
	unsigned length = 0;
	if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		length = length * 10 + (unsigned)(text[i] - '0');
	}
	*out_length = length;
	return length <= max;
}

static bool parse_range(
	const char *text, size_t len, struct network_address *out_address, unsigned *out_bits)
{
	const char *slash = memchr(text, '/', len);
	size_t address_len = slash ? (size_t)(slash - text) : len;
	if (!network_parse(text, address_len, out_address))
		return false;
	unsigned before = is_ipv4(out_address) ? MAPPED_BITS : 0;
	unsigned length = BITS - before;
	if (slash && !parse_length(slash + 1, len - address_len - 1, BITS - before, &length))
		return false;
	*out_bits = before + length;
	return is_clean(out_address, *out_bits);
}

bool networks_parse(const char *list, struct networks *out_networks, const char **out_wrong)
{
	struct networks found = { 0 };
	for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ,");
		*out_wrong = at;
		if (found.count == NETWORK_RANGES_MAX ||
			!parse_range(at, len, &found.ranges[found.count].address,
				&found.ranges[found.count].bits))
			return false;
		found.count++;
		at += len;
		at += strspn(at, " ");
		if (*at && *at++ != ',')
			return false;
	}
	*out_networks = found;
	return true;
}

bool networks_hold(const struct networks *networks, const struct network_address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (agree(&networks->ranges[i].address, address, networks->ranges[i].bits))
			return true;
	return false;
}
