/* The process goes on, after a pause or an interim review. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

static char nothing[] = "";

enum verdict resume_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__ResumeCoachingRequest *wish =
		AS(Coaching__ResumeCoachingRequest, coaching__resume_coaching_request, request);
	Coaching__CoachingResumed *fact = NEW(ruling->arena, Coaching__CoachingResumed);

	coaching__coaching_resumed__init(fact);
	coaching->pause_reason = COACHING__PAUSE_REASON__PAUSE_REASON_UNSPECIFIED;
	coaching->paused_on = coaching->resume_planned_on = nothing;
	coaching->resumed_on = wish->resumed_on;
	return coaching_move(ruling, coaching, "resumedOn", wish->resumed_on, &fact->base);
}
