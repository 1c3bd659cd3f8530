/* What the pool of coaches allows. */
#ifndef ASSKOMM_COACHING_POOL_H
#define ASSKOMM_COACHING_POOL_H

#include "asskomm/coaching.pb-c.h"
#include "core/ruling.h"

/* Refuses a coach that the pool does not know, that left it, or whose places are all taken
 * (`coaching->offered` is what the pool says). As long as no pool is kept, and for history that
 * names nobody, any reference is taken. */
enum verdict require_place(
	struct ruling *ruling, const Coaching__CoachingProcess *coaching, const char *coach);

/* Refuses a reference that cannot be a scope ("coach-B3-17"), periods that end before they begin,
 * and a day in the future. */
enum verdict require_profile(struct ruling *ruling, const char *reference,
	Coaching__Period *const *availability, size_t n_availability);

#endif
