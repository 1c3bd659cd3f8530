/* A coach of the pool was found for the request; the reference is the pool's, never a name. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include "pool.h"

/* The fact does not name the coach: the ledger cannot forget, and a pool's reference points to a
 * person. */
enum verdict match_coach(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__MatchCoachRequest *wish =
		AS(Coaching__MatchCoachRequest, coaching__match_coach_request, request);
	Coaching__CoachMatched *fact = NEW(ruling->arena, Coaching__CoachMatched);

	if (require_place(ruling, coaching, wish->coach) == REFUSED)
		return REFUSED;
	coaching__coach_matched__init(fact);
	coaching->coach = wish->coach;
	if (coaching_move(ruling, coaching, "matchedOn", wish->matched_on, &fact->base) == REFUSED)
		return REFUSED;
	coaching->matched_on = wish->matched_on;
	return ACCEPTED;
}
