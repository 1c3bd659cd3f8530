/* asskomm migrate: brings the database to the version of this program, or tells what is missing.
 * Here are only the options; migrate.c does the work. */
#include "command.h"
#include "migrate.h"
#include "options.h"
#include <stdlib.h>

/* Not through the suite: it cannot run before its tables are there. */
int command_migrate(int argc, char **argv)
{
	const char *database = getenv("ASSKOMM_DATABASE");
	bool check = false;
	const struct option_row rows[] = {
		{ "database", "CONNINFO", "PostgreSQL, as its owner ($ASSKOMM_DATABASE)", NULL,
			&database, NULL },
		{ "check", NULL, "only tell whether something is to be done (exit 1)", &check, NULL,
			NULL },
	};
	const struct manual manual = { .name = "migrate",
		.arguments = "",
		.text = "Applies the schema files that the database does not have yet, in order, "
			"once, each\n"
			"in its own transaction. Only one such run works at a time.\n",
		.example = "  asskomm migrate --database 'host=/run/postgresql dbname=asskomm'\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0] };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (database == NULL || database[0] == '\0') {
		return options_wrong(&manual, "--database is missing");
	}
	return migrate_run(database, check);
}
