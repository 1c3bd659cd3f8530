/* Facts straight from ledger.event, for an auditor who trusts the database more than the API. */
#ifndef ASSKOMM_FACTS_DATABASE_H
#define ASSKOMM_FACTS_DATABASE_H

#include "facts.h"

/* As facts_read and facts_head, by sql/fact.list.sql and sql/head.get.sql. The role of the
 * connection must be one that row-level security lets read the ledger: asskomm_ledger, or a
 * superuser. Any other is refused by the database, or sees no facts, which verify reports as
 * missing. */
int facts_database_read(struct db_blocking *database, struct arena *arena, uint64_t after,
	struct fact_page *out_page) MUST_CHECK;
int facts_database_head(
	struct db_blocking *database, struct arena *arena, Ledger__Head **out_head) MUST_CHECK;

#endif
