/* It was clarified with the participant what the coaching is for; matching looks at the topics. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

/* Without topics those of the request stand. */
enum verdict clarify_mandate(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__ClarifyMandateRequest *wish =
		AS(Coaching__ClarifyMandateRequest, coaching__clarify_mandate_request, request);
	Coaching__MandateClarified *fact = NEW(ruling->arena, Coaching__MandateClarified);

	coaching__mandate_clarified__init(fact);
	if (wish->n_topics > 0) {
		coaching->n_topics = wish->n_topics;
		coaching->topics = wish->topics;
	}
	coaching->clarified_on = wish->clarified_on;
	return coaching_move(ruling, coaching, "clarifiedOn", wish->clarified_on, &fact->base);
}
