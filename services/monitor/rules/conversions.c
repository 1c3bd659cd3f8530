/* Who came from one milestone to another, and how fast.
 *
 * Only quarters that ended long enough ago are told: in a younger one those who still may come
 * would count as those who did not. Stages are optional, so the reverse order is told as well. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "numbers.h"
#include <stdlib.h>

/* One row of the table: a quarter, or all of them when it has no name. Who had reached the other
 * milestone before is in the cohort, and told beside it: a municipality that had a council when it
 * signed is no failure of the agreement. */
static Monitor__Cohort *cohort_of(
	struct arena *arena, const char *quarter, uint32_t reached, uint32_t size, uint32_t before)
{
	Monitor__Cohort *cohort = NEW(arena, Monitor__Cohort);

	monitor__cohort__init(cohort);
	cohort->quarter = text_copy(arena, quarter);
	cohort->rate = rate_of(arena, reached, size);
	cohort->before = before;
	return cohort;
}

/* Lags are in order, so those in time come first; the day itself is in time. */
static uint32_t reached_within(const Monitor__CohortFacts *facts, uint32_t days)
{
	uint32_t count = 0;

	while (count < facts->n_lags && facts->lags[count] <= days)
		count++;
	return count;
}

/* All ripe quarters together are told besides: one quarter alone is mostly too few for a share, and
 * the sum of them is what the alliance can be judged by. */
static void add_cohorts(struct arena *arena, Monitor__Conversion *conversion,
	const Monitor__ConversionFacts *facts, uint32_t within)
{
	uint32_t reached = 0, size = 0, before = 0;

	for (size_t i = 0; i < facts->n_cohorts; i++) {
		const Monitor__CohortFacts *each = facts->cohorts[i];
		uint32_t n = reached_within(each, within);

		if (!each->ripe)
			continue;
		reflect_append(arena, &conversion->base, "cohorts",
			cohort_of(arena, each->quarter, n, each->size, each->before));
		reached += n;
		size += each->size;
		before += each->before;
	}
	conversion->all = cohort_of(arena, "", reached, size, before);
}

/* Of every quarter, young ones too: a lag that was is one, whatever comes. */
static Monitor__Durations *lag_of(struct arena *arena, const Monitor__ConversionFacts *facts)
{
	size_t count = 0, filled = 0;
	uint32_t *days;

	for (size_t i = 0; i < facts->n_cohorts; i++)
		count += facts->cohorts[i]->n_lags;
	days = NEW_ARRAY(arena, uint32_t, count + 1);
	for (size_t i = 0; i < facts->n_cohorts; i++)
		for (size_t k = 0; k < facts->cohorts[i]->n_lags; k++)
			days[filled++] = facts->cohorts[i]->lags[k];
	qsort(days, count, sizeof(*days), compare_numbers);
	return durations_of(arena, days, count);
}

ProtobufCMessage *conversions(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__ConversionsFacts *facts =
		AS(Monitor__ConversionsFacts, monitor__conversions_facts, row);
	Monitor__Conversions *answer = NEW(arena, Monitor__Conversions);

	(void)request;
	monitor__conversions__init(answer);
	answer->as_of = facts->as_of;
	answer->known_at = facts->known_at;
	answer->district = facts->district;
	answer->within = facts->within;
	answer->ledger_seq = facts->ledger_seq;
	for (size_t i = 0; i < facts->n_pairs; i++) {
		Monitor__Conversion *conversion = NEW(arena, Monitor__Conversion);

		monitor__conversion__init(conversion);
		conversion->from = facts->pairs[i]->from;
		conversion->to = facts->pairs[i]->to;
		conversion->lag = lag_of(arena, facts->pairs[i]);
		add_cohorts(arena, conversion, facts->pairs[i], facts->within);
		reflect_append(arena, &answer->base, "items", conversion);
	}
	return &answer->base;
}
