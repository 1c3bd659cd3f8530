/* db against a real PostgreSQL: what a segment is, that neighbours do not touch each other, and the
 * limits. What happens when the server fails is in test_db_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/postgres.h"
#include "../support/probe.h"

static struct postgres postgres;
static uv_loop_t loop;
static struct db *db;

static int start_postgres(void **state)
{
	(void)state;
	postgres_start(&postgres);
	postgres_load_runtime(&postgres);
	return 0;
}

static int end_postgres(void **state)
{
	(void)state;
	postgres_end(&postgres);
	return 0;
}

static void open_db(const char *conninfo, unsigned lanes)
{
	CHECK(uv_loop_init(&loop) == 0);
	db = db_new(&(struct db_settings){ .loop = &loop, .conninfo = conninfo, .lanes = lanes });
}

static int open_ready(void **state)
{
	(void)state;
	postgres_sql(&postgres, "truncate public.item, public.seat restart identity", NULL);
	open_db(postgres.tester, 2);
	RUN_UNTIL(&loop, db_is_ready(db));
	return 0;
}

static int close_db(void **state)
{
	(void)state;
	db_destroy(&db);
	probe_close_loop(&loop);
	return 0;
}

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

/* ---- neighbours */

#define N_MIXED 4000
#define N_SCOPES 3
#define WINDOW 300

static const char *const SCOPES[N_SCOPES] = { "091", "092", "093" };

/* What segment i does; each kind is met by each scope. */
enum kind { ADDS, DIVIDES, REPEATS, TRESPASSES, SLEEPS };

struct mix {
	struct probe *probes;
	unsigned submitted, ended, wrong;
	unsigned added[N_SCOPES];
};
static struct mix mix;

static enum kind kind_of(unsigned number)
{
	if (number % 501 == 499)
		return SLEEPS;
	return number % 7 == 3   ? DIVIDES
	       : number % 7 == 4 ? REPEATS
	       : number % 7 == 5 ? TRESPASSES
				 : ADDS;
}

/* Every row that a segment sees is within its scope, and its settings are its own. */
static bool sees_only_its_own(struct probe *probe)
{
	const struct db_rows *rows = probe->segment.rows[1];
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%ums", probe->segment.timeout_ms);
	for (size_t i = 0; i < db_count(rows); i++)
		if (strncmp(db_value(rows, i, 0), probe->segment.scope, 3) != 0 ||
			strcmp(db_value(rows, i, 1), probe->segment.scope) != 0 ||
			strcmp(db_value(rows, i, 2), probe->segment.actor) != 0 ||
			strcmp(db_value(rows, i, 3), timeout) != 0)
			return false;
	return db_count(rows) > 0;
}

static bool is_as_expected(struct probe *probe)
{
	const struct db_error *error = &probe->error;

	switch (kind_of(probe->number)) {
	case ADDS:
		return probe->outcome == DB_DONE && sees_only_its_own(probe);
	case DIVIDES:
		return probe->outcome == DB_REJECTED && strcmp(error->sqlstate, "22012") == 0;
	case REPEATS:
		return probe->outcome == DB_REJECTED && strcmp(error->sqlstate, "23505") == 0 &&
		       strcmp(error->constraint, "item_label_once") == 0;
	case TRESPASSES:
		return probe->outcome == DB_REJECTED && strcmp(error->sqlstate, "42501") == 0;
	case SLEEPS:
		return probe->outcome == DB_REJECTED && strcmp(error->sqlstate, "57014") == 0;
	}
	return false;
}

static void submit_mixed(unsigned number);

static void on_mixed(struct probe *probe)
{
	mix.ended++;
	if (!is_as_expected(probe)) {
		mix.wrong++;
		fprintf(stderr, "segment %u: outcome %d %s %s\n", probe->number,
			(int)probe->outcome, probe->error.sqlstate, probe->error.message);
	}
	if (mix.submitted < N_MIXED)
		submit_mixed(mix.submitted++);
}

/* Every segment first adds an item, so that a rollback that did not happen would be seen. */
static void submit_mixed(unsigned number)
{
	struct probe *probe = &mix.probes[number];
	unsigned scope = number % N_SCOPES;
	enum kind kind = kind_of(number);

	probe_init(probe, SCOPES[scope]);
	probe->number = number;
	probe->segment.actor = SCOPES[(scope + 1) % N_SCOPES];
	probe->segment.lane = number;
	probe->segment.timeout_ms = kind == SLEEPS ? 600 : 20001 + scope;
	probe->on_ended = on_mixed;
	snprintf(probe->text[0], sizeof(probe->text[0]), "%s%u", SCOPES[scope], number);
	probe_call(probe, "test_item_add", probe->text[0], probe->text[0]);
	if (kind == ADDS)
		probe_call(probe, "test_item_list", NULL, NULL);
	else if (kind == DIVIDES)
		probe_call(probe, "test_divide", "1", "0");
	else if (kind == REPEATS)
		probe_call(probe, "test_item_add", probe->text[0], probe->text[0]);
	else if (kind == TRESPASSES)
		probe_call(probe, "test_item_add", SCOPES[(scope + 1) % N_SCOPES], "x");
	else
		probe_call(probe, "test_sleep", "5", NULL);
	mix.added[scope] += kind == ADDS;
	db_submit(db, &probe->segment);
}

static void mixed_segments_do_not_touch_each_other(void **state)
{
	char ***rows;

	(void)state;
	mix = (struct mix){ .probes = calloc(N_MIXED, sizeof(struct probe)) };
	while (mix.submitted < WINDOW)
		submit_mixed(mix.submitted++);
	RUN_UNTIL(&loop, mix.ended == N_MIXED);
	assert_int_equal(mix.wrong, 0);
	for (unsigned i = 0; i < N_MIXED; i++)
		assert_int_equal(mix.probes[i].ended, 1);
	assert_int_equal(
		postgres_sql(&postgres,
			"select left(key, 3), count(*) from public.item group by 1 order by 1",
			&rows),
		3);
	for (unsigned i = 0; i < N_SCOPES; i++)
		assert_int_equal(strtoul(rows[i][1], NULL, 10), mix.added[i]);
	free(mix.probes);
}

static void failed_segment_leaves_neighbours_untouched(void **state)
{
	static const char *const LABELS[] = { "before", "failed", "after" };
	struct probe probes[3];
	char ***rows;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		probe_init(&probes[i], "09");
		probe_call(&probes[i], "test_item_add", "09", LABELS[i]);
		probe_call(&probes[i], "test_divide", "4", i == 1 ? "0" : "2");
		db_submit(db, &probes[i].segment);
	}
	RUN_UNTIL(&loop, probes[2].ended > 0);
	assert_int_equal(probes[0].outcome, DB_DONE);
	assert_string_equal(probes[0].value, "2");
	assert_int_equal(probes[1].outcome, DB_REJECTED);
	assert_null(probes[1].segment.rows[0]);
	assert_int_equal(probes[2].outcome, DB_DONE);
	assert_int_equal(
		postgres_sql(&postgres, "select label from public.item order by id", &rows), 2);
	assert_string_equal(rows[0][0], "before");
	assert_string_equal(rows[1][0], "after");
}

/* All statements succeed, and the Sync fails: nothing of it may be told as done. */
static void error_at_the_commit_is_seen(void **state)
{
	struct probe probes[3];
	char ***rows;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		probe_init(&probes[i], "09");
		probe_call(&probes[i], "test_seat_take", i == 2 ? "3" : "1", i == 2 ? "8" : "7");
		if (i == 1)
			probe_call(&probes[i], "test_text", "all is well", NULL);
		db_submit(db, &probes[i].segment);
	}
	RUN_UNTIL(&loop, probes[2].ended > 0);
	assert_int_equal(probes[0].outcome, DB_DONE);
	assert_int_equal(probes[1].outcome, DB_REJECTED);
	assert_string_equal(probes[1].error.sqlstate, "23505");
	assert_string_equal(probes[1].error.constraint, "seat_place_once");
	assert_int_equal(probes[2].outcome, DB_DONE);
	assert_int_equal(postgres_sql(&postgres, "select from public.seat", &rows), 2);
}

static void scope_must_be_given(void **state)
{
	static const char *const NOTHING[] = { "", NULL, ",,", "08", "092" };
	struct probe probe;

	(void)state;
	probe_init(&probe, "091");
	probe_call(&probe, "test_item_add", "091", "one");
	PROBE_RUN(&loop, db, &probe);
	for (size_t i = 0; i < sizeof(NOTHING) / sizeof(NOTHING[0]); i++) {
		probe_init(&probe, NOTHING[i]);
		probe_call(&probe, "test_item_keys", NULL, NULL);
		PROBE_RUN(&loop, db, &probe);
		assert_int_equal(probe.outcome, DB_DONE);
		assert_string_equal(probe.value, "");
	}
	probe_init(&probe, "08,,09");
	probe_call(&probe, "test_item_keys", NULL, NULL);
	PROBE_RUN(&loop, db, &probe);
	assert_string_equal(probe.value, "091");
}

/* A statement that opens a transaction would keep all later segments uncommitted. */
static void opened_transaction_costs_the_connection(void **state)
{
	struct probe add, begin, after;
	char ***rows;

	(void)state;
	probe_init(&begin, "09");
	probe_call(&begin, "test_begin", NULL, NULL);
	probe_init(&add, "09");
	probe_call(&add, "test_item_add", "09", "in between");
	db_submit(db, &begin.segment);
	db_submit(db, &add.segment);
	RUN_UNTIL(&loop, begin.ended > 0 && add.ended > 0);
	assert_int_equal(begin.outcome, DB_UNAVAILABLE);
	assert_int_equal(add.outcome, DB_UNAVAILABLE);
	probe_init(&after, "09");
	probe_call(&after, "test_item_add", "09", "afterwards");
	PROBE_RUN(&loop, db, &after);
	assert_int_equal(after.outcome, DB_DONE);
	assert_int_equal(
		postgres_sql(&postgres, "select label from public.item where label <> 'in between'",
			&rows),
		1);
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
	start = uv_hrtime();
	PROBE_RUN(&loop, db, &probe);
	assert_int_equal(probe.outcome, DB_UNAVAILABLE);
	assert_in_range((uv_hrtime() - start) / 1000000, 300, 1500);
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
		cmocka_unit_test_setup_teardown(
			mixed_segments_do_not_touch_each_other, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			failed_segment_leaves_neighbours_untouched, open_ready, close_db),
		cmocka_unit_test_setup_teardown(error_at_the_commit_is_seen, open_ready, close_db),
		cmocka_unit_test_setup_teardown(scope_must_be_given, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			opened_transaction_costs_the_connection, open_ready, close_db),
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
