/* Access: every role against every method, scopes against keys, aggregates against both. */
#include "helpers.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/monitor.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/may.h"
#include "core/tables.h"
#include <string.h>

static char municipality[] = "14628160", other[] = "14628270", far[] = "14511000";

static Asskomm__Principal user(Asskomm__Role *role, char **scopes, size_t n_scopes)
{
	Asskomm__Principal principal = ASSKOMM__PRINCIPAL__INIT;
	principal.kind = ASSKOMM__PRINCIPAL__KIND__USER;
	principal.n_roles = role == NULL ? 0 : 1;
	principal.roles = role;
	principal.n_scopes = n_scopes;
	principal.scopes = scopes;
	return principal;
}

/* Names are those of proto/, and each role has one. */
static void test_role_names(void **state)
{
	(void)state;
	const ProtobufCEnumDescriptor *roles = &asskomm__role__descriptor;
	for (unsigned i = 0; i < roles->n_values; i++) {
		const char *name = may_role_name((Asskomm__Role)roles->values[i].value);
		if (roles->values[i].value == 0) {
			assert_string_equal(name, "");
			continue;
		}
		assert_int_equal(strcasecmp(roles->values[i].name + strlen("ROLE_"), name), 0);
		assert_int_equal(may_role(name), roles->values[i].value);
	}
	static const char *const none[] = { "", "Adviser", "admin", "unspecified", "ROLE_ADVISER" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(may_role(none[i]), ASSKOMM__ROLE__ROLE_UNSPECIFIED);
	assert_string_equal(may_role_name((Asskomm__Role)99), "");
}

static void test_role_by_method_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < TABLES_METHOD_COUNT; i++) {
		const struct method_info *method = &TABLES_METHODS[i];
		for (unsigned role = 0; role < 40; role++) {
			Asskomm__Role held = (Asskomm__Role)role;
			Asskomm__Principal principal = user(&held, NULL, 0);
			bool named = role >= 1 && role <= 9 && (method->roles >> role & 1) != 0;
			assert_int_equal(may_call(&principal, method), named);
			/* The same roles in the hands of nobody, or of a service. */
			principal.kind = ASSKOMM__PRINCIPAL__KIND__UNSPECIFIED;
			assert_false(may_call(&principal, method));
			principal.kind = ASSKOMM__PRINCIPAL__KIND__SERVICE;
			assert_false(may_call(&principal, method));
		}
		Asskomm__Principal none = user(NULL, NULL, 0);
		assert_false(may_call(&none, method));
		assert_false(may_call(NULL, method));
	}
}

/* One row of the matrix, told in full. */
static void test_who_may_sign(void **state)
{
	(void)state;
	const struct method_info *method =
		tables_method("asskomm.registry.v1.Registry/SignAgreement");
	static const bool wanted[] = { false, false, true, false, false, false, false, true,
		false };
	for (unsigned role = 0; role < sizeof wanted / sizeof wanted[0]; role++) {
		Asskomm__Role held = (Asskomm__Role)role;
		Asskomm__Principal principal = user(&held, NULL, 0);
		assert_int_equal(may_call(&principal, method), wanted[role]);
	}
}

/* A district's operator runs no budget of the state. */
static void test_the_state_as_a_whole(void **state)
{
	(void)state;
	static const struct {
		char scope[12];
		bool covers;
	} cases[] = { { "*", true }, { "14", true }, { "1", true }, { "14628", false },
		{ "146", false }, { "14628160", false }, { "", false }, { "k-", false },
		{ "k", false }, { "**", false }, { "1*", false } };
	const struct method_info *budget = tables_method("asskomm.funding.v1.Funding/SetBudget");
	const struct method_info *sign =
		tables_method("asskomm.registry.v1.Registry/SignAgreement");
	Asskomm__Role held = ASSKOMM__ROLE__ROLE_OPERATOR;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static char district[] = "14626";
		char scope[12];
		memcpy(scope, cases[i].scope, sizeof scope);
		char *scopes[] = { district, scope };
		Asskomm__Principal principal = user(&held, scopes, 2);
		assert_int_equal(may_decide(&principal, budget), cases[i].covers);
		assert_true(may_decide(&principal, sign));
	}
	Asskomm__Principal principal = user(&held, NULL, 0);
	assert_false(may_decide(&principal, budget));
	assert_false(may_decide(NULL, budget));
}

static void test_services_where_named(void **state)
{
	(void)state;
	static char coaching[] = "coaching", funding[] = "funding", nobody[] = "";
	const struct method_info *method =
		tables_method("asskomm.registry.v1.Registry/ResolveParties");
	Asskomm__Principal service = ASSKOMM__PRINCIPAL__INIT;
	service.kind = ASSKOMM__PRINCIPAL__KIND__SERVICE;
	service.subject = coaching;
	assert_true(may_call(&service, method));
	service.subject = funding;
	assert_false(may_call(&service, method));
	service.subject = nobody;
	assert_false(may_call(&service, method));
}

static void test_reach(void **state)
{
	(void)state;
	static const struct {
		const char *scope, *participant;
		bool reached;
	} pairs[] = { { "*", "14628160", true }, { "*", "k-1", true }, { "14", "14628160", true },
		{ "14628", "14628160", true }, { "14628", "14628", true },
		{ "14628", "146285226", true }, { "14628160", "14628160", true },
		{ "k-1", "k-1", true }, { "", "14628160", false }, { "14628", "14627160", false },
		{ "14628", "1462", false }, { "14628", "", false }, { "", "", false },
		{ "14628160", "14628", false }, { "14", "k-14", false },
		{ "**", "14628160", false }, { "*4", "14628160", false },
		/* A municipality's key begins a union's that it is no part of. */
		{ "14521510", "145215101", false }, { "145215101", "145215101", true },
		{ "k-abcdef", "k-abcdefg", false } };
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char *scope = (char *)pairs[i].scope;
		Asskomm__Principal principal = user(NULL, &scope, 1);
		if (may_reach(&principal, pairs[i].participant) != pairs[i].reached)
			fail_msg("scope \"%s\", participant \"%s\"", scope, pairs[i].participant);
	}
	Asskomm__Principal none = user(NULL, NULL, 0);
	assert_false(may_reach(&none, "14628160"));
	assert_false(may_reach(NULL, "14628160"));
}

static void test_any_for_reading_all_for_commands(void **state)
{
	(void)state;
	const struct method_info *command =
		tables_method("asskomm.registry.v1.Registry/TerminateAgreement");
	const struct method_info *query =
		tables_method("asskomm.registry.v1.Registry/GetAgreement");
	char *scopes[] = { municipality, other };
	char *participants[] = { municipality, other, far };
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	agreement.participants = participants;
	for (size_t held = 0; held <= 2; held++) {
		Asskomm__Principal principal = user(NULL, scopes, held);
		for (size_t count = 0; count <= 3; count++) {
			agreement.n_participants = count;
			assert_int_equal(may(&principal, command, &agreement.base), count <= held);
			assert_int_equal(
				may(&principal, query, &agreement.base), count == 0 || held > 0);
		}
	}
	assert_false(may(NULL, query, &agreement.base));
	/* A budget has no participants: it is about the state. */
	Funding__Budget budget = FUNDING__BUDGET__INIT;
	Asskomm__Principal none = user(NULL, NULL, 0);
	assert_true(
		may(&none, tables_method("asskomm.funding.v1.Funding/SetBudget"), &budget.base));
}

/* A coach's own coachings, and only what a coach does. */
static void test_assigned_to_a_coach(void **state)
{
	(void)state;
	const struct method_info *session =
		tables_method("asskomm.coaching.v1.Coaching/LogSession");
	const struct method_info *match = tables_method("asskomm.coaching.v1.Coaching/MatchCoach");
	const struct method_info *query = tables_method("asskomm.coaching.v1.Coaching/GetCoaching");
	char own[] = "coach-B3-17", beginning[] = "coach-B3-1", longer[] = "coach-B3-170";
	char *participants[] = { municipality, other }, *assignees[] = { own };
	Coaching__CoachingProcess coaching = COACHING__COACHING_PROCESS__INIT;
	coaching.participants = participants;
	coaching.n_participants = 2;
	coaching.assignees = assignees;
	coaching.n_assignees = 1;
	Asskomm__Role coach = ASSKOMM__ROLE__ROLE_COACH, adviser = ASSKOMM__ROLE__ROLE_ADVISER;
	char *scopes[] = { own };
	Asskomm__Principal principal = user(&coach, scopes, 1);
	assert_true(may(&principal, session, &coaching.base));
	assert_true(may(&principal, query, &coaching.base));
	assert_false(may(&principal, match, &coaching.base));
	principal.roles = &adviser;
	assert_false(may(&principal, session, &coaching.base));
	assert_false(may(&principal, match, &coaching.base));
	principal.roles = &coach;
	scopes[0] = beginning;
	assert_false(may(&principal, query, &coaching.base));
	scopes[0] = longer;
	assert_false(may(&principal, query, &coaching.base));
	scopes[0] = own;
	coaching.n_assignees = 0;
	assert_false(may(&principal, query, &coaching.base));
}

/* How much somebody has to do is for that person, the lead and services; questions that name nobody
 * are for everybody. */
static void test_who_may_ask_for_a_person(void **state)
{
	(void)state;
	char mia[] = "mia", ben[] = "ben", nobody[] = "";
	Monitor__GetPipelineRequest request = MONITOR__GET_PIPELINE_REQUEST__INIT;
	Asskomm__Role adviser = ASSKOMM__ROLE__ROLE_ADVISER, lead = ASSKOMM__ROLE__ROLE_LEAD;
	Asskomm__Principal principal = user(&adviser, NULL, 0);
	principal.subject = mia;
	assert_null(may_person(&request.base));
	assert_true(may_ask(&principal, &request.base));
	assert_true(may_ask(NULL, &request.base));
	request.adviser = ben;
	assert_string_equal(may_person(&request.base), "adviser");
	assert_false(may_ask(&principal, &request.base));
	assert_false(may_ask(NULL, &request.base));
	principal.subject = nobody;
	assert_false(may_ask(&principal, &request.base));
	principal.subject = ben;
	assert_true(may_ask(&principal, &request.base));
	principal.subject = mia;
	principal.roles = &lead;
	assert_true(may_ask(&principal, &request.base));
	principal.roles = &adviser;
	principal.kind = ASSKOMM__PRINCIPAL__KIND__SERVICE;
	assert_true(may_ask(&principal, &request.base));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_role_names),
		cmocka_unit_test(test_role_by_method_matrix),
		cmocka_unit_test(test_who_may_sign),
		cmocka_unit_test(test_the_state_as_a_whole),
		cmocka_unit_test(test_services_where_named),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_any_for_reading_all_for_commands),
		cmocka_unit_test(test_assigned_to_a_coach),
		cmocka_unit_test(test_who_may_ask_for_a_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
