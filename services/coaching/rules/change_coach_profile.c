/* What a coach can and will do is something else from a day on. */
#include "rules.h"

#include "core/reflect.h"
#include "pool.h"

/* Fewer places than are taken is allowed: nobody new comes until enough have ended. */
enum verdict change_coach_profile(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__PoolCoach *coach = AS(Coaching__PoolCoach, coaching__pool_coach, aggregate);
	const Coaching__ChangeCoachProfileRequest *wish = AS(Coaching__ChangeCoachProfileRequest,
		coaching__change_coach_profile_request, request);
	struct emitted *emitted;

	if (coach->status != COACHING__POOL_COACH__STATUS__IN_POOL)
		return refuse(ruling, FAILURE_CONFLICT, "id", "retired",
			"%s has left the pool; register the coach again", coach->id);
	if (require_past(ruling, "changedOn", wish->changed_on) == REFUSED ||
		require_profile(ruling, wish->id, wish->availability, wish->n_availability) ==
			REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	emitted = emit(
		ruling, &coaching__coach_profile_changed__descriptor, wish->changed_on, 0, NULL);
	reflect_share(emitted->fact, request);
	AS(Coaching__CoachProfileChanged, coaching__coach_profile_changed, emitted->fact)->coach =
		wish->id;
	return ACCEPTED;
}
