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
	for (size_t i = 0; i < wish->n_partners; i++)
		reflect_append(arena, question, "references", wish->partners[i]);
	return question;
}

static const struct need party = { "asskomm.registry.v1.Registry/ResolveParties", ask_party };

static const struct command commands[] = {
	/* rpc, works on, load, rule, save, needs */
	{ "RequestCoaching", &coaching__coaching_process__descriptor, NULL, request_coaching,
		"coaching.save", &party },
	{ "ClarifyMandate", &coaching__coaching_process__descriptor, "coaching.load",
		clarify_mandate, "coaching.save", NULL },
	{ "MatchCoach", &coaching__coaching_process__descriptor, "coaching.match", match_coach,
		"coaching.save", NULL },
	{ "ChangeCoach", &coaching__coaching_process__descriptor, "coaching.match", change_coach,
		"coaching.save", NULL },
	{ "MakeContract", &coaching__coaching_process__descriptor, "coaching.load", make_contract,
		"coaching.save", NULL },
	{ "StartCoaching", &coaching__coaching_process__descriptor, "coaching.load", start_coaching,
		"coaching.save", NULL },
	{ "LogSession", &coaching__coaching_process__descriptor, "coaching.load", log_session,
		"coaching.save", NULL },
	{ "PauseCoaching", &coaching__coaching_process__descriptor, "coaching.load", pause_coaching,
		"coaching.save", NULL },
	{ "ResumeCoaching", &coaching__coaching_process__descriptor, "coaching.load",
		resume_coaching, "coaching.save", NULL },
	{ "HoldReview", &coaching__coaching_process__descriptor, "coaching.load", hold_review,
		"coaching.save", NULL },
	{ "CloseCoaching", &coaching__coaching_process__descriptor, "coaching.load", close_coaching,
		"coaching.save", NULL },
	{ "ReopenCoaching", &coaching__coaching_process__descriptor, "coaching.reopen",
		reopen_coaching, "coaching.save", NULL },
	{ "WithdrawCoachingFact", &coaching__coaching_process__descriptor, "coaching.withdraw",
		withdraw_coaching_fact, "coaching.save", NULL },
	{ "RegisterCoach", &coaching__pool_coach__descriptor, "coach.new", register_coach,
		"coach.save", NULL },
	{ "ChangeCoachProfile", &coaching__pool_coach__descriptor, "coach.load",
		change_coach_profile, "coach.save", NULL },
	{ "RetireCoach", &coaching__pool_coach__descriptor, "coach.load", retire_coach,
		"coach.save", NULL },
	{ .rpc = NULL },
};

/* ---- health: computed where a process is shown */

static struct setting settings[] = {
	{ "ASSKOMM_COACHING_COACH_DAYS", "28", false, "without a coach after the request", NULL },
	{ "ASSKOMM_COACHING_SESSION_DAYS", "90", false, "without a session while active", NULL },
	{ "ASSKOMM_COACHING_REVIEW_DAYS", "365", false, "without an interim review", NULL },
	{ "ASSKOMM_COACHING_COACH_CHANGES", "1", false, "changes of coach that are fine", NULL },
	{ .name = NULL },
};

/* The settings as the rule takes them; set once, at the start. */
static Coaching__HealthLimits limits = {
	.coach_days = 28, .session_days = 90, .review_days = 365, .coach_changes = 1
};

/* A limit of a century switches a finding off. */
static void read_limits(struct service *service)
{
	const long century = 36525;

	limits.coach_days =
		(uint32_t)service_number(service, "ASSKOMM_COACHING_COACH_DAYS", 0, century);
	limits.session_days =
		(uint32_t)service_number(service, "ASSKOMM_COACHING_SESSION_DAYS", 0, century);
	limits.review_days =
		(uint32_t)service_number(service, "ASSKOMM_COACHING_REVIEW_DAYS", 0, century);
	limits.coach_changes =
		(uint32_t)service_number(service, "ASSKOMM_COACHING_COACH_CHANGES", 0, century);
}

/* The row is the reply but for its health. */
static ProtobufCMessage *show_coaching(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *process =
		AS(Coaching__CoachingProcess, coaching__coaching_process, row);

	(void)request;
	process->health = coaching_health(arena, process, &limits);
	return &process->base;
}

/* Each of a page as if it were shown alone. */
static ProtobufCMessage *show_coachings(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	Coaching__CoachingList *list = AS(Coaching__CoachingList, coaching__coaching_list, row);

	for (size_t i = 0; i < list->n_items; i++)
		show_coaching(arena, &list->items[i]->base, request);
	return &list->base;
}

static const struct query queries[] = {
	{ "GetCoaching", "get_coaching", &coaching__coaching_process__descriptor, show_coaching },
	{ "ListCoachings", "list_coachings", &coaching__coaching_list__descriptor, show_coachings },
	{ "ListSessions", "list_sessions", NULL, NULL },
	{ "ListCoachingHistory", "list_coaching_history", NULL, NULL },
	{ "ListCoaches", "list_coaches", NULL, NULL },
	{ "GetCoach", "coach.load", NULL, NULL },
	{ "RankCoaches", "rank_coaches", &coaching__ranking_material__descriptor, rank_coaches },
	{ .rpc = NULL },
};

static const struct constraint constraints[] = {
	{ "coaching_reopened_once", FAILURE_CONFLICT, "id", "once",
		"this coaching was reopened already; see reopenedAs" },
	{ .name = NULL },
};

static const char *const peers[] = { "registry", NULL };

const struct service_table coaching = {
	.name = "coaching",
	.descriptor = &coaching__coaching__descriptor,
	.commands = commands,
	.queries = queries,
	.constraints = constraints,
	.peers = peers,
	.on_start = read_limits,
	.settings = settings,
};
