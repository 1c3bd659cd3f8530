/* The latest fact of a coaching was recorded by mistake: the process is where it was before. */
#include "rules.h"

#include "core/reflect.h"

/* A process that was taken up again must stay closed. */
static bool is_closed(const Coaching__Situation *situation)
{
	return situation != NULL && situation->status == COACHING__COACHING_PROCESS__STATUS__CLOSED;
}

/* What was so before lies beside each step; without one, it was the request that goes. */
enum verdict withdraw_coaching_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__WithdrawCoachingFactRequest *wish =
		AS(Coaching__WithdrawCoachingFactRequest, coaching__withdraw_coaching_fact_request,
			request);
	const Asskomm__Entry *latest;

	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	if (coaching->reopened_as[0] != '\0' && !is_closed(coaching->before))
		return refuse(ruling, FAILURE_CONFLICT, "factId", "reopened",
			"the coaching was reopened as %s; take that one back first",
			coaching->reopened_as);
	coaching->steps--;
	if (coaching->before != NULL)
		reflect_share(&coaching->base, &coaching->before->base);
	else
		coaching->status = COACHING__COACHING_PROCESS__STATUS__WITHDRAWN;
	return ACCEPTED;
}
