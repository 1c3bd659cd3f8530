/* Reading security analyses: the list, one of them, the plan, the preview of a revision. */
#ifndef ASSKOMM_ANALYSIS_H
#define ASSKOMM_ANALYSIS_H

#include "connection.h"
#include "core/check.h"
#include "options.h"

/* What was typed after `asskomm analysis`; NULL members were not given. */
struct analysis_words {
	struct words words; /* the action, and what follows it */
	struct words modules;
	const char *on;
	const char *reason;
	const char *procedure;
	const char *as_of;
	const char *district;
	const char *status;
	const char *town;
	const char *fact;
};

/* The id of the analysis that is meant: an id as it is, or the latest of a municipality that is
 * called so. EXIT_DONE, or another exit code with the reason on stderr. */
int analysis_find(
	struct connection *connection, const char *reference, const char **out_id) MUST_CHECK;

/* The key of the one participant that is called so. EXIT_DONE, or another exit code with the reason
 * on stderr, and with all that may be meant. */
int analysis_find_town(
	struct connection *connection, const char *reference, const char **out_key) MUST_CHECK;

/* Each prints on stdout and gives the exit code. */
int analysis_list(struct connection *connection, const struct analysis_words *words);
int analysis_show(struct connection *connection, const struct analysis_words *words);
int analysis_plan(struct connection *connection, const struct analysis_words *words);
int analysis_preview(struct connection *connection, const struct analysis_words *words);

#endif
