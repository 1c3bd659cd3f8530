/* SQL as the build embeds it: one .sql file is one statement. */
#ifndef ASSKOMM_RUNTIME_STATEMENT_H
#define ASSKOMM_RUNTIME_STATEMENT_H

#include <stddef.h>

/* `:signed_on` in the file became $n in `text`; params[n-1] is its name. The same name used twice
 * is one parameter. `-- include PATH` lines were replaced by that file. */
struct statement {
	const char *name; /* file name without .sql: "agreement.save" */
	const char *text;
	size_t n_params;
	const char *const *params;
};

/* The statements of this process, sorted by name: its own and the runtime's. Generated. */
extern const struct statement STATEMENTS[];
extern const size_t STATEMENTS_COUNT;

/* By name, or NULL. */
const struct statement *statement_find(const char *name);

/* One file of a schema folder, in the order of application. Generated, in the command line only. */
struct migration {
	const char *schema; /* "cluster", "ledger", "registry", … */
	const char *name;   /* "0001_idempotency" */
	const char *text;
};
extern const struct migration MIGRATIONS[];
extern const size_t MIGRATIONS_COUNT;

#endif
