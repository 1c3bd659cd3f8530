/* A throw-away PostgreSQL for a test program: one cluster in a folder of its own, made by
 * tests/support/postgres.sh, with the tables of tests/runtime/schema.sql on request. Include it
 * with cmocka in the same file.
 *
 * The programs may run from any folder: the source tree is found upwards from the working folder
 * or from the program. */
#ifndef ASSKOMM_TESTS_SUPPORT_POSTGRES_H
#define ASSKOMM_TESTS_SUPPORT_POSTGRES_H

#include "core/arena.h"
#include "core/text.h"
#include "runtime/db.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct postgres {
	char root[PATH_MAX]; /* of the source tree */
	char dir[64];        /* socket, data, log */
	char conninfo[128];  /* as superuser */
	char tester[128];    /* as the role `tester`, for which row-level security holds */
	struct arena *arena;
	struct db_blocking *admin; /* as superuser */
	int lifeline;              /* closed when the program ends, however it ends */
	pid_t guard;
};

/* Walks up from `folder` until the helper script is found. */
static inline bool postgres_find_root(struct postgres *postgres, const char *folder)
{
	char path[PATH_MAX], script[PATH_MAX + 64];

	if (realpath(folder, path) == NULL)
		return false;
	for (;;) {
		char *slash = strrchr(path, '/');

		snprintf(script, sizeof(script), "%s/tests/support/postgres.sh", path);
		if (access(script, X_OK) == 0) {
			snprintf(postgres->root, sizeof(postgres->root), "%s", path);
			return true;
		}
		if (slash == NULL || slash == path)
			return false;
		*slash = '\0';
	}
}

/* Turns this process into the script. */
static inline void postgres_become(struct postgres *postgres, const char *action)
{
	char script[PATH_MAX + 64];

	snprintf(script, sizeof(script), "%s/tests/support/postgres.sh", postgres->root);
	if (freopen("/dev/null", "w", stdout) != NULL)
		execl(script, script, action, postgres->dir, NULL);
	_exit(127);
}

/* Begins to run the script with "start", "stop" or "crash". */
static inline pid_t postgres_begin(struct postgres *postgres, const char *action)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0)
		postgres_become(postgres, action);
	return child;
}

/* Whether the script has ended, without waiting for it; a failure of it ends the test program. */
static inline bool postgres_did(pid_t child)
{
	int status;
	pid_t ended = waitpid(child, &status, WNOHANG);

	CHECK(ended == 0 || (ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0));
	return ended == child;
}

/* Runs the script and waits for it. */
static inline void postgres_run(struct postgres *postgres, const char *action)
{
	pid_t child = postgres_begin(postgres, action);

	while (!postgres_did(child))
		usleep(1000);
}

/* The process id of the server's first process. */
static inline pid_t postgres_pid(struct postgres *postgres)
{
	char path[128];
	int pid = 0;
	FILE *input;

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", postgres->dir);
	input = fopen(path, "r");
	CHECK(input != NULL && fscanf(input, "%d", &pid) == 1 && pid > 1);
	fclose(input);
	return pid;
}

/* Runs SQL as superuser; rows may be NULL. An error ends the test program. */
static inline size_t postgres_sql(struct postgres *postgres, const char *text, char ****out_rows)
{
	char *error = NULL;
	size_t count = 0;

	if (postgres->admin == NULL)
		postgres->admin = db_blocking_open(postgres->conninfo, postgres->arena, &error);
	if (postgres->admin == NULL || !db_blocking_run(postgres->admin, postgres->arena, text,
					       NULL, 0, out_rows, &count, &error)) {
		fprintf(stderr, "postgres_sql: %s\n", error);
		CHECK(error == NULL);
	}
	return count;
}

/* One statement that must not be in a transaction, such as ALTER SYSTEM.
 */
static inline void postgres_alone(struct postgres *postgres, const char *text)
{
	char *error = NULL;
	const char *none = NULL;

	postgres_sql(postgres, "select 1", NULL); /* connects */
	if (!db_blocking_run(
		    postgres->admin, postgres->arena, text, &none, 0, NULL, NULL, &error)) {
		fprintf(stderr, "postgres_alone: %s\n", error);
		CHECK(error == NULL);
	}
}

/* Runs a file below the source tree as superuser. */
static inline void postgres_load(struct postgres *postgres, const char *file)
{
	char path[PATH_MAX + 64];
	FILE *input;
	char *text;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", postgres->root, file);
	input = fopen(path, "r");
	CHECK(input != NULL);
	text = arena_alloc(postgres->arena, 256 * 1024);
	len = fread(text, 1, 256 * 1024 - 1, input);
	CHECK(len < 256 * 1024 - 1);
	fclose(input);
	postgres_sql(postgres, text, NULL);
}

/* A second process that stops the server and removes its folder when the first one is gone, also
 * when that one crashed: it reads from a pipe that nobody ever writes to. */
static inline void postgres_guard(struct postgres *postgres)
{
	int ends[2];
	char byte;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	postgres->lifeline = ends[1];
	postgres->guard = fork();
	CHECK(postgres->guard >= 0);
	if (postgres->guard == 0) {
		setpgid(0, 0); /* an interrupt from the keyboard is not for us */
		close(ends[1]);
		while (read(ends[0], &byte, 1) < 0)
			continue;
		postgres_become(postgres, "remove");
	}
	close(ends[0]);
}

/* A new, empty cluster that runs. */
static inline void postgres_start(struct postgres *postgres)
{
	char folder[] = "/tmp/asskomm-test-XXXXXX";

	*postgres = (struct postgres){ .arena = arena_new(64 * 1024 * 1024) };
	CHECK(postgres_find_root(postgres, ".") || postgres_find_root(postgres, "/proc/self/exe"));
	CHECK(mkdtemp(folder) != NULL);
	snprintf(postgres->dir, sizeof(postgres->dir), "%s", folder);
	snprintf(postgres->conninfo, sizeof(postgres->conninfo),
		"host=%s user=postgres dbname=postgres", folder);
	snprintf(postgres->tester, sizeof(postgres->tester), "host=%s user=tester dbname=postgres",
		folder);
	postgres_guard(postgres);
	postgres_run(postgres, "start");
}

/* The tables that the statements in tests/runtime/sql need. */
static inline void postgres_load_runtime(struct postgres *postgres)
{
	postgres_load(postgres, "common/schema/cluster/0001_roles.sql");
	postgres_load(postgres, "tests/runtime/schema.sql");
	db_blocking_close(&postgres->admin); /* the schema changed the session's role */
}

/* Stops it and removes the folder. */
static inline void postgres_end(struct postgres *postgres)
{
	int status;

	db_blocking_close(&postgres->admin);
	close(postgres->lifeline);
	CHECK(waitpid(postgres->guard, &status, 0) == postgres->guard && status == 0);
	arena_destroy(&postgres->arena);
}

#endif
