/* kicked off → presented → strategy adopted; given up at any time before the presentation. The
 * steps between are the plan's, and may be recorded in any order that their predecessors allow. */
#include "course.h"

#include "core/reflect.h"
#include "core/text.h"
#include "planner.h"
#include <string.h>

#define STATUS(name) ANALYSIS__SECURITY_ANALYSIS__STATUS__##name

enum verdict course_runs(struct ruling *ruling, const Analysis__SecurityAnalysis *analysis,
	const char *field, const char *day)
{
	if (require_past(ruling, field, day) == REFUSED)
		return REFUSED;
	if (strcmp(day, analysis->kicked_off_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, field, "order", "it was kicked off on %s",
			analysis->kicked_off_on);
	if (analysis->status == STATUS(CANCELLED) || analysis->status == STATUS(WITHDRAWN))
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"the analysis has ended; kick off a new one");
	return ACCEPTED;
}

/* The open ones are named, so that nobody has to look for the codes. */
static enum verdict refuse_step(
	struct ruling *ruling, const Analysis__SecurityAnalysis *analysis, const char *code)
{
	struct text open;

	text_init(&open, ruling->arena, 2000);
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (analysis->plan[i]->done_on[0] == '\0')
			text_append_format(
				&open, "%s%s", open.len > 0 ? ", " : "", analysis->plan[i]->code);
	if (open.len == 0)
		return refuse(ruling, FAILURE_CONFLICT, "step", "unknown",
			"no step of this analysis is open");
	return refuse(ruling, FAILURE_NOT_FOUND, "step", "unknown",
		"the plan has no step \"%s\"; open are: %s", code, open.bytes);
}

Analysis__PlannedStep *course_step(
	struct ruling *ruling, const Analysis__SecurityAnalysis *analysis, const char *code)
{
	Analysis__PlannedStep *step = plan_find(analysis, code);

	if (step == NULL)
		refuse_step(ruling, analysis, code);
	else if (step->done_on[0] != '\0')
		refuse(ruling, FAILURE_CONFLICT, "step", "done",
			"it was done on %s; take that fact back first", step->done_on);
	else
		return step;
	return NULL;
}

/* emit_entry appends: the last one is the fact's. */
void course_record(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const char *valid_on, ProtobufCMessage *fact, const char *step)
{
	emit_entry(ruling, &analysis->base, valid_on, fact);
	analysis->entries[analysis->n_entries - 1]->value = text_copy(ruling->arena, step);
}

size_t course_done(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day, Analysis__DueStep ***out_moved)
{
	char **before = plan_days(ruling->arena, analysis);

	step->done_on = text_copy(ruling->arena, day);
	plan_schedule(ruling->arena, analysis);
	return plan_moved(ruling->arena, analysis, before, out_moved);
}

/* Milestones and tasks have facts of different names because figures count milestones alone. */
static void reach_milestone(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day)
{
	Analysis__AnalysisMilestoneReached *fact =
		NEW(ruling->arena, Analysis__AnalysisMilestoneReached);

	analysis__analysis_milestone_reached__init(fact);
	fact->analysis_id = analysis->id;
	fact->step = step->code;
	fact->first_due_on = step->first_due_on;
	fact->due_on = step->due_on;
	fact->n_moved = course_done(ruling, analysis, step, day, &fact->moved);
	course_record(ruling, analysis, day, &fact->base, step->code);
}

/* Who is responsible stands in the plan: the fact needs no name. */
static void finish_task(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day)
{
	Analysis__AnalysisTaskDone *fact = NEW(ruling->arena, Analysis__AnalysisTaskDone);

	analysis__analysis_task_done__init(fact);
	fact->analysis_id = analysis->id;
	fact->step = step->code;
	fact->first_due_on = step->first_due_on;
	fact->due_on = step->due_on;
	fact->n_moved = course_done(ruling, analysis, step, day, &fact->moved);
	course_record(ruling, analysis, day, &fact->base, step->code);
}

void course_complete(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day)
{
	if (step->kind == ANALYSIS__STEP_KIND__MILESTONE)
		reach_milestone(ruling, analysis, step, day);
	else
		finish_task(ruling, analysis, step, day);
}

/* The kick-off, and steps of modules that were not chosen, are no step of the plan. */
bool course_follows(const Analysis__SecurityAnalysis *analysis, const Analysis__PlannedStep *step,
	const char *day)
{
	for (size_t i = 0; i < step->n_after; i++) {
		const Analysis__PlannedStep *before = plan_find(analysis, step->after[i]->follows);

		if (before != NULL &&
			(before->done_on[0] == '\0' || strcmp(before->done_on, day) > 0))
			return false;
	}
	return true;
}

/* Whoever follows the facts must not wait for them. */
static void add_skipped(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *presentation, Analysis__AnalysisPresented *fact)
{
	bool *after = plan_after(arena, analysis, presentation);

	for (size_t i = 0; i < analysis->n_plan; i++)
		if (analysis->plan[i]->done_on[0] == '\0' && !after[i])
			reflect_append(arena, &fact->base, "skipped", analysis->plan[i]->code);
}

/* The municipalities stand in the fact again, so that counting needs no other fact to know them. */
enum verdict course_present(
	struct ruling *ruling, Analysis__SecurityAnalysis *analysis, const char *day)
{
	Analysis__PlannedStep *step = plan_find(analysis, STEP_PRESENTATION);
	Analysis__AnalysisPresented *fact = NEW(ruling->arena, Analysis__AnalysisPresented);

	if (analysis->status != STATUS(KICKED_OFF))
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"only an analysis that was kicked off and not presented yet can be "
			"presented");
	analysis__analysis_presented__init(fact);
	if (step != NULL && step->done_on[0] == '\0')
		fact->n_moved = course_done(ruling, analysis, step, day, &fact->moved);
	add_skipped(ruling->arena, analysis, step, fact);
	analysis->status = STATUS(PRESENTED);
	analysis->presented_on = text_copy(ruling->arena, day);
	fact->analysis_id = analysis->id;
	fact->n_municipalities = analysis->n_municipalities;
	fact->municipalities = analysis->municipalities;
	course_record(ruling, analysis, day, &fact->base, STEP_PRESENTATION);
	return ACCEPTED;
}
