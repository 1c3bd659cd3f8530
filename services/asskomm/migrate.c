/* Applies the schema files. Each is one transaction with the row that says so: a run that is killed
 * leaves whole files behind and is simply repeated. The checksum is computed by PostgreSQL over the
 * file's text, so that a file that was edited afterwards is noticed and named. */
#include "migrate.h"
#include "command.h"
#include "core/text.h"
#include "runtime/db.h"
#include <stdio.h>
#include <string.h>

#define ARENA_CEILING (64u * 1024 * 1024)

struct run {
	struct arena *arena;
	struct db_blocking *db;
	char ***applied; /* schema, name, sha256 */
	size_t n_applied;
	size_t n_new;
	bool check_only;
};

/* False, so that a caller can return it. */
static bool failed(const char *what, const char *why)
{
	fprintf(stderr, "asskomm migrate: %s: %s\n", what, why);
	return false;
}

/* Runs one of our own statements (sql/) with one value or none. */
MUST_CHECK static bool ask(
	struct run *run, const char *name, const char *value, char ****out_rows, size_t *out_count)
{
	const struct statement *statement = statement_find(name);
	char *error = NULL;

	CHECK(statement != NULL && statement->n_params == (value != NULL));
	if (db_blocking_run(run->db, run->arena, statement->text, &value, statement->n_params,
		    out_rows, out_count, &error))
		return true;
	return failed(name, error);
}

/* Reads what was applied before. A check changes nothing, so the table may be missing then. */
static bool begin(struct run *run)
{
	char ***rows;

	if (!run->check_only)
		return ask(run, "migration.lock", NULL, NULL, NULL) &&
		       ask(run, "migration.begin", NULL, NULL, NULL) &&
		       ask(run, "migration.list", NULL, &run->applied, &run->n_applied);
	if (!ask(run, "migration.exists", NULL, &rows, NULL))
		return false;
	return strcmp(rows[0][0], "t") != 0 ||
	       ask(run, "migration.list", NULL, &run->applied, &run->n_applied);
}

/* The checksum with which the file was applied, or NULL. */
static const char *applied_checksum(const struct run *run, const struct migration *migration)
{
	for (size_t i = 0; i < run->n_applied; i++)
		if (strcmp(run->applied[i][0], migration->schema) == 0 &&
			strcmp(run->applied[i][1], migration->name) == 0)
			return run->applied[i][2];
	return NULL;
}

/* Names and checksum stand in the text as they are: they come from our own files. */
static bool apply(struct run *run, const struct migration *migration, const char *checksum)
{
	bool has_schema = strcmp(migration->schema, "cluster") != 0;
	char *file = text_format(run->arena, "%s/%s.sql", migration->schema, migration->name);
	char *error = NULL;
	char *text;

	CHECK(strpbrk(file, "'\\\"; ") == NULL);
	text = text_format(run->arena,
		"%s%s%s%s\n;\ninsert into asskomm_meta.migration (schema, name, sha256) "
		"values ('%s', '%s', '%s')",
		has_schema ? "set local search_path = " : "", has_schema ? migration->schema : "",
		has_schema ? ", public;\n" : "", migration->text, migration->schema,
		migration->name, checksum);
	if (!db_blocking_run(run->db, run->arena, text, NULL, 0, NULL, NULL, &error))
		return failed(file, error);
	printf("applied %s\n", file);
	return true;
}

/* The checksum is compared first, also of what was applied long ago: a file that was edited is told
 * before anything new is tried on top of it. */
static bool handle(struct run *run, const struct migration *migration)
{
	const char *before = applied_checksum(run, migration);
	char ***rows;

	if (!ask(run, "migration.checksum", migration->text, &rows, NULL))
		return false;
	if (before != NULL && strcmp(before, rows[0][0]) != 0)
		return failed(
			text_format(run->arena, "%s/%s.sql", migration->schema, migration->name),
			"the file was edited after it was applied; add a new file instead");
	if (before != NULL)
		return true;
	run->n_new++;
	if (!run->check_only)
		return apply(run, migration, rows[0][0]);
	printf("missing %s/%s.sql\n", migration->schema, migration->name);
	return true;
}

/* Rights are granted at the end of each run, also when nothing was new: a role that was made anew
 * gets them back. */
static bool handle_all(struct run *run)
{
	if (!begin(run))
		return false;
	for (size_t i = 0; i < MIGRATIONS_COUNT; i++)
		if (!handle(run, &MIGRATIONS[i]))
			return false;
	if (run->check_only)
		printf("%zu of %zu schema files are missing\n", run->n_new, MIGRATIONS_COUNT);
	else if (!ask(run, "migration.grant", NULL, NULL, NULL))
		return false;
	else
		printf("%zu schema files, %zu applied now\n", MIGRATIONS_COUNT, run->n_new);
	return !run->check_only || run->n_new == 0;
}

/* The lock is that of the session, so it goes with the connection, however the run ends. */
int migrate_run(const char *conninfo, bool check_only)
{
	struct run run = { .arena = arena_new(ARENA_CEILING), .check_only = check_only };
	char *error = NULL;
	int exit_code = EXIT_UNREACHABLE;

	run.db = db_blocking_open(conninfo, run.arena, &error);
	if (run.db == NULL)
		failed("no connection", error);
	else
		exit_code = handle_all(&run) ? EXIT_DONE : EXIT_REFUSED;
	db_blocking_close(&run.db);
	arena_destroy(&run.arena);
	fflush(stdout);
	return exit_code;
}
