/* A lane: one connection in pipeline mode with its two queues.
 *
 * A segment on the wire is [segment.sql] [its calls] [Sync]. libpq does not say which result
 * belongs to what, so the lane counts: inflight is in the order of sending, and until the Sync of
 * its first segment every result is that segment's. The Sync closes it; only then is it told.
 * Whatever does not fit this order, or leaves in doubt whether a commit is safe, drops the
 * connection: all in flight is DB_UNAVAILABLE, and the key that came with a command finds out later
 * what became of it.
 *
 * Three traps shape the code. on_done may call db_submit or db_destroy, so after it nothing is
 * taken for granted but the lane itself. libpq may close the socket inside any call, and the next
 * socket of the process may get its number, so the watch is closed before anybody can open one.
 * And a failure while sending must not tell segments from inside db_submit: it is dropped soon. */
#include "runtime/db_internal.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- states */

static const char *const STATE_NAMES[LANE_STATES] = { "resting", "resolving", "connecting",
	"preparing", "ready", "closed" };

/* From each state: a bit for each state that may follow. */
#define TO(state) (1u << (state))
static const unsigned ALLOWED[LANE_STATES] = {
	[LANE_RESTING] = TO(LANE_RESOLVING) | TO(LANE_CLOSED),
	[LANE_RESOLVING] = TO(LANE_CONNECTING) | TO(LANE_RESTING) | TO(LANE_CLOSED),
	[LANE_CONNECTING] = TO(LANE_PREPARING) | TO(LANE_RESTING) | TO(LANE_CLOSED),
	[LANE_PREPARING] = TO(LANE_READY) | TO(LANE_RESTING) | TO(LANE_CLOSED),
	[LANE_READY] = TO(LANE_RESTING) | TO(LANE_CLOSED),
	[LANE_CLOSED] = 0,
};

/* At debug alone: losses and readiness have lines of their own. */
void lane_move(struct lane *lane, enum lane_state state)
{
	char number[12];

	CHECK((ALLOWED[lane->state] & TO(state)) != 0);
	snprintf(number, sizeof(number), "%u", lane->number);
	log_line(LOG_DEBUG, "database lane", "lane", number, "from", STATE_NAMES[lane->state], "to",
		STATE_NAMES[state], NULL);
	lane->state = state;
}

/* ---- watching the socket */

/* A poll handle for one socket; freed when libuv has let go of it. */
struct watch {
	uv_poll_t poll;
	struct lane *lane;
	int events;
	void (*on_event)(struct lane *lane, int status, int events);
};

/* The watch may be closed in there, but its memory stays until on_watch_closed. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = CONTAINER_OF(poll, struct watch, poll);

	watch->on_event(watch->lane, status, events);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(CONTAINER_OF(handle, struct watch, poll));
}

/* False leaves a watch behind that never fires; the caller drops the lane, which closes it. */
bool watch_open(
	struct lane *lane, int events, void (*on_event)(struct lane *lane, int status, int events))
{
	struct watch *watch = calloc(1, sizeof(*watch));

	CHECK(watch != NULL && lane->watch == NULL);
	if (uv_poll_init(lane->db->loop, &watch->poll, PQsocket(lane->pg)) != 0) {
		free(watch);
		return false;
	}
	watch->lane = lane;
	watch->events = events;
	watch->on_event = on_event;
	lane->watch = watch;
	return uv_poll_start(&watch->poll, events, on_poll) == 0;
}

void watch_close(struct lane *lane)
{
	if (lane->watch != NULL)
		uv_close((uv_handle_t *)&lane->watch->poll, on_watch_closed);
	lane->watch = NULL;
}

/* ---- losing the connection */

/* First almost at once, then 200 ms doubling to 10 s, each with half of it left to chance; shorter
 * while somebody waits. */
static uint64_t rest_ms(struct lane *lane)
{
	uint32_t most = lane->waiting.count > 0 ? DB_REST_WANTED_MS : DB_REST_MAX_MS;
	unsigned doublings = lane->attempts < 8 ? lane->attempts : 8;
	uint32_t rest =
		lane->attempts == 0 ? DB_REST_MIN_MS / 10 : DB_REST_MIN_MS << (doublings - 1);
	uint32_t chance = 0;

	if (uv_random(NULL, NULL, &chance, sizeof(chance), 0, NULL) != 0)
		chance = (uint32_t)uv_hrtime();
	rest = rest < most ? rest : most;
	return rest / 2 + chance % (rest / 2 + 1);
}

static void on_timer(uv_timer_t *timer)
{
	struct lane *lane = CONTAINER_OF(timer, struct lane, timer);

	switch (lane->state) {
	case LANE_RESTING:
		lane_attempt(lane);
		break;
	case LANE_RESOLVING:
		lane_drop(lane, "the host's name was not resolved in time");
		break;
	case LANE_CONNECTING:
		lane_drop(lane, "no connection in time");
		break;
	case LANE_PREPARING:
		lane_drop(lane, "the statements were not prepared in time");
		break;
	case LANE_READY:
	case LANE_CLOSED:
		break;
	}
}

void lane_limit(struct lane *lane, uint64_t limit_ms)
{
	uv_timer_start(&lane->timer, on_timer, limit_ms, 0);
}

void lane_init(struct lane *lane, struct db *db, unsigned number)
{
	lane->db = db;
	lane->number = number;
	CHECK(uv_timer_init(db->loop, &lane->timer) == 0);
	lane_limit(lane, 0);
}

/* Everything that belongs to this connection and not to the lane. */
static void disconnect(struct lane *lane)
{
	watch_close(lane);
	attempt_abandon(lane);
	uv_timer_stop(&lane->timer);
	PQfinish(lane->pg);
	lane->pg = NULL;
	lane->broken = false;
	lane->silent_ms = 0;
}

/* One line when a working lane is lost or when there is a new reason; not one for each attempt. */
static void report_loss(struct lane *lane)
{
	char number[12];

	if (lane->state != LANE_READY && strcmp(lane->db->why_not, lane->why) == 0)
		return;
	snprintf(number, sizeof(number), "%u", lane->number);
	log_line(LOG_WARN, "database not reached", "lane", number, "while",
		STATE_NAMES[lane->state], "why", lane->why, NULL);
}

void lane_drop(struct lane *lane, const char *why)
{
	struct fifo lost = lane->inflight;
	struct db_segment *segment;

	/* `why` may be libpq's own text, which goes with the connection. */
	if (why != lane->why)
		message_copy(lane->why, sizeof(lane->why), why);
	lane->inflight = (struct fifo){ 0 };
	disconnect(lane);
	report_loss(lane);
	memcpy(lane->db->why_not, lane->why, sizeof(lane->why));
	if (lane->state == LANE_READY && now_ms() - lane->ready_ms >= DB_STEADY_MS)
		lane->attempts = 0;
	lane_move(lane, LANE_RESTING);
	lane_limit(lane, rest_ms(lane));
	lane->attempts++;
	while ((segment = fifo_pop(&lost)) != NULL) {
		if (!segment->failed)
			message_copy(
				segment->error.message, sizeof(segment->error.message), lane->why);
		segment_end(segment, DB_UNAVAILABLE);
	}
	db_changed(lane->db);
}

void lane_hurry(struct lane *lane)
{
	if (lane->state == LANE_RESTING && uv_timer_get_due_in(&lane->timer) > DB_REST_WANTED_MS)
		lane_limit(lane, rest_ms(lane));
}

void lane_close(struct lane *lane, struct fifo *out_left)
{
	struct db_segment *segment;

	disconnect(lane);
	lane_move(lane, LANE_CLOSED);
	while ((segment = fifo_pop(&lane->inflight)) != NULL)
		fifo_push(out_left, segment);
	while ((segment = fifo_pop(&lane->waiting)) != NULL)
		fifo_push(out_left, segment);
}

/* The first reason counts. The socket is no longer watched when libpq has closed it: another one
 * may get its number. */
void lane_break(struct lane *lane, const char *why)
{
	if (lane->broken)
		return;
	message_copy(lane->why, sizeof(lane->why), why);
	lane->broken = true;
	if (PQstatus(lane->pg) == CONNECTION_BAD)
		watch_close(lane);
	db_soon(lane->db);
}

/* ---- sending */

/* Bounded in flight: what waits here can still be taken back at its deadline, what is sent cannot.
 */
bool lane_is_free(const struct lane *lane)
{
	return lane->state == LANE_READY && !lane->broken && lane->waiting.count == 0 &&
	       lane->inflight.count < DB_INFLIGHT_MAX;
}

static bool send_statement(
	struct lane *lane, const struct statement *statement, const char *const *values)
{
	return PQsendQueryPrepared(lane->pg, statement->name, (int)statement->n_params, values,
		       NULL, NULL, 0) == 1;
}

/* Writing is watched only while libpq has something left to write, or the loop would spin. */
void lane_flush(struct lane *lane)
{
	int flushed = PQflush(lane->pg);
	int events = flushed == 1 ? UV_READABLE | UV_WRITABLE : UV_READABLE;

	if (flushed < 0 || PQstatus(lane->pg) == CONNECTION_BAD) {
		lane_break(lane, PQerrorMessage(lane->pg));
	} else if (lane->watch != NULL && lane->watch->events != events) {
		lane->watch->events = events;
		if (uv_poll_start(&lane->watch->poll, events, on_poll) != 0)
			lane_break(lane, "the socket cannot be watched");
	}
}

void lane_send(struct lane *lane, struct db_segment *segment)
{
	char timeout[12];
	const char *setting[] = { segment->scope != NULL ? segment->scope : "",
		segment->actor != NULL ? segment->actor : "", timeout };
	bool sent;

	snprintf(timeout, sizeof(timeout), "%u", segment->timeout_ms);
	if (lane->inflight.count == 0)
		lane->silent_ms = 0;
	fifo_push(&lane->inflight, segment);
	sent = send_statement(lane, lane->db->segment_statement, setting);
	for (size_t i = 0; i < segment->n_calls && sent; i++)
		sent = send_statement(lane, segment->calls[i].statement, segment->calls[i].values);
	if (!sent || PQpipelineSync(lane->pg) != 1)
		lane_break(lane, PQerrorMessage(lane->pg));
	else
		lane_flush(lane);
}

/* In order; stops at the first that breaks the connection. */
static void send_waiting(struct lane *lane)
{
	while (lane->state == LANE_READY && !lane->broken && lane->waiting.count > 0 &&
		lane->inflight.count < DB_INFLIGHT_MAX) {
		lane->db->waiting--;
		lane_send(lane, fifo_pop(&lane->waiting));
	}
}

/* What waited for this connection goes first, before anybody hears that it is there. */
void lane_ready(struct lane *lane)
{
	char number[12];

	uv_timer_stop(&lane->timer);
	lane_move(lane, LANE_READY);
	lane->ready_ms = now_ms();
	snprintf(number, sizeof(number), "%u", lane->number);
	log_line(LOG_INFO, "database ready", "lane", number, NULL);
	send_waiting(lane);
	db_changed(lane->db);
}

/* ---- results */

/* A statement that opens a transaction of its own would make every later Sync lie about what is
 * committed. There is none in our files; if one slips in, it cannot do that harm. */
static bool opens_transaction(PGresult *result)
{
	const char *tag = PQcmdStatus(result);

	return strcmp(tag, "BEGIN") == 0 || strcmp(tag, "START TRANSACTION") == 0;
}

/* The first result is that of segment.sql, the others are those of the calls. */
static void keep_rows(struct lane *lane, struct db_segment *segment, PGresult *result)
{
	size_t index = segment->results++;

	if (index > segment->n_calls)
		lane_break(lane, "more results than statements");
	else if (opens_transaction(result))
		lane_break(lane, "a statement opened a transaction of its own");
	if (index == 0 || index > segment->n_calls)
		PQclear(result);
	else
		segment->rows[index - 1] = (struct db_rows *)result;
}

/* The first error of a segment is the cause; what follows it is only aborted. */
static void keep_error(struct lane *lane, struct db_segment *segment, PGresult *result)
{
	segment->results++;
	if (!segment->failed)
		error_read(result, &segment->error);
	segment->failed = true;
	if (error_ends_connection(result))
		lane_break(lane, PQresultErrorMessage(result));
	PQclear(result);
}

/* A server without disk or memory is in trouble, which is not the caller's business. */
static enum db_outcome outcome_of(const struct db_segment *segment)
{
	if (!segment->failed)
		return DB_DONE;
	return error_is_passing(&segment->error) ? DB_UNAVAILABLE : DB_REJECTED;
}

/* The Sync came: the segment is committed, or rolled back as a whole. */
static void finish_segment(struct lane *lane)
{
	struct db_segment *segment = lane->inflight.first;
	PGTransactionStatusType status = PQtransactionStatus(lane->pg);

	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_UNKNOWN)
		lane_break(lane, "a transaction is open after Sync");
	else if (!segment->failed && segment->results != segment->n_calls + 1)
		lane_break(lane, "fewer results than statements");
	if (!lane->broken)
		segment_end(fifo_pop(&lane->inflight), outcome_of(segment));
}

/* Whatever comes shows that the server lives. */
static void take_result(struct lane *lane, PGresult *result)
{
	struct db_segment *segment = lane->inflight.first;
	ExecStatusType status = PQresultStatus(result);

	lane->silent_ms = 0;
	if (status == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		finish_segment(lane);
	} else if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		keep_rows(lane, segment, result);
	} else if (status == PGRES_PIPELINE_ABORTED) {
		PQclear(result);
	} else {
		keep_error(lane, segment, result);
	}
}

/* The next result, or NULL when the next one is not here yet. A NULL of libpq stands between two
 * statements; two in a row mean that it expects nothing where we do. */
static PGresult *next_result(struct lane *lane)
{
	while (lane->pg != NULL && !lane->broken && !PQisBusy(lane->pg)) {
		PGresult *result = PQgetResult(lane->pg);

		/* On losing the server libpq has closed the socket by now. */
		if (PQstatus(lane->pg) == CONNECTION_BAD)
			watch_close(lane);
		if (result == NULL && lane->empty_before)
			lane_break(lane, "the server's answers are out of order");
		lane->empty_before = result == NULL;
		if (result != NULL)
			return result;
	}
	return NULL;
}

/* Asked before each result: on_done may have ended all of it. */
static bool expects_results(const struct lane *lane)
{
	return lane->state == LANE_PREPARING || lane->inflight.count > 0;
}

static void take_results(struct lane *lane)
{
	PGresult *result;

	while (expects_results(lane) && (result = next_result(lane)) != NULL)
		if (lane->state == LANE_PREPARING)
			lane_take_set_up(lane, result);
		else
			take_result(lane, result);
}

/* Reads what is there. TLS may hold back the rest of a record without the socket being readable:
 * a record is at most 16 kB and libpq takes at least 8 kB at a time. */
static bool read_socket(struct lane *lane)
{
	int times = PQsslInUse(lane->pg) ? 3 : 1;

	for (int i = 0; i < times; i++)
		if (PQconsumeInput(lane->pg) != 1)
			return false;
	return true;
}

/* status < 0 is the end of the socket; what came before it is still read, since it may tell that a
 * segment is committed. */
void lane_event(struct lane *lane, int status, int events)
{
	bool alive = true;

	if (status < 0 || (events & UV_READABLE) != 0)
		alive = read_socket(lane) && status >= 0;
	if (!alive)
		watch_close(lane);
	take_results(lane);
	if (lane->pg == NULL)
		return;
	PQisBusy(lane->pg); /* lets libpq see notices and parameters that come without a segment */
	if (!alive || lane->broken) {
		lane_drop(lane, lane->why[0] != '\0' ? lane->why : "the connection was closed");
		return;
	}
	send_waiting(lane);
	lane_flush(lane);
}

/* ---- time */

/* Of a segment that was not sent; a sent one is the server's to end, by statement_timeout. */
static bool is_overdue(const struct db_segment *segment, uint64_t now)
{
	return now - segment->queued_ms >= segment->timeout_ms;
}

/* Collected first, then told: on_done may submit, and so change the list that is walked. */
static void end_overdue(struct lane *lane, uint64_t now)
{
	struct fifo overdue = { 0 };
	struct db_segment *segment;

	for (size_t n = lane->waiting.count; n > 0; n--) {
		segment = fifo_pop(&lane->waiting);
		fifo_push(is_overdue(segment, now) ? &overdue : &lane->waiting, segment);
	}
	lane->db->waiting -= overdue.count;
	while ((segment = fifo_pop(&overdue)) != NULL) {
		message_copy(
			segment->error.message, sizeof(segment->error.message), "not sent in time");
		segment_end(segment, DB_UNAVAILABLE);
	}
}

/* The silence is counted in ticks and not by the clock, so that a pause of our own process does not
 * look like one of the server. */
void lane_tick(struct lane *lane, uint64_t now)
{
	end_overdue(lane, now);
	if (lane->state != LANE_READY || lane->inflight.count == 0)
		return;
	lane->silent_ms += DB_TICK_MS;
	if (lane->silent_ms > lane->inflight.first->timeout_ms + DB_GRACE_MS)
		lane_drop(lane, "the server has not answered in time");
}
