/* The interim review was held: what was reached, and how it goes on. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include <string.h>

/* The review that was planned is the one that was held, so its day gives way to the next one's. */
enum verdict hold_review(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__HoldReviewRequest *wish =
		AS(Coaching__HoldReviewRequest, coaching__hold_review_request, request);
	Coaching__InterimReviewHeld *fact = NEW(ruling->arena, Coaching__InterimReviewHeld);

	coaching__interim_review_held__init(fact);
	if (wish->planned_review_on[0] != '\0' &&
		strcmp(wish->planned_review_on, wish->reviewed_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "plannedReviewOn", "order",
			"Give a day after this review, %s", wish->reviewed_on);
	coaching->planned_review_on = wish->planned_review_on;
	if (coaching_move(ruling, coaching, "reviewedOn", wish->reviewed_on, &fact->base) ==
		REFUSED)
		return REFUSED;
	coaching->reviewed_on = wish->reviewed_on;
	return ACCEPTED;
}
