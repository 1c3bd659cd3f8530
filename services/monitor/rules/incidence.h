/* What comes first of several things, of which each ends the waiting for the others. */
#ifndef ASSKOMM_MONITOR_INCIDENCE_H
#define ASSKOMM_MONITOR_INCIDENCE_H

#include "core/arena.h"
#include <stddef.h>
#include <stdint.h>

#define INCIDENCE_CAUSES 3

/* The days after which it came, each list in order; of those to whom nothing came, the days that
 * they were seen. */
struct incidence_data {
	const uint32_t *after[INCIDENCE_CAUSES];
	size_t n_after[INCIDENCE_CAUSES];
	const uint32_t *open_after;
	size_t n_open_after;
};

/* From that day on: the shares to whom each came, and to whom nothing did; together they are 1.
 * at_risk: to how many nothing had come before that day, of those still seen on it. */
struct incidence_step {
	uint32_t day;
	uint32_t at_risk;
	uint32_t came[INCIDENCE_CAUSES]; /* on the day */
	double share[INCIDENCE_CAUSES];
	double remaining;
};

struct incidence {
	size_t n_steps;
	struct incidence_step *steps; /* one for each day on which something came, in order */
	uint32_t n;
	uint32_t seen_until; /* the last day on which somebody was seen */
};

/* Aalen and Johansen's estimate. From the arena. */
struct incidence *incidence_of(struct arena *arena, const struct incidence_data *data);

/* The step that a day is in, or NULL when nothing had come by then. */
const struct incidence_step *incidence_on(const struct incidence *incidence, uint32_t day);

/* How many were seen on a day or later. */
uint32_t incidence_at_risk(const struct incidence_data *data, uint32_t day);

/* The variance of the share of a cause on a day; 0 before the first step. */
double incidence_variance(const struct incidence *incidence, unsigned cause, uint32_t day);

#endif
