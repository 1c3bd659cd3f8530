/* Segments for tests of db: a probe is a segment that counts how often it ended and keeps what it
 * was told; and a loop that runs until something is true, or fails. */
#ifndef ASSKOMM_TESTS_SUPPORT_PROBE_H
#define ASSKOMM_TESTS_SUPPORT_PROBE_H

#include "runtime/db.h"
#include <string.h>
#include <uv.h>

#define PROBE_CALLS 4
#define PROBE_VALUES 4
#define PROBE_PATIENCE_MS 30000 /* longer than any test may take for one wait */

struct probe {
	struct db_segment segment;
	const char *values[PROBE_CALLS][PROBE_VALUES];
	char text[PROBE_VALUES][64]; /* room for values that are made */
	unsigned number;
	unsigned ended;
	enum db_outcome outcome;
	struct db_error error;
	char value[64];                        /* the first value of the last call's rows */
	void (*on_ended)(struct probe *probe); /* while the rows are there; or NULL */
};

static inline void probe_on_done(struct db_segment *segment, enum db_outcome outcome)
{
	struct probe *probe = CONTAINER_OF(segment, struct probe, segment);
	const struct db_rows *rows = segment->rows[segment->n_calls - 1];

	probe->ended++;
	probe->outcome = outcome;
	probe->error = segment->error;
	if (outcome == DB_DONE && db_count(rows) > 0 && db_value(rows, 0, 0) != NULL)
		snprintf(probe->value, sizeof(probe->value), "%s", db_value(rows, 0, 0));
	if (probe->on_ended != NULL)
		probe->on_ended(probe);
}

/* An empty probe for the scope. */
static inline void probe_init(struct probe *probe, const char *scope)
{
	*probe = (struct probe){ .segment = { .scope = scope, .actor = "tester" } };
	probe->segment.on_done = probe_on_done;
}

/* Adds a call with up to two values. */
static inline void probe_call(
	struct probe *probe, const char *statement, const char *first, const char *second)
{
	size_t call = probe->segment.n_calls++;

	probe->values[call][0] = first;
	probe->values[call][1] = second;
	probe->segment.calls[call] =
		(struct db_call){ statement_find(statement), probe->values[call] };
}

static inline void probe_on_patience(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Runs the loop until the condition holds; false when it did not in time. */
#define RUN_UNTIL(loop, condition)                                                                 \
	do {                                                                                       \
		bool run_too_long = false;                                                         \
		uv_timer_t run_timer;                                                              \
		uv_timer_init((loop), &run_timer);                                                 \
		run_timer.data = &run_too_long;                                                    \
		uv_timer_start(&run_timer, probe_on_patience, PROBE_PATIENCE_MS, 0);               \
		while (!(condition) && !run_too_long)                                              \
			uv_run((loop), UV_RUN_ONCE);                                               \
		uv_close((uv_handle_t *)&run_timer, NULL);                                         \
		uv_run((loop), UV_RUN_NOWAIT);                                                     \
		if (run_too_long)                                                                  \
			fail_msg("waited too long for " #condition);                               \
	} while (0)

/* Submits a probe and runs until it has ended. */
#define PROBE_RUN(loop, db, probe)                                                                 \
	do {                                                                                       \
		db_submit((db), &(probe)->segment);                                                \
		assert_int_equal((probe)->ended, 0);                                               \
		RUN_UNTIL((loop), (probe)->ended > 0);                                             \
	} while (0)

/* Runs what is left on the loop, so that everything is freed. */
static inline void probe_close_loop(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(loop) == 0);
}

#endif
