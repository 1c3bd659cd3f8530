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
