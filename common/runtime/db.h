/* PostgreSQL on the loop: libpq in pipeline mode, the only file that knows <libpq-fe.h> is db.c.
 *
 * A segment is one implicit transaction: the caller's scope is set, its statements run, and a Sync
 * ends it. Its result is told only after that Sync (a statement's own success means nothing before
 * it). A segment never holds statements of different callers. Lanes are connections; a segment
 * with the same lane hint keeps its order. */
#ifndef ASSKOMM_RUNTIME_DB_H
#define ASSKOMM_RUNTIME_DB_H

#include "core/arena.h"
#include "core/check.h"
#include "runtime/statement.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct db;
struct db_rows; /* rows of one statement; valid during on_done only */

#define DB_STATEMENTS_MAX 66 /* in one segment */

/* How a segment ended. */
enum db_outcome {
	DB_DONE,        /* committed */
	DB_REJECTED,    /* an error of SQL: rolled back; sqlstate and constraint say why */
	DB_UNAVAILABLE, /* never sent, or the connection was lost: the outcome is not known */
};

struct db_error {
	char sqlstate[6];
	char constraint[64];
	char message[256]; /* for the log, never for a caller */
};

struct db_call {
	const struct statement *statement;
	const char *const *values; /* text format, statement->n_params of them, NULL is SQL NULL */
};

/* One segment. The caller fills in the upper part and keeps everything it points to alive until
 * on_done; db fills in the lower part. Embed it in your own struct (CONTAINER_OF). */
struct db_segment {
	size_t n_calls;
	struct db_call calls[DB_STATEMENTS_MAX];
	const char *scope;   /* comma-separated prefixes for row-level security; "" sees nothing */
	const char *actor;   /* subject, for asskomm.actor */
	uint32_t timeout_ms; /* statement_timeout, and how long it may wait unsent; 0 is 5000 */
	uint32_t lane;       /* any number; same number, same connection, in order */
	void (*on_done)(struct db_segment *segment, enum db_outcome outcome);

	/* valid in on_done */
	struct db_rows *rows[DB_STATEMENTS_MAX]; /* of each call when DB_DONE */
	struct db_error error;

	/* private */
	struct db_segment *next;
	uint64_t queued_ms;
	size_t results;
	bool failed;
};

struct db_settings {
	uv_loop_t *loop;
	const char *conninfo;             /* libpq; host may be a socket folder */
	unsigned lanes;                   /* connections, default 2 */
	void (*on_change)(struct db *db); /* readiness may have changed; NULL */
};

/* Starts to connect; never blocks, reconnects for ever with jittered back-off 0.2 to 10 s. All
 * STATEMENTS are prepared on each connection. Refuses to become ready while the server runs with
 * fsync, full_page_writes or synchronous_commit off. */
struct db *db_new(const struct db_settings *settings);

/* Ends every waiting segment with DB_UNAVAILABLE and closes; freed in the last close callback. */
void db_destroy(struct db **db);

/* Whether at least one lane is connected and all statements are prepared; why not, for readyz. */
bool db_is_ready(const struct db *db);
const char *db_why_not(const struct db *db);

/* Sends or queues the segment (at most 512 waiting, 32 in flight per lane). on_done comes later,
 * never from inside this call; beyond the limits it comes with DB_UNAVAILABLE. */
void db_submit(struct db *db, struct db_segment *segment);

/* Segments waiting and in flight. */
size_t db_depth(const struct db *db);

/* ---- rows */
size_t db_count(const struct db_rows *rows);
size_t db_columns(const struct db_rows *rows);
const char *db_column(const struct db_rows *rows, size_t column);
/* A value as text, NULL for SQL NULL. */
const char *db_value(const struct db_rows *rows, size_t row, size_t column);

/* ---- arrays: PostgreSQL's text form "{…}" of one parameter for many rows. Items may be NULL. */
char *db_array(struct arena *arena, size_t count, const char *const *items);

/* ---- for command line tools: a blocking connection. Runs `text` as one transaction; false with
 * the server's message in out_error (arena). rows may be NULL; printed rows come as an array of
 * arrays of text in the arena. With `values` (also when there are none of them) `text` is one
 * statement and stands alone, as some must; with NULL it may be many. */
struct db_blocking;
struct db_blocking *db_blocking_open(const char *conninfo, struct arena *arena, char **out_error);
bool db_blocking_run(struct db_blocking *db, struct arena *arena, const char *text,
	const char *const *values, size_t n_values, char ****out_rows, size_t *out_count,
	char **out_error) MUST_CHECK;
void db_blocking_close(struct db_blocking **db);

#endif
