/* What an import of the territory adds to the register itself: the police directorates, the credit,
 * the day of its numbers, and the successions that the operator confirms. Pure. */
#ifndef ASSKOMM_TERRITORY_H
#define ASSKOMM_TERRITORY_H

#include "asskomm/registry.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>

/* Adds the police directorates whose districts the register has, and names them there. The text is
 * services/registry/territory/police_directorates.tsv: '#' lines are comments, then the columns
 * code, name, seat, districts (AGS5, spaces between), with tabs. False: *out_error names the line.
 */
bool territory_police(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *text, const char **out_error) MUST_CHECK;

/* Adds successions: lines "predecessor;successor;effective_on" ("14522450;14522275;2023-01-01"),
 * the successor empty when there is none; '#' lines are comments, a line of these three names is
 * skipped. False: *out_error names the line. */
bool territory_successors(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *text, const char **out_error) MUST_CHECK;

/* Adds one. */
void territory_succeed(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *predecessor, const char *successor, const char *effective_on);

/* The credit that the register's licence asks for, and the day of its numbers (the last day of the
 * year before the status date's), unless they were given (not NULL). */
void territory_credit(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *credit, const char *population_on);

/* The name of a key in the register, "" when it has none. */
const char *territory_name(const Registry__ImportTerritoryRequest *request, const char *key);

#endif
