/* A coach leaves the pool; coachings under way are handed over one by one, each with its reason. */
#include "rules.h"

#include "core/reflect.h"
#include <string.h>

enum verdict retire_coach(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__PoolCoach *coach = AS(Coaching__PoolCoach, coaching__pool_coach, aggregate);
	const Coaching__RetireCoachRequest *wish =
		AS(Coaching__RetireCoachRequest, coaching__retire_coach_request, request);
	struct emitted *emitted;

	if (coach->status != COACHING__POOL_COACH__STATUS__IN_POOL)
		return UNCHANGED;
	if (require_past(ruling, "retiredOn", wish->retired_on) == REFUSED)
		return REFUSED;
	if (strcmp(wish->retired_on, coach->registered_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "retiredOn", "order",
			"%s joined the pool on %s", coach->id, coach->registered_on);
	coach->status = COACHING__POOL_COACH__STATUS__RETIRED;
	coach->retired_on = wish->retired_on;
	emitted = emit(ruling, &coaching__coach_retired__descriptor, wish->retired_on, 0, NULL);
	AS(Coaching__CoachRetired, coaching__coach_retired, emitted->fact)->coach = coach->id;
	return ACCEPTED;
}
