/* A step cannot happen before a certain day, for a reason that is told; the plan follows. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "course.h"
#include "planner.h"
#include <string.h>

/* Valid on the day of the decision, whatever day it is about. */
enum verdict postpone_step(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__PostponeStepRequest *wish =
		AS(Analysis__PostponeStepRequest, analysis__postpone_step_request, request);
	Analysis__AnalysisStepPostponed *fact = NEW(ruling->arena, Analysis__AnalysisStepPostponed);
	Analysis__PlannedStep *step;
	char **before;

	if (course_runs(ruling, analysis, NULL, ruling_day(ruling)) == REFUSED)
		return REFUSED;
	step = course_step(ruling, analysis, wish->step);
	if (step == NULL)
		return REFUSED;
	if (strcmp(wish->not_before, step->due_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "notBefore", "order",
			"it is due on %s already; give a later day", step->due_on);
	before = plan_days(ruling->arena, analysis);
	step->not_before = wish->not_before;
	step->postponed_because = wish->reason;
	plan_schedule(ruling->arena, analysis);
	analysis__analysis_step_postponed__init(fact);
	fact->analysis_id = analysis->id;
	fact->step = step->code;
	fact->not_before = wish->not_before;
	fact->reason = wish->reason;
	fact->n_moved = plan_moved(ruling->arena, analysis, before, &fact->moved);
	course_record(ruling, analysis, ruling_day(ruling), &fact->base, step->code);
	return ACCEPTED;
}
