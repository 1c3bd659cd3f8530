/* ProtoJSON: every type there and back, what is accepted, and a list of what must not pass. */
#include "helpers.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/tables.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define ROUNDS 40

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

/* The failure of a text that must not pass. */
static Asskomm__Failure *refused(
	const ProtobufCMessageDescriptor *type, const char *text, size_t len)
{
	Asskomm__Failure *failure = NULL;
	if (reflect_from_json_text(arena, type, text, len, &failure) != NULL)
		fail_msg("passed: %s", text);
	assert_non_null(failure);
	assert_string_equal(failure->code, "INVALID");
	assert_true(failure->n_violations > 0);
	/* It can travel: all of it is UTF-8. */
	reflect_to_json_text(arena, &failure->base);
	size_t packed_len;
	uint8_t *packed = reflect_pack(arena, &failure->base, &packed_len);
	assert_non_null(reflect_unpack(arena, &asskomm__failure__descriptor, packed, packed_len));
	return failure;
}

static ProtobufCMessage *taken(const ProtobufCMessageDescriptor *type, const char *text)
{
	Asskomm__Failure *failure = NULL;
	ProtobufCMessage *message =
		reflect_from_json_text(arena, type, text, strlen(text), &failure);
	if (message == NULL)
		fail_msg("%s: %s: %s", text, failure->violations[0]->field,
			failure->violations[0]->message);
	return message;
}

static void test_every_type_there_and_back(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 20240229 };
	for (size_t i = 0; i < count * ROUNDS; i++) {
		struct arena *own = arena_new(8u << 20);
		Asskomm__Failure *failure = NULL;
		ProtobufCMessage *message = random_message(own, &chance, types[i % count]);
		char *text = reflect_to_json_text(own, message);
		ProtobufCMessage *copy =
			reflect_from_json_text(own, types[i % count], text, strlen(text), &failure);
		assert_non_null(copy);
		assert_true(are_equal(message, copy));
		arena_destroy(&own);
	}
}

static void test_output_form(void **state)
{
	(void)state;
	static char id[] = "2023";
	Funding__Budget budget = FUNDING__BUDGET__INIT;
	budget.id = id;
	budget.year = 4294967295u;
	budget.amount_cents = INT64_MIN;
	assert_string_equal(reflect_to_json_text(arena, &budget.base),
		"{\"id\":\"2023\",\"version\":0,\"year\":4294967295,"
		"\"amountCents\":\"-9223372036854775808\",\"decidedOn\":\"\",\"decisions\":[]}");
	Registry__Council council = REGISTRY__COUNCIL__INIT;
	council.status = REGISTRY__COUNCIL__STATUS__ACTIVE;
	/* No participant: a message that is not set is left out; lists are there. */
	assert_string_equal(reflect_to_json_text(arena, &council.base),
		"{\"id\":\"\",\"version\":0,\"status\":\"ACTIVE\",\"participants\":[],"
		"\"constitutedOn\":\"\",\"entries\":[]}");
	Asskomm__Fact fact = ASSKOMM__FACT__INIT;
	fact.hash = (ProtobufCBinaryData){ 3, (uint8_t *)(char[]){ "\xfb\xff\xbf" } };
	fact.seq = UINT64_MAX;
	assert_non_null(strstr(reflect_to_json_text(arena, &fact.base), "\"hash\":\"+/+/\""));
	assert_non_null(strstr(
		reflect_to_json_text(arena, &fact.base), "\"seq\":\"18446744073709551615\""));
}

/* Each byte that can stand in a text, alone and among others, as jansson would print it. */
static void test_strings_are_escaped(void **state)
{
	(void)state;
	for (int byte = 1; byte < 0x80; byte++) {
		char id[] = "Görlitz, ?; \"a\\b\" und 𝄞";
		*strchr(id, '?') = (char)byte;
		Funding__Budget budget = FUNDING__BUDGET__INIT;
		budget.id = id;
		json_t *value = json_pack("{s:s}", "id", id);
		char *expected = json_dumps(value, JSON_COMPACT);
		expected[strlen(expected) - 1] = 0; /* without the brace */
		char *text = reflect_to_json_text(arena, &budget.base);
		assert_memory_equal(text, expected, strlen(expected));
		assert_int_equal(text[strlen(expected)], ',');
		free(expected);
		json_decref(value);
	}
}

static void test_oneof_is_presence(void **state)
{
	(void)state;
	Asskomm__Rules *rules = AS(
		Asskomm__Rules, asskomm__rules, taken(&asskomm__rules__descriptor, "{\"gte\":0}"));
	assert_int_equal(rules->gte_opt_case, ASSKOMM__RULES__GTE_OPT_GTE);
	assert_int_equal(rules->lte_opt_case, 0);
	char *text = reflect_to_json_text(arena, &rules->base);
	assert_non_null(strstr(text, "\"gte\":\"0\""));
	assert_null(strstr(text, "lte"));
	rules = AS(Asskomm__Rules, asskomm__rules,
		taken(&asskomm__rules__descriptor, "{\"gte\":null,\"lte\":\"-5\"}"));
	assert_int_equal(rules->gte_opt_case, 0);
	assert_int_equal(rules->lte, -5);
}

static void test_input_is_generous_where_protojson_is(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &registry__sign_agreement_request__descriptor;
	static const char *const same[] = {
		"{\"signedOn\":\"2024-01-01\",\"mode\":\"IN_PERSON\",\"accessions\":[\"a\"]}",
		"{\"signed_on\":\"2024-01-01\",\"mode\":\"in_person\",\"accessions\":[\"a\"]}",
		"{\"accessions\":[\"a\"],\"mode\":1,\"signedOn\":\"2024-01-01\",\"witnesses\":"
		"null}",
		" {\"mode\" : \"1\", \"signedOn\":\"2024\\u002d01-01\",\"accessions\":[\"a\"],"
		"\"signatories\":[]} \n",
	};
	ProtobufCMessage *first = taken(type, same[0]);
	for (size_t i = 1; i < sizeof same / sizeof same[0]; i++)
		assert_true(are_equal(first, taken(type, same[i])));
}

static void test_numbers(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &funding__set_budget_request__descriptor;
	static const struct {
		const char *text;
		uint32_t year;
		int64_t cents;
	} good[] = { { "{\"year\":2023,\"amountCents\":\"9223372036854775807\"}", 2023, INT64_MAX },
		{ "{\"year\":\"2023\",\"amountCents\":9223372036854775807}", 2023, INT64_MAX },
		{ "{\"year\":4294967295,\"amountCents\":-1}", UINT32_MAX, -1 },
		{ "{\"year\":0,\"amountCents\":\"-9223372036854775808\"}", 0, INT64_MIN } };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		Funding__SetBudgetRequest *request = AS(Funding__SetBudgetRequest,
			funding__set_budget_request, taken(type, good[i].text));
		assert_int_equal(request->year, good[i].year);
		assert_true(request->amount_cents == good[i].cents);
	}
}

struct hostile {
	const char *text;
	const char *field;
	const char *rule;
};

static void check_all(
	const ProtobufCMessageDescriptor *type, const struct hostile *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_violation(refused(type, list[i].text, strlen(list[i].text)), list[i].field,
			list[i].rule);
}
#define CHECK_ALL(type, list) check_all(type, list, sizeof list / sizeof list[0])

static void test_text_that_is_no_json(void **state)
{
	(void)state;
	static const struct hostile list[] = { { "", "", "json" }, { " ", "", "json" },
		{ "{", "", "json" }, { "{}}", "", "json" }, { "{} {}", "", "json" },
		{ "{\"year\":}", "", "json" }, { "{\"year\":1,}", "", "json" },
		{ "{'year':1}", "", "json" }, { "{year:1}", "", "json" },
		{ "{\"year\":01}", "", "json" }, { "{\"year\":+1}", "", "json" },
		{ "{\"year\":0x10}", "", "json" }, { "{\"year\":NaN}", "", "json" },
		{ "{\"year\":Infinity}", "", "json" }, { "{\"year\":1e999}", "", "json" },
		{ "{\"decidedOn\":\"\\u0000\"}", "", "json" }, { "{\"a\\u0000b\":1}", "", "json" },
		{ "{\"decidedOn\":\"\\ud800\"}", "", "json" },
		{ "{\"decidedOn\":\"\\x41\"}", "", "json" },
		{ "{\"decidedOn\":\"a\nb\"}", "", "json" },
		{ "{\"decidedOn\":\"\xff\"}", "", "json" },
		{ "{\"decidedOn\":\"\xc0\xaf\"}", "", "json" },
		{ "{\"\xed\xa0\x80\":1}", "", "json" }, { "// c\n{}", "", "json" },
		{ "{/**/}", "", "json" }, { "\xef\xbb\xbf{}", "", "json" }, { "true", "", "json" },
		{ "\"text\"", "", "json" }, { "null", "", "json" }, { "[]", "", "type" },
		{ "[{}]", "", "type" } };
	CHECK_ALL(&funding__set_budget_request__descriptor, list);
	/* A NUL in the middle is not the end. */
	assert_violation(
		refused(&funding__set_budget_request__descriptor, "{}\0{}", 5), "", "json");
}

static void test_values_that_do_not_fit(void **state)
{
	(void)state;
	static const struct hostile list[] = { { "{\"year\":\"x\"}", "year", "type" },
		{ "{\"year\":\"\"}", "year", "type" }, { "{\"year\":\" 1\"}", "year", "type" },
		{ "{\"year\":\"+1\"}", "year", "type" }, { "{\"year\":\"1.5\"}", "year", "type" },
		{ "{\"year\":\"1e-3\"}", "year", "type" }, { "{\"year\":1.5}", "year", "type" },
		{ "{\"year\":true}", "year", "type" }, { "{\"year\":[1]}", "year", "type" },
		{ "{\"year\":{}}", "year", "type" }, { "{\"year\":-1}", "year", "range" },
		{ "{\"year\":\"-1\"}", "year", "range" },
		{ "{\"year\":4294967296}", "year", "range" },
		{ "{\"year\":\"18446744073709551616\"}", "year", "range" },
		{ "{\"amountCents\":9223372036854775808}", "amountCents", "range" },
		{ "{\"amountCents\":\"9223372036854775808\"}", "amountCents", "range" },
		{ "{\"amountCents\":\"-9223372036854775809\"}", "amountCents", "range" },
		{ "{\"amount_cents\":{}}", "amountCents", "type" },
		{ "{\"decidedOn\":1}", "decidedOn", "type" },
		{ "{\"decidedOn\":true}", "decidedOn", "type" },
		{ "{\"decidedOn\":[]}", "decidedOn", "type" },
		{ "{\"decidedOn\":{}}", "decidedOn", "type" },
		{ "{\"decided\":\"\"}", "decided", "unknown_field" },
		{ "{\"Year\":1}", "Year", "unknown_field" }, { "{\"\":1}", "", "unknown_field" },
		{ "{\"__proto__\":{}}", "__proto__", "unknown_field" },
		{ "{\"year\":1,\"year\":2}", "year", "duplicate" },
		{ "{\"decidedOn\":\"a\",\"decided_on\":\"b\"}", "decidedOn", "duplicate" },
		{ "{\"decidedOn\":null,\"decided_on\":\"b\"}", "decidedOn", "duplicate" } };
	CHECK_ALL(&funding__set_budget_request__descriptor, list);
}

static void test_paths_of_nested_values(void **state)
{
	(void)state;
	static const struct hostile list[] = { { "{\"signatories\":[{},{\"role\":7}]}",
						       "signatories[1].role", "type" },
		{ "{\"signatories\":[{},{\"rol\":7}]}", "signatories[1].rol", "unknown_field" },
		{ "{\"signatories\":[{},null]}", "signatories[1]", "type" },
		{ "{\"signatories\":[[]]}", "signatories[0]", "type" },
		{ "{\"signatories\":{}}", "signatories", "type" },
		{ "{\"signatories\":\"x\"}", "signatories", "type" },
		{ "{\"accessions\":[\"a\",2]}", "accessions[1]", "type" },
		{ "{\"accessions\":[null]}", "accessions[0]", "type" },
		{ "{\"accessions\":\"a\"}", "accessions", "type" },
		{ "{\"mode\":\"BY_LETTER\"}", "mode", "enum" }, { "{\"mode\":99}", "mode", "enum" },
		{ "{\"mode\":4294967297}", "mode", "enum" }, { "{\"mode\":\"\"}", "mode", "enum" },
		{ "{\"mode\":1.5}", "mode", "type" }, { "{\"mode\":{}}", "mode", "type" },
		{ "{\"signatories\":[{\"role\":\"a\",\"role\":\"b\"}]}", "role", "duplicate" } };
	CHECK_ALL(&registry__sign_agreement_request__descriptor, list);
}

static void test_bytes_and_booleans_that_do_not_fit(void **state)
{
	(void)state;
	static const struct hostile facts[] = { { "{\"hash\":\"*\"}", "hash", "base64" },
		{ "{\"hash\":\"Zg=\"}", "hash", "base64" },
		{ "{\"hash\":\"\\\\x00\"}", "hash", "base64" }, { "{\"hash\":1}", "hash", "type" },
		{ "{\"seq\":-1}", "seq", "range" },
		{ "{\"seq\":\"18446744073709551616\"}", "seq", "range" } };
	CHECK_ALL(&asskomm__fact__descriptor, facts);
	static const struct hostile truths[] = { { "{\"required\":\"true\"}", "required", "type" },
		{ "{\"required\":1}", "required", "type" },
		{ "{\"required\":[]}", "required", "type" } };
	CHECK_ALL(&asskomm__rules__descriptor, truths);
}

static void test_all_faults_are_told_at_once(void **state)
{
	(void)state;
	const char *text = "{\"signedOn\":1,\"mode\":\"x\",\"foo\":2,\"accessions\":[3,\"b\",4]}";
	Asskomm__Failure *failure =
		refused(&registry__sign_agreement_request__descriptor, text, strlen(text));
	assert_int_equal(failure->n_violations, 5);
	assert_violation(failure, "accessions[2]", "type");
	assert_non_null(strstr(failure->violations[1]->message, "VIDEO_CONFERENCE"));
	assert_non_null(strstr(failure->violations[2]->message, "actionFields"));
}

static void test_place_of_a_syntax_error(void **state)
{
	(void)state;
	const char *text = "{\n  \"year\": 2023,\n  \"amountCents\" 5\n}";
	Asskomm__Failure *failure =
		refused(&funding__set_budget_request__descriptor, text, strlen(text));
	assert_non_null(strstr(failure->violations[0]->message, "Line 3, column 17"));
}

static char *nested(char open, char close, size_t depth)
{
	char *text = arena_alloc(arena, 2 * depth + 1);
	memset(text, open, depth);
	memset(text + depth, close, depth);
	return text;
}

static void test_depth_is_limited_before_parsing(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &funding__set_budget_request__descriptor;
	static const size_t depths[] = { 33, 1000, 100000 };
	for (size_t i = 0; i < 3; i++) {
		char *text = nested('[', ']', depths[i]);
		assert_violation(refused(type, text, strlen(text)), "", "depth");
		/* Nothing but open ones. */
		assert_violation(refused(type, text, depths[i]), "", "depth");
	}
	char *text = nested('[', ']', 32);
	assert_violation(refused(type, text, strlen(text)), "", "type");
	/* Brackets inside strings do not count; an escaped quote does not end one. */
	taken(type, "{\"decidedOn\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}");
	taken(type, "{\"decidedOn\":\"\\\\\",\"year\":1}");
}

static void test_size_is_limited(void **state)
{
	(void)state;
	enum { MIB = 4 << 20 }; /* as much as the largest body */
	char *text = malloc(MIB + 1);
	assert_non_null(text);
	memset(text, ' ', MIB + 1);
	memcpy(text, "{}", 2);
	Asskomm__Failure *failure = NULL;
	assert_violation(
		refused(&funding__set_budget_request__descriptor, text, MIB + 1), "", "size");
	assert_non_null(reflect_from_json_text(
		arena, &funding__set_budget_request__descriptor, text, MIB, &failure));
	free(text);
}

/* A mebibyte of one kind of value: refused or read, within a small arena, and without a crash. */
static void test_bombs(void **state)
{
	(void)state;
	enum { SIZE = (1 << 20) - 64 };
	static const char *const bombs[][3] = { { "{\"accessions\":[", "\"\",", "\"\"]}" },
		{ "{\"signatories\":[", "{},", "{}]}" }, { "{\"signatories\":[", "[],", "[]]}" },
		{ "{\"mode\":[", "1,", "1]}" }, { "{\"accessions\":[", "1,", "1]}" },
		{ "{\"signatories\":[", "{\"x\":1},", "{}]}" }, { "{\"", "x", "\":1}" },
		{ "{\"signatories\":[", "null,", "1]}" }, { "{\"signedOn\":\"", "a", "\"}" } };
	for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
		char *text = malloc(SIZE + 64);
		assert_non_null(text);
		size_t piece = strlen(bombs[i][1]);
		size_t len = strlen(bombs[i][0]);
		memcpy(text, bombs[i][0], len);
		for (; len + piece < SIZE; len += piece)
			memcpy(text + len, bombs[i][1], piece);
		memcpy(text + len, bombs[i][2], strlen(bombs[i][2]));
		len += strlen(bombs[i][2]);
		struct arena *small = arena_new(512u * 1024);
		Asskomm__Failure *failure = NULL;
		const ProtobufCMessage *message = reflect_from_json_text(
			small, &registry__sign_agreement_request__descriptor, text, len, &failure);
		assert_null(message);
		assert_in_range(failure->n_violations, 1, FAILURE_VIOLATIONS_MAX);
		assert_true(arena_used(small) <= 1024u * 1024);
		arena_destroy(&small);
		free(text);
	}
}

/* A name that is too long to be shown is cut between characters. */
static void test_long_names_are_cut(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		struct text text;
		text_init(&text, arena, 4096);
		text_append(&text, "{\"");
		text_append_len(&text, "xxxx", shift);
		for (int i = 0; i < 100; i++)
			text_append(&text, "𝄞");
		text_append(&text, "\":1}");
		Asskomm__Failure *failure =
			refused(&funding__set_budget_request__descriptor, text.bytes, text.len);
		const char *field = failure->violations[0]->field;
		assert_true(strlen(field) < 70);
		assert_true(text_is_utf8(field, strlen(field)));
	}
}

/* The territory of Saxony is a thousand objects; one of ten times that size must pass too. */
static void test_large_but_honest(void **state)
{
	(void)state;
	struct text text;
	text_init(&text, arena, 1u << 20);
	text_append(&text, "{\"municipalities\":[");
	for (int i = 0; i < 8000; i++)
		text_append_format(&text,
			"%s{\"ags8\":\"%08d\",\"name\":\"Gemeinde %d\",\"district\":\"14628\","
			"\"population\":%d}",
			i == 0 ? "" : ",", 14000000 + i, i, i);
	text_append(&text, "]}");
	assert_false(text.overflown);
	Registry__ImportTerritoryRequest *request =
		AS(Registry__ImportTerritoryRequest, registry__import_territory_request,
			taken(&registry__import_territory_request__descriptor, text.bytes));
	assert_int_equal(request->n_municipalities, 8000);
	assert_int_equal(request->municipalities[7999]->population, 7999);
}

static void test_mutations_never_crash(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 4711 };
	for (size_t i = 0; i < 6000; i++) {
		struct arena *own = arena_new(8u << 20);
		Asskomm__Failure *failure = NULL;
		char *text =
			reflect_to_json_text(own, random_message(own, &chance, types[i % count]));
		size_t len = strlen(text);
		for (size_t n = 1 + chance_below(&chance, 3); n > 0; n--)
			text[chance_below(&chance, len)] = (char)chance_next(&chance);
		len -= chance_below(&chance, 2) * chance_below(&chance, len);
		const ProtobufCMessage *message =
			reflect_from_json_text(own, types[i % count], text, len, &failure);
		assert_true((message == NULL) == (failure != NULL));
		reflect_to_json_text(own, message != NULL ? message : &failure->base);
		arena_destroy(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_there_and_back),
		cmocka_unit_test(test_output_form),
		cmocka_unit_test(test_strings_are_escaped),
		cmocka_unit_test(test_oneof_is_presence),
		cmocka_unit_test(test_input_is_generous_where_protojson_is),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_text_that_is_no_json),
		cmocka_unit_test(test_values_that_do_not_fit),
		cmocka_unit_test(test_paths_of_nested_values),
		cmocka_unit_test(test_bytes_and_booleans_that_do_not_fit),
		cmocka_unit_test(test_all_faults_are_told_at_once),
		cmocka_unit_test(test_place_of_a_syntax_error),
		cmocka_unit_test(test_depth_is_limited_before_parsing),
		cmocka_unit_test(test_size_is_limited),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_large_but_honest),
		cmocka_unit_test(test_mutations_never_crash),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
