/* Nearest ranks need no interpolation; Wilson's interval (1927) stays inside 0 and 1 and holds for
 * few. Shares are permille: more digits would claim what so few cases cannot know. */
#include "numbers.h"

#include "core/check.h"

#define Z_95 1.959963984540054

/* The rank is rounded up: of 5 numbers the 50th percentile is the third. */
uint32_t nearest_rank(const uint32_t *sorted, size_t count, unsigned percent)
{
	size_t rank = (count * percent + 99) / 100;

	CHECK(count > 0);
	return sorted[rank > 0 ? rank - 1 : 0];
}

/* The four that the alliance looks at: the usual one, two to promise by, and the tail. */
static Monitor__Percentiles *percentiles_of(
	struct arena *arena, const uint32_t *sorted, size_t count)
{
	Monitor__Percentiles *percentiles = NEW(arena, Monitor__Percentiles);

	monitor__percentiles__init(percentiles);
	percentiles->p50 = nearest_rank(sorted, count, 50);
	percentiles->p70 = nearest_rank(sorted, count, 70);
	percentiles->p85 = nearest_rank(sorted, count, 85);
	percentiles->p95 = nearest_rank(sorted, count, 95);
	return percentiles;
}

/* Four values tell more as they are than any percentile of them would. */
Monitor__Durations *durations_of(struct arena *arena, const uint32_t *sorted, size_t count)
{
	Monitor__Durations *durations = NEW(arena, Monitor__Durations);

	monitor__durations__init(durations);
	durations->n = (uint32_t)count;
	durations->too_few = count < ENOUGH;
	if (!durations->too_few) {
		durations->percentiles = percentiles_of(arena, sorted, count);
		return durations;
	}
	durations->n_values = count;
	durations->values = NEW_ARRAY(arena, uint32_t, count + 1);
	for (size_t i = 0; i < count; i++)
		durations->values[i] = sorted[i];
	return durations;
}

/* From above it comes down to the root and stops there; 1 may lie below, but the first step leads
 * above. */
double square_root(double number)
{
	double root = number > 1 ? number : 1;
	double next = (root + number / root) / 2;

	while (next < root) {
		root = next;
		next = (root + number / root) / 2;
	}
	return root;
}

/* Rounded outwards, so that the interval never promises more than it holds. */
static void set_interval(Monitor__Rate *rate)
{
	double n = rate->of, share = rate->n / n, z2 = Z_95 * Z_95;
	double middle = share + z2 / (2 * n);
	double half = Z_95 * square_root((share * (1 - share) + z2 / (4 * n)) / n);
	double low = (middle - half) / (1 + z2 / n) * 1000;
	double high = (middle + half) / (1 + z2 / n) * 1000;

	rate->low = rate->n == 0 || low < 0 ? 0 : (uint32_t)low;
	rate->high = rate->n == rate->of ? 1000 : (uint32_t)high + ((uint32_t)high < high);
}

Monitor__Rate *rate_of(struct arena *arena, uint32_t n, uint32_t of)
{
	Monitor__Rate *rate = NEW(arena, Monitor__Rate);

	monitor__rate__init(rate);
	rate->n = n;
	rate->of = of;
	rate->too_few = of < ENOUGH;
	if (rate->too_few)
		return rate;
	rate->permille = (uint32_t)(((uint64_t)n * 2000 + of) / (2 * (uint64_t)of));
	set_interval(rate);
	return rate;
}

int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}
