/* db against a real PostgreSQL: values, rows, order and limits, connecting and ending. That
 * neighbours do not touch each other is in test_db_segments.c, what happens when the server fails
 * in test_db_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/db_fixture.h"

/* ---- values and rows */

static void rows_and_values(void **state)
{
	struct probe probe;

	(void)state;
	assert_string_equal(db_why_not(db), "");
	probe_init(&probe, "09");
	probe_call(&probe, "test_text", "Grüße, \"Ort\"", NULL);
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
	assert_string_equal(probe.value, "Grüße, \"Ort\"");
	assert_int_equal(db_depth(db), 0);
}

static void check_null(struct probe *probe)
{
	const struct db_rows *rows = probe->segment.rows[0];

	assert_int_equal(db_columns(rows), 2);
	assert_string_equal(db_column(rows, 0), "value");
	assert_null(db_value(rows, 0, 0));
	assert_string_equal(db_value(rows, 0, 1), "t");
}

static void null_goes_in_and_out(void **state)
{
	struct probe probe;

	(void)state;
	probe_init(&probe, NULL);
	probe_call(&probe, "test_text", NULL, NULL);
	probe.on_ended = check_null;
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
}

static const char *const HARD_ITEMS[] = { "plain", "", NULL, "NULL", "null", "a,b", "{x}", "\"",
	"\\", "\\\"", " blank ", "line\nbreak\ttab", "Größe", "'", "{}" };
#define N_HARD_ITEMS (sizeof(HARD_ITEMS) / sizeof(HARD_ITEMS[0]))

static void check_array(struct probe *probe)
{
	const struct db_rows *rows = probe->segment.rows[0];

	assert_int_equal(db_count(rows), N_HARD_ITEMS);
	for (size_t i = 0; i < N_HARD_ITEMS; i++)
		if (HARD_ITEMS[i] == NULL)
			assert_null(db_value(rows, i, 0));
		else
			assert_string_equal(db_value(rows, i, 0), HARD_ITEMS[i]);
}

static void arrays_come_back_as_they_went(void **state)
{
	struct probe probe;

	(void)state;
	probe_init(&probe, "");
	probe_call(&probe, "test_array", db_array(postgres.arena, N_HARD_ITEMS, HARD_ITEMS), NULL);
	probe.on_ended = check_array;
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_DONE);
	assert_string_equal(db_array(postgres.arena, 0, NULL), "{}");
}

static void check_series(struct probe *probe)
{
	assert_int_equal(db_count(probe->segment.rows[0]), 20000);
	assert_string_equal(db_value(probe->segment.rows[0], 19999, 0), "20000");
}

/* 20 MB in each direction at once: a client that only writes or only reads would hang here. */
static void large_values_and_answers_do_not_hang(void **state)
{
	struct probe probes[8];
	char *large = arena_alloc(postgres.arena, 2 * 1024 * 1024 + 1);
	unsigned ended = 0;

	(void)state;
	memset(large, 'x', 2 * 1024 * 1024);
	for (size_t i = 0; i < 8; i++) {
		probe_init(&probes[i], "");
		probe_call(&probes[i], "test_text", large, NULL);
		probe_call(&probes[i], "test_series", "20000", NULL);
		probes[i].segment.lane = 0;
		probes[i].segment.timeout_ms = 20000;
		probes[i].segment.on_done = probe_on_done;
		db_submit(db, &probes[i].segment);
	}
	for (size_t i = 0; i < 8; i++)
		RUN_UNTIL(&loop, probes[i].ended > 0);
	for (size_t i = 0; i < 8; i++)
		ended += probes[i].outcome == DB_DONE;
	assert_int_equal(ended, 8);
	probe_init(&probes[0], "");
	probe_call(&probes[0], "test_series", "20000", NULL);
	probes[0].on_ended = check_series;
	PROBE_RUN(&loop, db, &probes[0]);
}

/* ---- order and limits */

#define N_ORDERED 500
static unsigned order_seen[N_ORDERED];
static unsigned order_count;

static void note_order(struct probe *probe)
{
	order_seen[order_count++] = probe->number;
}

static void lane_keeps_its_order(void **state)
{
	struct probe *probes = calloc(N_ORDERED, sizeof(*probes));
	char ***rows;

	(void)state;
	order_count = 0;
	for (unsigned i = 0; i < N_ORDERED; i++) {
		probe_init(&probes[i], "09");
		probes[i].number = i;
		probes[i].segment.lane = 7;
		probes[i].on_ended = note_order;
		snprintf(probes[i].text[0], sizeof(probes[i].text[0]), "%u", i);
		probe_call(&probes[i], "test_item_add", "09", probes[i].text[0]);
		db_submit(db, &probes[i].segment);
	}
	RUN_UNTIL(&loop, order_count == N_ORDERED);
	assert_int_equal(
		postgres_sql(&postgres, "select label from public.item order by id", &rows),
		N_ORDERED);
	for (unsigned i = 0; i < N_ORDERED; i++) {
		assert_int_equal(order_seen[i], i);
		assert_string_equal(rows[i][0], probes[i].text[0]);
	}
	free(probes);
}

/* Before a lane is up, 512 wait; more are refused, but not from inside db_submit. */
static void queue_has_a_limit(void **state)
{
	struct probe *probes = calloc(1000, sizeof(*probes));
	unsigned done = 0, unavailable = 0;

	(void)state;
	open_db(postgres.tester, 2);
	for (unsigned i = 0; i < 1000; i++) {
		probe_init(&probes[i], "09");
		probe_call(&probes[i], "test_text", "x", NULL);
		probes[i].segment.lane = i;
		db_submit(db, &probes[i].segment);
		assert_int_equal(probes[i].ended, 0);
	}
	assert_int_equal(db_depth(db), 512);
	for (unsigned i = 0; i < 1000; i++)
		RUN_UNTIL(&loop, probes[i].ended > 0);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(probes[i].ended, 1);
		done += probes[i].outcome == DB_DONE;
		unavailable += probes[i].outcome == DB_UNAVAILABLE;
	}
	assert_int_equal(done, 512);
	assert_int_equal(unavailable, 488);
	free(probes);
}

static void waiting_ends_in_time(void **state)
{
	struct probe probe;
	uint64_t start;

	(void)state;
	open_db("host=/nowhere/at/all", 1);
	probe_init(&probe, "09");
	probe_call(&probe, "test_text", "x", NULL);
	probe.segment.timeout_ms = 300;
	start = uv_now(&loop);
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	assert_in_range(uv_now(&loop) - start, 300, 1500);
	assert_false(db_is_ready(db));
	assert_non_null(strstr(db_why_not(db), "/nowhere/at/all"));
}

static void senseless_conninfo_is_the_reason(void **state)
{
	(void)state;
	open_db("host=x nonsense=1", 1);
	RUN_UNTIL(&loop, strstr(db_why_not(db), "nonsense") != NULL);
	assert_false(db_is_ready(db));
}

/* Names are resolved, refused addresses are passed over, and the socket comes last. */
static void goes_on_to_the_next_host(void **state)
{
	char conninfo[256];
	struct probe probe;

	(void)state;
	snprintf(conninfo, sizeof(conninfo),
		"host=localhost,127.0.0.1,localhost,%s port=1,1,2,5432 user=tester dbname=postgres",
		postgres.dir);
	open_db(conninfo, 3);
	for (unsigned lane = 0; lane < 3; lane++) {
		probe_init(&probe, "09");
		probe_call(&probe, "test_text", "there", NULL);
		probe.segment.lane = lane;
		PROBE_RUN(&loop, db, &probe);
		assert_string_equal(probe.value, "there");
	}
}

/* ---- lives */

static void submit_again(struct probe *probe)
{
	if (probe->number++ < 100) {
		probe->segment.n_calls = 0;
		probe_call(probe, "test_text", "again", NULL);
		db_submit(db, &probe->segment);
	}
}

static void may_submit_inside_on_done(void **state)
{
	struct probe probe;

	(void)state;
	probe_init(&probe, "09");
	probe_call(&probe, "test_text", "x", NULL);
	probe.on_ended = submit_again;
	db_submit(db, &probe.segment);
	RUN_UNTIL(&loop, probe.ended == 101);
	assert_string_equal(probe.value, "again");
}

static void destroy_db(struct probe *probe)
{
	(void)probe;
	db_destroy(&db);
}

/* Whether they are in flight, waiting, or submitted too late: each ends once. */
static void destroy_ends_everything_once(void **state)
{
	struct probe *probes = calloc(300, sizeof(*probes));
	unsigned done = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		probe_init(&probes[i], "09");
		probe_call(&probes[i], "test_text", "x", NULL);
		probes[i].segment.lane = i;
		if (i == 20)
			probes[i].on_ended = destroy_db;
		if (i == 200)
			probes[i].on_ended = submit_again;
		db_submit(db, &probes[i].segment);
	}
	probes[200].number = 99; /* once */
	RUN_UNTIL(&loop, probes[20].ended > 0);
	assert_null(db);
	uv_run(&loop, UV_RUN_DEFAULT);
	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(probes[i].ended, i == 200 ? 2 : 1);
		done += probes[i].outcome == DB_DONE;
	}
	assert_in_range(done, 1, 299);
	free(probes);
}

static void destroy_while_connecting(void **state)
{
	struct probe probe;

	(void)state;
	db_destroy(&db); /* takes NULL */
	for (int turns = 0; turns < 8; turns++) {
		open_db(turns % 2 == 0 ? postgres.tester : "host=localhost port=1", 2);
		probe_init(&probe, "09");
		probe_call(&probe, "test_text", "x", NULL);
		db_submit(db, &probe.segment);
		for (int i = 0; i < turns; i++)
			uv_run(&loop, UV_RUN_NOWAIT);
		db_destroy(&db);
		assert_int_equal(probe.ended, 1);
		probe_close_loop(&loop);
	}
	open_db(postgres.tester, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_and_values, open_ready, close_db),
		cmocka_unit_test_setup_teardown(null_goes_in_and_out, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			arrays_come_back_as_they_went, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			large_values_and_answers_do_not_hang, open_ready, close_db),
		cmocka_unit_test_setup_teardown(lane_keeps_its_order, open_ready, close_db),
		cmocka_unit_test_teardown(queue_has_a_limit, close_db),
		cmocka_unit_test_teardown(waiting_ends_in_time, close_db),
		cmocka_unit_test_teardown(senseless_conninfo_is_the_reason, close_db),
		cmocka_unit_test_teardown(goes_on_to_the_next_host, close_db),
		cmocka_unit_test_setup_teardown(may_submit_inside_on_done, open_ready, close_db),
		cmocka_unit_test_setup_teardown(destroy_ends_everything_once, open_ready, close_db),
		cmocka_unit_test_teardown(destroy_while_connecting, close_db),
	};

	return cmocka_run_group_tests(tests, start_postgres, end_postgres);
}
