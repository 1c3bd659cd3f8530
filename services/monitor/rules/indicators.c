/* The indicators of the pipeline, each from what is counted.
 *
 * A percentile is the nearest rank over the whole state, since a district has too few; fewer than
 * five are shown as they are, and no share is told of them. Given up and transferred are no
 * throughput. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "flow.h"
#include "numbers.h"
#include "survival.h"
#include <string.h>

#define WEEK 7u

/* How many days ago lie in each whole week that ends with the day; those before the first whole
 * week are in no week. Weeks without any are zeros, not gaps. */
static uint32_t *by_week(struct arena *arena, const uint32_t *days_ago, size_t count, size_t weeks)
{
	uint32_t *weekly = NEW_ARRAY(arena, uint32_t, weeks + 1);

	for (size_t i = 0; i < count; i++) {
		size_t weeks_ago = days_ago[i] / WEEK;

		if (weeks_ago < weeks)
			weekly[weeks - 1 - weeks_ago]++;
	}
	return weekly;
}

/* Who is there at the end of a week is who is there now, without those who came since and with
 * those who left since. */
static void set_weekly(struct arena *arena, Monitor__StageIndicators *stage,
	const Monitor__StageFacts *facts, uint32_t window)
{
	size_t weeks = window / WEEK;
	uint32_t *left = by_week(arena, facts->left_days_ago, facts->n_left_days_ago, weeks);

	stage->n_weekly = stage->n_weekly_arrivals = stage->n_weekly_wip = weeks;
	stage->weekly = by_week(arena, facts->done_days_ago, facts->n_done_days_ago, weeks);
	stage->weekly_arrivals =
		by_week(arena, facts->arrived_days_ago, facts->n_arrived_days_ago, weeks);
	stage->weekly_wip = NEW_ARRAY(arena, uint32_t, weeks + 1);
	for (size_t i = weeks; i > 0; i--)
		stage->weekly_wip[i - 1] =
			i == weeks ? stage->wip
				   : stage->weekly_wip[i] + left[i] - stage->weekly_arrivals[i];
}

uint32_t count_ageing(const Monitor__StageFacts *facts, const Monitor__Percentiles *cycle_time)
{
	uint32_t count = 0;

	if (cycle_time == NULL)
		return 0;
	for (size_t i = 0; i < facts->n_ages; i++)
		count += facts->ages[i] > cycle_time->p85;
	return count;
}

/* Who is there, who came and who left are of the area that was asked for; how long it takes is of
 * the whole state. */
static Monitor__StageIndicators *stage_of(
	struct arena *arena, const Monitor__StageFacts *facts, uint32_t window)
{
	Monitor__StageIndicators *stage = NEW(arena, Monitor__StageIndicators);

	monitor__stage_indicators__init(stage);
	stage->track = facts->track;
	stage->stage = facts->stage;
	stage->wip = (uint32_t)facts->n_ages;
	stage->arrivals = facts->arrivals;
	stage->departures = (uint32_t)facts->n_done_days_ago;
	stage->given_up = facts->given_up;
	stage->transferred = facts->transferred;
	stage->stalled = facts->stalled;
	stage->age = durations_of(arena, facts->pool_ages, facts->n_pool_ages);
	stage->cycle_time = durations_of(arena, facts->pool_cycle_days, facts->n_pool_cycle_days);
	stage->ageing = count_ageing(facts, stage->cycle_time->percentiles);
	stage->survival = survival_of(arena, facts);
	stage->first_pass_yield =
		rate_of(arena, facts->first_pass, (uint32_t)facts->n_done_days_ago);
	stage->flow = flow_of(arena, facts->came, facts->went);
	stage->flow_before = flow_of(arena, facts->came_before, facts->went_before);
	stage->littles_law = littles_law_of(arena, facts);
	set_flow_debt(stage, facts);
	set_weekly(arena, stage, facts, window);
	return stage;
}

/* The case as a whole is no stage, and a stage with too few departures says nothing. */
static void set_rolled_yield(
	Monitor__TrackIndicators *track, Monitor__StageIndicators *const *stages, size_t count)
{
	uint64_t permille = 1000;

	for (size_t i = 0; i < count; i++)
		if (strcmp(stages[i]->track, track->track) == 0 && stages[i]->stage[0] != '\0' &&
			!stages[i]->first_pass_yield->too_few) {
			permille = (permille * stages[i]->first_pass_yield->permille + 500) / 1000;
			track->rolled_stages++;
		}
	track->rolled_yield = track->rolled_stages > 0 ? (uint32_t)permille : 0;
}

/* Deadlines belong to a case and not to its stage, so they are told by track. */
static Monitor__TrackIndicators *track_of(struct arena *arena, const Monitor__TrackFacts *facts)
{
	Monitor__TrackIndicators *track = NEW(arena, Monitor__TrackIndicators);

	monitor__track_indicators__init(track);
	track->track = facts->track;
	track->overdue = rate_of(arena, facts->overdue, facts->due);
	track->oldest_overdue = facts->oldest_overdue;
	track->on_time = rate_of(arena, facts->on_time, facts->done);
	track->due_changes = facts->due_changes;
	track->overdue_days = facts->overdue_days;
	return track;
}

ProtobufCMessage *indicators(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__IndicatorFacts *facts =
		AS(Monitor__IndicatorFacts, monitor__indicator_facts, row);
	Monitor__Indicators *answer = NEW(arena, Monitor__Indicators);

	(void)request;
	monitor__indicators__init(answer);
	answer->as_of = facts->as_of;
	answer->known_at = facts->known_at;
	answer->district = facts->district;
	answer->window = facts->window;
	answer->ledger_seq = facts->ledger_seq;
	for (size_t i = 0; i < facts->n_stages; i++)
		reflect_append(arena, &answer->base, "stages",
			stage_of(arena, facts->stages[i], facts->window));
	for (size_t i = 0; i < facts->n_tracks; i++) {
		Monitor__TrackIndicators *track = track_of(arena, facts->tracks[i]);

		set_rolled_yield(track, answer->stages, answer->n_stages);
		reflect_append(arena, &answer->base, "tracks", track);
	}
	return &answer->base;
}
