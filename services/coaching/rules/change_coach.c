/* Another coach takes over, for a reason; more than one change is a sign of poor health. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include "pool.h"
#include <string.h>

/* That a coach changed is a fact, which one is not: see match_coach. */
enum verdict change_coach(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__ChangeCoachRequest *wish =
		AS(Coaching__ChangeCoachRequest, coaching__change_coach_request, request);
	Coaching__CoachChanged *fact = NEW(ruling->arena, Coaching__CoachChanged);

	if (require_place(ruling, coaching, wish->coach) == REFUSED)
		return REFUSED;
	coaching__coach_changed__init(fact);
	if (strcmp(wish->coach, coaching->coach) == 0)
		return refuse(ruling, FAILURE_REFUSED, "coach", "same",
			"%s is the coach already; name another one", wish->coach);
	coaching->coach = wish->coach;
	coaching->coach_changes++;
	coaching->coach_changed_on = wish->changed_on;
	fact->change_reason = wish->reason;
	return coaching_move(ruling, coaching, "changedOn", wish->changed_on, &fact->base);
}
