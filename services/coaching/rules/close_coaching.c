/* The process ended, with its goals met, partly, or not. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

static char nothing[] = "";

/* What was planned, and a pause, end with the process. The day is set last: the move looks at the
 * one of the stage that it leaves. */
enum verdict close_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__CloseCoachingRequest *wish =
		AS(Coaching__CloseCoachingRequest, coaching__close_coaching_request, request);
	Coaching__CoachingClosed *fact = NEW(ruling->arena, Coaching__CoachingClosed);

	coaching__coaching_closed__init(fact);
	coaching->outcome = wish->outcome;
	if (coaching_move(ruling, coaching, "closedOn", wish->closed_on, &fact->base) == REFUSED)
		return REFUSED;
	coaching->closed_on = wish->closed_on;
	coaching->paused_on = coaching->next_session_on = nothing;
	return ACCEPTED;
}
