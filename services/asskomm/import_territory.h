/* asskomm import territory: its own file, as it asks and tells more than other imports. */
#ifndef ASSKOMM_IMPORT_TERRITORY_H
#define ASSKOMM_IMPORT_TERRITORY_H

#include "connection.h"
#include <stdbool.h>

/* What the command line said; NULL is "not given". */
struct territory_import {
	const char *file; /* else the registers that are built in */
	const char *successors;
	const char *population_on;
	const char *credit;
	bool dry_run;
};

/* Reads the register, asks the suite what it would change, lets the operator confirm what needs it
 * (a file, or on a terminal), tells it, and imports it unless it is a dry run. Gives the exit code;
 * whatever was wrong was told on stderr. */
int import_territory(struct connection *connection, const struct territory_import *import);

#endif
