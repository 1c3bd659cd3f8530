/* Due days are found by passes over the plan until nothing moves: predecessors form no circle
 * (define_procedure.c), so as many passes as there are steps suffice. */
#include "planner.h"

#include "core/civil.h"
#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/working_days.h"
#include <string.h>

#define WEEK 7
#define KICK_OFF SIZE_MAX /* in place of a predecessor's index */
#define BY_HAND (SIZE_MAX - 1)

/* Days come from validated requests and from here. */
int32_t plan_day(const char *date)
{
	struct civil_date civil;

	CHECK(civil_parse(date, &civil));
	return civil_days(civil);
}

char *plan_date(struct arena *arena, int32_t day)
{
	char text[CIVIL_DATE_SIZE];

	civil_print(civil_from_days(day), text);
	return text_copy(arena, text);
}

/* A step that was taken back has no day any more and is open again. */
static bool is_done(const Analysis__PlannedStep *step)
{
	return step->done_on[0] != '\0';
}

/* KICK_OFF for a code that the plan has not: that of the kick-off itself, or of a module that was
 * not chosen; who asks can tell the two apart by the code. Plans are short: a plain search does. */
static size_t index_of(const Analysis__SecurityAnalysis *analysis, const char *code)
{
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (strcmp(analysis->plan[i]->code, code) == 0)
			return i;
	return KICK_OFF;
}

/* For rules, which want the step and not its place. */
Analysis__PlannedStep *plan_find(const Analysis__SecurityAnalysis *analysis, const char *code)
{
	size_t i = index_of(analysis, code);

	return i != KICK_OFF ? analysis->plan[i] : NULL;
}

/* Weeks and days run over holidays; only working days leave them out. An offset without a unit is
 * refused where procedures are defined. */
static int32_t add_offset(int32_t day, const Analysis__Predecessor *after)
{
	switch (after->unit) {
	case ANALYSIS__OFFSET_UNIT__DAYS:
		return day + (int32_t)after->offset;
	case ANALYSIS__OFFSET_UNIT__WEEKS:
		return day + WEEK * (int32_t)after->offset;
	case ANALYSIS__OFFSET_UNIT__WORKING_DAYS:
		return add_working_days(day, after->offset);
	case ANALYSIS__OFFSET_UNIT__OFFSET_UNIT_UNSPECIFIED:
	case _ANALYSIS__OFFSET_UNIT_IS_INT_SIZE:
		break;
	}
	return day;
}

/* The latest day that the predecessors give, on the days given for each step, and which of them
 * gives it. A predecessor of a module that this analysis has not is not there and asks for nothing.
 */
static int32_t latest_after(const Analysis__SecurityAnalysis *analysis, const int32_t *days,
	const Analysis__PlannedStep *step, size_t *out_binding)
{
	int32_t latest = INT32_MIN;

	for (size_t i = 0; i < step->n_after; i++) {
		const Analysis__Predecessor *after = step->after[i];
		size_t place = index_of(analysis, after->follows);
		int32_t day;

		if (place == KICK_OFF && after->follows[0] != '\0')
			continue;
		day = add_offset(
			place == KICK_OFF ? plan_day(analysis->kicked_off_on) : days[place], after);
		if (day > latest) {
			latest = day;
			*out_binding = place;
		}
	}
	return latest;
}

/* The day of an open step: what the predecessors give, the day set by hand, and the day that was
 * promised first are all lower bounds. */
static int32_t due_of(const Analysis__SecurityAnalysis *analysis, const int32_t *days, size_t place,
	size_t *out_binding)
{
	const Analysis__PlannedStep *step = analysis->plan[place];
	int32_t due = latest_after(analysis, days, step, out_binding);

	if (step->first_due_on[0] != '\0' && plan_day(step->first_due_on) > due)
		due = plan_day(step->first_due_on);
	if (step->not_before[0] != '\0' && plan_day(step->not_before) > due) {
		due = plan_day(step->not_before);
		*out_binding = BY_HAND;
	}
	return due;
}

/* Passes until no day moves. Done steps stand on the day they were done. */
static void settle(const Analysis__SecurityAnalysis *analysis, int32_t *days, size_t *bindings)
{
	bool moved = true;

	for (size_t i = 0; i < analysis->n_plan; i++)
		days[i] = is_done(analysis->plan[i]) ? plan_day(analysis->plan[i]->done_on)
						     : plan_day(analysis->kicked_off_on);
	for (size_t pass = 0; moved && pass <= analysis->n_plan; pass++) {
		moved = false;
		for (size_t i = 0; i < analysis->n_plan; i++) {
			int32_t due;

			if (is_done(analysis->plan[i]))
				continue;
			due = due_of(analysis, days, i, &bindings[i]);
			moved = moved || due != days[i];
			days[i] = due;
		}
	}
}

/* From a step that moved back along what binds it to the step that is the cause. */
static const char *cause_of(
	const Analysis__SecurityAnalysis *analysis, const size_t *bindings, size_t place)
{
	for (size_t hops = 0; hops <= analysis->n_plan; hops++) {
		if (bindings[place] == BY_HAND)
			return analysis->plan[place]->code;
		if (bindings[place] == KICK_OFF)
			return "";
		place = bindings[place];
		if (is_done(analysis->plan[place]))
			return analysis->plan[place]->code;
	}
	return "";
}

/* First all days, then who is the cause: a cause is told along what binds now, not what bound
 * before. Back on the day that was planned first, a step has moved by nobody's fault any more. */
void plan_schedule(struct arena *arena, Analysis__SecurityAnalysis *analysis)
{
	int32_t *days = NEW_ARRAY(arena, int32_t, analysis->n_plan + 1);
	size_t *bindings = NEW_ARRAY(arena, size_t, analysis->n_plan + 1);

	settle(analysis, days, bindings);
	for (size_t i = 0; i < analysis->n_plan; i++) {
		Analysis__PlannedStep *step = analysis->plan[i];
		char *due = plan_date(arena, days[i]);

		if (is_done(step) || strcmp(step->due_on, due) == 0)
			continue;
		if (step->first_due_on[0] == '\0') {
			step->first_due_on = due;
		} else {
			step->due_changes++;
			step->because = strcmp(due, step->first_due_on) == 0
						? text_copy(arena, "")
						: text_copy(arena, cause_of(analysis, bindings, i));
		}
		step->due_on = due;
	}
}

/* The empty module is in every analysis. */
static bool has_module(const Analysis__SecurityAnalysis *analysis, const char *module)
{
	for (size_t i = 0; i < analysis->n_modules; i++)
		if (strcmp(analysis->modules[i], module) == 0)
			return true;
	return module[0] == '\0';
}

/* What was done and what was postponed stays; open days are for plan_schedule to find. */
static Analysis__PlannedStep *adopt_step(
	struct arena *arena, const Analysis__SecurityAnalysis *analysis, const Analysis__Step *step)
{
	const Analysis__PlannedStep *before = plan_find(analysis, step->code);
	Analysis__PlannedStep *planned = NEW(arena, Analysis__PlannedStep);

	analysis__planned_step__init(planned);
	if (before != NULL)
		*planned = *before;
	planned->code = step->code;
	planned->kind = step->kind;
	planned->label_de = step->label_de;
	planned->label_en = step->label_en;
	planned->responsible = step->responsible;
	planned->n_after = step->n_after;
	planned->after = step->after;
	planned->delivery = step->delivery;
	if (before != NULL && !is_done(before)) {
		planned->first_due_on = text_copy(arena, "");
		planned->due_on = planned->because = planned->first_due_on;
	}
	return planned;
}

/* A day that differs from the one before the change counts as changed once more. */
static void count_changes(
	const Analysis__SecurityAnalysis *before, const Analysis__SecurityAnalysis *analysis)
{
	for (size_t i = 0; i < analysis->n_plan; i++) {
		const Analysis__PlannedStep *old = plan_find(before, analysis->plan[i]->code);

		if (old != NULL && strcmp(old->due_on, analysis->plan[i]->due_on) != 0)
			analysis->plan[i]->due_changes = old->due_changes + 1;
	}
}

/* The plan before is only looked at: its steps are copied, so that a refusal after this leaves
 * nothing behind. */
void plan_adopt(struct arena *arena, Analysis__SecurityAnalysis *analysis,
	const Analysis__Revision *revision)
{
	Analysis__SecurityAnalysis before = *analysis;
	Analysis__PlannedStep **plan =
		NEW_ARRAY(arena, Analysis__PlannedStep *, revision->n_steps + 1);
	size_t n_plan = 0;

	for (size_t i = 0; i < revision->n_steps; i++)
		if (has_module(analysis, revision->steps[i]->module))
			plan[n_plan++] = adopt_step(arena, &before, revision->steps[i]);
	analysis->plan = plan;
	analysis->n_plan = n_plan;
	analysis->revision = revision->number;
	plan_schedule(arena, analysis);
	count_changes(&before, analysis);
}

/* Days are planned anew from the first ones, with what was done by then. */
void plan_as_of(struct arena *arena, Analysis__SecurityAnalysis *analysis, const char *day)
{
	for (size_t i = 0; i < analysis->n_plan; i++) {
		Analysis__PlannedStep *step = analysis->plan[i];

		if (strcmp(step->done_on, day) <= 0)
			continue;
		step->done_on = text_copy(arena, "");
	}
	for (size_t i = 0; i < analysis->n_plan; i++) {
		Analysis__PlannedStep *step = analysis->plan[i];

		if (is_done(step))
			continue;
		step->due_on = step->first_due_on;
		step->due_changes = 0;
		step->because = text_copy(arena, "");
	}
	plan_schedule(arena, analysis);
}

/* Like the due days, but of what will really be: nobody finishes a step in the past. */
int32_t *plan_expected(
	struct arena *arena, const Analysis__SecurityAnalysis *analysis, int32_t today)
{
	int32_t *days = NEW_ARRAY(arena, int32_t, analysis->n_plan + 1);
	bool moved = true;

	for (size_t i = 0; i < analysis->n_plan; i++)
		days[i] = plan_day(is_done(analysis->plan[i]) ? analysis->plan[i]->done_on
							      : analysis->plan[i]->due_on);
	for (size_t pass = 0; moved && pass <= analysis->n_plan; pass++) {
		moved = false;
		for (size_t i = 0; i < analysis->n_plan; i++) {
			size_t binding;
			int32_t day;

			if (is_done(analysis->plan[i]))
				continue;
			day = latest_after(analysis, days, analysis->plan[i], &binding);
			day = day < today ? today : day;
			if (day > days[i]) {
				days[i] = day;
				moved = true;
			}
		}
	}
	return days;
}

/* Passes until nobody new is found: as many as there are steps at the most. */
bool *plan_after(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *step)
{
	bool *after = NEW_ARRAY(arena, bool, analysis->n_plan + 1);
	bool found = true;

	while (found) {
		found = false;
		for (size_t i = 0; i < analysis->n_plan; i++)
			for (size_t j = 0; !after[i] && j < analysis->plan[i]->n_after; j++) {
				size_t place =
					index_of(analysis, analysis->plan[i]->after[j]->follows);

				after[i] = place != KICK_OFF &&
					   (after[place] || analysis->plan[place] == step);
				found = found || after[i];
			}
	}
	return after;
}

/* Texts are shared with the plan; a fact is packed while both are there. */
static Analysis__DueStep *due_step(struct arena *arena, const Analysis__PlannedStep *step)
{
	Analysis__DueStep *due = NEW(arena, Analysis__DueStep);

	analysis__due_step__init(due);
	reflect_share(&due->base, &step->base);
	due->step = step->code;
	return due;
}

size_t plan_open(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	Analysis__DueStep ***out_open)
{
	size_t count = 0;

	*out_open = NEW_ARRAY(arena, Analysis__DueStep *, analysis->n_plan + 1);
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (!is_done(analysis->plan[i]))
			(*out_open)[count++] = due_step(arena, analysis->plan[i]);
	return count;
}

/* A schedule replaces texts and never writes into them, so the old ones stay what they were. */
char **plan_days(struct arena *arena, const Analysis__SecurityAnalysis *analysis)
{
	char **days = NEW_ARRAY(arena, char *, analysis->n_plan + 1);

	for (size_t i = 0; i < analysis->n_plan; i++)
		days[i] = analysis->plan[i]->due_on;
	return days;
}

size_t plan_moved(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	char *const *before, Analysis__DueStep ***out_moved)
{
	size_t count = 0;

	*out_moved = NEW_ARRAY(arena, Analysis__DueStep *, analysis->n_plan + 1);
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (!is_done(analysis->plan[i]) &&
			strcmp(analysis->plan[i]->due_on, before[i]) != 0)
			(*out_moved)[count++] = due_step(arena, analysis->plan[i]);
	return count;
}
