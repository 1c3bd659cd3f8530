/* A coach has so many places, and nobody is promised one that is not there. */
#include "pool.h"

#include "core/text.h"
#include <string.h>

/* The save statement looks again, under a lock: of two who want the last place one comes back here
 * and reads this. */
enum verdict require_place(
	struct ruling *ruling, const Coaching__CoachingProcess *coaching, const char *coach)
{
	const Coaching__PoolCoach *offered = coaching->offered;

	if (coach[0] == '\0' || (offered == NULL && coaching->pool_size == 0))
		return ACCEPTED;
	if (offered == NULL)
		return refuse(ruling, FAILURE_REFUSED, "coach", "unknown",
			"The pool does not know %s; give the reference of a coach in it", coach);
	if (offered->status != COACHING__POOL_COACH__STATUS__IN_POOL)
		return refuse(ruling, FAILURE_REFUSED, "coach", "retired",
			"%s has left the pool; name another coach", coach);
	if (offered->taken >= offered->capacity)
		return refuse(ruling, FAILURE_CONFLICT, "coach", "full",
			"%s has %u of %u places taken; name another coach", coach, offered->taken,
			offered->capacity);
	return ACCEPTED;
}

/* A scope knows letters, digits and "-" only, and a comma would make two of it. */
static bool is_reference(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	return text[strspn(text, letters)] == '\0';
}

enum verdict require_profile(struct ruling *ruling, const char *reference,
	Coaching__Period *const *availability, size_t n_availability)
{
	if (!is_reference(reference))
		return refuse(ruling, FAILURE_REFUSED, "id", "format",
			"Give a reference of letters, digits and -");
	for (size_t i = 0; i < n_availability; i++)
		if (availability[i]->until[0] != '\0' &&
			strcmp(availability[i]->until, availability[i]->from) < 0)
			return refuse(ruling, FAILURE_REFUSED,
				text_format(ruling->arena, "availability[%zu].until", i), "order",
				"Give a day that is not before %s", availability[i]->from);
	return ACCEPTED;
}
