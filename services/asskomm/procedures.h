/* The templates of analyses: shown, defined, and those that are built in. */
#ifndef ASSKOMM_PROCEDURES_H
#define ASSKOMM_PROCEDURES_H

#include "analysis.h"

/* Each prints on stdout and gives the exit code. */
int procedures_list(struct connection *connection, const struct analysis_words *words);
int procedures_show(struct connection *connection, const struct analysis_words *words);
int procedures_define(struct connection *connection, const struct analysis_words *words);

/* Those that are built in and not there yet; what somebody has changed is never overwritten. */
int procedures_load(struct connection *connection, const struct analysis_words *words);

#endif
