/* Kaplan and Meier (1958): on each day on which some left, the share that stays is multiplied by
 * what stayed of those who were still seen. Who is censored on a day was seen on it. The band is
 * Greenwood's at 95 %, plain: share ± z · share · √Σ d / (n (n − d)). */
#include "survival.h"

#include "numbers.h"

#define Z_95 1.959963984540054

/* Rounding must not hide that just half have left. */
#define EQUAL 1e-9

/* The first days on which the estimate and its band come down to a share. */
struct crossing {
	double share;
	uint32_t on, low, high;
};

/* The low end of the band comes down first, so it is the earliest day that can be meant. */
static void cross(struct crossing *crossing, uint32_t day, double share, double low, double high)
{
	if (crossing->low == 0 && low <= crossing->share + EQUAL)
		crossing->low = day;
	if (crossing->on == 0 && share <= crossing->share + EQUAL)
		crossing->on = day;
	if (crossing->high == 0 && high <= crossing->share + EQUAL)
		crossing->high = day;
}

/* Where all that were left leave at once the band has no width any more: its upper end is not
 * known. */
static void walk(const Monitor__StageFacts *facts, struct crossing *median, struct crossing *most)
{
	size_t left = 0, open = 0, n_left = facts->n_pool_left_after;
	double share = 1, sum = 0;

	while (left < n_left) {
		uint32_t day = facts->pool_left_after[left];
		double gone = 0, seen, half;

		while (open < facts->n_pool_open_after && facts->pool_open_after[open] < day)
			open++;
		seen = (double)(n_left - left + facts->n_pool_open_after - open);
		for (; left < n_left && facts->pool_left_after[left] == day; left++)
			gone++;
		share *= (seen - gone) / seen;
		sum += seen > gone ? gone / (seen * (seen - gone)) : 0;
		half = seen > gone ? Z_95 * share * square_root(sum) : 1;
		cross(median, day, share, share - half, share + half);
		cross(most, day, share, share - half, share + half);
	}
}

/* Both ends of a band may lie beyond what was seen: a day of 0 says so, and not that it was at
 * once. */
Monitor__Survival *survival_of(struct arena *arena, const Monitor__StageFacts *facts)
{
	Monitor__Survival *survival = NEW(arena, Monitor__Survival);
	struct crossing median = { .share = 0.5 }, most = { .share = 0.15 };

	monitor__survival__init(survival);
	survival->n = (uint32_t)(facts->n_pool_left_after + facts->n_pool_open_after);
	survival->left = (uint32_t)facts->n_pool_left_after;
	survival->too_few = survival->n < ENOUGH;
	survival->mostly_open = facts->n_pool_open_after > facts->n_pool_left_after;
	if (survival->too_few)
		return survival;
	walk(facts, &median, &most);
	survival->median = median.on;
	survival->median_low = median.low;
	survival->median_high = median.high;
	survival->p85 = most.on;
	survival->p85_low = most.low;
	survival->p85_high = most.high;
	return survival;
}
