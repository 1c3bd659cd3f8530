/* db while PostgreSQL is killed, stopped or frozen. Each segment ends exactly once, what was told
 * as done is in the table, and the lanes come back by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/db_fixture.h"
#include <signal.h>

/* ---- under load */

#define LOAD_MAX 60000
#define LOAD_WINDOW 60

/* A flow of segments, each of which adds an item with its own label. */
static struct load {
	struct probe *probes;
	unsigned submitted, ended;
	unsigned outcomes[3];
	bool stopped;
} load;

static void submit_load(void);

static void on_loaded(struct probe *probe)
{
	load.ended++;
	load.outcomes[probe->outcome]++;
	if (!load.stopped)
		submit_load();
}

static void submit_load(void)
{
	struct probe *probe = &load.probes[load.submitted];

	if (load.submitted == LOAD_MAX)
		return;
	probe_init(probe, "09");
	probe->number = load.submitted;
	probe->segment.lane = load.submitted++;
	probe->segment.timeout_ms = 20000;
	probe->on_ended = on_loaded;
	snprintf(probe->text[0], sizeof(probe->text[0]), "load %u", probe->number);
	probe_call(probe, "test_item_add", "09", probe->text[0]);
	db_submit(db, &probe->segment);
}

static void load_start(void)
{
	load = (struct load){ .probes = calloc(LOAD_MAX, sizeof(struct probe)) };
	for (unsigned i = 0; i < LOAD_WINDOW; i++)
		submit_load();
}

/* Lets 300 more segments be done. */
static void load_go_on(void)
{
	unsigned done = load.outcomes[DB_DONE];

	RUN_UNTIL(&loop, load.outcomes[DB_DONE] > done + 300);
}

/* Done means stored; not done means rolled back or, after a loss, not known: stored at most once
 * (the label is unique). */
static void load_end(void)
{
	char ***rows;
	bool *stored = calloc(LOAD_MAX, sizeof(*stored));
	size_t count;

	load.stopped = true;
	RUN_UNTIL(&loop, load.ended == load.submitted);
	count = postgres_sql(&postgres, "select substr(label, 6) from public.item", &rows);
	for (size_t i = 0; i < count; i++)
		stored[strtoul(rows[i][0], NULL, 10)] = true;
	for (unsigned i = 0; i < load.submitted; i++) {
		assert_int_equal(load.probes[i].ended, 1);
		if (load.probes[i].outcome == DB_DONE)
			assert_true(stored[i]);
	}
	assert_int_equal(load.outcomes[DB_REJECTED], 0);
	assert_int_equal(db_depth(db), 0);
	free(stored);
	free(load.probes);
	/* Other tests may need the room. */
	db_blocking_close(&postgres.admin);
}

/* The segments in flight are lost, those that wait are not. What a caller sends again to the other
 * lane can be lost again with that one: hence twice the window for each turn. */
static void killed_server_loses_nothing_that_was_told(void **state)
{
	(void)state;
	load_start();
	for (int turn = 0; turn < 3; turn++) {
		pid_t child;

		load_go_on();
		db_blocking_close(&postgres.admin);
		child = postgres_begin(&postgres, "crash");
		RUN_UNTIL(&loop, postgres_did(child));
		RUN_UNTIL(&loop, !db_is_ready(db));
		child = postgres_begin(&postgres, "start");
		RUN_UNTIL(&loop, postgres_did(child));
		load_go_on();
		assert_true(db_is_ready(db));
	}
	load_end();
	assert_in_range(load.outcomes[DB_UNAVAILABLE], 1, 6 * LOAD_WINDOW);
}

static void stopped_server_ends_what_is_in_flight(void **state)
{
	(void)state;
	load_start();
	load_go_on();
	db_blocking_close(&postgres.admin);
	kill(postgres_pid(&postgres), SIGQUIT); /* immediate: 57P02 or a lost connection */
	RUN_UNTIL(&loop, !db_is_ready(db));
	postgres_run(&postgres, "start");
	load_go_on();
	load_end();
	assert_in_range(load.outcomes[DB_UNAVAILABLE], 1, 2 * LOAD_WINDOW);
}

/* Nothing is in flight while the server restarts, so nothing may fail. */
static void short_outage_costs_no_errors(void **state)
{
	struct probe probes[100];
	pid_t child;

	(void)state;
	db_blocking_close(&postgres.admin);
	postgres_run(&postgres, "stop");
	RUN_UNTIL(&loop, !db_is_ready(db));
	assert_string_not_equal(db_why_not(db), "");
	assert_true(changes >= 2);
	for (unsigned i = 0; i < 100; i++) {
		probe_init(&probes[i], "09");
		probe_call(&probes[i], "test_text", "x", NULL);
		probes[i].segment.lane = i;
		db_submit(db, &probes[i].segment);
	}
	child = postgres_begin(&postgres, "start");
	RUN_UNTIL(&loop, postgres_did(child));
	for (unsigned i = 0; i < 100; i++)
		RUN_UNTIL(&loop, probes[i].ended > 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(probes[i].outcome, DB_DONE);
	assert_string_equal(db_why_not(db), "");
}

/* ---- one connection */

static pid_t backend_of(unsigned lane)
{
	struct probe probe;

	probe_init(&probe, "09");
	probe_call(&probe, "test_pid", NULL, NULL);
	probe.segment.lane = lane;
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
	return (pid_t)strtol(probe.value, NULL, 10);
}

/* Its lane is lost after timeout and grace; the other lane works meanwhile. */
static void frozen_backend_is_given_up(void **state)
{
	struct probe frozen, behind, other;
	pid_t backend = backend_of(0);
	uint64_t start = uv_hrtime();

	(void)state;
	assert_int_equal(kill(backend, SIGSTOP), 0);
	probe_init(&frozen, "09");
	probe_call(&frozen, "test_item_add", "09", "frozen");
	frozen.segment.timeout_ms = 300;
	probe_init(&behind, "09");
	probe_call(&behind, "test_text", "x", NULL);
	probe_init(&other, "09");
	probe_call(&other, "test_text", "x", NULL);
	other.segment.lane = 1;
	db_submit(db, &frozen.segment);
	db_submit(db, &behind.segment);
	PROBE_RUN(&loop, db, &other);
	assert_int_equal(other.outcome, DB_DONE);
	assert_int_equal(frozen.ended, 0);
	RUN_UNTIL(&loop, frozen.ended > 0 && behind.ended > 0);
	assert_int_equal(frozen.outcome, DB_UNAVAILABLE);
	assert_int_equal(behind.outcome, DB_UNAVAILABLE);
	assert_in_range((uv_hrtime() - start) / 1000000, 2300, 6000);
	assert_int_not_equal(backend_of(0), backend);
	kill(backend, SIGCONT);
}

static void terminated_backend_is_replaced(void **state)
{
	struct probe sleeping, behind;
	char command[64];
	pid_t backend = backend_of(0);

	(void)state;
	probe_init(&sleeping, "09");
	probe_call(&sleeping, "test_sleep", "20", NULL);
	sleeping.segment.timeout_ms = 30000;
	probe_init(&behind, "09");
	probe_call(&behind, "test_text", "x", NULL);
	db_submit(db, &sleeping.segment);
	db_submit(db, &behind.segment);
	snprintf(command, sizeof(command), "select pg_terminate_backend(%d)", (int)backend);
	postgres_sql(&postgres, command, NULL);
	RUN_UNTIL(&loop, sleeping.ended > 0 && behind.ended > 0);
	assert_int_equal(sleeping.outcome, DB_UNAVAILABLE);
	assert_string_equal(sleeping.error.sqlstate, "57P01");
	assert_int_equal(behind.outcome, DB_UNAVAILABLE);
	assert_int_not_equal(backend_of(0), backend);
}

/* A cancelled statement is refused, and costs nobody else anything. */
static void cancelled_statement_is_rejected(void **state)
{
	struct probe sleeping, behind;
	char command[64];
	pid_t backend = backend_of(0);
	char ***rows;

	(void)state;
	probe_init(&sleeping, "09");
	probe_call(&sleeping, "test_sleep", "20", NULL);
	sleeping.segment.timeout_ms = 30000;
	probe_init(&behind, "09");
	probe_call(&behind, "test_text", "x", NULL);
	db_submit(db, &sleeping.segment);
	db_submit(db, &behind.segment);
	snprintf(command, sizeof(command), "select pg_cancel_backend(%d)", (int)backend);
	while (postgres_sql(&postgres, "select from pg_stat_activity where wait_event = 'PgSleep'",
		       &rows) == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
	postgres_sql(&postgres, command, NULL);
	RUN_UNTIL(&loop, sleeping.ended > 0 && behind.ended > 0);
	assert_int_equal(sleeping.outcome, DB_REJECTED);
	assert_string_equal(sleeping.error.sqlstate, "57014");
	assert_int_equal(behind.outcome, DB_DONE);
	assert_int_equal(backend_of(0), backend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			killed_server_loses_nothing_that_was_told, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			stopped_server_ends_what_is_in_flight, open_ready, close_db),
		cmocka_unit_test_setup_teardown(short_outage_costs_no_errors, open_ready, close_db),
		cmocka_unit_test_setup_teardown(frozen_backend_is_given_up, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			terminated_backend_is_replaced, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			cancelled_statement_is_rejected, open_ready, close_db),
	};

	return cmocka_run_group_tests(tests, start_postgres, end_postgres);
}
