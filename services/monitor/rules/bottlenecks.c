/* A bottleneck is a stage where for a year more entered than left, and where cases grow older.
 *
 * Never by one number: the flow of two windows that follow each other must be above 1.1, and the
 * median age must have risen between them. They are ranked by the days of waiting that were added,
 * and each says what it is concluded from. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include "flow.h"
#include "numbers.h"
#include <stdlib.h>
#include <string.h>

#define DEPARTURES_MIN 3u
#define TOO_MUCH_PERMILLE 1100u

/* To add a stage: a row, and its German. */
static const struct {
	const char *track, *stage, *label;
} LABELS[] = {
	{ "coaching", "requested", TEXT("coaching, requested") },
	{ "coaching", "clarification", TEXT("coaching, being clarified") },
	{ "coaching", "coach_matched", TEXT("coaching, coach matched") },
	{ "coaching", "contracted", TEXT("coaching, contracted") },
	{ "coaching", "active", TEXT("coaching, active") },
	{ "coaching", "paused", TEXT("coaching, paused") },
	{ "coaching", "in_review", TEXT("coaching, in review") },
	{ "analysis", "data_collection", TEXT("analysis, data collection") },
	{ "analysis", "survey_running", TEXT("analysis, survey running") },
	{ "analysis", "evaluation", TEXT("analysis, evaluation") },
	{ "analysis", "report", TEXT("analysis, report") },
	{ "analysis", "presented", TEXT("analysis, presented") },
	{ "council", "active", TEXT("council, active") },
	{ "council", "dormant", TEXT("council, dormant") },
};

/* A stage without a label is named by its code. */
static const char *label_of(struct arena *arena, const Monitor__StageFacts *facts)
{
	for (size_t i = 0; i < sizeof(LABELS) / sizeof(LABELS[0]); i++)
		if (strcmp(LABELS[i].track, facts->track) == 0 &&
			strcmp(LABELS[i].stage, facts->stage) == 0)
			return say_text(arena, LABELS[i].label);
	return text_format(arena, "%s, %s", facts->track, facts->stage);
}

Monitor__Flow *flow_of(struct arena *arena, uint32_t arrivals, uint32_t departures)
{
	Monitor__Flow *flow = NEW(arena, Monitor__Flow);

	monitor__flow__init(flow);
	flow->arrivals = arrivals;
	flow->departures = departures;
	if (departures >= DEPARTURES_MIN) {
		flow->permille_opt_case = MONITOR__FLOW__PERMILLE_OPT_PERMILLE;
		flow->permille = (uint32_t)(((uint64_t)arrivals * 2000 + departures) /
					    (2 * (uint64_t)departures));
	}
	return flow;
}

void set_flow_debt(Monitor__StageIndicators *stage, const Monitor__StageFacts *facts)
{
	uint64_t sum = 0, count = facts->n_pool_ages;

	if (count == 0 || stage->cycle_time->percentiles == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		sum += facts->pool_ages[i];
	stage->flow_debt_opt_case = MONITOR__STAGE_INDICATORS__FLOW_DEBT_OPT_FLOW_DEBT;
	stage->flow_debt = (int32_t)((sum * 2 + count) / (2 * count)) -
			   (int32_t)stage->cycle_time->percentiles->p50;
}

/* Compared as whole numbers, so that exactly 1.1 is not above it. */
static bool is_above(const Monitor__Flow *flow)
{
	return flow->departures >= DEPARTURES_MIN &&
	       (uint64_t)flow->arrivals * 1000 > (uint64_t)flow->departures * TOO_MUCH_PERMILLE;
}

/* Every number that the conclusion rests on is in the sentence: who reads it can judge for himself.
 */
static void say_evidence(
	struct arena *arena, Monitor__Bottleneck *found, const Monitor__StageFacts *facts)
{
	found->sentence = say(arena,
		"%s: in the last 180 days %u came and %u left, in the 180 days before that %u and "
		"%u; the median age rose from %u to %u days, %d days of waiting were added (%u "
		"open, %u of them ageing)",
		label_of(arena, facts), found->flow->arrivals, found->flow->departures,
		found->flow_before->arrivals, found->flow_before->departures,
		found->median_age_before, found->median_age, found->wip_days_added, found->wip,
		found->ageing);
}

/* The case as a whole has no stage and is none. */
static Monitor__Bottleneck *bottleneck_of(struct arena *arena, const Monitor__StageFacts *facts)
{
	Monitor__Bottleneck *found = NEW(arena, Monitor__Bottleneck);

	monitor__bottleneck__init(found);
	found->track = facts->track;
	found->stage = facts->stage;
	found->flow = flow_of(arena, facts->came, facts->went);
	found->flow_before = flow_of(arena, facts->came_before, facts->went_before);
	if (facts->stage[0] == '\0' || facts->n_ages == 0 || facts->n_ages_before == 0 ||
		!is_above(found->flow) || !is_above(found->flow_before))
		return NULL;
	found->wip = (uint32_t)facts->n_ages;
	found->ageing = count_ageing(facts,
		durations_of(arena, facts->pool_cycle_days, facts->n_pool_cycle_days)->percentiles);
	found->median_age = nearest_rank(facts->ages, facts->n_ages, 50);
	found->median_age_before = nearest_rank(facts->ages_before, facts->n_ages_before, 50);
	found->wip_days_added = (int32_t)facts->wip_days - (int32_t)facts->wip_days_before;
	say_evidence(arena, found, facts);
	return found->median_age > found->median_age_before ? found : NULL;
}

/* Those that added the same number go by their names. */
static int compare_added(const void *a, const void *b)
{
	const Monitor__Bottleneck *left = *(Monitor__Bottleneck *const *)a;
	const Monitor__Bottleneck *right = *(Monitor__Bottleneck *const *)b;
	int32_t by = right->wip_days_added - left->wip_days_added;

	if (by != 0)
		return by;
	by = strcmp(left->track, right->track);
	return by != 0 ? by : strcmp(left->stage, right->stage);
}

ProtobufCMessage *bottlenecks(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__IndicatorFacts *facts =
		AS(Monitor__IndicatorFacts, monitor__indicator_facts, row);
	Monitor__Bottlenecks *answer = NEW(arena, Monitor__Bottlenecks);

	(void)request;
	monitor__bottlenecks__init(answer);
	answer->as_of = facts->as_of;
	answer->known_at = facts->known_at;
	answer->district = facts->district;
	answer->ledger_seq = facts->ledger_seq;
	for (size_t i = 0; i < facts->n_stages; i++) {
		Monitor__Bottleneck *found = bottleneck_of(arena, facts->stages[i]);

		if (found != NULL)
			reflect_append(arena, &answer->base, "items", found);
	}
	if (answer->n_items > 1)
		qsort(answer->items, answer->n_items, sizeof(*answer->items), compare_added);
	return &answer->base;
}
