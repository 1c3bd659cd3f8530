/* The latest fact of an analysis was recorded by mistake: the analysis is what it was before. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "deliveries.h"
#include "planner.h"
#include <string.h>

#define STATUS(name) ANALYSIS__SECURITY_ANALYSIS__STATUS__##name

/* What the withdrawn fact had set in the plan is open again, and the days follow. */
static void reopen(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Asskomm__Entry *withdrawn)
{
	Analysis__PlannedStep *step = plan_find(analysis, withdrawn->value);
	char *never = text_copy(ruling->arena, "");

	if (step == NULL)
		return;
	if (strcmp(withdrawn->kind, "AnalysisStepPostponed") == 0)
		step->not_before = step->postponed_because = never;
	else
		step->done_on = never;
	plan_schedule(ruling->arena, analysis);
}

/* Each status has the one fact that leads to it; the others leave it as it is. */
static Analysis__SecurityAnalysis__Status status_before(
	const Analysis__SecurityAnalysis *analysis, const Asskomm__Entry *withdrawn)
{
	if (strcmp(withdrawn->kind, "AnalysisKickedOff") == 0)
		return STATUS(WITHDRAWN);
	if (strcmp(withdrawn->kind, "AnalysisPresented") == 0 ||
		strcmp(withdrawn->kind, "AnalysisCancelled") == 0)
		return STATUS(KICKED_OFF);
	if (strcmp(withdrawn->kind, "PreventionStrategyAdopted") == 0)
		return STATUS(PRESENTED);
	return analysis->status;
}

/* The plan of an earlier revision is gone: that step is taken back by going over to it again. */
enum verdict withdraw_analysis_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__WithdrawAnalysisFactRequest *wish =
		AS(Analysis__WithdrawAnalysisFactRequest, analysis__withdraw_analysis_fact_request,
			request);
	Asskomm__Entry withdrawn = ASSKOMM__ENTRY__INIT;
	const Asskomm__Entry *latest;

	if (analysis->n_entries > 0)
		withdrawn = *analysis->entries[analysis->n_entries - 1];
	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	if (strcmp(withdrawn.kind, "AnalysisRevisionChanged") == 0)
		return refuse(ruling, FAILURE_CONFLICT, "factId", "revision",
			"a change of revision is undone by changing to the earlier revision");
	if (strcmp(withdrawn.kind, "AnalysisPresented") == 0)
		analysis->presented_on = text_copy(ruling->arena, "");
	analysis->status = status_before(analysis, &withdrawn);
	if (!delivery_take_back(ruling->arena, analysis, &withdrawn))
		reopen(ruling, analysis, &withdrawn);
	return ACCEPTED;
}
