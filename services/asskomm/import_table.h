/* asskomm import organisations|advisers|contacts|crime-statistics|survey FILE */
#ifndef ASSKOMM_IMPORT_TABLE_H
#define ASSKOMM_IMPORT_TABLE_H

#include "connection.h"
#include "layout.h"

/* Tries every line without saving anything, tells all that is wrong by line and column, and saves
 * only when nothing is, unless `dry_run`. What the suite has already is not sent again. `analysis`:
 * of a survey, its id or a town of it; NULL: the latest of each municipality. */
int import_table(struct connection *connection, const struct layout *layout, const char *path,
	const char *analysis, bool dry_run);

#endif
