/* The public side of db: segments come in, are given to their lane, and end exactly once.
 *
 * A segment is in one of three places: waiting in its lane, in flight in its lane, or refused. One
 * timer (tick) looks at deadlines while there are any; another (soon) ends what was refused and
 * drops what broke while a caller of db_submit was on the stack, since on_done never comes from
 * inside that call. */
#include "runtime/db_internal.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of this moment: the loop's own time stands still while callbacks run, and deadlines would slip.
 */
uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ---- segments */

/* What is wrong with a segment is a bug of its caller and stops the process here, where the caller
 * is still on the stack. */
static void segment_begin(struct db_segment *segment)
{
	CHECK(segment->n_calls > 0 && segment->n_calls <= DB_STATEMENTS_MAX);
	CHECK(segment->on_done != NULL);
	for (size_t i = 0; i < segment->n_calls; i++) {
		const struct statement *statement = segment->calls[i].statement;

		CHECK(statement >= STATEMENTS && statement < STATEMENTS + STATEMENTS_COUNT);
		segment->rows[i] = NULL;
	}
	segment->error = (struct db_error){ 0 };
	segment->queued_ms = now_ms();
	segment->results = 0;
	segment->failed = false;
	if (segment->timeout_ms == 0)
		segment->timeout_ms = DB_TIMEOUT_MS;
}

/* The caller may reuse or free the segment inside on_done: what must be freed is noted before. */
void segment_end(struct db_segment *segment, enum db_outcome outcome)
{
	size_t n_rows = segment->n_calls;
	struct db_rows *rows[DB_STATEMENTS_MAX];

	memcpy(rows, segment->rows, n_rows * sizeof(rows[0]));
	if (outcome != DB_DONE)
		memset(segment->rows, 0, n_rows * sizeof(rows[0]));
	segment->on_done(segment, outcome);
	for (size_t i = 0; i < n_rows; i++)
		PQclear((PGresult *)rows[i]);
}

/* One by one from the front, as on_done may do anything but touch this list. */
static void end_all(struct fifo *fifo)
{
	struct db_segment *segment;

	while ((segment = fifo_pop(fifo)) != NULL)
		segment_end(segment, DB_UNAVAILABLE);
}

/* Ends it on the next turn of the loop: on_done never comes from inside db_submit. */
static void refuse(struct db *db, struct db_segment *segment, const char *why)
{
	message_copy(segment->error.message, sizeof(segment->error.message), why);
	fifo_push(&db->refused, segment);
	db_soon(db);
}

/* Nobody overtakes: a lane with waiting segments is not free. While there is anything under way,
 * the tick looks after deadlines. */
void db_submit(struct db *db, struct db_segment *segment)
{
	struct lane *lane = &db->lanes[segment->lane % db->n_lanes];

	segment_begin(segment);
	if (db->closing) {
		refuse(db, segment, "the database connection is being closed");
		return;
	}
	if (lane_is_free(lane)) {
		lane_send(lane, segment);
	} else if (db->waiting < DB_WAITING_MAX) {
		fifo_push(&lane->waiting, segment);
		db->waiting++;
		lane_hurry(lane);
	} else {
		refuse(db, segment, "too many statements are waiting for the database");
		return;
	}
	if (!uv_is_active((uv_handle_t *)&db->tick))
		uv_timer_again(&db->tick);
}

/* Refused ones do not count: they are over. */
size_t db_depth(const struct db *db)
{
	size_t depth = db->waiting;

	for (unsigned i = 0; i < db->n_lanes; i++)
		depth += db->lanes[i].inflight.count;
	return depth;
}

/* ---- time */

/* Stops itself when there is nothing to look at, so that an idle process sleeps. */
static void on_tick(uv_timer_t *timer)
{
	struct db *db = CONTAINER_OF(timer, struct db, tick);
	uint64_t now = now_ms();

	for (unsigned i = 0; i < db->n_lanes && !db->closing; i++)
		lane_tick(&db->lanes[i], now);
	if (!db->closing && db_depth(db) == 0)
		uv_timer_stop(timer);
}

/* Takes the list as it is now: a caller that submits again and is refused again waits a turn. */
static void on_soon(uv_timer_t *timer)
{
	struct db *db = CONTAINER_OF(timer, struct db, soon);
	struct fifo refused = db->refused;

	db->refused = (struct fifo){ 0 };
	end_all(&refused);
	for (unsigned i = 0; i < db->n_lanes && !db->closing; i++)
		if (db->lanes[i].broken)
			lane_drop(&db->lanes[i], db->lanes[i].why);
}

/* Setting it twice is once. While closing, db_destroy ends everything itself. */
void db_soon(struct db *db)
{
	if (!db->closing)
		uv_timer_start(&db->soon, on_soon, 0, 0);
}

/* ---- readiness */

/* One lane is enough to work with; the others are on their way. */
bool db_is_ready(const struct db *db)
{
	for (unsigned i = 0; i < db->n_lanes; i++)
		if (db->lanes[i].state == LANE_READY)
			return true;
	return false;
}

/* The latest reason of any lane. */
const char *db_why_not(const struct db *db)
{
	return db_is_ready(db) ? "" : db->why_not;
}

/* Not while closing: nobody wants to hear of the end of what it has just destroyed. */
void db_changed(struct db *db)
{
	if (db->on_change != NULL && !db->closing)
		db->on_change(db);
}

/* ---- life */

/* They are embedded with the statements of every process that has a database. */
static const struct statement *own_statement(const char *name, size_t n_params)
{
	const struct statement *statement = statement_find(name);

	CHECK(statement != NULL && statement->n_params == n_params);
	return statement;
}

/* Each lane connects by its own timer, whose first turn comes at once. */
struct db *db_new(const struct db_settings *settings)
{
	unsigned n_lanes = settings->lanes != 0 ? settings->lanes : DB_LANES;
	struct db *db = calloc(1, sizeof(*db) + n_lanes * sizeof(db->lanes[0]));

	CHECK(db != NULL && n_lanes <= DB_LANES_MAX);
	db->loop = settings->loop;
	db->conninfo = strdup(settings->conninfo);
	CHECK(db->conninfo != NULL);
	db->on_change = settings->on_change;
	db->segment_statement = own_statement("segment", 3);
	db->durability_statement = own_statement("durability", 0);
	snprintf(db->why_not, sizeof(db->why_not), "not connected yet");
	db->n_lanes = n_lanes;
	CHECK(uv_timer_init(db->loop, &db->tick) == 0 && uv_timer_init(db->loop, &db->soon) == 0);
	db->open_handles = 2 + n_lanes;
	/* Armed once for its period; uv_timer_again then starts it when there is something to do.
	 */
	uv_timer_start(&db->tick, on_tick, DB_TICK_MS, DB_TICK_MS);
	for (unsigned i = 0; i < n_lanes; i++)
		lane_init(&db->lanes[i], db, i);
	return db;
}

/* Segments that were submitted while we close have waited for this moment. */
static void free_last(struct db *db)
{
	if (--db->open_handles > 0)
		return;
	while (db->refused.count > 0)
		end_all(&db->refused);
	free(db->conninfo);
	free(db);
}

static void on_tick_closed(uv_handle_t *handle)
{
	free_last(CONTAINER_OF(handle, struct db, tick));
}

static void on_soon_closed(uv_handle_t *handle)
{
	free_last(CONTAINER_OF(handle, struct db, soon));
}

static void on_lane_closed(uv_handle_t *handle)
{
	struct lane *lane = CONTAINER_OF(handle, struct lane, timer);

	free_last(lane->db);
}

/* In this order: nothing can be sent any more, then all that waited or flew is told. Its callers
 * may submit again in there; that is refused, and told when the last handle is closed. */
void db_destroy(struct db **db_pointer)
{
	struct db *db = *db_pointer;
	struct fifo left;

	if (db == NULL || db->closing)
		return;
	db->closing = true;
	left = db->refused;
	db->refused = (struct fifo){ 0 };
	uv_close((uv_handle_t *)&db->tick, on_tick_closed);
	uv_close((uv_handle_t *)&db->soon, on_soon_closed);
	for (unsigned i = 0; i < db->n_lanes; i++) {
		lane_close(&db->lanes[i], &left);
		uv_close((uv_handle_t *)&db->lanes[i].timer, on_lane_closed);
	}
	db->waiting = 0;
	end_all(&left);
	*db_pointer = NULL;
}
