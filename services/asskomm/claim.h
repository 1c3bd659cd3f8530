/* What a suite begins with (territory, lists, maps) is recorded before all history, so that history
 * can still be loaded after it. */
#ifndef ASSKOMM_CLAIM_H
#define ASSKOMM_CLAIM_H

#include "core/check.h"

struct connection;

/* The header "Recorded-On: …" for that, or NULL once the ledger holds anything that is later. An
 * exit code, with the reason on stderr when it is not EXIT_DONE. */
int claim_before_history(struct connection *connection, const char **out_header) MUST_CHECK;

#endif
