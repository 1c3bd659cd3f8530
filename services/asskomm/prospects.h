/* What `asskomm pipeline` tells of the time to come, and of what came of the past. */
#ifndef ASSKOMM_PROSPECTS_H
#define ASSKOMM_PROSPECTS_H

#include "connection.h"
#include "core/check.h"

/* GET /pipeline/outcomes: of those who were contacted, how many signed, declined or went dormant,
 * in numbers so far and as shares within so many days. */
int prospects_outcomes(struct connection *connection, const char *path) MUST_CHECK;

/* GET /pipeline/forecast: how many will reach a milestone, or leave a stage, by a day; with what
 * the same promise would have been worth before. Refused where too little happened, and where `by`
 * (NULL: not asked) is less than a week ahead. */
int prospects_forecast(struct connection *connection, const char *path, const char *by) MUST_CHECK;

/* GET /pipeline/milestones.csv: a row for each participant, as CSV on stdout. */
int prospects_milestones(struct connection *connection, const char *path) MUST_CHECK;

/* All three give EXIT_DONE, or another exit code with the reason on stderr; with --json they print
 * the answer as it came. The path has its query already. */

#endif
