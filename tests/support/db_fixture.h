/* What each test of db begins and ends with: a PostgreSQL of its own for the program, and for each
 * test an empty schema, a loop and a db that is ready. Included by one test_db*.c per program, so
 * its state is that program's.
 *
 *   cmocka_run_group_tests(tests, start_postgres, end_postgres)
 *   cmocka_unit_test_setup_teardown(x, open_ready, close_db) */
#ifndef ASSKOMM_TESTS_DB_FIXTURE_H
#define ASSKOMM_TESTS_DB_FIXTURE_H

#include "postgres.h"
#include "probe.h"

static struct postgres postgres;
static uv_loop_t loop;
static struct db *db;
static unsigned changes; /* how often db said that its readiness may have changed */

static inline int start_postgres(void **state)
{
	(void)state;
	postgres_start(&postgres);
	postgres_load_runtime(&postgres);
	return 0;
}

static inline int end_postgres(void **state)
{
	(void)state;
	postgres_end(&postgres);
	return 0;
}

static inline void count_change(struct db *changed)
{
	(void)changed;
	changes++;
}

/* A loop and a db that begins to connect. */
static inline void open_db(const char *conninfo, unsigned lanes)
{
	CHECK(uv_loop_init(&loop) == 0);
	changes = 0;
	db = db_new(&(struct db_settings){
		.loop = &loop, .conninfo = conninfo, .lanes = lanes, .on_change = count_change });
}

/* Empty tables, two lanes, ready. */
static inline int open_ready(void **state)
{
	(void)state;
	postgres_sql(&postgres, "truncate public.item, public.seat restart identity", NULL);
	open_db(postgres.tester, 2);
	RUN_UNTIL(&loop, db_is_ready(db));
	return 0;
}

static inline int close_db(void **state)
{
	(void)state;
	db_destroy(&db);
	probe_close_loop(&loop);
	return 0;
}

#endif
