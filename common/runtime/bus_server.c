/* The answering side: one ROUTER, requests in, answers out by the caller's routing id.
 *
 * What is not a message of ours is dropped and counted; what is one but cannot be taken is
 * answered at once. A request that comes while we drain is sent back as GOAWAY with its
 * correlation: it was not touched, so its caller may give it to another replica without asking
 * anybody.
 *
 * An answer that its caller cannot take now (its queue is full) waits here, bounded in number,
 * bytes and time; an answer whose caller has gone is dropped. */
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <stdlib.h>
#include <string.h>

#define CALL_CEILING (16u * 1024 * 1024)
/* On top for each byte of the request: a register is compared with those before and behind it. */
#define CALL_CEILING_PER_BYTE 64u
#define RETRY_AFTER_MS 200
/* Blocked answers that are tried in one go: with one slow caller among many, all are tried in
 * vain. */
#define RETRIES_AT_ONCE 64

enum { ROUTE, HEADER, BODY, REQUEST_FRAMES };

/* ---- answers */

static void drop_answer(struct bus_blocked *blocked, const char *reason)
{
	bus_frames_close(blocked->frames, REQUEST_FRAMES);
	free(blocked);
	bus_dropped(reason);
}

static void append_blocked(struct bus *bus, struct bus_blocked *blocked)
{
	blocked->next = NULL;
	if (bus->last_blocked == NULL)
		bus->first_blocked = blocked;
	else
		bus->last_blocked->next = blocked;
	bus->last_blocked = blocked;
	bus->n_blocked++;
	bus->blocked_bytes += blocked->bytes;
}

static struct bus_blocked *take_blocked(struct bus *bus)
{
	struct bus_blocked *blocked = bus->first_blocked;
	bus->first_blocked = blocked->next;
	if (bus->first_blocked == NULL)
		bus->last_blocked = NULL;
	bus->n_blocked--;
	bus->blocked_bytes -= blocked->bytes;
	return blocked;
}

/* Keeps an answer for later; takes its frames. */
static void keep_blocked(struct bus *bus, zmq_msg_t *frames)
{
	size_t bytes = zmq_msg_size(&frames[HEADER]) + zmq_msg_size(&frames[BODY]);
	if (bus->n_blocked == BUS_BLOCKED_MAX || bus->blocked_bytes + bytes > BUS_BLOCKED_BYTES) {
		bus_dropped("caller_slow");
		return;
	}
	struct bus_blocked *blocked = calloc(1, sizeof *blocked);
	CHECK(blocked != NULL);
	blocked->since_ms = bus_now_ms();
	blocked->bytes = bytes;
	for (size_t i = 0; i < REQUEST_FRAMES; i++) {
		zmq_msg_init(&blocked->frames[i]);
		zmq_msg_move(&blocked->frames[i], &frames[i]);
	}
	append_blocked(bus, blocked);
	bus->router.wants_out = true;
	bus_wake_by(bus, blocked->since_ms + BUS_STEP_MS);
}

/* Between REQUEST and REPLY nothing of ours is kept in the ROUTER: who is gone is known only when
 * something is sent to him. */
static void send_frames(struct bus *bus, zmq_msg_t *frames)
{
	switch (bus_socket_send(&bus->router, frames, REQUEST_FRAMES)) {
	case BUS_SENT:
		break;
	case BUS_BLOCKED:
		keep_blocked(bus, frames);
		break;
	case BUS_LOST:
		bus_dropped("caller_gone");
		break;
	}
	bus_frames_close(frames, REQUEST_FRAMES);
}

/* The body is copied once, into the frame that libzmq owns from then on. */
static void send_message(struct bus *bus, zmq_msg_t *route, const Asskomm__Header *header,
	const uint8_t *body, size_t body_len)
{
	if (bus->router.zmq == NULL)
		return; /* the bus is closing */
	zmq_msg_t frames[REQUEST_FRAMES];
	zmq_msg_init(&frames[ROUTE]);
	CHECK(zmq_msg_copy(&frames[ROUTE], route) == 0);
	bus_frame_header(header, &frames[HEADER]);
	bus_frame_copy(body, body_len, &frames[BODY]);
	send_frames(bus, frames);
}

/* PONG, or GOAWAY. */
static void send_signal(
	struct bus *bus, zmq_msg_t *route, Asskomm__Header__Kind kind, uint64_t correlation)
{
	Asskomm__Header header = ASSKOMM__HEADER__INIT;
	header.v = BUS_VERSION;
	header.kind = kind;
	header.correlation = correlation;
	send_message(bus, route, &header, NULL, 0);
}

/* A failure whose violations are too many for a header keeps its code and text. */
static void send_reply(struct bus *bus, zmq_msg_t *route, const Asskomm__Header *to,
	struct bus_knowledge knows, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	Asskomm__Header header = ASSKOMM__HEADER__INIT;
	Asskomm__Failure shortened = ASSKOMM__FAILURE__INIT;
	header.v = BUS_VERSION;
	header.kind = ASSKOMM__HEADER__KIND__REPLY;
	header.correlation = to->correlation;
	header.ledger_seq = knows.ledger_seq;
	header.committed = knows.committed;
	header.failure = (Asskomm__Failure *)(uintptr_t)failure;
	if (failure != NULL && asskomm__header__get_packed_size(&header) > BUS_HEADER_MAX) {
		shortened.code = failure->code;
		shortened.text = (char *)(uintptr_t)catalogue_text(
			language_of(to->language), TEXT("too many violations to list"));
		shortened.retry_after_ms = failure->retry_after_ms;
		header.failure = &shortened;
	}
	send_message(bus, route, &header, body, failure == NULL ? body_len : 0);
}

/* For what is answered without a call: no arena, all on the stack. */
static void send_refusal(struct bus *bus, zmq_msg_t *route, const Asskomm__Header *to,
	enum failure_code code, const char *text)
{
	Asskomm__Failure failure = ASSKOMM__FAILURE__INIT;
	failure.code = (char *)(uintptr_t)failure_name(code);
	failure.text = (char *)(uintptr_t)catalogue_text(language_of(to->language), text);
	failure.retry_after_ms = code == FAILURE_TOO_MANY ? RETRY_AFTER_MS : 0;
	send_reply(bus, route, to, (struct bus_knowledge){ 0 }, &failure, NULL, 0);
}

/* The call, its header and its peer's name lie in the arena, which goes last. */
void bus_answer(struct bus_call *call, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	struct bus *bus = call->bus;
	struct bus_call_route *route = call->route;
	struct arena *arena = call->arena;
	if (failure == NULL && body_len > BUS_MESSAGE_MAX)
		send_refusal(bus, &route->id, call->header, FAILURE_INTERNAL,
			"the answer is too large for one message");
	else
		send_reply(bus, &route->id, call->header, call->knows, failure, body, body_len);
	bus->inflight--;
	bus->inflight_bytes -= call->body_len;
	zmq_msg_close(&route->id);
	zmq_msg_close(&route->body);
	arena_destroy(&arena);
	bus_let_go(bus);
}

/* At most RETRIES_AT_ONCE from the front; those that stay blocked go to the end. */
void bus_server_writable(struct bus_socket *router)
{
	struct bus *bus = router->bus;
	size_t tries = bus->n_blocked < RETRIES_AT_ONCE ? bus->n_blocked : RETRIES_AT_ONCE;
	for (; tries > 0; tries--) {
		struct bus_blocked *blocked = take_blocked(bus);
		switch (bus_socket_send(router, blocked->frames, REQUEST_FRAMES)) {
		case BUS_SENT:
			bus_frames_close(blocked->frames, REQUEST_FRAMES);
			free(blocked);
			break;
		case BUS_BLOCKED:
			append_blocked(bus, blocked);
			break;
		case BUS_LOST:
			drop_answer(blocked, "caller_gone");
			break;
		}
	}
	router->wants_out = bus->n_blocked > 0;
}

/* Drops answers that waited too long, and tries the others again: the news that a queue has room
 * may have been taken by another call. */
void bus_server_tick(struct bus *bus, uint64_t now_ms)
{
	if (bus->n_blocked == 0)
		return;
	for (size_t n = bus->n_blocked; n > 0; n--) {
		struct bus_blocked *blocked = take_blocked(bus);
		if (now_ms - blocked->since_ms > BUS_BLOCKED_MS)
			drop_answer(blocked, "caller_slow");
		else
			append_blocked(bus, blocked);
	}
	bus_socket_mark(&bus->router);
	bus_wake_by(bus, now_ms + BUS_STEP_MS);
}

void bus_server_free(struct bus *bus)
{
	while (bus->n_blocked > 0)
		drop_answer(take_blocked(bus), "caller_gone");
}

/* ---- requests */

/* Callers ping when they connect, and so we know whom to tell when we leave. The list is bounded:
 * whoever falls out of it learns from its next request. */
static void remember_caller(struct bus *bus, zmq_msg_t *route)
{
	size_t len = zmq_msg_size(route);
	if (len > sizeof bus->callers[0].id)
		return;
	for (size_t i = 0; i < bus->n_callers; i++)
		if (bus->callers[i].id_len == len &&
			memcmp(bus->callers[i].id, zmq_msg_data(route), len) == 0)
			return;
	struct bus_caller *caller = &bus->callers[bus->next_caller];
	memcpy(caller->id, zmq_msg_data(route), len);
	caller->id_len = len;
	bus->next_caller = (bus->next_caller + 1) % BUS_CALLERS_MAX;
	if (bus->n_callers < BUS_CALLERS_MAX)
		bus->n_callers++;
}

/* Who connects while we leave learns it from its first PING. */
static void on_ping(struct bus *bus, zmq_msg_t *route, uint64_t correlation)
{
	remember_caller(bus, route);
	if (bus->draining)
		send_signal(bus, route, ASSKOMM__HEADER__KIND__GOAWAY, 0);
	else
		send_signal(bus, route, ASSKOMM__HEADER__KIND__PONG, correlation);
}

/* Hands a request over; it owns the frames and the arena from now on. */
static void start_call(struct bus *bus, struct arena *arena, const char *peer,
	Asskomm__Header *header, struct bus_frames *message)
{
	struct bus_call *call = NEW(arena, struct bus_call);
	call->route = NEW(arena, struct bus_call_route);
	zmq_msg_init(&call->route->id);
	zmq_msg_init(&call->route->body);
	zmq_msg_move(&call->route->id, &message->frames[ROUTE]);
	zmq_msg_move(&call->route->body, &message->frames[BODY]);
	call->bus = bus;
	call->arena = arena;
	call->peer = text_copy(arena, peer);
	call->header = header;
	call->body = zmq_msg_data(&call->route->body);
	call->body_len = zmq_msg_size(&call->route->body);
	call->received_ns = uv_hrtime();
	bus->inflight++;
	bus->inflight_bytes += call->body_len;
	bus_hold(bus);
	bus->server->on_request(bus->server, call);
}

/* False: answered already. Limits come last: whoever is refused for another reason shall not be
 * told to try again. */
static bool may_start(struct bus *bus, const Asskomm__Header *header, struct bus_frames *message)
{
	zmq_msg_t *route = &message->frames[ROUTE];
	size_t body_len = zmq_msg_size(&message->frames[BODY]);
	if (header->v != BUS_VERSION)
		send_refusal(
			bus, route, header, FAILURE_UNIMPLEMENTED, "only version 1 is spoken here");
	else if (bus->draining)
		send_signal(bus, route, ASSKOMM__HEADER__KIND__GOAWAY, header->correlation);
	else if (body_len > BUS_MESSAGE_MAX)
		send_refusal(bus, route, header, FAILURE_TOO_LARGE, "the request is over 4 MiB");
	else if (bus->inflight >= BUS_INFLIGHT_MAX ||
		 bus->inflight_bytes + body_len > BUS_INFLIGHT_BYTES)
		send_refusal(bus, route, header, FAILURE_TOO_MANY, "too many requests at once");
	else
		return true;
	return false;
}

/* True: the arena went to the call. */
static bool dispatch(struct bus *bus, struct arena *arena, const char *peer,
	Asskomm__Header *header, struct bus_frames *message)
{
	if (header->kind == ASSKOMM__HEADER__KIND__REQUEST) {
		if (!may_start(bus, header, message))
			return false;
		arena_set_language(arena, language_of(header->language));
		start_call(bus, arena, peer, header, message);
		return true;
	}
	if (header->kind == ASSKOMM__HEADER__KIND__PING && header->v == BUS_VERSION)
		on_ping(bus, &message->frames[ROUTE], header->correlation);
	else if (header->kind == ASSKOMM__HEADER__KIND__KICK && header->v == BUS_VERSION) {
		if (bus->server->on_kick != NULL)
			bus->server->on_kick(bus->server, peer);
	} else
		bus_dropped("kind");
	return false;
}

void bus_server_message(struct bus_socket *router, struct bus_frames *message)
{
	struct bus *bus = router->bus;
	const char *peer =
		message->count < BODY ? NULL : zmq_msg_gets(&message->frames[HEADER], "User-Id");
	if (peer == NULL || peer[0] == '\0') {
		bus_dropped("no_identity");
		return;
	}
	if (message->count != REQUEST_FRAMES) {
		bus_dropped("frames");
		return;
	}
	/* The header is the first thing that a request takes from its ceiling. */
	size_t body_len = zmq_msg_size(&message->frames[BODY]);
	if (body_len > BUS_MESSAGE_MAX)
		body_len = 0; /* it will be refused */
	struct arena *arena = arena_new(CALL_CEILING + CALL_CEILING_PER_BYTE * body_len);
	Asskomm__Header *header = bus_header(arena, &message->frames[HEADER]);
	if (header == NULL)
		bus_dropped("header");
	else if (dispatch(bus, arena, peer, header, message))
		return;
	arena_destroy(&arena);
}

/* ---- leaving */

/* Once, to everybody we know; the others hear it with their next message. */
void bus_server_drain(struct bus *bus)
{
	if (bus->draining || bus->closing)
		return;
	bus->draining = true;
	for (size_t i = 0; i < bus->n_callers; i++) {
		zmq_msg_t route;
		bus_frame_copy(bus->callers[i].id, bus->callers[i].id_len, &route);
		send_signal(bus, &route, ASSKOMM__HEADER__KIND__GOAWAY, 0);
		zmq_msg_close(&route);
	}
}
