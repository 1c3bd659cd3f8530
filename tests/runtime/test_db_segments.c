/* Segments of different callers share connections, and nothing else: scopes, settings, errors and
 * transactions of one never reach another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/db_fixture.h"

/* ---- thousands at once */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			mixed_segments_do_not_touch_each_other, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			failed_segment_leaves_neighbours_untouched, open_ready, close_db),
		cmocka_unit_test_setup_teardown(error_at_the_commit_is_seen, open_ready, close_db),
		cmocka_unit_test_setup_teardown(scope_must_be_given, open_ready, close_db),
		cmocka_unit_test_setup_teardown(
			opened_transaction_costs_the_connection, open_ready, close_db),
	};

	return cmocka_run_group_tests(tests, start_postgres, end_postgres);
}
