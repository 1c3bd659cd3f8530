/* Brings a database to the version of this program: the schema files that are built in (MIGRATIONS)
 * are applied in order, each once, together with its row in asskomm_meta.migration. Forward only: a
 * file that was applied is never edited. */
#ifndef ASSKOMM_COMMAND_MIGRATE_H
#define ASSKOMM_COMMAND_MIGRATE_H

#include <stdbool.h>

/* Applies what is missing and lets the services use their tables; or, with check_only, changes
 * nothing and only tells. One line for each file on stdout, the reason for a failure on stderr.
 * Gives the exit code: 0 when the database is as it should be, 1 when something failed, a file was
 * edited after it was applied, or, with check_only, something is to be done, 3 when there is no
 * connection. Two runs at once wait for each other. */
int migrate_run(const char *conninfo, bool check_only);

#endif
