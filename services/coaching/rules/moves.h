/* The life of a coaching process as one table of allowed moves. */
#ifndef ASSKOMM_COACHING_MOVES_H
#define ASSKOMM_COACHING_MOVES_H

#include "asskomm/coaching.pb-c.h"
#include "core/ruling.h"

/* Moves the process on by emitting `fact` on `day`: fills in what the fact says like the process,
 * remembers the step. To be called last: the rule has changed the process by then, all but status,
 * except for the fields that tell when a stage began, which it sets afterwards. Refuses a day in
 * the future or before the step before (`field` names it), and a move that the table does not
 * allow, naming those it does; a refused process is thrown away as a whole. */
enum verdict coaching_move(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const char *field, const char *day, ProtobufCMessage *fact);

#endif
