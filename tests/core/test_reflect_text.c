/* Single fields as text, the way parameters come and columns go. */
#include "helpers.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static const char *got(const void *message, const char *field)
{
	return reflect_get_text(arena, message, field);
}

/* Set, and read again. */
static void assert_set(void *message, const char *field, const char *text, const char *again)
{
	assert_true(reflect_set_text(arena, message, field, text));
	const char *read = got(message, field);
	if (again == NULL)
		assert_null(read);
	else
		assert_string_equal(read, again);
}

static void test_scalars(void **state)
{
	(void)state;
	Funding__Budget budget = FUNDING__BUDGET__INIT;
	assert_set(&budget, "id", "2023", "2023");
	assert_set(&budget, "year", "4294967295", "4294967295");
	assert_set(&budget, "amount_cents", "-9223372036854775808", "-9223372036854775808");
	assert_set(&budget, "amountCents", "7", "7");
	assert_set(&budget, "decided_on", "März", "März");
	assert_string_equal(budget.decided_on, "März");
	Asskomm__Rules rules = ASSKOMM__RULES__INIT;
	assert_set(&rules, "required", "t", "true");
	assert_set(&rules, "required", "f", "false");
	assert_set(&rules, "required", "true", "true");
	assert_set(&rules, "required", "", "false");
	Registry__Council council = REGISTRY__COUNCIL__INIT;
	assert_set(&council, "status", "dormant", "DORMANT");
	assert_set(&council, "status", "1", "ACTIVE");
	assert_set(&council, "status", "UNSPECIFIED", NULL);
	Asskomm__Fact fact = ASSKOMM__FACT__INIT;
	assert_set(&fact, "hash", "\\x00fF1a", "\\x00ff1a");
	assert_set(&fact, "hash", "\\x", "\\x");
	assert_set(&fact, "hash", "Zm9v", "\\x666f6f");
	assert_set(&fact, "seq", "18446744073709551615", "18446744073709551615");
}

/* How SQL gets NULL for "not given". */
static void test_null_is_not_given(void **state)
{
	(void)state;
	Registry__Participant participant = REGISTRY__PARTICIPANT__INIT;
	assert_null(got(&participant, "nope"));
	assert_null(got(&participant, "name"));
	assert_null(got(&participant, "resolved"));
	assert_null(got(&participant, "kind"));
	assert_string_equal(got(&participant, "version"), "0");
	assert_string_equal(got(&participant, "participants"), "[]");
	assert_string_equal(got(&participant, "entries"), "[]");
	participant.name = NULL;
	assert_null(got(&participant, "name"));
	Asskomm__Rules rules = ASSKOMM__RULES__INIT;
	assert_string_equal(got(&rules, "required"), "false");
	assert_null(got(&rules, "gte"));
	assert_set(&rules, "gte", "0", "0");
	assert_set(&rules, "gte", "", NULL);
}

static void test_empty_text_resets(void **state)
{
	(void)state;
	Registry__Participant participant = REGISTRY__PARTICIPANT__INIT;
	static const char *const given[][2] = { { "name", "Pirna" }, { "version", "3" },
		{ "kind", "UNION" }, { "participants", "[\"a\"]" }, { "entries", "[{}]" },
		{ "resolved", "{\"reference\":\"x\"}" } };
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
		assert_true(reflect_set_text(arena, &participant.base, given[i][0], given[i][1]));
	assert_string_equal(participant.resolved->reference, "x");
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
		assert_true(reflect_set_text(
			arena, &participant.base, given[i][0], i % 2 == 0 ? "" : NULL));
	Registry__Participant empty = REGISTRY__PARTICIPANT__INIT;
	assert_true(are_equal(&participant.base, &empty.base));
	assert_string_equal(participant.name, "");
}

static void test_lists(void **state)
{
	(void)state;
	Registry__Participant participant = REGISTRY__PARTICIPANT__INIT;
	assert_set(&participant, "participants", "14628160", "[\"14628160\"]");
	assert_set(&participant, "participants", "14628270", "[\"14628160\",\"14628270\"]");
	assert_set(&participant, "participants", "[\"a\", \"b\", \"c\"]", "[\"a\",\"b\",\"c\"]");
	assert_set(&participant, "participants", "d", "[\"a\",\"b\",\"c\",\"d\"]");
	assert_set(&participant, "participants", "[]", "[]");
	assert_set(&participant, "entries",
		"[{\"fact_id\":\"x\",\"kind\":\"AgreementSigned\",\"on\":null}]",
		"[{\"factId\":\"x\",\"kind\":\"AgreementSigned\",\"on\":\"\",\"value\":\"\"}]");
	Asskomm__Principal principal = ASSKOMM__PRINCIPAL__INIT;
	assert_set(&principal, "roles", "role_adviser", "[\"ROLE_ADVISER\"]");
	assert_set(&principal, "roles", "8", "[\"ROLE_ADVISER\",\"ROLE_MACHINE\"]");
	assert_set(&principal, "roles", "[3,\"ROLE_POLICE\"]", "[\"ROLE_COACH\",\"ROLE_POLICE\"]");
}

static void test_what_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *field;
		const char *text;
	} bad[] = { { "nope", "1" }, { "version", "-1" }, { "version", "4294967296" },
		{ "version", "1 " }, { "version", "0x1" }, { "version", "one" }, { "kind", "TOWN" },
		{ "kind", "17" }, { "name", "G\xf6rlitz" }, { "participants", "[1]" },
		{ "participants", "[" }, { "participants", "[\"a\",\"a\xff\"]" },
		{ "entries", "x" }, { "entries", "[1]" }, { "entries", "[{\"nope\":1}]" },
		{ "resolved", "[]" }, { "resolved", "{\"reference\":1}" }, { "resolved", "x" },
		{ "resolved", "{} {}" }, { "entries", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" } };
	struct chance chance = { 5 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ProtobufCMessage *message =
			random_message(arena, &chance, &registry__participant__descriptor);
		ProtobufCMessage *before = reflect_clone(arena, message);
		if (reflect_set_text(arena, message, bad[i].field, bad[i].text))
			fail_msg("%s took %s", bad[i].field, bad[i].text);
		assert_true(are_equal(message, before));
	}
	Asskomm__Fact fact = ASSKOMM__FACT__INIT;
	static const char *const bytes[] = { "\\x0", "\\x0g", "\\y00", "?" };
	for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
		assert_false(reflect_set_text(arena, &fact.base, "hash", bytes[i]));
	Asskomm__Rules rules = ASSKOMM__RULES__INIT;
	static const char *const truths[] = { "1", "yes", "TRUE", "true " };
	for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++)
		assert_false(reflect_set_text(arena, &rules.base, "required", truths[i]));
}

/* A row is made of what the parameters were: every field of every type survives. */
static void test_every_field_there_and_back(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 1989 };
	for (size_t i = 0; i < count * 20; i++) {
		struct arena *own = arena_new(8u << 20);
		ProtobufCMessage *message = random_message(own, &chance, types[i % count]);
		ProtobufCMessage *copy = reflect_new(own, types[i % count]);
		for (unsigned j = 0; j < types[i % count]->n_fields; j++) {
			const char *name = types[i % count]->fields[j].name;
			const char *text = reflect_get_text(own, message, name);
			assert_true(reflect_set_text(own, copy, name, text));
		}
		assert_true(are_equal(message, copy));
		arena_destroy(&own);
	}
}

static void test_large_column_meets_the_ceiling(void **state)
{
	(void)state;
	struct arena *small = arena_new(100000);
	Registry__Participant participant = REGISTRY__PARTICIPANT__INIT;
	char *text = arena_alloc(arena, 200001);
	memset(text, 'a', 200000);
	assert_false(reflect_set_text(small, &participant.base, "name", text));
	assert_string_equal(participant.name, "");
	arena_destroy(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_null_is_not_given),
		cmocka_unit_test(test_empty_text_resets),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_what_does_not_fit_changes_nothing),
		cmocka_unit_test(test_every_field_there_and_back),
		cmocka_unit_test(test_large_column_meets_the_ceiling),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
