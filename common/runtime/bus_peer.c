/* One replica of a callee: a DEALER of its own, watched by a monitor.
 *
 * libzmq could connect again by itself, but what it had taken would be lost without a word. So a
 * lost connection ends here: what had arrived is still read, every other request gets UNAVAILABLE,
 * and a new socket is made after a growing pause. A peer that keeps its connection but says
 * nothing is pinged, and given up when it misses three. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000
#define IDLE_MS 2000
#define MISSED_MAX 3
#define MONITORED                                                                                  \
	(ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                    \
		ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |            \
		ZMQ_EVENT_DISCONNECTED)

/* Allowed moves, from row to column. */
static const bool MOVES[PEER_STATES][PEER_STATES] = {
	[PEER_APART] = { [PEER_CONNECTING] = true },
	[PEER_CONNECTING] = { [PEER_APART] = true, [PEER_UP] = true },
	[PEER_UP] = { [PEER_APART] = true, [PEER_LEAVING] = true },
	[PEER_LEAVING] = { [PEER_APART] = true }, /* only a new connection is new */
};

static void move(struct bus_peer *peer, enum bus_peer_state state, const char *why)
{
	static const char *const NAMES[PEER_STATES] = { "apart", "connecting", "up", "leaving" };
	CHECK(MOVES[peer->state][state]);
	/* A replica that is away for long would fill the log with attempts. */
	bool is_news = peer->state >= PEER_UP || state >= PEER_UP;
	log_line(is_news ? LOG_INFO : LOG_DEBUG, "peer", "service", peer->peers->service, "address",
		peer->address, "state", NAMES[state], "why", why, NULL);
	peer->state = state;
}

bool bus_peer_is_up(const struct bus_peer *peer)
{
	return peer->state == PEER_UP && peer->wanted;
}

struct bus_peer *bus_peer_new(struct bus_peers *peers, const char *address)
{
	struct bus_peer *peer = calloc(1, sizeof *peer);
	CHECK(peer != NULL);
	peer->peers = peers;
	peer->state = PEER_APART;
	peer->backoff_ms = BACKOFF_FIRST_MS;
	snprintf(peer->address, sizeof peer->address, "%s", address);
	for (size_t i = 0; i < BUS_OUTSTANDING_MAX; i++)
		peer->vacant[i] = (uint16_t)i;
	return peer;
}

/* Both frames are made here, so that a request keeps its own bytes until it is answered and can be
 * sent again elsewhere. */
enum bus_sent bus_peer_send(
	struct bus_peer *peer, const Asskomm__Header *header, const uint8_t *body, size_t body_len)
{
	zmq_msg_t frames[2];
	bus_frame_header(header, &frames[0]);
	bus_frame_copy(body, body_len, &frames[1]);
	enum bus_sent sent = bus_socket_send(&peer->link->dealer, frames, 2);
	bus_frames_close(frames, 2);
	return sent;
}

/* Lost PINGs are only missed PONGs. */
static void ping(struct bus_peer *peer, uint64_t now_ms)
{
	Asskomm__Header header = ASSKOMM__HEADER__INIT;
	header.v = BUS_VERSION;
	header.kind = ASSKOMM__HEADER__KIND__PING;
	peer->ping_ms = now_ms;
	peer->missed++;
	(void)bus_peer_send(peer, &header, NULL, 0);
}

/* ---- the connection */

/* Whatever comes, comes from somebody who has the right key and lives: the pause starts small
 * again. */
static void on_message(struct bus_socket *dealer, struct bus_frames *message)
{
	struct bus_peer *peer = CONTAINER_OF(dealer, struct bus_link, dealer)->peer;
	peer->heard_ms = bus_now_ms();
	peer->missed = 0;
	peer->backoff_ms = BACKOFF_FIRST_MS;
	bus_client_message(peer, message);
}

static void on_writable(struct bus_socket *dealer)
{
	bus_client_flush(CONTAINER_OF(dealer, struct bus_link, dealer)->peer->peers);
}

/* The first PING tells the server that we are here, for the day it says GOAWAY. */
static void on_shaken(struct bus_peer *peer)
{
	if (peer->state != PEER_CONNECTING)
		return;
	move(peer, PEER_UP, NULL);
	peer->heard_ms = bus_now_ms();
	peer->missed = 0;
	ping(peer, peer->heard_ms);
	bus_client_flush(peer->peers);
}

/* All other events that we asked for are ways in which a handshake fails. After some of them libzmq
 * would never try again. */
static void on_event(struct bus_socket *monitor, struct bus_frames *message)
{
	struct bus_peer *peer = CONTAINER_OF(monitor, struct bus_link, monitor)->peer;
	uint16_t event;
	CHECK(message->count == 2 && zmq_msg_size(&message->frames[0]) == 6);
	memcpy(&event, zmq_msg_data(&message->frames[0]), sizeof event);
	if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
		on_shaken(peer);
	else if (event == ZMQ_EVENT_DISCONNECTED)
		bus_peer_down(peer, "disconnected");
	else
		bus_peer_down(peer, "no handshake");
}

/* The memory holds two libuv handles and goes with the second. */
static void drop_socket(struct bus_link *link)
{
	if (--link->open == 0)
		free(link);
}

static void on_dealer_closed(struct bus_socket *dealer)
{
	drop_socket(CONTAINER_OF(dealer, struct bus_link, dealer));
}

static void on_monitor_closed(struct bus_socket *monitor)
{
	drop_socket(CONTAINER_OF(monitor, struct bus_link, monitor));
}

/* First the events are stopped: libzmq's thread would wait for ever to tell one to nobody. */
static void close_link(struct bus_link *link)
{
	if (link->monitor.zmq != NULL)
		zmq_socket_monitor(link->dealer.zmq, NULL, 0);
	bus_socket_close(&link->monitor);
	bus_socket_close(&link->dealer);
}

/* The monitor listens before there is anything to tell. False: close_link must follow. */
static bool open_monitor(struct bus *bus, struct bus_link *link)
{
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "inproc://monitor-%llu",
		(unsigned long long)++bus->monitors);
	if (!bus_socket_open(bus, BUS_PAIR, NULL, &link->monitor))
		return false;
	link->open++;
	return zmq_socket_monitor(link->dealer.zmq, endpoint, MONITORED) == 0 &&
	       bus_socket_connect(&link->monitor, endpoint);
}

/* A new link on its way to the peer's address, or NULL. */
static struct bus_link *open_link(struct bus_peer *peer, const char *server_key)
{
	struct bus *bus = peer->peers->bus;
	struct bus_link *link = calloc(1, sizeof *link);
	CHECK(link != NULL);
	link->peer = peer;
	link->dealer.on_message = on_message;
	link->dealer.on_writable = on_writable;
	link->dealer.on_closed = on_dealer_closed;
	link->monitor.on_message = on_event;
	link->monitor.on_closed = on_monitor_closed;
	if (!bus_socket_open(bus, BUS_DEALER, server_key, &link->dealer)) {
		free(link);
		return NULL;
	}
	link->open++;
	if (open_monitor(bus, link) && bus_socket_connect(&link->dealer, peer->address))
		return link;
	close_link(link);
	return NULL;
}

/* When to try again: later each time, not all callers at once. */
static void schedule(struct bus_peer *peer)
{
	struct bus *bus = peer->peers->bus;
	uint64_t jitter = bus_random(bus) % (peer->backoff_ms / 4);
	peer->retry_ms = bus_now_ms() + peer->backoff_ms + jitter;
	peer->backoff_ms =
		2 * peer->backoff_ms < BACKOFF_MAX_MS ? 2 * peer->backoff_ms : BACKOFF_MAX_MS;
	bus_wake_by(bus, peer->retry_ms);
}

/* Keys are looked up each time: they may have been exchanged since. */
static void connect_peer(struct bus_peer *peer)
{
	struct bus_keys *keys = &peer->peers->bus->keys;
	bus_keys_refresh(keys);
	const char *key = bus_keys_of(keys, peer->peers->service, peer->attempts);
	peer->link = key == NULL ? NULL : open_link(peer, key);
	if (peer->link != NULL) {
		move(peer, PEER_CONNECTING, NULL);
		return;
	}
	log_line(LOG_WARN, "cannot connect", "service", peer->peers->service, "address",
		peer->address, "why", key == NULL ? "no authorized key" : zmq_strerror(zmq_errno()),
		NULL);
	schedule(peer);
}

/* Answers that arrived before the connection was lost are answers. A handler may have closed the
 * whole bus meanwhile. */
void bus_peer_down(struct bus_peer *peer, const char *why)
{
	if (peer->state >= PEER_UP && !peer->peers->bus->closing)
		bus_socket_empty(&peer->link->dealer, 2 * BUS_OUTSTANDING_MAX);
	if (peer->state == PEER_APART)
		return;
	if (peer->state == PEER_CONNECTING)
		peer->attempts++; /* with the server's next key, if it has several */
	struct bus_link *link = peer->link;
	peer->link = NULL;
	move(peer, PEER_APART, why);
	close_link(link);
	schedule(peer);
	/* Last: on_reply may ask again, and finds everything in its new state. */
	bus_client_lose(peer);
}

void bus_peer_leave(struct bus_peer *peer)
{
	if (peer->state == PEER_UP)
		move(peer, PEER_LEAVING, "goaway");
}

/* Any message is a sign of life; PINGs are for those who have nothing to say. */
static void watch(struct bus_peer *peer, uint64_t now_ms)
{
	if (now_ms - peer->heard_ms < IDLE_MS || now_ms - peer->ping_ms < IDLE_MS)
		return;
	if (peer->missed >= MISSED_MAX)
		bus_peer_down(peer, "silent");
	else
		ping(peer, now_ms);
}

void bus_peer_tick(struct bus_peer *peer, uint64_t now_ms)
{
	bool is_over = !peer->wanted && peer->outstanding == 0;
	if (peer->peers->bus->closing)
		return;
	switch (peer->state) {
	case PEER_APART:
		if (peer->wanted && now_ms >= peer->retry_ms)
			connect_peer(peer);
		else if (peer->wanted)
			bus_wake_by(peer->peers->bus, peer->retry_ms);
		break;
	case PEER_CONNECTING:
		if (is_over)
			bus_peer_down(peer, "no longer named");
		break;
	case PEER_UP:
	case PEER_LEAVING:
		if (is_over)
			bus_peer_down(peer, "no longer named");
		else
			watch(peer, now_ms);
		break;
	case PEER_STATES:
		break;
	}
}
