/* What can be recorded of something in a status, as a table of allowed moves: one row each. */
#ifndef ASSKOMM_ANALYSIS_MOVES_H
#define ASSKOMM_ANALYSIS_MOVES_H

#include "core/ruling.h"
#include <stddef.h>

struct move {
	int from;         /* a status */
	const char *name; /* last part of the route, marked TEXT */
	const ProtobufCMessageDescriptor *fact;
	int to;
};

/* A fact is allowed in a status, or it is not (NULL): there are no further provisions. */
const struct move *move_find(
	const struct move *moves, size_t count, int from, const ProtobufCMessageDescriptor *fact);

/* The first row of the fact with that short name ("MeasureStarted"), or NULL. */
const struct move *move_of_kind(const struct move *moves, size_t count, const char *kind);

/* What could be done instead: "finish, drop" in the caller's language; "" is nothing more. */
const char *moves_allowed(struct ruling *ruling, const struct move *moves, size_t count, int from);

#endif
