/* Small statistics over whole numbers: the same on every machine, to the last digit. */
#ifndef ASSKOMM_MONITOR_NUMBERS_H
#define ASSKOMM_MONITOR_NUMBERS_H

#include "asskomm/monitor.pb-c.h"
#include "core/arena.h"
#include <stddef.h>
#include <stdint.h>

/* Of fewer no share and no percentile is told. */
#define ENOUGH 5u

/* The nearest rank of `count` numbers in order: the smallest that at least `percent` of 100 of them
 * do not exceed. There must be one at least. */
uint32_t nearest_rank(const uint32_t *sorted, size_t count, unsigned percent);

/* Percentiles of numbers in order, or the numbers themselves when they are too few. */
Monitor__Durations *durations_of(struct arena *arena, const uint32_t *sorted, size_t count);

/* n of so many, with Wilson's interval at 95 %. */
Monitor__Rate *rate_of(struct arena *arena, uint32_t n, uint32_t of);

/* The square root of a number that is not negative, by Newton: libm is none of ours. */
double square_root(double number);

/* For qsort: uint32_t, ascending. */
int compare_numbers(const void *a, const void *b);

#endif
