/* The plan of an analysis for people: what is due, what is late, what moved and why. */
#include "rules.h"

#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "planner.h"
#include <stdlib.h>
#include <string.h>

/* Whole days from one to a later one, else 0. */
static uint32_t days_between(int32_t from, int32_t to)
{
	return to > from ? (uint32_t)(to - from) : 0;
}

/* "22. Februar 2024": these sentences are read aloud in meetings. */
static char *german(struct arena *arena, const char *date)
{
	return civil_german(arena, civil_from_days(plan_day(date)));
}

/* Postponed by hand: the reason is the user's own. */
static void tell_postponed(
	struct arena *arena, const Analysis__PlannedStep *step, Analysis__PlanItem *item)
{
	item->why_de = text_format(arena, "verschoben auf den %s: %s",
		german(arena, step->not_before), step->postponed_because);
	item->why_en = text_format(
		arena, "postponed to %s: %s", step->not_before, step->postponed_because);
}

/* A step before it came late, and took it along. */
static void tell_late(
	struct arena *arena, const Analysis__PlannedStep *cause, Analysis__PlanItem *item)
{
	uint32_t late = days_between(plan_day(cause->first_due_on), plan_day(cause->done_on));

	item->why_de = text_format(arena,
		"„%s“ war am %s fällig und wurde am %s erledigt, %u Tage später", cause->label_de,
		german(arena, cause->first_due_on), german(arena, cause->done_on), late);
	item->why_en = text_format(arena, "\"%s\" was due on %s and done on %s, %u days late",
		cause->label_en, cause->first_due_on, cause->done_on, late);
}

/* Nothing has moved yet, but will: what it waits for is open and overdue. */
static void tell_waiting(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *step, int32_t today, Analysis__PlanItem *item)
{
	for (size_t i = 0; i < step->n_after; i++) {
		const Analysis__PlannedStep *before = plan_find(analysis, step->after[i]->follows);
		uint32_t overdue;

		if (before == NULL || before->done_on[0] != '\0')
			continue;
		overdue = days_between(plan_day(before->due_on), today);
		if (overdue == 0)
			continue;
		item->why_de = text_format(arena, "wartet auf „%s“, seit %u Tagen überfällig",
			before->label_de, overdue);
		item->why_en = text_format(
			arena, "waits for \"%s\", overdue for %u days", before->label_en, overdue);
		return;
	}
}

/* The cause in this order: what somebody decided, what came late, what is waited for. */
static void tell_why(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *step, int32_t today, Analysis__PlanItem *item)
{
	const Analysis__PlannedStep *cause = plan_find(analysis, step->because);

	if (cause == step)
		tell_postponed(arena, step, item);
	else if (cause != NULL && cause->done_on[0] != '\0')
		tell_late(arena, cause, item);
	else if (cause != NULL)
		tell_postponed(arena, cause, item);
	else if (step->done_on[0] == '\0')
		tell_waiting(arena, analysis, step, today, item);
}

/* As counts alone: who has not delivered is told to whom it may concern by GET /deliveries. */
static void count_deliveries(const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *step, int32_t today, Analysis__PlanItem *item)
{
	for (size_t i = 0; i < analysis->n_deliveries; i++) {
		const Analysis__Delivery *delivery = analysis->deliveries[i];

		if (strcmp(delivery->step, step->code) != 0)
			continue;
		item->deliveries++;
		item->delivered +=
			delivery->status == ANALYSIS__DELIVERY__STATUS__CHECKED &&
			plan_day(delivery->rounds[delivery->n_rounds - 1]->checked_on) <= today;
	}
}

/* Late is held against the first promise, overdue against the present one. */
static Analysis__PlanItem *item_of(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	size_t place, int32_t expected, int32_t today)
{
	const Analysis__PlannedStep *step = analysis->plan[place];
	Analysis__PlanItem *item = NEW(arena, Analysis__PlanItem);
	bool done = step->done_on[0] != '\0';

	analysis__plan_item__init(item);
	reflect_share(&item->base, &step->base);
	item->step = step->code;
	item->expected_on = plan_date(arena, expected);
	item->days_late = days_between(plan_day(step->first_due_on), done ? expected : today);
	item->days_overdue = done ? 0 : days_between(plan_day(step->due_on), today);
	tell_why(arena, analysis, step, today, item);
	count_deliveries(analysis, step, today, item);
	return item;
}

/* By the day, then by the code, so that the order is the same each time. */
static int by_day(const void *a, const void *b)
{
	const Analysis__PlanItem *one = *(Analysis__PlanItem *const *)a;
	const Analysis__PlanItem *other = *(Analysis__PlanItem *const *)b;
	int order = strcmp(one->expected_on, other->expected_on);

	return order != 0 ? order : strcmp(one->step, other->step);
}

/* The presentation was held without it: it is neither expected nor overdue any more. */
static void skip(struct arena *arena, Analysis__PlanItem *item)
{
	item->skipped = true;
	item->days_late = item->days_overdue = 0;
	item->expected_on = item->why_de = item->why_en = text_copy(arena, "");
}

/* Of a presentation that is still to come nothing was skipped. */
static const bool *after_presentation(
	struct arena *arena, const Analysis__SecurityAnalysis *analysis)
{
	const Analysis__PlannedStep *presentation = plan_find(analysis, STEP_PRESENTATION);

	return presentation != NULL && presentation->done_on[0] != '\0'
		       ? plan_after(arena, analysis, presentation)
		       : NULL;
}

static void add_items(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const char *as_of, Analysis__Plan *plan)
{
	int32_t today = plan_day(as_of);
	int32_t *expected = plan_expected(arena, analysis, today);
	const bool *after = after_presentation(arena, analysis);

	plan->n_steps = analysis->n_plan;
	plan->steps = NEW_ARRAY(arena, Analysis__PlanItem *, analysis->n_plan + 1);
	for (size_t i = 0; i < analysis->n_plan; i++) {
		plan->steps[i] = item_of(arena, analysis, i, expected[i], today);
		if (after != NULL && !after[i] && analysis->plan[i]->done_on[0] == '\0')
			skip(arena, plan->steps[i]);
		if (strcmp(analysis->plan[i]->code, STEP_PRESENTATION) == 0)
			plan->expected_on = plan->steps[i]->expected_on;
	}
	qsort(plan->steps, plan->n_steps, sizeof(*plan->steps), by_day);
}

/* An analysis that was entered without a plan has none to show, and says no more than its days. */
ProtobufCMessage *plan_of(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Analysis__PlanFacts *facts = AS(Analysis__PlanFacts, analysis__plan_facts, row);
	Analysis__SecurityAnalysis *analysis = facts->analysis;
	Analysis__Plan *plan = NEW(arena, Analysis__Plan);

	(void)request;
	analysis__plan__init(plan);
	plan_as_of(arena, analysis, facts->as_of);
	plan->analysis_id = analysis->id;
	plan->n_participants = analysis->n_participants;
	plan->participants = analysis->participants;
	plan->procedure = analysis->procedure;
	plan->revision = analysis->revision;
	plan->as_of = facts->as_of;
	plan->kicked_off_on = analysis->kicked_off_on;
	plan->expected_on = analysis->presented_on;
	add_items(arena, analysis, facts->as_of, plan);
	return &plan->base;
}
