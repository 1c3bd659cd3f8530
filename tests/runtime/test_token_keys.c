/* Keys of tokens: made, kept secret, minted with, and the sets that must not be used. */
#include "runtime/token.h"

#include "core/text.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define NOW INT64_C(1700000000)
#define ISSUER "asskomm-demo"
#define AUDIENCE "asskomm"

static struct {
	char folder[64];
	struct arena *arena;
	json_t *key; /* the public half of token.key */
} fixture;

static char *path_of(const char *name)
{
	return text_format(fixture.arena, "%s/%s", fixture.folder, name);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/test_token.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	fixture.arena = arena_new(1024u * 1024);
	assert_true(token_keys_make(path_of("token.key"), path_of("jwks.json")));
	json_t *set = json_load_file(path_of("jwks.json"), 0, NULL);
	fixture.key = json_incref(json_array_get(json_object_get(set, "keys"), 0));
	assert_non_null(fixture.key);
	json_decref(set);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path_of("token.key"));
	unlink(path_of("jwks.json"));
	unlink(path_of("bad.json"));
	rmdir(fixture.folder);
	json_decref(fixture.key);
	arena_destroy(&fixture.arena);
	return 0;
}

static char *mint(const char *private_path)
{
	const char *roles[] = { "adviser" };
	const char *scopes[] = { "14628", "k-abc" };
	return token_mint(fixture.arena, private_path, ISSUER, AUDIENCE, "anna", roles, 1, scopes,
		2, NOW, 3600);
}

static void what_we_mint_we_accept(void **state)
{
	(void)state;
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	const char *reason = NULL;
	struct token_keys *keys = token_keys_read(path_of("jwks.json"));
	assert_non_null(keys);
	char *token = mint(path_of("token.key"));
	assert_non_null(token);
	const struct token_expectation expected = { ISSUER, AUDIENCE, "", TOKEN_ROLES, TOKEN_SCOPES,
		NOW };
	assert_true(token_verify(
		keys, fixture.arena, token, &expected, &principal, &expires_s, &reason));
	assert_string_equal(principal->subject, "anna");
	assert_int_equal(principal->roles[0], ASSKOMM__ROLE__ROLE_ADVISER);
	assert_string_equal(principal->scopes[1], "k-abc");
	assert_int_equal(expires_s, NOW + 3660);
	token_keys_destroy(&keys);
}

static void secret_keys_stay_secret(void **state)
{
	(void)state;
	struct stat status;
	assert_int_equal(stat(path_of("token.key"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0400);
	assert_null(json_object_get(fixture.key, "d"));
	assert_null(token_keys_read(path_of("token.key")));
	assert_int_equal(chmod(path_of("token.key"), 0440), 0);
	assert_null(mint(path_of("token.key")));
	assert_int_equal(chmod(path_of("token.key"), 0400), 0);
	assert_null(mint(path_of("jwks.json")));
	assert_null(mint(path_of("missing.key")));
}

static void keys_are_never_overwritten(void **state)
{
	(void)state;
	assert_false(token_keys_make(path_of("token.key"), path_of("bad.json")));
	assert_int_equal(access(path_of("bad.json"), F_OK), -1);
	assert_false(token_keys_make(path_of("bad.json"), path_of("jwks.json")));
	assert_int_equal(access(path_of("bad.json"), F_OK), -1);
	assert_non_null(mint(path_of("token.key")));
}

/* Writes a set and tells whether it can be used. */
static bool is_usable(const char *set)
{
	FILE *file = fopen(path_of("bad.json"), "w");
	assert_non_null(file);
	assert_true(fputs(set, file) >= 0);
	assert_int_equal(fclose(file), 0);
	struct token_keys *keys = token_keys_read(path_of("bad.json"));
	bool usable = keys != NULL;
	token_keys_destroy(&keys);
	unlink(path_of("bad.json"));
	return usable;
}

/* A set of the good key with one member set to a JSON value, or without it. */
static char *set_with(const char *member, const char *value)
{
	json_t *key = json_copy(fixture.key);
	if (value == NULL)
		json_object_del(key, member);
	else
		json_object_set_new(key, member, json_loads(value, JSON_DECODE_ANY, NULL));
	char *text = json_dumps(key, 0);
	char *set = text_format(fixture.arena, "{\"keys\":[%s]}", text);
	free(text);
	json_decref(key);
	return set;
}

static void keys_for_something_else_are_no_keys(void **state)
{
	(void)state;
	assert_true(is_usable(set_with("use", NULL)));
	assert_true(is_usable(set_with("key_ops", "[\"verify\"]")));
	assert_true(is_usable(set_with("alg", NULL)));
	static const struct {
		const char *member, *value;
	} CASES[] = { { "use", "\"enc\"" }, { "use", "1" }, { "key_ops", "[\"deriveKey\"]" },
		{ "key_ops", "[]" }, { "key_ops", "\"verify\"" }, { "kid", NULL },
		{ "kid", "\"\"" }, { "kid", "7" }, { "crv", "\"P-384\"" }, { "crv", NULL },
		{ "kty", "\"RSA\"" }, { "kty", "\"oct\"" }, { "kty", NULL }, { "d", "\"AAAA\"" },
		{ "x", "\"AQ\"" }, { "x", NULL }, { "y", "\"\"" } };
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (is_usable(set_with(CASES[i].member, CASES[i].value)))
			fail_msg("accepted with %s: %s", CASES[i].member,
				CASES[i].value == NULL ? "nothing" : CASES[i].value);
}

static void broken_sets_are_refused(void **state)
{
	(void)state;
	char *key = json_dumps(fixture.key, 0);
	const char *sets[] = {
		"",
		"<html></html>",
		"{}",
		"{\"keys\":[]}",
		"{\"keys\":{}}",
		"{\"keys\":[7]}",
		text_format(fixture.arena, "{\"keys\":[%s,%s]}", key, key),
		text_format(fixture.arena, "{\"keys\":[%s],\"keys\":[%s]}", key, key),
		text_format(fixture.arena, "{\"keys\":[%s]} x", key),
	};
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (is_usable(sets[i]))
			fail_msg("set %zu was accepted: %s", i, sets[i]);
	char *padding = arena_alloc(fixture.arena, 256 * 1024 + 1);
	memset(padding, ' ', 256 * 1024);
	assert_false(is_usable(text_format(fixture.arena, "{\"keys\":[%s]}%s", key, padding)));
	assert_null(token_keys_read(path_of("missing.json")));
	assert_null(token_keys_read(fixture.folder));
	free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_we_mint_we_accept),
		cmocka_unit_test(secret_keys_stay_secret),
		cmocka_unit_test(keys_are_never_overwritten),
		cmocka_unit_test(keys_for_something_else_are_no_keys),
		cmocka_unit_test(broken_sets_are_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
