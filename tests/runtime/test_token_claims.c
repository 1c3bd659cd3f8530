/* The claims of a token and strict base64url, without cryptography around them. */
#include "runtime/token_claims.h"

#include "core/base64.h"
#include "core/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define NOW INT64_C(1700000000)
#define NAMES "\"iss\":\"asskomm-demo\",\"aud\":\"asskomm\",\"sub\":\"anna\""

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(16u * 1024 * 1024);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

/* The url-safe alphabet without padding, from the standard one. */
static char *encode(const char *text)
{
	char *encoded = base64_encode(arena, (const uint8_t *)text, strlen(text));
	for (char *at = encoded; *at != '\0'; at++)
		*at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
	encoded[strcspn(encoded, "=")] = '\0';
	return encoded;
}

/* What tokens are held against unless a case says otherwise. */
static const struct token_expectation USUAL = { "asskomm-demo", "asskomm", "", TOKEN_ROLES,
	TOKEN_SCOPES, NOW };

/* What is wrong with claims, as text; NULL for nothing. */
static const char *problem_for(const struct token_expectation *expected, const char *text,
	Asskomm__Principal **out_principal, int64_t *out_expires_s)
{
	const char *encoded = encode(text);
	json_t *claims = token_json(arena, encoded, strlen(encoded));
	const char *problem = claims == NULL ? "no strict JSON"
					     : token_claims(arena, claims, expected, out_principal,
						       out_expires_s);
	json_decref(claims);
	return problem;
}

static const char *problem_of(
	const char *text, Asskomm__Principal **out_principal, int64_t *out_expires_s)
{
	return problem_for(&USUAL, text, out_principal, out_expires_s);
}

static void good_claims_pass(void **state)
{
	(void)state;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	assert_null(
		problem_of("{" NAMES ",\"exp\":1700000100,\"nbf\":1699999999,\"iat\":1700000060,"
			   "\"roles\":[\"police\"],\"scopes\":[\"14628\"],\"other\":{}}",
			&principal, &expires_s));
	assert_string_equal(principal->subject, "anna");
	assert_int_equal(principal->n_roles, 1);
	assert_int_equal(principal->n_scopes, 1);
	assert_int_equal(expires_s, 1700000160);
}

static void the_principal_is_as_claimed(void **state)
{
	(void)state;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	assert_null(problem_of(
		"{" NAMES
		",\"exp\":1700000100,\"roles\":[\"adviser\",\"of-another-program\",\"operator\","
		"\"adviser\"],\"scopes\":[\"14628\",\"k-abc\"]}",
		&principal, &expires_s));
	assert_int_equal(principal->kind, ASSKOMM__PRINCIPAL__KIND__USER);
	assert_int_equal(principal->n_roles, 2);
	assert_int_equal(principal->roles[0], ASSKOMM__ROLE__ROLE_ADVISER);
	assert_int_equal(principal->roles[1], ASSKOMM__ROLE__ROLE_OPERATOR);
	assert_int_equal(principal->n_scopes, 2);
	assert_string_equal(principal->scopes[1], "k-abc");
}

static void without_roles_and_scopes_there_are_none(void **state)
{
	(void)state;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	assert_null(problem_of("{" NAMES ",\"exp\":1700000100}", &principal, &expires_s));
	assert_int_equal(principal->n_roles, 0);
	assert_int_equal(principal->n_scopes, 0);
}

static void bad_claims_are_refused(void **state)
{
	(void)state;
#define WITH(more) "{" NAMES ",\"exp\":1700000100," more "}"
#define NAMED(iss, aud, sub) "{\"iss\":" iss ",\"aud\":" aud ",\"sub\":" sub ",\"exp\":1700000100}"
	static const struct {
		const char *name, *claims, *why;
	} CASES[] = {
		{ "no exp", "{" NAMES "}", "exp" },
		{ "exp text", "{" NAMES ",\"exp\":\"1700000100\"}", "exp" },
		{ "exp float", "{" NAMES ",\"exp\":1700000100.5}", "exp" },
		{ "exp 1e300", "{" NAMES ",\"exp\":1e300}", "exp" },
		{ "exp largest", "{" NAMES ",\"exp\":9223372036854775807}", "exp" },
		{ "exp beyond", "{" NAMES ",\"exp\":9223372036854775808}", "strict" },
		{ "exp negative", "{" NAMES ",\"exp\":-1}", "exp" },
		{ "exp null", "{" NAMES ",\"exp\":null}", "exp" },
		{ "exp past", "{" NAMES ",\"exp\":1699999940}", "expired" },
		{ "exp twice", "{" NAMES ",\"exp\":1,\"exp\":1700000100}", "strict" },
		{ "nbf future", WITH("\"nbf\":1700000061"), "not valid yet" },
		{ "nbf text", WITH("\"nbf\":\"0\""), "not valid yet" },
		{ "iat future", WITH("\"iat\":1700000061"), "issued" },
		{ "aud other", NAMED("\"asskomm-demo\"", "\"x\"", "\"s\""), "audience" },
		{ "aud prefix", NAMED("\"asskomm-demo\"", "\"asskomm2\"", "\"s\""), "audience" },
		{ "aud others", NAMED("\"asskomm-demo\"", "[\"x\",\"y\"]", "\"s\""), "audience" },
		{ "aud empty list", NAMED("\"asskomm-demo\"", "[]", "\"s\""), "audience" },
		{ "aud mixed", NAMED("\"asskomm-demo\"", "[\"asskomm\",1]", "\"s\""), "audience" },
		{ "aud object", NAMED("\"asskomm-demo\"", "{\"a\":\"asskomm\"}", "\"s\""),
			"audience" },
		{ "no aud", "{\"iss\":\"asskomm-demo\",\"sub\":\"s\",\"exp\":1700000100}",
			"audience" },
		{ "iss slash", NAMED("\"asskomm-demo/\"", "\"asskomm\"", "\"s\""), "issuer" },
		{ "iss list", NAMED("[\"asskomm-demo\"]", "\"asskomm\"", "\"s\""), "issuer" },
		{ "sub empty", NAMED("\"asskomm-demo\"", "\"asskomm\"", "\"\""), "sub" },
		{ "sub number", NAMED("\"asskomm-demo\"", "\"asskomm\"", "1"), "sub" },
		{ "sub with a line", NAMED("\"asskomm-demo\"", "\"asskomm\"", "\"a\\nb\""), "sub" },
		{ "sub twice", WITH("\"sub\":\"root\""), "strict" },
		{ "roles text", WITH("\"roles\":\"operator\""), "roles" },
		{ "roles numbers", WITH("\"roles\":[7]"), "roles" },
		{ "scopes text", WITH("\"scopes\":\"14628 *\""), "roles or scopes" },
		{ "scope with a comma", WITH("\"scopes\":[\"14628,*\"]"), "roles or scopes" },
		{ "scope with a space", WITH("\"scopes\":[\"14628 *\"]"), "roles or scopes" },
		{ "scope with a star", WITH("\"scopes\":[\"14*\"]"), "roles or scopes" },
		{ "scope empty", WITH("\"scopes\":[\"\"]"), "roles or scopes" },
		{ "no object", "[]", "strict" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		Asskomm__Principal *principal = NULL;
		int64_t expires_s = 0;
		const char *problem = problem_of(CASES[i].claims, &principal, &expires_s);
		if (problem == NULL || strstr(problem, CASES[i].why) == NULL)
			fail_msg("%s: got \"%s\", wanted \"%s\"", CASES[i].name,
				problem == NULL ? "accepted" : problem, CASES[i].why);
		assert_null(principal);
	}
}

/* Several audiences, or expected clients: the token must say for whom it was made. */
static void clients_are_checked(void **state)
{
	(void)state;
#define FOR(aud, more)                                                                             \
	"{\"iss\":\"asskomm-demo\",\"sub\":\"s\",\"exp\":1700000100,\"aud\":" aud more "}"
#define ONE "[\"asskomm\"]"
#define TWO "[\"asskomm\",\"account\"]"
	static const struct {
		const char *name, *clients, *claims, *why; /* why NULL: accepted */
	} CASES[] = {
		{ "one audience, nobody named", "", FOR(ONE, ""), NULL },
		{ "one audience, anybody", "", FOR(ONE, ",\"azp\":\"x\""), NULL },
		{ "azp no text", "", FOR(ONE, ",\"azp\":[\"x\"]"), "no name" },
		{ "azp empty", "", FOR(ONE, ",\"azp\":\"\""), "no name" },
		{ "several audiences, nobody named", "", FOR(TWO, ""), "missing" },
		{ "several audiences, anybody", "", FOR(TWO, ",\"azp\":\"x\""), NULL },
		{ "several audiences, by client_id", "", FOR(TWO, ",\"client_id\":\"x\""), NULL },
		{ "listed", "portal,desk", FOR(TWO, ",\"azp\":\"portal\""), NULL },
		{ "listed last", "portal,desk", FOR(TWO, ",\"azp\":\"desk\""), NULL },
		{ "listed by client_id", "portal", FOR(ONE, ",\"client_id\":\"portal\""), NULL },
		{ "not listed", "portal,desk", FOR(TWO, ",\"azp\":\"x\""), "another client" },
		{ "a part of one", "portal,desk", FOR(TWO, ",\"azp\":\"port\""), "another client" },
		{ "the whole list", "portal,desk", FOR(TWO, ",\"azp\":\"portal,desk\""),
			"another client" },
		{ "listed, but nobody named", "portal", FOR(ONE, ""), "missing" },
		{ "azp goes before client_id", "portal",
			FOR(ONE, ",\"azp\":\"x\",\"client_id\":\"portal\""), "another client" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		Asskomm__Principal *principal = NULL;
		int64_t expires_s = 0;
		struct token_expectation expected = USUAL;
		expected.clients = CASES[i].clients;
		const char *why = CASES[i].why;
		const char *problem =
			problem_for(&expected, CASES[i].claims, &principal, &expires_s);
		if ((problem == NULL) != (why == NULL) || (why != NULL && !strstr(problem, why)))
			fail_msg("%s: got \"%s\"", CASES[i].name, problem ? problem : "accepted");
	}
}

/* Roles and scopes where the login has them. */
static void pointers_lead_to_roles(void **state)
{
	(void)state;
	static const char CLAIMS[] =
		"{" NAMES ",\"exp\":1700000100,\"realm_access\":{\"roles\":[\"police\"]},"
		"\"https://x/"
		"roles\":[\"coach\"],\"~\":{\"\":[\"auditor\"]},\"roles\":[\"operator\"],"
		"\"scopes\":[\"14628\"]}";
	static const struct {
		const char *pointer;
		Asskomm__Role role;
	} CASES[] = {
		{ "/roles", ASSKOMM__ROLE__ROLE_OPERATOR },
		{ "/realm_access/roles", ASSKOMM__ROLE__ROLE_POLICE },
		{ "/https:~1~1x~1roles", ASSKOMM__ROLE__ROLE_COACH },
		{ "/~0/", ASSKOMM__ROLE__ROLE_AUDITOR },
		{ "/realm_access/roles/0", ASSKOMM__ROLE__ROLE_UNSPECIFIED },
		{ "/nowhere/roles", ASSKOMM__ROLE__ROLE_UNSPECIFIED },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		Asskomm__Principal *principal = NULL;
		int64_t expires_s = 0;
		struct token_expectation expected = USUAL;
		expected.roles = CASES[i].pointer;
		assert_true(token_is_pointer(CASES[i].pointer));
		assert_null(problem_for(&expected, CLAIMS, &principal, &expires_s));
		bool is_some = CASES[i].role != ASSKOMM__ROLE__ROLE_UNSPECIFIED;
		assert_int_equal(principal->n_roles, is_some ? 1 : 0);
		if (is_some)
			assert_int_equal(principal->roles[0], CASES[i].role);
		assert_int_equal(principal->n_scopes, 1);
	}
	struct token_expectation expected = USUAL;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	expected.scopes = "/realm_access";
	assert_non_null(problem_for(&expected, CLAIMS, &principal, &expires_s));
	static const char *const NONE[] = { "", "/", "roles", "/a~", "/a~2b" };
	for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++)
		assert_false(token_is_pointer(NONE[i]));
}

static void too_many_scopes_are_refused(void **state)
{
	(void)state;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	struct text text;
	text_init(&text, arena, 8192);
	text_append(&text, "{" NAMES ",\"exp\":1700000100,\"scopes\":[\"1\"");
	for (int i = 1; i < TOKEN_SCOPES_MAX; i++)
		text_append(&text, ",\"14\"");
	size_t len = text.len;
	text_append(&text, "]}");
	assert_null(problem_of(text.bytes, &principal, &expires_s));
	text.len = len;
	text_append(&text, ",\"14\"]}");
	assert_non_null(problem_of(text.bytes, &principal, &expires_s));
}

/* Every length gives back what was encoded; one letter more or less never does. */
static void base64url_is_strict(void **state)
{
	(void)state;
	static const char TEXT[] =
		"What is encoded once has one spelling and no other \xc3\xbf\xfe.";
	uint8_t *bytes = NULL;
	size_t len = 0;
	for (size_t n = 1; n < sizeof(TEXT) - 1; n++) {
		char *encoded = encode(text_copy_len(arena, TEXT, n));
		assert_true(token_base64url(arena, encoded, strlen(encoded), &bytes, &len));
		assert_int_equal(len, n);
		assert_memory_equal(bytes, TEXT, n);
	}
	static const char *const WRONG[] = { "", "A", "AAAAA", "AA=", "AA==", "AAA=", "AB", "AAB",
		"A A", "AA\n", " AA", "+A", "/A", "A\xc3\xa4" };
	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
		if (token_base64url(arena, WRONG[i], strlen(WRONG[i]), &bytes, &len))
			fail_msg("\"%s\" was accepted", WRONG[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_claims_pass),
		cmocka_unit_test(the_principal_is_as_claimed),
		cmocka_unit_test(without_roles_and_scopes_there_are_none),
		cmocka_unit_test(bad_claims_are_refused),
		cmocka_unit_test(clients_are_checked),
		cmocka_unit_test(pointers_lead_to_roles),
		cmocka_unit_test(too_many_scopes_are_refused),
		cmocka_unit_test(base64url_is_strict),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
