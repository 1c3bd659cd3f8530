/* Addresses of the internet and ranges of them, as values: IPv4 is kept as IPv6 (::ffff:a.b.c.d),
 * so that one comparison serves both. */
#ifndef ASSKOMM_CORE_NETWORK_H
#define ASSKOMM_CORE_NETWORK_H

#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETWORK_ADDRESS_SIZE 16
#define NETWORK_RANGES_MAX 32

struct network_address {
	uint8_t bytes[NETWORK_ADDRESS_SIZE]; /* in the order of the network */
};

/* Reads "192.0.2.1" or "2001:db8::1" of `len` characters, without brackets, port or zone. */
bool network_parse(const char *text, size_t len, struct network_address *out_address) MUST_CHECK;

/* The four bytes of an IPv4 address in the order of the network. */
struct network_address network_of_ipv4(const void *bytes);

/* What counts as one customer of a network: the address of IPv4, the /64 of IPv6, out of which
 * a single machine may choose. */
struct network_address network_site(const struct network_address *address);

/* Ranges such as "10.0.0.0/8" and single addresses. */
struct networks {
	size_t count;
	struct {
		struct network_address address;
		unsigned bits; /* of 128 that must agree */
	} ranges[NETWORK_RANGES_MAX];
};

/* Reads a list with commas between, blanks around them; "" is none. False, and the entry in
 * *out_wrong, for what is no range, has bits set behind its length, or is one too many. */
bool networks_parse(
	const char *list, struct networks *out_networks, const char **out_wrong) MUST_CHECK;

/* Whether one of the ranges holds the address. */
bool networks_hold(const struct networks *networks, const struct network_address *address);

#endif
