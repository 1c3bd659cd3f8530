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
	{ "KickOffAnalysis", &analysis__security_analysis__descriptor, NULL, kick_off_analysis,
		"analysis.save", &parties },
	{ "PresentAnalysis", &analysis__security_analysis__descriptor, "analysis.load",
		present_analysis, "analysis.save", NULL },
	{ "WithdrawAnalysisFact", &analysis__security_analysis__descriptor, "analysis.load",
		withdraw_analysis_fact, "analysis.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "GetAnalysis", "analysis.load", NULL, NULL },
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
