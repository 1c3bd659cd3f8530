/* Everything analysis answers.
 * To add one: the rpc in proto/asskomm/analysis.proto, a row here, a rule (or a query's .sql), a
 * case file in tests/rules/analysis. */
#include "analysis.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "rules/rules.h"

/* Which municipalities does the request mean? The registry knows. */
static ProtobufCMessage *ask_parties(struct arena *arena, const ProtobufCMessage *request)
{
	const Analysis__KickOffAnalysisRequest *wish =
		AS(Analysis__KickOffAnalysisRequest, analysis__kick_off_analysis_request, request);
	ProtobufCMessage *question =
		reflect_new(arena, &registry__resolve_parties_request__descriptor);

	for (size_t i = 0; i < wish->n_municipalities; i++)
		reflect_append(arena, question, "references", wish->municipalities[i]);
	return question;
}

static const struct need parties = { "asskomm.registry.v1.Registry/ResolveParties", ask_parties };

/* Do the lists have the codes that the request uses, on the day it is about? */
static ProtobufCMessage *ask_codes(
	struct arena *arena, const char *on, const char *action_field, const char *owner_role)
{
	const char *const uses[][2] = { { "action_fields", action_field },
		{ "contact_roles", owner_role } };
	ProtobufCMessage *question =
		reflect_new(arena, &registry__resolve_codes_request__descriptor);

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		ProtobufCMessage *use = reflect_new(arena, &registry__code_use__descriptor);

		if (uses[i][1] == NULL)
			continue;
		CHECK(reflect_set_text(arena, use, "list", uses[i][0]));
		CHECK(reflect_set_text(arena, use, "code", uses[i][1]));
		reflect_append(arena, question, "uses", use);
	}
	CHECK(reflect_set_text(arena, question, "on", on));
	return question;
}

static ProtobufCMessage *ask_finding_codes(struct arena *arena, const ProtobufCMessage *request)
{
	return ask_codes(arena, reflect_get_text(arena, request, "found_on"),
		reflect_get_text(arena, request, "action_field"), NULL);
}

static ProtobufCMessage *ask_measure_codes(struct arena *arena, const ProtobufCMessage *request)
{
	return ask_codes(arena, reflect_get_text(arena, request, "decided_on"),
		reflect_get_text(arena, request, "action_field"),
		reflect_get_text(arena, request, "owner_role"));
}

static ProtobufCMessage *ask_delivery_codes(struct arena *arena, const ProtobufCMessage *request)
{
	return ask_codes(arena, reflect_get_text(arena, request, "received_on"), NULL,
		reflect_get_text(arena, request, "delivered_by"));
}

#define RESOLVE_CODES "asskomm.registry.v1.Registry/ResolveCodes"
static const struct need finding_codes = { RESOLVE_CODES, ask_finding_codes };
static const struct need measure_codes = { RESOLVE_CODES, ask_measure_codes };
static const struct need delivery_codes = { RESOLVE_CODES, ask_delivery_codes };

/* Is the key a municipality's, and how many live there? */
static ProtobufCMessage *ask_inhabitants(struct arena *arena, const ProtobufCMessage *request)
{
	ProtobufCMessage *question =
		reflect_new(arena, &registry__resolve_inhabitants_request__descriptor);

	CHECK(reflect_set_text(arena, question, "key", reflect_get_text(arena, request, "key")));
	return question;
}

static const struct need inhabitants = { "asskomm.registry.v1.Registry/ResolveInhabitants",
	ask_inhabitants };

static const struct command commands[] = {
	/* rpc, works on, load, rule, save, needs */
	{ "KickOffAnalysis", &analysis__security_analysis__descriptor, "analysis.new",
		kick_off_analysis, "analysis.save", &parties },
	{ "PresentAnalysis", &analysis__security_analysis__descriptor, "analysis.load",
		present_analysis, "analysis.save", NULL },
	{ "CompleteStep", &analysis__security_analysis__descriptor, "analysis.load", complete_step,
		"analysis.save", NULL },
	{ "PostponeStep", &analysis__security_analysis__descriptor, "analysis.load", postpone_step,
		"analysis.save", NULL },
	{ "ChangeRevision", &analysis__security_analysis__descriptor, "analysis.load",
		change_revision, "analysis.save", NULL },
	{ "CancelAnalysis", &analysis__security_analysis__descriptor, "analysis.load",
		cancel_analysis, "analysis.save", NULL },
	{ "WithdrawAnalysisFact", &analysis__security_analysis__descriptor, "analysis.load",
		withdraw_analysis_fact, "analysis.save", NULL },
	{ "DefineProcedure", &analysis__procedure__descriptor, "procedure.load", define_procedure,
		"procedure.save", NULL },
	{ "RecordFinding", &analysis__finding__descriptor, "finding.new", record_finding,
		"finding.save", &finding_codes },
	{ "CorrectFinding", &analysis__finding__descriptor, "finding.load", correct_finding,
		"finding.save", &finding_codes },
	{ "WithdrawFinding", &analysis__finding__descriptor, "finding.load", withdraw_finding,
		"finding.save", NULL },
	{ "DecideMeasure", &analysis__measure__descriptor, "measure.new", decide_measure,
		"measure.save", &measure_codes },
	{ "StartMeasure", &analysis__measure__descriptor, "measure.load", start_measure,
		"measure.save", NULL },
	{ "ChangeMeasureDueDate", &analysis__measure__descriptor, "measure.load",
		change_measure_due_date, "measure.save", NULL },
	{ "FinishMeasure", &analysis__measure__descriptor, "measure.load", finish_measure,
		"measure.save", NULL },
	{ "DropMeasure", &analysis__measure__descriptor, "measure.load", drop_measure,
		"measure.save", NULL },
	{ "EvaluateMeasure", &analysis__measure__descriptor, "measure.load", evaluate_measure,
		"measure.save", NULL },
	{ "WithdrawMeasureFact", &analysis__measure__descriptor, "measure.load",
		withdraw_measure_fact, "measure.save", NULL },
	{ "RecordCrimeStatistics", &analysis__crime_record__descriptor, "crime_record.load",
		record_crime_statistics, "crime_record.save", &inhabitants },
	{ "WithdrawCrimeFigure", &analysis__crime_record__descriptor, "crime_record.figure",
		withdraw_crime_figure, "crime_record.save", NULL },
	{ "RecordSurvey", &analysis__survey__descriptor, "survey.load", record_survey,
		"survey.save", NULL },
	{ "ExpectDelivery", &analysis__security_analysis__descriptor, "analysis.load",
		expect_delivery, "analysis.save", NULL },
	{ "ReceiveDelivery", &analysis__security_analysis__descriptor, "analysis.load",
		receive_delivery, "analysis.save", &delivery_codes },
	{ "CheckDelivery", &analysis__security_analysis__descriptor, "analysis.load",
		check_delivery, "analysis.save", NULL },
	{ "RejectDelivery", &analysis__security_analysis__descriptor, "analysis.load",
		reject_delivery, "analysis.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "GetAnalysis", "get_analysis", NULL, NULL },
	{ "ListAnalyses", "list_analyses", NULL, NULL },
	{ "GetPlan", "get_plan", &analysis__plan_facts__descriptor, plan_of },
	{ "PreviewRevision", "preview_revision", &analysis__plan_facts__descriptor,
		preview_revision },
	{ "GetProcedure", "get_procedure", NULL, NULL },
	{ "ListProcedures", "list_procedures", NULL, NULL },
	{ "GetFinding", "finding.load", NULL, NULL },
	{ "ListFindings", "list_findings", NULL, NULL },
	{ "GetMeasure", "get_measure", NULL, NULL },
	{ "ListMeasures", "list_measures", NULL, NULL },
	{ "ListSurveys", "list_surveys", NULL, NULL },
	{ "ListDeliveries", "list_deliveries", NULL, NULL },
	{ "ListCrimeStatistics", "list_crime_statistics", NULL, NULL },
	{ "CompareMunicipality", "compare_municipality", &analysis__comparison_facts__descriptor,
		compare_municipality },
	{ "GetCrimeFunnel", "get_crime_funnel", &analysis__funnel_facts__descriptor, crime_funnel },
	{ .rpc = NULL },
};

static const char *const peers[] = { "registry", NULL };

const struct service_table analysis = {
	.name = "analysis",
	.descriptor = &analysis__analysis__descriptor,
	.commands = commands,
	.queries = queries,
	.peers = peers,
};
