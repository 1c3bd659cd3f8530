/* One callee: its endpoints, and the replicas that they name at present.
 *
 * Host names are asked again every few seconds. A new address becomes a new replica; one that is
 * no longer named gets nothing new and goes when its last answer has come. An unreachable name
 * server changes nothing. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_MS 5000
#define RESOLVE_AGAIN_MS 1000

/* Two endpoints may name the same address: it stays one replica. */
static struct bus_peer *find_replica(const struct bus_peers *peers, const char *address)
{
	for (size_t i = 0; i < peers->n_replicas; i++)
		if (strcmp(peers->replicas[i]->address, address) == 0)
			return peers->replicas[i];
	return NULL;
}

/* Beyond BUS_REPLICAS_MAX an address is left out until another one goes. */
static void want_replica(
	struct bus_peers *peers, const struct bus_resolver *source, const char *address)
{
	struct bus_peer *peer = find_replica(peers, address);
	if (peer == NULL && peers->n_replicas < BUS_REPLICAS_MAX) {
		peer = bus_peer_new(peers, address);
		peers->replicas[peers->n_replicas++] = peer;
	}
	if (peer == NULL)
		return;
	peer->wanted = true;
	peer->source = source;
}

/* Replicas come and go by name alone. One that is no longer named is not cut off: bus_peer_tick
 * ends it when its last answer has come. */
static void on_resolved(
	struct bus_resolver *resolver, size_t count, char addresses[][BUS_ADDRESS_SIZE])
{
	struct bus_endpoint *endpoint = CONTAINER_OF(resolver, struct bus_endpoint, resolver);
	struct bus_peers *peers = endpoint->peers;
	if (count == 0) {
		log_line(LOG_WARN, "host not found", "service", peers->service, "host",
			resolver->host, NULL);
		endpoint->due_ms = bus_now_ms() + RESOLVE_AGAIN_MS;
		bus_wake_by(peers->bus, endpoint->due_ms);
		return;
	}
	/* Only what this name had named before: other endpoints speak for themselves. */
	for (size_t i = 0; i < peers->n_replicas; i++)
		if (peers->replicas[i]->source == resolver)
			peers->replicas[i]->wanted = false;
	for (size_t i = 0; i < count; i++)
		want_replica(peers, resolver, addresses[i]);
	bus_wake_by(peers->bus, 0);
}

/* An address is asked once, a name for ever. */
static void resolve(struct bus_peers *peers, uint64_t now_ms)
{
	for (size_t i = 0; i < peers->n_endpoints; i++) {
		struct bus_endpoint *endpoint = &peers->endpoints[i];
		if (now_ms < endpoint->due_ms)
			continue;
		endpoint->due_ms = endpoint->resolver.literal ? UINT64_MAX : now_ms + RESOLVE_MS;
		bus_resolver_ask(&endpoint->resolver);
	}
}

/* Forgets replicas that nobody names and that are no longer connected. */
static void reap(struct bus_peers *peers)
{
	size_t kept = 0;
	for (size_t i = 0; i < peers->n_replicas; i++) {
		struct bus_peer *peer = peers->replicas[i];
		if (!peer->wanted && peer->state == PEER_APART)
			free(peer);
		else
			peers->replicas[kept++] = peer;
	}
	peers->n_replicas = kept;
}

/* Names before peers, so that a new replica begins in the same turn. */
void bus_peers_tick(struct bus *bus, uint64_t now_ms)
{
	for (struct bus_peers *peers = bus->peers; peers != NULL; peers = peers->next) {
		resolve(peers, now_ms);
		for (size_t i = 0; i < peers->n_replicas; i++)
			bus_peer_tick(peers->replicas[i], now_ms);
		reap(peers);
	}
}

/* A setting that names no endpoint is the operator's mistake: said once, and the others work. */
static void add_endpoint(struct bus_peers *peers, const char *text, size_t len)
{
	struct bus_endpoint *endpoint = &peers->endpoints[peers->n_endpoints];
	if (peers->n_endpoints == BUS_ENDPOINTS_MAX ||
		!bus_resolver_init(peers->bus, text, len, &endpoint->resolver)) {
		log_line(LOG_ERROR, "no endpoint", "service", peers->service, "endpoints", text,
			NULL);
		return;
	}
	endpoint->peers = peers;
	endpoint->resolver.on_resolved = on_resolved;
	peers->n_endpoints++;
}

/* A list separated by commas or blanks. The first connections are made by the next tick. */
struct bus_peers *bus_peers_new(struct bus *bus, const char *service, const char *endpoints)
{
	CHECK(strlen(service) < BUS_NAME_SIZE);
	struct bus_peers *peers = calloc(1, sizeof *peers);
	CHECK(peers != NULL);
	peers->bus = bus;
	snprintf(peers->service, sizeof peers->service, "%s", service);
	peers->next = bus->peers;
	bus->peers = peers;
	for (const char *at = endpoints; *at != '\0';) {
		size_t len = strcspn(at, ", ");
		if (len > 0)
			add_endpoint(peers, at, len);
		at += len + strspn(at + len, ", ");
	}
	bus_wake_by(bus, 0);
	return peers;
}

/* Whether a request would leave now; it may still be lost on its way. */
bool bus_peers_are_up(const struct bus_peers *peers)
{
	for (size_t i = 0; i < peers->n_replicas; i++)
		if (bus_peer_is_up(peers->replicas[i]))
			return true;
	return false;
}

/* To all of them: with standbys, the caller cannot know which one is at work. */
void bus_kick(struct bus_peers *peers)
{
	Asskomm__Header header = ASSKOMM__HEADER__INIT;
	header.v = BUS_VERSION;
	header.kind = ASSKOMM__HEADER__KIND__KICK;
	for (size_t i = 0; i < peers->n_replicas; i++)
		if (bus_peer_is_up(peers->replicas[i]))
			(void)bus_peer_send(peers->replicas[i], &header, NULL, 0);
}

/* The memory stays until the last handle is closed. */
void bus_peers_close(struct bus *bus)
{
	for (struct bus_peers *peers = bus->peers; peers != NULL; peers = peers->next)
		for (size_t i = 0; i < peers->n_replicas; i++)
			bus_peer_down(peers->replicas[i], "closing");
}

/* Only after bus_peers_close and the last handle. */
void bus_peers_free(struct bus *bus)
{
	struct bus_peers *next;
	for (struct bus_peers *peers = bus->peers; peers != NULL; peers = next) {
		next = peers->next;
		for (size_t i = 0; i < peers->n_replicas; i++)
			free(peers->replicas[i]);
		free(peers);
	}
	bus->peers = NULL;
}
