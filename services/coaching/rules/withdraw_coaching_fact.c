/* The latest fact of a coaching was recorded by mistake: the process is where it was before. */
#include "rules.h"

#include "core/reflect.h"
#include <string.h>

/* A process that was taken up again must stay closed. */
static bool is_closed(const Coaching__Situation *situation)
{
	return situation != NULL && situation->status == COACHING__COACHING_PROCESS__STATUS__CLOSED;
}

/* Whether a coach holds a place with a process of that status. */
static bool holds_place(const char *coach, Coaching__CoachingProcess__Status status)
{
	return coach[0] != '\0' && status != COACHING__COACHING_PROCESS__STATUS__CLOSED &&
	       status != COACHING__COACHING_PROCESS__STATUS__WITHDRAWN;
}

/* One who ended, or handed over, may have given the place to another since. Having left the pool is
 * no reason: it was so before. */
static enum verdict require_free_place(
	struct ruling *ruling, const Coaching__CoachingProcess *coaching)
{
	const Coaching__Situation *before = coaching->before;
	const Coaching__PoolCoach *offered = coaching->offered;

	if (before == NULL || offered == NULL || !holds_place(before->coach, before->status))
		return ACCEPTED;
	if (holds_place(coaching->coach, coaching->status) &&
		strcmp(coaching->coach, before->coach) == 0)
		return ACCEPTED;
	if (offered->taken < offered->capacity)
		return ACCEPTED;
	return refuse(ruling, FAILURE_CONFLICT, "factId", "full",
		"%s has %u of %u places taken by now", offered->id, offered->taken,
		offered->capacity);
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
	if (require_free_place(ruling, coaching) == REFUSED)
		return REFUSED;
	coaching->steps--;
	if (coaching->before != NULL)
		reflect_share(&coaching->base, &coaching->before->base);
	else
		coaching->status = COACHING__COACHING_PROCESS__STATUS__WITHDRAWN;
	return ACCEPTED;
}
