/* A closed coaching is taken up again: a new process for the same participants, which names the old
 * one; the old one stays as it ended. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include <string.h>

/* The statement gave a new process with what is taken over, and the old one as `before`. */
enum verdict reopen_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__ReopenCoachingRequest *wish =
		AS(Coaching__ReopenCoachingRequest, coaching__reopen_coaching_request, request);
	Coaching__CoachingRequested *fact = NEW(ruling->arena, Coaching__CoachingRequested);
	const Coaching__Situation *old = coaching->before;

	if (old == NULL || old->status != COACHING__COACHING_PROCESS__STATUS__CLOSED)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"only a closed coaching can be reopened; close it first");
	if (strcmp(wish->requested_on, old->closed_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "requestedOn", "order",
			"the step before was on %s", old->closed_on);
	coaching->id = ruling_id(ruling);
	coaching->reopens = wish->id;
	coaching->requested_on = wish->requested_on;
	coaching__coaching_requested__init(fact);
	return coaching_move(ruling, coaching, "requestedOn", wish->requested_on, &fact->base);
}
