/* How much of a difference is chance. Cases are counted events, so their number varies like a
 * Poisson variable; cleared cases are a share of them.
 *
 * Byar's approximation: Breslow and Day, Statistical Methods in Cancer Research II, 1987, p. 69.
 * Wilson's interval: Journal of the American Statistical Association 22, 1927, p. 209. */
#include "statistics.h"

#include <math.h>

#define Z_95 1.959963984540054
#define Z_998 3.090232306167813
#define PER 1000000.0 /* inhabitants: tenths of cases per 100,000 */
#define HALVINGS 60   /* of an interval of doubles: exact by then */

static double cube(double value)
{
	return value * value * value;
}

/* Below no cases there are none. */
static double byar_lower(double cases, double z)
{
	double root;

	if (cases <= 0)
		return 0;
	root = 1 - 1 / (9 * cases) - z / (3 * sqrt(cases));
	return root > 0 ? cases * cube(root) : 0;
}

/* Grows with the cases, also between whole numbers; no cases at all still leave room for some. */
static double byar_upper(double cases, double z)
{
	double next = cases + 1;

	return next * cube(1 - 1 / (9 * next) + z / (3 * sqrt(next)));
}

/* The number of cases whose bound is what is expected; bounds grow with the cases. */
static double find_cases(double (*bound)(double cases, double z), double z, double expected)
{
	double low = 0;
	double high = expected + 20 * sqrt(expected) + 50;

	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (bound(middle, z) < expected)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Rounded half up. */
static uint32_t whole(double value)
{
	return value > 0 ? (uint32_t)(value + 0.5) : 0;
}

/* Exact, in whole numbers: what is published must not hang on how a machine rounds. */
static uint32_t ratio(uint64_t part, uint64_t base, uint64_t per)
{
	return base == 0 ? 0 : (uint32_t)((2 * part * per + base) / (2 * base));
}

/* A share with its interval, in thousandths. More cleared than there were cases is no share of
 * them: then there is a ratio and no interval. */
static void tell_clearance(Analysis__Rate *rate)
{
	double n = rate->cases;
	double p = rate->cleared / n;
	double z2 = Z_95 * Z_95;
	double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half;

	rate->clearance_permille = ratio(rate->cleared, rate->cases, 1000);
	if (rate->cleared > rate->cases)
		return;
	half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	rate->clearance_lower_permille = whole((middle - half) * 1000);
	rate->clearance_upper_permille = whole((middle + half) * 1000);
}

/* Doubles are enough for the bounds: they are rounded to tenths, and no position hangs on them. */
Analysis__Rate *rate_of(struct arena *arena, const Analysis__CrimeTotal *total)
{
	Analysis__Rate *rate = NEW(arena, Analysis__Rate);
	double scale;

	analysis__rate__init(rate);
	rate->cases = total->cases;
	rate->cleared = total->cleared;
	rate->population = total->population;
	rate->too_few = total->cases < RATE_LEAST_CASES || total->population == 0;
	if (rate->too_few)
		return rate;
	scale = PER / total->population;
	rate->incidence_tenths = ratio(total->cases, total->population, (uint64_t)PER);
	rate->incidence_lower_tenths = whole(byar_lower(total->cases, Z_95) * scale);
	rate->incidence_upper_tenths = whole(byar_upper(total->cases, Z_95) * scale);
	tell_clearance(rate);
	return rate;
}

/* Of two, each could take its own number away and read the other one. */
bool group_is_too_few(const Analysis__CrimeTotal *group)
{
	return group->municipalities < GROUP_LEAST_MUNICIPALITIES ||
	       group->cases < RATE_LEAST_CASES || group->population == 0;
}

/* By cases and not by rounded rates: so a position never hangs on the rounding of a limit. */
static Analysis__Position position_of(double cases, double expected)
{
	if (byar_lower(cases, Z_998) > expected)
		return ANALYSIS__POSITION__FAR_ABOVE;
	if (byar_upper(cases, Z_998) < expected)
		return ANALYSIS__POSITION__FAR_BELOW;
	if (byar_lower(cases, Z_95) > expected)
		return ANALYSIS__POSITION__ABOVE;
	if (byar_upper(cases, Z_95) < expected)
		return ANALYSIS__POSITION__BELOW;
	return ANALYSIS__POSITION__WITHIN;
}

/* What is expected is the group's rate times the own base: no whole number, and need not be. */
Analysis__Limits *limits_of(
	struct arena *arena, const Analysis__CrimeTotal *own, const Analysis__CrimeTotal *group)
{
	Analysis__Limits *limits = NEW(arena, Analysis__Limits);
	double expected, scale;

	analysis__limits__init(limits);
	if (group_is_too_few(group) || own->population == 0)
		return limits;
	expected = (double)group->cases * own->population / group->population;
	scale = PER / own->population;
	limits->expected_tenths = ratio(group->cases, group->population, (uint64_t)PER);
	limits->lower_95_tenths = whole(find_cases(byar_upper, Z_95, expected) * scale);
	limits->upper_95_tenths = whole(find_cases(byar_lower, Z_95, expected) * scale);
	limits->lower_998_tenths = whole(find_cases(byar_upper, Z_998, expected) * scale);
	limits->upper_998_tenths = whole(find_cases(byar_lower, Z_998, expected) * scale);
	limits->position = position_of(own->cases, expected);
	return limits;
}
