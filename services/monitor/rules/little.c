/* Little's law says that the mean number of cases is their rate times their mean time. It holds for
 * a stage that is as it was: as many leave as enter, what enters is finished, and those who are
 * there are as old as those before them. While one of these fails no time is derived from it, and
 * it is told which. */
#include "flow.h"

#include "core/reflect.h"
#include "numbers.h"

#define TENTH 10u /* what differs by a tenth or less counts as the same */

/* Compared as whole numbers, so that exactly a tenth is no difference. */
static bool is_near(uint64_t number, uint64_t to)
{
	return (number > to ? number - to : to - number) * TENTH <= to;
}

/* Rounded; nobody is 0 days old. */
static uint32_t mean_of(const uint32_t *numbers, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += numbers[i];
	return count > 0 ? (uint32_t)((sum * 2 + count) / (2 * count)) : 0;
}

/* In the order in which they are to be mended; of too few departures nothing can be told at all. */
static void find_breaches(Monitor__LittlesLaw *law)
{
	if (law->departures < ENOUGH) {
		law->breaches[law->n_breaches++] = MONITOR__LAW_BREACH__TOO_FEW_DEPARTURES;
		return;
	}
	if (!is_near(law->arrivals, law->departures))
		law->breaches[law->n_breaches++] = MONITOR__LAW_BREACH__RATES_DIFFER;
	if ((uint64_t)law->given_up * TENTH > law->departures)
		law->breaches[law->n_breaches++] = MONITOR__LAW_BREACH__NOT_FINISHED;
	if (!is_near(law->mean_age, law->mean_age_before))
		law->breaches[law->n_breaches++] = MONITOR__LAW_BREACH__AGE_MOVES;
}

/* Case-days by departures: the mean number of cases, by how many leave in a day. */
Monitor__LittlesLaw *littles_law_of(struct arena *arena, const Monitor__StageFacts *facts)
{
	Monitor__LittlesLaw *law = NEW(arena, Monitor__LittlesLaw);

	monitor__littles_law__init(law);
	law->breaches = NEW_ARRAY(arena, Monitor__LawBreach, 3);
	law->arrivals = facts->came;
	law->departures = facts->went;
	law->given_up = facts->gave_up;
	law->mean_age = mean_of(facts->ages, facts->n_ages);
	law->mean_age_before = mean_of(facts->ages_before, facts->n_ages_before);
	find_breaches(law);
	law->holds = law->n_breaches == 0;
	if (law->holds) {
		law->days_opt_case = MONITOR__LITTLES_LAW__DAYS_OPT_DAYS;
		law->days = (facts->wip_days * 2 + law->departures) / (2 * law->departures);
	}
	return law;
}
