/* Host names, asked of the system on libuv's threads.
 *
 * libzmq would resolve a name on its only I/O thread at each connect: a slow name server would
 * freeze all traffic, and only the first address would ever be used. So it only ever sees literal
 * addresses. */
#include "runtime/bus_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_literal(const char *host)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	return uv_ip4_addr(host, 0, &four) == 0 || uv_ip6_addr(host, 0, &six) == 0;
}

/* Copies at least one character. */
static bool copy_part(const char *from, const char *to, size_t size, char *out_text)
{
	if (to <= from || (size_t)(to - from) >= size)
		return false;
	memcpy(out_text, from, (size_t)(to - from));
	out_text[to - from] = '\0';
	return true;
}

/* The port follows the last colon; an IPv6 address stands in brackets. */
bool bus_resolver_init(
	struct bus *bus, const char *endpoint, size_t len, struct bus_resolver *resolver)
{
	static const char SCHEME[] = "tcp://";
	const char *host = endpoint + strlen(SCHEME);
	const char *end = endpoint + len;
	if (len <= strlen(SCHEME) || strncmp(endpoint, SCHEME, strlen(SCHEME)) != 0)
		return false;
	const char *colon = end;
	while (colon > host && *colon != ':')
		colon--;
	const char *host_end = colon;
	if (*host == '[' && host_end[-1] == ']') {
		host++;
		host_end--;
	}
	if (!copy_part(host, host_end, sizeof resolver->host, resolver->host) ||
		!copy_part(colon + 1, end, sizeof resolver->port, resolver->port) ||
		strspn(resolver->port, "0123456789") != strlen(resolver->port))
		return false;
	resolver->bus = bus;
	resolver->literal = is_literal(resolver->host);
	return true;
}

static void print_address(const char *host, const char *port, char out_address[BUS_ADDRESS_SIZE])
{
	bool is_six = strchr(host, ':') != NULL;
	snprintf(out_address, BUS_ADDRESS_SIZE, is_six ? "tcp://[%s]:%s" : "tcp://%s:%s", host,
		port);
}

/* The literal endpoints of a list of addresses. */
static size_t print_addresses(const struct bus_resolver *resolver, const struct addrinfo *list,
	char out_addresses[][BUS_ADDRESS_SIZE])
{
	size_t count = 0;
	for (; list != NULL && count < BUS_REPLICAS_MAX; list = list->ai_next) {
		char host[64];
		if (getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof host, NULL, 0,
			    NI_NUMERICHOST) == 0)
			print_address(host, resolver->port, out_addresses[count++]);
	}
	return count;
}

/* The bus may have been closed while a thread was asking; it waited for this. */
static void on_addresses(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct bus_resolver *resolver = CONTAINER_OF(request, struct bus_resolver, request);
	struct bus *bus = resolver->bus;
	char addresses[BUS_REPLICAS_MAX][BUS_ADDRESS_SIZE];
	resolver->busy = false;
	size_t count = status == 0 ? print_addresses(resolver, list, addresses) : 0;
	uv_freeaddrinfo(list);
	if (!bus->closing)
		resolver->on_resolved(resolver, count, addresses);
	bus_let_go(bus);
}

/* One question at a time: a slow name server holds at most one thread per endpoint. */
void bus_resolver_ask(struct bus_resolver *resolver)
{
	char address[1][BUS_ADDRESS_SIZE];
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	if (resolver->busy)
		return;
	if (resolver->literal) {
		print_address(resolver->host, resolver->port, address[0]);
		resolver->on_resolved(resolver, 1, address);
		return;
	}
	/* Fails at once when the name is too long: the same as not found. */
	if (uv_getaddrinfo(resolver->bus->loop, &resolver->request, on_addresses, resolver->host,
		    NULL, &hints) != 0) {
		resolver->on_resolved(resolver, 0, NULL);
		return;
	}
	resolver->busy = true;
	bus_hold(resolver->bus);
}
