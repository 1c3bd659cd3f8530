/* The process rests, for a reason that tells who can end the pause. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include <string.h>

static char nothing[] = "";

/* A session that was planned falls to the pause. */
enum verdict pause_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__PauseCoachingRequest *wish =
		AS(Coaching__PauseCoachingRequest, coaching__pause_coaching_request, request);
	Coaching__CoachingPaused *fact = NEW(ruling->arena, Coaching__CoachingPaused);

	coaching__coaching_paused__init(fact);
	if (wish->resume_planned_on[0] != '\0' &&
		strcmp(wish->resume_planned_on, wish->paused_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "resumePlannedOn", "order",
			"Give a day after the pause begins, %s", wish->paused_on);
	coaching->pause_reason = wish->reason;
	coaching->resume_planned_on = wish->resume_planned_on;
	coaching->next_session_on = nothing;
	if (coaching_move(ruling, coaching, "pausedOn", wish->paused_on, &fact->base) == REFUSED)
		return REFUSED;
	coaching->paused_on = wish->paused_on;
	return ACCEPTED;
}
