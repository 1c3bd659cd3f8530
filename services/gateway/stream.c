/* Readers of the live stream: how one is placed, held to its token, and who is served when.
 *
 * All read from one ring (ring.c), each at its own position (stream_reader.c). Facts that come
 * together are sent together: a timer of zero lets the bus empty itself first, so that with many
 * readers and many facts the writes do not multiply. */
#include "stream_internal.h"

#include "asskomm/ledger.pb-c.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/reflect.h"
#include "headers.h"
#include "quotas.h"
#include "runtime/metrics.h"
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000
#define QUIET_MS 15000  /* then a comment, so that nobody on the way closes the connection */
#define RETRY_MS "2000" /* when a client may come back */
#define SCRATCH_ARENA (256u * 1024)

uint64_t stream_now_ms(const struct stream *stream)
{
	return uv_now(service_loop(stream->service));
}

/* ---- the list of all */

static void count_readers(struct stream *stream, int change)
{
	stream->n_readers += (size_t)change;
	metrics_set("asskomm_sse_readers", NULL, NULL, (double)stream->n_readers);
	ring_want(stream->ring, stream->n_readers > 0);
}

static void link_up(struct stream *stream, struct stream_reader *reader)
{
	reader->stream = stream;
	reader->next = stream->readers;
	if (reader->next != NULL)
		reader->next->previous = reader;
	stream->readers = reader;
	count_readers(stream, 1);
}

void stream_unlink(struct stream_reader *reader)
{
	if (reader->previous != NULL)
		reader->previous->next = reader->next;
	else
		reader->stream->readers = reader->next;
	if (reader->next != NULL)
		reader->next->previous = reader->previous;
	count_readers(reader->stream, -1);
}

/* ---- the beginning */

/* A number as the ledger writes it: no sign, no blanks, within what SQL can compare. */
static bool read_number(const char *text, uint64_t *out_number)
{
	size_t len = strlen(text);

	if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
		return false;
	*out_number = strtoull(text, NULL, 10);
	return true;
}

static Asskomm__Failure *bad_position(
	struct stream_reader *reader, const char *field, const char *what)
{
	struct arena *arena = reader->exchange->arena;
	Asskomm__Failure *failure =
		failure_new(arena, FAILURE_INVALID, "There is no such place in the ledger");

	failure_add(arena, failure, field, "position", "%s", say_text(arena, what));
	return failure;
}

/* A client that comes back sends the address that it was given and the header that it remembers:
 * the header is the later of the two. */
static Asskomm__Failure *read_position(struct stream_reader *reader)
{
	const char *name = NULL, *value = NULL;
	uint64_t after = 0;
	size_t count = 0;

	for (size_t at = 0; http_query_next(reader->exchange, &at, &name, &value);)
		if (name == NULL || strcmp(name, "after") != 0 || count++ > 0 ||
			!read_number(value, &after))
			return bad_position(reader, name == NULL ? "" : name,
				"Give the number of a fact, once: ?after=17");
	reader->has_position = count > 0;
	count = headers_count(reader->exchange, "last-event-id", &value);
	if (count > 1 || (count == 1 && !read_number(value, &after)))
		return bad_position(
			reader, "Last-Event-ID", "Send the id of an event of this stream, once");
	reader->has_position |= count > 0;
	reader->position = after;
	return NULL;
}

static void on_gone(struct http_exchange *exchange)
{
	stream_reader_leave(exchange->owner, "left");
}

/* The question goes on: others wait for it too. */
static void on_gone_early(struct http_exchange *exchange)
{
	struct stream_reader *reader = exchange->owner;

	stream_unlink(reader);
	reader->on_left(reader);
}

static void begin(struct stream_reader *reader)
{
	struct http_exchange *exchange = reader->exchange;

	http_answer_header(exchange, "Cache-Control", "no-store");
	http_answer_header(exchange, "X-Accel-Buffering", "no");
	reader->on_placed(reader, NULL);
	if (!http_stream_begin(exchange, 200, "text/event-stream")) {
		stream_unlink(reader);
		http_answer(exchange, 499, NULL, NULL, 0); /* the client has left */
		return;
	}
	exchange->on_gone = on_gone;
	exchange->on_drained = stream_reader_on_drained;
	reader->authorised_ms = stream_now_ms(reader->stream);
	reader->state = READER_CATCHING;
	if (stream_reader_tell(reader, "retry: " RETRY_MS))
		stream_reader_serve(reader);
}

/* Why it cannot begin, or NULL. */
static Asskomm__Failure *judge(struct stream_reader *reader, const Ledger__Head *head)
{
	struct arena *arena = reader->exchange->arena;

	if (head == NULL)
		return failure_new(arena, FAILURE_INTERNAL, "The answer was unreadable");
	if (reader->stream->draining)
		return failure_new(arena, FAILURE_UNAVAILABLE, "The gateway is ending");
	if (reader->has_position && reader->position > head->seq)
		return bad_position(reader, "Last-Event-ID", "The ledger is not that far");
	if (!http_stream_fits(reader->exchange))
		return failure_new(
			arena, FAILURE_INVALID, "Ask for events on a connection of its own");
	return NULL;
}

/* The question was asked for all who wait, in no language. */
static Asskomm__Failure *retold(struct stream_reader *reader, const Asskomm__Failure *failure)
{
	struct arena *arena = reader->exchange->arena;
	Asskomm__Failure *copy =
		failure_new(arena, failure_code_of(failure), "%s", say_text(arena, failure->text));

	copy->retry_after_ms = failure->retry_after_ms;
	return copy;
}

static void place(
	struct stream_reader *reader, const Ledger__Head *head, const Asskomm__Failure *failure)
{
	/* From here on it is answered at once. */
	reader->exchange->on_gone = NULL;
	failure = failure == NULL ? judge(reader, head) : retold(reader, failure);
	if (failure != NULL) {
		stream_unlink(reader);
		reader->on_placed(reader, failure);
		return;
	}
	if (!reader->has_position)
		reader->position = head->seq;
	begin(reader);
}

static void ask_head(struct stream *stream);

static void on_head(struct asking *asking, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	struct stream *stream = CONTAINER_OF(asking, struct stream, head_asking);
	struct arena *arena = stream->head_arena;
	const Ledger__Head *head = NULL;
	struct stream_reader *next = NULL;

	if (failure == NULL)
		head = (Ledger__Head *)(void *)reflect_unpack(
			arena, &ledger__head__descriptor, body, body_len);
	if (head != NULL)
		ring_hear_of(stream->ring, head->seq);
	for (struct stream_reader *each = stream->readers; each != NULL; each = next) {
		next = each->next;
		if (each->state == READER_PLACING && each->is_asked)
			place(each, head, failure);
	}
	stream->head_arena = NULL;
	arena_destroy(&arena);
	ask_head(stream);
}

/* Where the ledger stands, for all who have come since the last question. Asked of the ledger and
 * not of the ring, which may lag: a client that has just recorded a fact must not miss it, and a
 * number that another gateway sent a moment ago must not be refused. One question at a time: after
 * a restart all readers come at once. */
static void ask_head(struct stream *stream)
{
	struct asking *asking = &stream->head_asking;
	size_t count = 0;

	if (stream->head_arena != NULL)
		return;
	for (struct stream_reader *each = stream->readers; each != NULL; each = each->next)
		if (each->state == READER_PLACING) {
			each->is_asked = true;
			count++;
		}
	if (count == 0)
		return;
	stream->head_arena = arena_new(SCRATCH_ARENA);
	*asking = (struct asking){
		.peers = service_peer(stream->service, "ledger"),
		.arena = stream->head_arena,
		.deadline_ms = STREAM_DEADLINE_MS,
		.on_answer = on_head,
	};
	asskomm__header__init(&asking->request.header);
	asking->request.header.method = (char *)(uintptr_t) "asskomm.ledger.v1.Ledger/GetHead";
	asking->request.header.principal = ring_auditor();
	asking_start(stream->askings, asking);
}

/* A stream lasts, so the rate of requests bounds nothing here: without a limit one user could take
 * all places. Behind a proxy all connections are of one address, which has none either. */
static bool is_greedy(const struct stream *stream, const Asskomm__Principal *user)
{
	size_t count = 0;

	if (stream->user_max == 0 || quotas_loads_data(user))
		return false;
	for (const struct stream_reader *each = stream->readers; each != NULL; each = each->next)
		if (strcmp(each->principal->subject, user->subject) == 0)
			count++;
	return count >= stream->user_max;
}

void stream_serve(struct stream *stream, struct stream_reader *reader)
{
	struct arena *arena = reader->exchange->arena;
	Asskomm__Failure *failure = NULL;

	if (stream->draining || stream->n_readers >= stream->readers_max)
		failure = failure_new(
			arena, FAILURE_UNAVAILABLE, "Too many readers at once; try again");
	else if (is_greedy(stream, reader->principal))
		failure = failure_new(
			arena, FAILURE_TOO_MANY, "Too many streams of this user; end one first");
	else
		failure = read_position(reader);
	if (failure != NULL) {
		reader->on_placed(reader, failure);
		return;
	}
	link_up(stream, reader);
	reader->exchange->owner = reader;
	reader->exchange->on_gone = on_gone_early;
	ask_head(stream);
}

/* ---- what happens by itself */

static void serve_all(struct stream *stream)
{
	struct stream_reader *next = NULL;

	for (struct stream_reader *each = stream->readers; each != NULL; each = next) {
		next = each->next;
		stream_reader_serve(each);
	}
}

static void on_soon(uv_timer_t *timer)
{
	serve_all(CONTAINER_OF(timer, struct stream, soon));
}

void stream_serve_soon(struct stream *stream)
{
	if (stream->readers != NULL && !stream->draining)
		uv_timer_start(&stream->soon, on_soon, 0, 0);
}

/* At once: what is read from here on must know it. */
static void on_heard(struct ring_watcher *watcher, uint64_t seq)
{
	struct stream *stream = CONTAINER_OF(watcher, struct stream, watcher);

	cache_hear(stream->cache, seq, stream_now_ms(stream));
}

static void on_facts(struct ring_watcher *watcher)
{
	stream_serve_soon(CONTAINER_OF(watcher, struct stream, watcher));
}

static void leave_all(struct stream *stream, const char *why)
{
	struct stream_reader *next = NULL;

	for (struct stream_reader *each = stream->readers; each != NULL; each = next) {
		next = each->next;
		if (each->state != READER_PLACING) /* those are answered by on_head */
			stream_reader_leave(each, why);
	}
}

/* A position means another fact now: its owner must decide what to do. */
static void on_restored(struct ring_watcher *watcher)
{
	struct stream *stream = CONTAINER_OF(watcher, struct stream, watcher);

	cache_restart(stream->cache, ring_head(stream->ring), stream_now_ms(stream));
	leave_all(stream, "restored");
}

/* With a scratch arena in place of the exchange's, which lives as long as the stream. */
static bool is_authorised(struct stream_reader *reader)
{
	struct http_exchange again = *reader->exchange;
	struct auth_marks marks;
	const char *reason = NULL;

	again.arena = arena_new(SCRATCH_ARENA);
	bool holds = auth_check(reader->stream->auth, &again, &marks, &reason);
	arena_destroy(&again.arena);
	return holds;
}

static void attend(struct stream_reader *reader, uint64_t now)
{
	struct stream *stream = reader->stream;

	if (reader->state == READER_PLACING)
		return;
	if (now - reader->authorised_ms >= stream->recheck_ms) {
		if (!is_authorised(reader)) {
			stream_reader_leave(reader, "token");
			return;
		}
		reader->authorised_ms = now;
	}
	if (now - reader->sent_ms >= QUIET_MS && !stream_reader_tell(reader, ": still here"))
		return;
	stream_reader_serve(reader);
}

static void on_tick(uv_timer_t *timer)
{
	struct stream *stream = CONTAINER_OF(timer, struct stream, tick);
	struct stream_reader *next = NULL;
	uint64_t now = stream_now_ms(stream);

	for (struct stream_reader *each = stream->readers; each != NULL; each = next) {
		next = each->next;
		attend(each, now);
	}
	ring_tick(stream->ring);
}

/* ---- life */

struct stream *stream_new(
	struct service *service, struct auth *auth, struct askings *askings, struct cache *cache)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	uv_loop_t *loop = service_loop(service);

	CHECK(stream != NULL);
	stream->service = service;
	stream->auth = auth;
	stream->askings = askings;
	stream->cache = cache;
	stream->readers_max = (size_t)service_number(service, "ASSKOMM_SSE_READERS", 0, 100000);
	stream->user_max = (size_t)service_number(service, "ASSKOMM_SSE_READERS_USER", 0, 100000);
	stream->recheck_ms =
		(uint64_t)service_number(service, "ASSKOMM_SSE_RECHECK_S", 1, 3600) * 1000;
	stream->watcher = (struct ring_watcher){ on_heard, on_facts, on_restored };
	stream->ring = ring_new(service, &stream->watcher);
	stream->handles = 2;
	CHECK(uv_timer_init(loop, &stream->tick) == 0 && uv_timer_init(loop, &stream->soon) == 0);
	uv_timer_start(&stream->tick, on_tick, TICK_MS, TICK_MS);
	return stream;
}

void stream_drain(struct stream *stream)
{
	stream->draining = true;
	leave_all(stream, "draining");
}

static void release_handle(struct stream *stream)
{
	if (--stream->handles > 0)
		return;
	ring_destroy(&stream->ring);
	free(stream);
}

static void on_tick_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct stream, tick));
}

static void on_soon_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct stream, soon));
}

void stream_destroy(struct stream **stream)
{
	struct stream *ended = *stream;

	if (ended == NULL)
		return;
	*stream = NULL;
	stream_drain(ended);
	ring_stop(ended->ring);
	uv_close((uv_handle_t *)&ended->tick, on_tick_closed);
	uv_close((uv_handle_t *)&ended->soon, on_soon_closed);
}
