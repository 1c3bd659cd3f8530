/* With the presentation of its final report the analysis is done, and counted as one. */
#include "rules.h"

#include "core/reflect.h"
#include <string.h>

/* The municipalities stand in the fact again, so that counting needs no other fact to know them. */
enum verdict present_analysis(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__PresentAnalysisRequest *wish =
		AS(Analysis__PresentAnalysisRequest, analysis__present_analysis_request, request);
	Analysis__AnalysisPresented *fact = NEW(ruling->arena, Analysis__AnalysisPresented);

	if (require_past(ruling, "presentedOn", wish->presented_on) == REFUSED)
		return REFUSED;
	if (analysis->status != ANALYSIS__SECURITY_ANALYSIS__STATUS__KICKED_OFF)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"only an analysis that was kicked off and not presented yet can be "
			"presented");
	if (strcmp(wish->presented_on, analysis->kicked_off_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "presentedOn", "order",
			"it was kicked off on %s", analysis->kicked_off_on);
	analysis->status = ANALYSIS__SECURITY_ANALYSIS__STATUS__PRESENTED;
	analysis->presented_on = wish->presented_on;
	analysis__analysis_presented__init(fact);
	fact->analysis_id = analysis->id;
	fact->n_municipalities = analysis->n_municipalities;
	fact->municipalities = analysis->municipalities;
	emit_entry(ruling, aggregate, wish->presented_on, &fact->base);
	return ACCEPTED;
}
