/* The life of a coaching process as one table of allowed moves. */
#ifndef ASSKOMM_COACHING_MOVES_H
#define ASSKOMM_COACHING_MOVES_H

#include "asskomm/coaching.pb-c.h"
#include "core/ruling.h"

/* Moves the process on by emitting `fact` on `day`: refuses a day in the future or before the
 * latest fact (`field` names it), and a move that the table does not allow, naming those it does.
 */
enum verdict coaching_move(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const char *field, const char *day, ProtobufCMessage *fact);

/* The status after a fact of that kind; WITHDRAWN when none is left. */
Coaching__CoachingProcess__Status coaching_status_after(const Asskomm__Entry *latest);

#endif
