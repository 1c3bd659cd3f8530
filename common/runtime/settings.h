/* Settings by environment: one table per program, which also prints --help and --check. */
#ifndef ASSKOMM_RUNTIME_SETTINGS_H
#define ASSKOMM_RUNTIME_SETTINGS_H

#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>

/* To add one: a row in the program's table. Value: the environment, else the file named by
 * <NAME>_FILE (for secrets), else `fallback`. */
struct setting {
	const char *name;     /* "ASSKOMM_DATABASE" */
	const char *fallback; /* NULL: must be given */
	bool secret;          /* never printed */
	const char *help;
	const char *value; /* filled in by settings_load */
};

/* Fills in the values. False with a line per problem on stderr: missing ones, and names beginning
 * with ASSKOMM_ in the environment that look like a mistyped name of the table. */
bool settings_load(struct setting *settings, size_t count) MUST_CHECK;

/* The value of a loaded setting; a name that is not in the table is a bug. */
const char *settings_get(const struct setting *settings, size_t count, const char *name);

/* For --help: a line per setting with its default. For --check: with its value, secrets masked. */
void settings_print(const struct setting *settings, size_t count, bool values);

#endif
