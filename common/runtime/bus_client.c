/* The asking side: which replica gets a request, which request an answer belongs to, and what
 * becomes of those that get none.
 *
 * Every request that is not answered stands in one list of the bus, ordered by the moment at which
 * its present wait ends. It is either sent (a slot of its peer holds it; the slot's number is in
 * the low bits of the correlation) or not sent: waiting for a replica, or refused already and only
 * here because on_reply may not come from inside bus_ask. So what expires unsent is UNAVAILABLE,
 * safe to send again, and what expires sent is DEADLINE. */
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/reflect.h"
#include "runtime/bus_internal.h"
#include <string.h>

#define HEADER_CEILING (4u * 1024 * 1024)
#define SLOT_MASK (BUS_OUTSTANDING_MAX - 1)
#define SLOT_BITS 9
/* What v, kind and correlation add to the caller's header. */
#define HEADER_SPARE 32

_Static_assert(1 << SLOT_BITS == BUS_OUTSTANDING_MAX, "a slot fits its bits");

/* ---- the list */

static void unlink_request(struct bus *bus, struct bus_request *request)
{
	if (request->previous == NULL)
		bus->first_request = request->next;
	else
		request->previous->next = request->next;
	if (request->next == NULL)
		bus->last_request = request->previous;
	else
		request->next->previous = request->previous;
	request->next = request->previous = NULL;
}

/* Puts it where its time belongs: nearly always at the end, or, when it is refused, at the front.
 * Times are rounded up, so that the timer ends many at once. */
static void link_request(struct bus *bus, struct bus_request *request, uint64_t expires_ms)
{
	request->expires_ms = (expires_ms + BUS_STEP_MS - 1) / BUS_STEP_MS * BUS_STEP_MS;
	struct bus_request *first = bus->first_request;
	bool is_first = first != NULL && first->expires_ms >= request->expires_ms;
	struct bus_request *before = is_first ? NULL : bus->last_request;
	while (before != NULL && before->expires_ms > request->expires_ms)
		before = before->previous;
	request->previous = before;
	request->next = before == NULL ? bus->first_request : before->next;
	if (request->previous == NULL)
		bus->first_request = request;
	else
		request->previous->next = request;
	if (request->next == NULL)
		bus->last_request = request;
	else
		request->next->previous = request;
	bus_wake_by(bus, request->expires_ms);
}

/* ---- slots and the waiting ones */

static void take_slot(struct bus_peer *peer, struct bus_request *request, uint64_t correlation)
{
	peer->slots[correlation & SLOT_MASK] = request;
	peer->outstanding++;
	request->peer = peer;
	request->header.correlation = correlation;
}

static void leave_slot(struct bus_request *request)
{
	struct bus_peer *peer = request->peer;
	uint16_t slot = (uint16_t)(request->header.correlation & SLOT_MASK);
	CHECK(peer->slots[slot] == request);
	peer->slots[slot] = NULL;
	peer->outstanding--;
	peer->vacant[BUS_OUTSTANDING_MAX - 1 - peer->outstanding] = slot;
	request->peer = NULL;
}

static void leave_waiting(struct bus_request *request)
{
	struct bus_peers *peers = request->peers;
	for (size_t i = 0; i < peers->n_waiting; i++) {
		if (peers->waiting[i] != request)
			continue;
		peers->n_waiting--;
		memmove(&peers->waiting[i], &peers->waiting[i + 1],
			(peers->n_waiting - i) * sizeof(struct bus_request *));
		return;
	}
}

/* Takes the request out of everything. */
static void detach(struct bus_request *request)
{
	unlink_request(request->peers->bus, request);
	if (request->peer != NULL)
		leave_slot(request);
	else
		leave_waiting(request);
	request->done = true;
}

static void finish(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	detach(request);
	request->on_reply(request, failure, body, body_len);
}

/* The failure lives on this stack: on_reply may look at it, not keep it. */
static void fail(struct bus_request *request, enum failure_code code, const char *text)
{
	Asskomm__Failure failure = ASSKOMM__FAILURE__INIT;
	failure.code = (char *)(uintptr_t)failure_name(code);
	failure.text =
		(char *)(uintptr_t)catalogue_text(language_of(request->header.language), text);
	finish(request, &failure, NULL, 0);
}

/* ---- sending */

/* Before anything is copied: what does not fit never reaches a socket. */
static bool fits(const struct bus_request *request)
{
	return request->body_len <= BUS_MESSAGE_MAX &&
	       asskomm__header__get_packed_size(&request->header) + HEADER_SPARE <= BUS_HEADER_MAX;
}

/* The receiver gets what is left of the time. */
static bool send_to(struct bus_peer *peer, struct bus_request *request)
{
	struct bus *bus = request->peers->bus;
	uint64_t now = bus_now_ms();
	uint16_t slot = peer->vacant[BUS_OUTSTANDING_MAX - 1 - peer->outstanding];
	Asskomm__Header header = request->header;
	header.v = BUS_VERSION;
	header.kind = ASSKOMM__HEADER__KIND__REQUEST;
	header.correlation = ++bus->correlations << SLOT_BITS | slot;
	header.timeout_ms = request->deadline_ms > now ? (uint32_t)(request->deadline_ms - now) : 1;
	if (bus_peer_send(peer, &header, request->body, request->body_len) != BUS_SENT) {
		peer->link->dealer.wants_out = true;
		return false;
	}
	take_slot(peer, request, header.correlation);
	return true;
}

/* The less busy one of two that chance chooses: nearly as good as the least busy of all, without
 * everybody running to the same one. */
static size_t better_of_two(struct bus *bus, struct bus_peer *const *peers, size_t count)
{
	size_t one = bus_random(bus) % count;
	size_t other = bus_random(bus) % count;
	return peers[other]->outstanding < peers[one]->outstanding ? other : one;
}

static bool send_somewhere(struct bus_request *request)
{
	struct bus_peers *peers = request->peers;
	struct bus_peer *able[BUS_REPLICAS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < peers->n_replicas; i++)
		if (bus_peer_is_up(peers->replicas[i]) &&
			peers->replicas[i]->outstanding < BUS_OUTSTANDING_MAX)
			able[count++] = peers->replicas[i];
	while (count > 0) {
		size_t chosen = better_of_two(peers->bus, able, count);
		if (send_to(able[chosen], request))
			return true;
		able[chosen] = able[--count]; /* its queue is full: the next best */
	}
	return false;
}

/* Whether there are replicas and none has a slot left. Waiting would only add to it. */
static bool are_full(const struct bus_peers *peers)
{
	bool is_any_up = false;
	for (size_t i = 0; i < peers->n_replicas; i++) {
		if (!bus_peer_is_up(peers->replicas[i]))
			continue;
		is_any_up = true;
		if (peers->replicas[i]->outstanding < BUS_OUTSTANDING_MAX)
			return false;
	}
	return is_any_up;
}

/* Sends it, lets it wait, or refuses it a moment later. */
static void place(struct bus_request *request)
{
	struct bus_peers *peers = request->peers;
	uint64_t now = bus_now_ms();
	uint64_t expires = request->deadline_ms;
	if (peers->bus->closing || !fits(request)) {
		expires = now + 1;         /* which is how a refusal is delivered */
	} else if (peers->n_waiting > 0 || /* nobody overtakes those who wait */
		   !send_somewhere(request)) {
		if (are_full(peers) || peers->n_waiting == BUS_WAITING_MAX) {
			expires = now + 1;
		} else {
			peers->waiting[peers->n_waiting++] = request;
			expires = expires < now + BUS_WAIT_MS ? expires : now + BUS_WAIT_MS;
		}
	}
	link_request(peers->bus, request, expires);
}

void bus_ask(struct bus_peers *peers, struct bus_request *request)
{
	CHECK(request->on_reply != NULL);
	CHECK(request->header.base.descriptor == &asskomm__header__descriptor);
	uint32_t timeout = request->header.timeout_ms;
	request->peers = peers;
	request->peer = NULL;
	request->done = false;
	request->knows = (struct bus_knowledge){ 0 };
	request->deadline_ms = bus_now_ms() + (timeout == 0 ? BUS_TIMEOUT_MS : timeout);
	place(request);
}

void bus_forget(struct bus_request *request)
{
	if (request->peers != NULL && !request->done)
		detach(request);
}

/* Oldest first, until nobody can take the next one: then its replica's on_writable, the next
 * answer or the next handshake leads here again. */
void bus_client_flush(struct bus_peers *peers)
{
	size_t sent = 0;
	while (sent < peers->n_waiting && send_somewhere(peers->waiting[sent])) {
		struct bus_request *request = peers->waiting[sent++];
		unlink_request(peers->bus, request);
		link_request(peers->bus, request, request->deadline_ms);
	}
	peers->n_waiting -= sent;
	memmove(peers->waiting, &peers->waiting[sent],
		peers->n_waiting * sizeof(struct bus_request *));
}

/* ---- receiving */

/* An answer to an earlier holder of the same slot has another correlation. */
static struct bus_request *find(const struct bus_peer *peer, uint64_t correlation)
{
	struct bus_request *request = peer->slots[correlation & SLOT_MASK];
	return request != NULL && request->header.correlation == correlation ? request : NULL;
}

static void on_reply(struct bus_peer *peer, const Asskomm__Header *header, zmq_msg_t *body)
{
	struct bus_peers *peers = peer->peers;
	struct bus_request *request = find(peer, header->correlation);
	if (request == NULL) {
		bus_dropped("correlation"); /* too late, or forgotten */
		return;
	}
	request->knows = (struct bus_knowledge){ header->ledger_seq, header->committed };
	/* From here on the request is its owner's again, and may be gone. */
	finish(request, header->failure, zmq_msg_data(body), zmq_msg_size(body));
	if (peers->n_waiting > 0)
		bus_client_flush(peers);
}

/* With a correlation it is about a request that was not touched: another replica may have it. */
static void on_goaway(struct bus_peer *peer, uint64_t correlation)
{
	struct bus_request *request = find(peer, correlation);
	/* First, so that the request does not come back here. */
	bus_peer_leave(peer);
	if (correlation == 0 || request == NULL)
		return;
	detach(request);
	request->done = false;
	place(request);
}

/* A header that does not unpack is our own peer's bug, or another version: counted, not fatal. */
void bus_client_message(struct bus_peer *peer, struct bus_frames *message)
{
	struct arena *arena = arena_new(HEADER_CEILING);
	Asskomm__Header *header =
		message->count == 2 ? bus_header(arena, &message->frames[0]) : NULL;
	if (header == NULL || header->v != BUS_VERSION)
		bus_dropped("header");
	else if (header->kind == ASSKOMM__HEADER__KIND__REPLY)
		on_reply(peer, header, &message->frames[1]);
	else if (header->kind == ASSKOMM__HEADER__KIND__GOAWAY)
		on_goaway(peer, header->correlation);
	else if (header->kind != ASSKOMM__HEADER__KIND__PONG)
		bus_dropped("kind");
	arena_destroy(&arena);
}

/* ---- losing */

/* By index and not by a list: each on_reply may ask and forget others. The peer is no longer up,
 * so nothing new comes in here. */
void bus_client_lose(struct bus_peer *peer)
{
	for (size_t i = 0; i < BUS_OUTSTANDING_MAX; i++)
		if (peer->slots[i] != NULL)
			fail(peer->slots[i], FAILURE_UNAVAILABLE,
				"the connection was lost; the outcome is not known");
}

static void expire(struct bus_request *request)
{
	if (request->peer != NULL)
		fail(request, FAILURE_DEADLINE, "no answer in time; the outcome is not known");
	else if (!fits(request))
		fail(request, FAILURE_TOO_LARGE, "the request is too large for one message");
	else
		fail(request, FAILURE_UNAVAILABLE, "no replica can take the request at present");
}

/* What is asked inside on_reply expires after now_ms, so this ends. */
void bus_client_tick(struct bus *bus, uint64_t now_ms)
{
	while (bus->first_request != NULL && bus->first_request->expires_ms <= now_ms)
		expire(bus->first_request);
	if (bus->first_request != NULL)
		bus_wake_by(bus, bus->first_request->expires_ms);
}

/* At most those that are there now: an on_reply that asks again shall not keep us here. */
void bus_client_close(struct bus *bus)
{
	size_t count = 0;
	for (struct bus_request *request = bus->first_request; request != NULL;
		request = request->next)
		count++;
	for (; count > 0 && bus->first_request != NULL; count--)
		fail(bus->first_request, FAILURE_UNAVAILABLE, "this process is closing");
}
