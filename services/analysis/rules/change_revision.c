/* A running analysis moves to another revision of its procedure: done steps stay done, open ones
 * are planned anew. It never happens by itself. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "course.h"
#include "deliveries.h"
#include "planner.h"
#include "revision.h"
#include <string.h>

/* The preview decides by the same functions (preview_revision.c). */
static enum verdict check_revision(struct ruling *ruling,
	const Analysis__SecurityAnalysis *analysis, const Analysis__Revision *revision)
{
	const char *lacking;

	if (revision == NULL)
		return refuse(ruling, FAILURE_REFUSED, "revision", "unknown",
			"the procedure of this analysis has no such revision");
	lacking = revision_lacks(analysis, revision);
	if (lacking != NULL)
		return refuse(ruling, FAILURE_REFUSED, "revision", "steps",
			"%s is done, and revision %u does not have it", lacking, revision->number);
	return ACCEPTED;
}

/* Steps that nobody waits for any more. */
static void add_gone(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__Revision *revision, Analysis__AnalysisRevisionChanged *fact)
{
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (!revision_has(revision, analysis->plan[i]->code))
			reflect_append(arena, &fact->base, "gone", analysis->plan[i]->code);
}

enum verdict change_revision(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__ChangeRevisionRequest *wish =
		AS(Analysis__ChangeRevisionRequest, analysis__change_revision_request, request);
	Analysis__AnalysisRevisionChanged *fact =
		NEW(ruling->arena, Analysis__AnalysisRevisionChanged);
	const Analysis__Revision *revision = revision_find(analysis->chosen, wish->revision);

	if (course_runs(ruling, analysis, NULL, ruling_day(ruling)) == REFUSED)
		return REFUSED;
	if (revision != NULL && revision->number == analysis->revision)
		return UNCHANGED;
	if (check_revision(ruling, analysis, revision) == REFUSED)
		return REFUSED;
	analysis__analysis_revision_changed__init(fact);
	add_gone(ruling->arena, analysis, revision, fact);
	plan_adopt(ruling->arena, analysis, revision);
	deliveries_adopt(ruling->arena, analysis, ruling_day(ruling));
	fact->analysis_id = analysis->id;
	fact->revision = revision->number;
	fact->n_open = plan_open(ruling->arena, analysis, &fact->open);
	course_record(ruling, analysis, ruling_day(ruling), &fact->base,
		text_format(ruling->arena, "%u", revision->number));
	return ACCEPTED;
}
