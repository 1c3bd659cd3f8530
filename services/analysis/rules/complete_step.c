/* A milestone was reached or a task done. What hangs on it moves when it came late. */
#include "rules.h"

#include "core/reflect.h"
#include "course.h"
#include "planner.h"
#include <string.h>

/* What a step follows must be done first, and no later than the step itself. */
static enum verdict check_predecessors(struct ruling *ruling,
	const Analysis__SecurityAnalysis *analysis, const Analysis__PlannedStep *step,
	const char *day)
{
	for (size_t i = 0; i < step->n_after; i++) {
		const Analysis__PlannedStep *before = plan_find(analysis, step->after[i]->follows);

		if (before == NULL)
			continue;
		if (before->done_on[0] == '\0')
			return refuse(ruling, FAILURE_CONFLICT, "step", "order",
				"%s comes before it and is open", before->code);
		if (strcmp(before->done_on, day) > 0)
			return refuse(ruling, FAILURE_REFUSED, "doneOn", "order",
				"%s comes before it and was done on %s", before->code,
				before->done_on);
	}
	return ACCEPTED;
}

/* The milestone that leads on to measures and to the next cycle has a fact of its own. */
static enum verdict adopt_strategy(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day)
{
	Analysis__PreventionStrategyAdopted *fact =
		NEW(ruling->arena, Analysis__PreventionStrategyAdopted);

	if (analysis->status != ANALYSIS__SECURITY_ANALYSIS__STATUS__PRESENTED)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"the strategy follows from an analysis that was presented");
	analysis->status = ANALYSIS__SECURITY_ANALYSIS__STATUS__STRATEGY_ADOPTED;
	analysis__prevention_strategy_adopted__init(fact);
	fact->n_moved = course_done(ruling, analysis, step, day, &fact->moved);
	fact->analysis_id = analysis->id;
	fact->n_municipalities = analysis->n_municipalities;
	fact->municipalities = analysis->municipalities;
	course_record(ruling, analysis, day, &fact->base, step->code);
	return ACCEPTED;
}

/* The presentation and the strategy are recorded by the same command, but mean more. */
enum verdict complete_step(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__CompleteStepRequest *wish =
		AS(Analysis__CompleteStepRequest, analysis__complete_step_request, request);
	Analysis__PlannedStep *step;

	if (course_runs(ruling, analysis, "doneOn", wish->done_on) == REFUSED)
		return REFUSED;
	step = course_step(ruling, analysis, wish->step);
	if (step == NULL || check_predecessors(ruling, analysis, step, wish->done_on) == REFUSED)
		return REFUSED;
	if (strcmp(step->code, STEP_PRESENTATION) == 0)
		return course_present(ruling, analysis, wish->done_on);
	if (strcmp(step->code, STEP_STRATEGY) == 0)
		return adopt_strategy(ruling, analysis, step, wish->done_on);
	course_complete(ruling, analysis, step, wish->done_on);
	return ACCEPTED;
}
