/* The latest fact of a coaching was recorded by mistake: the process is where it was before. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"

/* Where the process stands follows from the latest fact that is left; what only the withdrawn one
 * had set is cleared. */
enum verdict withdraw_coaching_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__WithdrawCoachingFactRequest *wish =
		AS(Coaching__WithdrawCoachingFactRequest, coaching__withdraw_coaching_fact_request,
			request);
	const Asskomm__Entry *latest;
	static char nobody[] = "";

	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	coaching->status = coaching_status_after(latest);
	/* back before the match: the coach is no longer that of this process */
	if (coaching->status == COACHING__COACHING_PROCESS__STATUS__REQUESTED)
		coaching->coach = nobody;
	if (coaching->status != COACHING__COACHING_PROCESS__STATUS__CLOSED)
		coaching->outcome = COACHING__OUTCOME__OUTCOME_UNSPECIFIED;
	return ACCEPTED;
}
