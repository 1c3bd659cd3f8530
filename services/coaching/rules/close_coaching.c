/* The process ended, with its goals met, partly, or not. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

/* The outcome is set before the move: a refused aggregate is thrown away as a whole. */
enum verdict close_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__CloseCoachingRequest *wish =
		AS(Coaching__CloseCoachingRequest, coaching__close_coaching_request, request);
	Coaching__CoachingClosed *fact = NEW(ruling->arena, Coaching__CoachingClosed);

	coaching__coaching_closed__init(fact);
	fact->coaching_id = coaching->id;
	fact->participant = coaching->participant;
	fact->outcome = wish->outcome;
	coaching->outcome = wish->outcome;
	return coaching_move(ruling, coaching, "closedOn", wish->closed_on, &fact->base);
}
