/* Everything coaching answers.
 * To add one: the rpc in proto/asskomm/coaching.proto, a row here, a rule (or a query's .sql), a
 * case file in tests/rules/coaching. */
#include "coaching.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "rules/rules.h"

/* Which participant does the request mean? The registry knows. */
static ProtobufCMessage *ask_party(struct arena *arena, const ProtobufCMessage *request)
{
	const Coaching__RequestCoachingRequest *wish =
		AS(Coaching__RequestCoachingRequest, coaching__request_coaching_request, request);
	ProtobufCMessage *question =
		reflect_new(arena, &registry__resolve_parties_request__descriptor);

	reflect_append(arena, question, "references", wish->participant);
	return question;
}

static const struct need party = { "asskomm.registry.v1.Registry/ResolveParties", ask_party };

static const struct command commands[] = {
	/* rpc, works on, load, rule, save, needs */
	{ "RequestCoaching", &coaching__coaching_process__descriptor, NULL, request_coaching,
		"coaching.save", &party },
	{ "MatchCoach", &coaching__coaching_process__descriptor, "coaching.load", match_coach,
		"coaching.save", NULL },
	{ "StartCoaching", &coaching__coaching_process__descriptor, "coaching.load", start_coaching,
		"coaching.save", NULL },
	{ "CloseCoaching", &coaching__coaching_process__descriptor, "coaching.load", close_coaching,
		"coaching.save", NULL },
	{ "WithdrawCoachingFact", &coaching__coaching_process__descriptor, "coaching.load",
		withdraw_coaching_fact, "coaching.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "GetCoaching", "coaching.load", NULL, NULL },
	{ .rpc = NULL },
};

static const char *const peers[] = { "registry", NULL };

const struct service_table coaching = {
	.name = "coaching",
	.descriptor = &coaching__coaching__descriptor,
	.commands = commands,
	.queries = queries,
	.peers = peers,
};
