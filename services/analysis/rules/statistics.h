/* Rates of rare events, and how sure they are. Pure arithmetic; no message knows it. */
#ifndef ASSKOMM_ANALYSIS_STATISTICS_H
#define ASSKOMM_ANALYSIS_STATISTICS_H

#include "asskomm/analysis.pb-c.h"
#include "core/arena.h"
#include <stdbool.h>
#include <stdint.h>

/* A rate that rests on fewer cases than this is not told: it would be chance, or somebody. */
#define RATE_LEAST_CASES 5u
/* A group of fewer municipalities is not told: its sum would tell the others'. */
#define GROUP_LEAST_MUNICIPALITIES 3u

/* The rate of an area, with intervals of 95 %. */
Analysis__Rate *rate_of(struct arena *arena, const Analysis__CrimeTotal *total);

/* Whether a group's rate may be told. */
bool group_is_too_few(const Analysis__CrimeTotal *group);

/* Where `own` lies when all of the group had the group's incidence. The limits are those numbers
 * of cases whose own Byar interval just contains what is expected: so an area is outside of the 95
 * % limits exactly when its interval misses the expected value. */
Analysis__Limits *limits_of(
	struct arena *arena, const Analysis__CrimeTotal *own, const Analysis__CrimeTotal *group);

#endif
