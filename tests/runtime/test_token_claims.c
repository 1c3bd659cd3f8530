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

/* What is wrong with claims, as text; NULL for nothing. */
static const char *problem_of(
	const char *text, Asskomm__Principal **out_principal, int64_t *out_expires_s)
{
	const struct token_expectation expected = { "asskomm-demo", "asskomm", NOW };
	const char *encoded = encode(text);
	json_t *claims = token_json(arena, encoded, strlen(encoded));
	const char *problem = claims == NULL ? "no strict JSON"
					     : token_claims(arena, claims, &expected, out_principal,
						       out_expires_s);
	json_decref(claims);
	return problem;
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
		cmocka_unit_test(without_roles_and_scopes_there_are_none),
		cmocka_unit_test(bad_claims_are_refused),
		cmocka_unit_test(too_many_scopes_are_refused),
		cmocka_unit_test(base64url_is_strict),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
