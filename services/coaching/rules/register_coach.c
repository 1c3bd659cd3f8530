/* A coach joins the pool under a reference; the name lies with the registry's contacts. */
#include "rules.h"

#include "core/reflect.h"
#include "pool.h"

/* One who had left comes back under the same reference, with a new profile. */
enum verdict register_coach(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__PoolCoach *coach = AS(Coaching__PoolCoach, coaching__pool_coach, aggregate);
	const Coaching__RegisterCoachRequest *wish =
		AS(Coaching__RegisterCoachRequest, coaching__register_coach_request, request);
	struct emitted *emitted;
	static char never[] = "";

	if (coach->status == COACHING__POOL_COACH__STATUS__IN_POOL)
		return refuse(ruling, FAILURE_CONFLICT, "id", "once",
			"%s is in the pool already; change the profile instead", wish->id);
	if (require_past(ruling, "registeredOn", wish->registered_on) == REFUSED ||
		require_profile(ruling, wish->id, wish->availability, wish->n_availability) ==
			REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	coach->status = COACHING__POOL_COACH__STATUS__IN_POOL;
	coach->retired_on = never;
	emitted =
		emit(ruling, &coaching__coach_registered__descriptor, wish->registered_on, 0, NULL);
	reflect_share(emitted->fact, request);
	AS(Coaching__CoachRegistered, coaching__coach_registered, emitted->fact)->coach = wish->id;
	return ACCEPTED;
}
