/* db and what the server is like: without its standby, read-only, with settings that lose commits,
 * not migrated yet, or migrated under our feet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/db_fixture.h"
#include <signal.h>

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

/* ---- settings of the server */

static void set_system(const char *name, const char *value)
{
	char command[128];

	snprintf(command, sizeof(command), "alter system set %s = '%s'", name, value);
	postgres_alone(&postgres, command);
	postgres_sql(&postgres, "select pg_reload_conf()", NULL);
}

static void reset_system(void)
{
	postgres_alone(&postgres, "alter system reset all");
	postgres_sql(&postgres, "select pg_reload_conf()", NULL);
	db_blocking_close(&postgres.admin);
}

/* New sessions see the setting as soon as the first process has read its file again. */
static void wait_for_setting(const char *name, const char *value)
{
	char command[128];
	char ***rows = NULL;

	snprintf(command, sizeof(command), "select current_setting('%s')", name);
	do {
		db_blocking_close(&postgres.admin);
		postgres_sql(&postgres, command, &rows);
	} while (strcmp(rows[0][0], value) != 0);
}

/* Waits until a commit of ours waits for the standby that is not there. */
static void wait_for_commit_to_hang(void)
{
	char ***rows;

	while (postgres_sql(&postgres, "select from pg_stat_activity where wait_event = 'SyncRep'",
		       &rows) == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
}

/* PostgreSQL answers "INSERT 0 1" with a warning; told as done it would be lost at a fail-over. */
static void cancelled_wait_for_the_standby_is_not_done(void **state)
{
	struct probe probe, behind;

	(void)state;
	set_system("synchronous_standby_names", "nosuch");
	wait_for_setting("synchronous_standby_names", "nosuch");
	probe_init(&probe, "09");
	probe_call(&probe, "test_item_add", "09", "not on the standby");
	probe_init(&behind, "09");
	probe_call(&behind, "test_text", "x", NULL);
	probe.segment.timeout_ms = 20000;
	db_submit(db, &probe.segment);
	db_submit(db, &behind.segment);
	wait_for_commit_to_hang();
	postgres_sql(&postgres,
		"select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
		NULL);
	RUN_UNTIL(&loop, probe.ended > 0 && behind.ended > 0);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	assert_int_equal(behind.outcome, DB_UNAVAILABLE);
	reset_system();
	assert_true(backend_of(0) > 0);
}

/* statement_timeout does not end a commit; our own deadline does. */
static void missing_standby_is_waited_for_in_vain(void **state)
{
	struct probe probe;

	(void)state;
	set_system("synchronous_standby_names", "nosuch");
	wait_for_setting("synchronous_standby_names", "nosuch");
	probe_init(&probe, "09");
	probe_call(&probe, "test_item_add", "09", "nobody there");
	probe.segment.timeout_ms = 200;
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	reset_system();
	assert_true(backend_of(0) > 0);
}

static void settings_that_lose_commits_are_refused(void **state)
{
	static const char *const SETTINGS[][2] = { { "fsync", "off" },
		{ "full_page_writes", "off" }, { "synchronous_commit", "off" },
		{ "synchronous_commit", "local" } };

	(void)state;
	for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
		char why[64];

		set_system(SETTINGS[i][0], SETTINGS[i][1]);
		wait_for_setting(SETTINGS[i][0], SETTINGS[i][1]);
		open_db(postgres.tester, 2);
		snprintf(why, sizeof(why), "%s is %s", SETTINGS[i][0], SETTINGS[i][1]);
		RUN_UNTIL(&loop, strstr(db_why_not(db), why) != NULL);
		assert_false(db_is_ready(db));
		reset_system();
		RUN_UNTIL(&loop, db_is_ready(db));
		if (i + 1 < sizeof(SETTINGS) / sizeof(SETTINGS[0]))
			close_db(NULL);
	}
}

/* After a fail-over the old primary takes no writes: look for the new one. */
static void read_only_server_is_left(void **state)
{
	struct probe probe, after;

	(void)state;
	set_system("default_transaction_read_only", "on");
	wait_for_setting("default_transaction_read_only", "on");
	probe_init(&probe, "09");
	probe_call(&probe, "test_item_add", "09", "read only");
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	assert_string_equal(probe.error.sqlstate, "25006");
	RUN_UNTIL(&loop, strstr(db_why_not(db), "read-only") != NULL || db_is_ready(db));
	postgres_alone(&postgres, "alter system reset all");
	postgres_sql(&postgres, "select pg_reload_conf()", NULL);
	probe_init(&after, "09");
	probe_call(&after, "test_item_add", "09", "writable");
	after.segment.timeout_ms = 20000;
	PROBE_RUN(&loop, db, &after);
	assert_int_equal(after.outcome, DB_DONE);
}

/* ---- the schema */

static void missing_table_is_named_until_it_is_there(void **state)
{
	struct probe probe;

	(void)state;
	postgres_sql(&postgres, "alter table public.seat rename to chair", NULL);
	open_db(postgres.tester, 2);
	RUN_UNTIL(&loop, strstr(db_why_not(db), "test_seat_take") != NULL);
	assert_non_null(strstr(db_why_not(db), "relation \"seat\" does not exist (42P01)"));
	assert_false(db_is_ready(db));
	probe_init(&probe, "09");
	probe_call(&probe, "test_seat_take", "1", "1");
	probe.segment.timeout_ms = 20000;
	db_submit(db, &probe.segment);
	postgres_sql(&postgres, "alter table public.chair rename to seat", NULL);
	RUN_UNTIL(&loop, probe.ended > 0);
	assert_int_equal(probe.outcome, DB_DONE);
}

/* "cached plan must not change result type": new connections plan anew. */
static void changed_table_is_planned_anew(void **state)
{
	struct probe probe;

	(void)state;
	probe_init(&probe, "09");
	probe_call(&probe, "test_wide", NULL, NULL);
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
	postgres_sql(&postgres, "alter table public.wide add column second int", NULL);
	probe_init(&probe, "09");
	probe_call(&probe, "test_wide", NULL, NULL);
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	assert_string_equal(probe.error.sqlstate, "0A000");
	probe_init(&probe, "09");
	probe_call(&probe, "test_wide", NULL, NULL);
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			cancelled_wait_for_the_standby_is_not_done, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			missing_standby_is_waited_for_in_vain, open_ready, close_db),
		cmocka_unit_test_teardown(settings_that_lose_commits_are_refused, close_db),
		cmocka_unit_test_setup_teardown(read_only_server_is_left, open_ready, close_db),
		cmocka_unit_test_teardown(missing_table_is_named_until_it_is_there, close_db),
		cmocka_unit_test_setup_teardown(
			changed_table_is_planned_anew, open_ready, close_db),
	};

	return cmocka_run_group_tests(tests, start_postgres, end_postgres);
}
