/* An analysis is given up before its presentation; it stays in the books as started. */
#include "rules.h"

#include "core/reflect.h"
#include "course.h"

/* Its plan stays as it was: what was done until then can still be read. */
enum verdict cancel_analysis(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__CancelAnalysisRequest *wish =
		AS(Analysis__CancelAnalysisRequest, analysis__cancel_analysis_request, request);
	Analysis__AnalysisCancelled *fact = NEW(ruling->arena, Analysis__AnalysisCancelled);

	if (course_runs(ruling, analysis, "cancelledOn", wish->cancelled_on) == REFUSED)
		return REFUSED;
	if (analysis->status != ANALYSIS__SECURITY_ANALYSIS__STATUS__KICKED_OFF)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"an analysis that was presented is done and cannot be given up");
	analysis->status = ANALYSIS__SECURITY_ANALYSIS__STATUS__CANCELLED;
	analysis__analysis_cancelled__init(fact);
	fact->analysis_id = analysis->id;
	fact->n_municipalities = analysis->n_municipalities;
	fact->municipalities = analysis->municipalities;
	fact->reason = wish->reason;
	course_record(ruling, analysis, wish->cancelled_on, &fact->base, "");
	return ACCEPTED;
}
