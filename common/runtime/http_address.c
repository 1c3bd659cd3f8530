/* How many connections each address has: a table of those that have any, so that it is never larger
 * than the number of connections. */
#include "runtime/http_internal.h"
#include <stdlib.h>
#include <string.h>

/* Zeroes for a connection that is gone already: it is closed by its first read. */
static struct network_address peer_of(struct http_connection *connection)
{
	struct sockaddr_storage socket = { 0 };
	int len = sizeof(socket);
	struct network_address address = { { 0 } };
	if (uv_tcp_getpeername(&connection->tcp, (struct sockaddr *)&socket, &len) != 0)
		return address;
	if (socket.ss_family == AF_INET)
		return network_of_ipv4(&((struct sockaddr_in *)&socket)->sin_addr);
	memcpy(address.bytes, &((struct sockaddr_in6 *)&socket)->sin6_addr, sizeof(address.bytes));
	return address;
}

/* Who chooses addresses that meet in one place makes a chain of at most all connections. */
static struct http_address **place_of(
	struct http_server *server, const struct network_address *site)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	for (size_t i = 0; i < sizeof(site->bytes); i++)
		hash = (hash ^ site->bytes[i]) * 16777619u;
	return &server->addresses[(hash ^ hash >> 16) % HTTP_ADDRESS_PLACES];
}

/* The link that points to the address, or to the end of its chain. */
static struct http_address **find(struct http_server *server, const struct network_address *site)
{
	struct http_address **link = place_of(server, site);
	while (*link && memcmp(&(*link)->site, site, sizeof(*site)) != 0)
		link = &(*link)->next;
	return link;
}

void http_address_enter(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	connection->peer = peer_of(connection);
	if (server->bounds.per_address == 0 ||
		networks_hold(&server->bounds.exempt, &connection->peer))
		return;
	struct network_address site = network_site(&connection->peer);
	struct http_address **link = find(server, &site);
	if (!*link) {
		*link = calloc(1, sizeof(**link));
		CHECK(*link);
		(*link)->site = site;
	}
	(*link)->connections++;
	connection->address = *link;
}

void http_address_leave(struct http_connection *connection)
{
	struct http_address *address = connection->address;
	if (!address || --address->connections > 0)
		return;
	struct http_address **link = find(connection->server, &address->site);
	*link = address->next;
	free(address);
}
