/* GET /figures, asked and shown. `report`, `figures` and `verify --figures` ask through here, so
 * that all three put the same question. */
#ifndef ASSKOMM_FIGURES_H
#define ASSKOMM_FIGURES_H

#include "asskomm/monitor.pb-c.h"
#include "connection.h"
#include "core/arena.h"
#include "core/check.h"

/* What was asked; NULL members are not asked. */
struct figures_question {
	const char *as_of;      /* the day spoken of */
	const char *known_at;   /* only what was recorded by then */
	const char *district;   /* AGS5; the state when NULL */
	const char *after_fact; /* wait until this fact is counted */
};

/* A path with the question as its query: "/figures?asOf=2023-08-09". Values are escaped. */
const char *figures_path(
	struct arena *arena, const char *path, const struct figures_question *question);

/* The figures, also as they came in *out_reply. EXIT_DONE, or another exit code with the reason on
 * stderr. */
int figures_get(struct connection *connection, struct arena *arena,
	const struct figures_question *question, struct client_reply *out_reply,
	Monitor__Figures **out_figures) MUST_CHECK;

/* The same for who wants to look at a refusal, which is in *out_reply; figures_complain then tells
 * it on stderr. */
int figures_try(struct connection *connection, struct arena *arena,
	const struct figures_question *question, struct client_reply *out_reply,
	Monitor__Figures **out_figures) MUST_CHECK;
void figures_complain(const struct connection *connection, const struct client_reply *reply);

/* The figures as a table on stdout, in the order of COUNTERS. The arena holds the texts meanwhile.
 */
void figures_print(struct arena *arena, const Monitor__Figures *figures);

#endif
