/* What `asskomm verify` proves: that the ledger is whole (command_verify.c, with verify_chain.c),
 * and that the figures follow from it (verify_figures.c, with recount.c). Both walk over all facts
 * in the same way. */
#ifndef ASSKOMM_VERIFY_H
#define ASSKOMM_VERIFY_H

#include "core/check.h"
#include "facts.h"
#include <stdbool.h>

#define VERIFY_ARENA_MAX (4ull * 1024 * 1024 * 1024) /* marks of some millions of facts */

/* One who looks at every fact. Called with each fact, oldest first; `page` dies with the page. An
 * exit code but EXIT_DONE ends the walk. */
struct fact_visitor {
	int (*on_fact)(struct fact_visitor *visitor, struct arena *page, const Asskomm__Fact *fact);
};

/* Walks over the facts after a number up to `until` (a number), with progress under that label. */
int verify_walk(const struct fact_source *source, const char *label, uint64_t after, uint64_t until,
	struct fact_visitor *visitor) MUST_CHECK;

/* Numbers, times and hashes of all facts, and the head. Prints the head, or the first broken fact.
 * EXIT_DONE, EXIT_REFUSED (broken), EXIT_UNREACHABLE. */
int verify_chain(const struct fact_source *source, bool json) MUST_CHECK;

/* Every counter of GET /figures against a recount of the facts. Prints the differences. */
int verify_figures(struct connection *connection) MUST_CHECK;

#endif
