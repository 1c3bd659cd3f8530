/* The lists of codes that a suite begins with, for what rests on them. */
#ifndef ASSKOMM_CODE_LISTS_H
#define ASSKOMM_CODE_LISTS_H

#include "core/check.h"

struct connection;

/* Loads those that are built in and not there yet; in a ledger that is still empty they are
 * recorded before all history, which uses their codes. What somebody has changed is never
 * overwritten. Prints how many; gives the exit code, the reason is on stderr. */
int code_lists_load(struct connection *connection) MUST_CHECK;

#endif
