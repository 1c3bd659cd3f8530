/* The process was set going ("in Gang gesetzt"); it is counted from this day on, for ever. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

/* Closing later does not take this away: the published figure counts what was ever started. */
enum verdict start_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__StartCoachingRequest *wish =
		AS(Coaching__StartCoachingRequest, coaching__start_coaching_request, request);
	Coaching__CoachingStarted *fact = NEW(ruling->arena, Coaching__CoachingStarted);

	coaching__coaching_started__init(fact);
	coaching->started_on = wish->started_on;
	return coaching_move(ruling, coaching, "startedOn", wish->started_on, &fact->base);
}
