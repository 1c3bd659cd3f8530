/* The territory's tables as one ImportTerritory request: pure.
 *
 * Columns are found by name in the header line. Status date and credit are taken from the comments
 * of the municipalities' table, which is the one that changes every year. */
#ifndef ASSKOMM_TERRITORY_H
#define ASSKOMM_TERRITORY_H

#include "core/arena.h"
#include <jansson.h>

/* The four files as text, see embedded.h. */
struct territory_files {
	const char *districts;
	const char *municipalities;
	const char *associations;
	const char *police_directorates;
};

/* The request as JSON; the caller owns the reference. NULL when a file is not as it should be: a
 * column of the message is missing, a row has another number of cells, there is no status date;
 * *out_error names file and line. From the arena. */
json_t *territory_request(
	struct arena *arena, const struct territory_files *files, const char **out_error);

#endif
