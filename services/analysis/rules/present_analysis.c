/* With the presentation of its final report the analysis is done, and counted as one. */
#include "rules.h"

#include "core/reflect.h"
#include "course.h"

/* Steps of the plan that nobody recorded do not hold it up: the presentation is public. */
enum verdict present_analysis(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__PresentAnalysisRequest *wish =
		AS(Analysis__PresentAnalysisRequest, analysis__present_analysis_request, request);

	if (course_runs(ruling, analysis, "presentedOn", wish->presented_on) == REFUSED)
		return REFUSED;
	return course_present(ruling, analysis, wish->presented_on);
}
