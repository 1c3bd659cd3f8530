/* The blocking connection of the command line tools: all of a text or nothing, and errors as the
 * server says them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../support/postgres.h"

static struct postgres postgres;
static struct db_blocking *db;
static char *error;

static int start_postgres(void **state)
{
	(void)state;
	postgres_start(&postgres);
	db = db_blocking_open(postgres.conninfo, postgres.arena, &error);
	CHECK(db != NULL);
	return 0;
}

static int end_postgres(void **state)
{
	(void)state;
	db_blocking_close(&db);
	db_blocking_close(&db); /* takes NULL */
	postgres_end(&postgres);
	return 0;
}

/* Runs a text without values; rows and count stay untouched when it fails. */
static bool run(const char *text, char ****out_rows, size_t *out_count)
{
	error = NULL;
	return db_blocking_run(db, postgres.arena, text, NULL, 0, out_rows, out_count, &error);
}

static void many_statements_are_one_transaction(void **state)
{
	char ***rows = NULL;
	size_t count = 7;

	(void)state;
	assert_true(
		run("create table t (n int not null); insert into t values (1), (2)", NULL, NULL));
	assert_false(run("insert into t values (3); select 1/0", &rows, &count));
	assert_string_equal(error, "ERROR:  division by zero");
	assert_null(rows);
	assert_int_equal(count, 7);
	assert_true(run(
		"insert into t values (4); select n, null::int from t order by n", &rows, &count));
	assert_int_equal(count, 3);
	assert_string_equal(rows[2][0], "4");
	assert_null(rows[2][1]);
	assert_true(run("drop table t", NULL, NULL));
}

static void error_at_the_commit_is_seen(void **state)
{
	char ***rows;

	(void)state;
	assert_true(run("create table t (n int unique deferrable initially deferred)", NULL, NULL));
	assert_false(run("insert into t values (1), (1)", NULL, NULL));
	assert_non_null(strstr(error, "duplicate key"));
	assert_true(run("select count(*) from t", &rows, NULL));
	assert_string_equal(rows[0][0], "0");
	assert_true(run("drop table t", NULL, NULL));
}

/* What comes after such a commit would not be one transaction with what came before. */
static void text_must_not_end_its_transaction(void **state)
{
	(void)state;
	assert_false(run("select 1; commit; select 2", NULL, NULL));
	assert_non_null(strstr(error, "ends its transaction"));
	assert_true(run("select 1", NULL, NULL));
}

static void values_are_not_code(void **state)
{
	const char *values[] = { "x'); drop table t; --", NULL };
	char ***rows;
	size_t count;

	(void)state;
	assert_true(db_blocking_run(db, postgres.arena, "select $1::text, $2::text is null", values,
		2, &rows, &count, &error));
	assert_int_equal(count, 1);
	assert_string_equal(rows[0][0], values[0]);
	assert_string_equal(rows[0][1], "t");
	assert_false(db_blocking_run(
		db, postgres.arena, "select $1::int", values, 1, NULL, NULL, &error));
	assert_non_null(strstr(error, "invalid input syntax"));
}

/* Some statements must not be in a transaction. */
static void statement_with_values_stands_alone(void **state)
{
	const char *none = NULL;

	(void)state;
	assert_false(run("vacuum", NULL, NULL));
	assert_true(db_blocking_run(db, postgres.arena, "vacuum", &none, 0, NULL, NULL, &error));
}

static void lost_connection_is_made_anew(void **state)
{
	(void)state;
	assert_false(run("select pg_terminate_backend(pg_backend_pid())", NULL, NULL));
	assert_true(run("select 1", NULL, NULL));
}

static void no_server_has_a_reason(void **state)
{
	(void)state;
	error = NULL;
	assert_null(db_blocking_open("host=/nowhere/at/all", postgres.arena, &error));
	assert_non_null(strstr(error, "/nowhere/at/all"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_statements_are_one_transaction),
		cmocka_unit_test(error_at_the_commit_is_seen),
		cmocka_unit_test(text_must_not_end_its_transaction),
		cmocka_unit_test(values_are_not_code),
		cmocka_unit_test(statement_with_values_stands_alone),
		cmocka_unit_test(lost_connection_is_made_anew),
		cmocka_unit_test(no_server_has_a_reason),
	};

	return cmocka_run_group_tests(tests, start_postgres, end_postgres);
}
