/* The life of a measure as one table of allowed moves. */
#ifndef ASSKOMM_ANALYSIS_MEASURES_H
#define ASSKOMM_ANALYSIS_MEASURES_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"

/* Moves the measure on by emitting `fact` on `day`: fills in what the fact says like the measure
 * (the request's `reason` and the like it has already) and remembers the entry with `value`.
 * Refuses a day in the future or before the fact before (`field` names it), and a move that the
 * table does not allow, naming those it does; a refused measure is thrown away as a whole. */
enum verdict measure_move(struct ruling *ruling, Analysis__Measure *measure, const char *field,
	const char *day, ProtobufCMessage *fact, const char *value);

/* The status that the facts in the entries lead to; WITHDRAWN when there is none. */
Analysis__Measure__Status measure_status(const Analysis__Measure *measure);

/* The due date that the entries tell: that of the last one that set it. */
char *measure_due(const Analysis__Measure *measure);

#endif
