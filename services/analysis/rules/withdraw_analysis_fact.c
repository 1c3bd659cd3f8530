/* The latest fact of an analysis was recorded by mistake: the analysis is what it was before. */
#include "rules.h"

#include "core/reflect.h"

/* An analysis has two facts at the most: what is left after the withdrawal is the kick-off or
 * nothing. */
enum verdict withdraw_analysis_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	static char never[] = "";
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__WithdrawAnalysisFactRequest *wish =
		AS(Analysis__WithdrawAnalysisFactRequest, analysis__withdraw_analysis_fact_request,
			request);
	const Asskomm__Entry *latest;

	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	analysis->presented_on = never;
	analysis->status = latest != NULL ? ANALYSIS__SECURITY_ANALYSIS__STATUS__KICKED_OFF
					  : ANALYSIS__SECURITY_ANALYSIS__STATUS__WITHDRAWN;
	return ACCEPTED;
}
