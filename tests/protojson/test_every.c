/* ProtoJSON, line by line: what the specification says of each kind of field, both ways, by a
 * message that has them all. Where we are stricter than it (unknown fields, numbers of enums that
 * are not defined), the test says so. */
#include "helpers.h"
#include "asskomm/every.pb-c.h"
#include "core/reflect.h"
#include "core/tables.h"
#include "core/text.h"
#include <float.h>
#include <math.h>
#include <string.h>

#define ROUNDS 4000
#define TYPE (&every__every__descriptor)

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

static Every__Every *taken(const char *text)
{
	Asskomm__Failure *failure = NULL;
	ProtobufCMessage *message =
		reflect_from_json_text(arena, TYPE, text, strlen(text), &failure);
	if (message == NULL)
		fail_msg("%s: %s: %s", text, failure->violations[0]->field,
			failure->violations[0]->message);
	return AS(Every__Every, every__every, message);
}

static void refused(const char *text, const char *field, const char *rule)
{
	Asskomm__Failure *failure = NULL;
	if (reflect_from_json_text(arena, TYPE, text, strlen(text), &failure) != NULL)
		fail_msg("passed: %s", text);
	assert_violation(failure, field, rule);
}

/* What is printed of a message that was read from `text`. */
static const char *again(const char *text)
{
	return reflect_to_json_text(arena, &taken(text)->base);
}

static void prints(const char *text, const char *wanted)
{
	const char *printed = again(text);
	if (strstr(printed, wanted) == NULL)
		fail_msg("%s: no %s in %s", text, wanted, printed);
}

/* ---- the property: nothing is lost on the way through JSON */

static void test_there_and_back(void **state)
{
	(void)state;
	struct chance chance = { 20231231 };
	for (int i = 0; i < ROUNDS; i++) {
		struct arena *own = arena_new(4u << 20);
		Asskomm__Failure *failure = NULL;
		ProtobufCMessage *message = random_message(own, &chance, TYPE);
		char *text = reflect_to_json_text(own, message);
		ProtobufCMessage *copy =
			reflect_from_json_text(own, TYPE, text, strlen(text), &failure);
		if (copy == NULL)
			fail_msg("%s: %s: %s", text, failure->violations[0]->field,
				failure->violations[0]->message);
		assert_string_equal(reflect_to_json_text(own, copy), text);
		assert_true(are_equal(message, copy));
		/* And through bytes, where protobuf-c leaves out a -0 as if it were 0. */
		size_t len;
		uint8_t *bytes = reflect_pack(own, message, &len);
		copy = reflect_unpack(own, TYPE, bytes, len);
		assert_non_null(copy);
		assert_true(are_equal(message, copy));
		arena_destroy(&own);
	}
}

/* ---- numbers */

static void test_reals(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double number;
	} good[] = { { "1.5", 1.5 }, { "1", 1 }, { "-1e3", -1000 }, { "\"1.5\"", 1.5 },
		{ "\"-1e-3\"", -0.001 }, { "0.1", 0.1 }, { "1.7976931348623157e308", DBL_MAX },
		{ "5e-324", 4.9406564584124654e-324 }, { "\"Infinity\"", INFINITY },
		{ "\"-Infinity\"", -INFINITY }, { "18446744073709551616", 18446744073709551616.0 },
		{ "100000000000000000000000", 1e23 }, { "9007199254740993", 9007199254740992.0 } };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const char *text = text_format(arena, "{\"aDouble\":%s}", good[i].text);
		if (!(taken(text)->a_double == good[i].number))
			fail_msg("%s gives %.17g", text, taken(text)->a_double);
	}
	assert_true(isnan(taken("{\"aDouble\":\"NaN\"}")->a_double));
	assert_true(isnan(taken("{\"aFloat\":\"NaN\"}")->a_float));
	assert_true(signbit(taken("{\"aDouble\":-0.0}")->a_double));
	assert_true(signbit(taken("{\"aDouble\":\"-0\"}")->a_double));
	assert_true(taken("{\"aFloat\":3.4028234663852886e38}")->a_float == FLT_MAX);
	prints("{\"aDouble\":-0.0}", "\"aDouble\":-0.0");
	prints("{\"aDouble\":\"NaN\"}", "\"aDouble\":\"NaN\"");
	prints("{\"aFloat\":\"-Infinity\"}", "\"aFloat\":\"-Infinity\"");
	prints("{\"aDouble\":3}", "\"aDouble\":3.0");
	static const char *const bad[] = { "\"\"", "\"nan\"", "\"inf\"", "\"+Infinity\"", "\" 1\"",
		"\"0x10\"", "true", "[]", "{}" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(text_format(arena, "{\"aDouble\":%s}", bad[i]), "aDouble", "type");
	refused("{\"aDouble\":\"1e309\"}", "aDouble", "range");
	refused("{\"aFloat\":1e39}", "aFloat", "range");
	refused("{\"aFloat\":\"-1e39\"}", "aFloat", "range");
	refused("{\"aFloat\":3.5e38}", "aFloat", "range");
}

static void test_whole_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t number;
	} good[] = { { "1.0", 1 }, { "1e3", 1000 }, { "-2.50e1", -25 }, { "\"1.0\"", 1 },
		{ "\"1e3\"", 1000 }, { "\"9.223372036854775807e18\"", INT64_MAX },
		{ "\"-9223372036854775808.000\"", INT64_MIN }, { "\"1200e-2\"", 12 },
		{ "\"0e5\"", 0 }, { "\"-0.0\"", 0 }, { "9007199254740992.0", 9007199254740992 },
		{ "\"0.001E+3\"", 1 }, { "-0", 0 }, { "\"9223372036854775807\"", INT64_MAX } };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const char *text = text_format(arena, "{\"anInt64\":%s}", good[i].text);
		assert_true(taken(text)->an_int64 == good[i].number);
		text = text_format(arena, "{\"int64s\":[%s]}", good[i].text);
		assert_true(taken(text)->int64s[0] == good[i].number);
	}
	static const char *const types[] = { "1.5", "\"1.5\"", "\"1e-1\"", "\"\"", "\".5\"",
		"\"1.\"", "\"1e\"", "\"e1\"", "\"--1\"", "\"1e99999\"", "\"1 e1\"", "\"0x1\"",
		"1e18", "\"NaN\"", "\"Infinity\"", "\"1.0.0\"", "\"1e1.0\"", "\"1e+-1\"" };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		refused(text_format(arena, "{\"anInt64\":%s}", types[i]), "anInt64", "type");
	static const char *const ranges[] = { "9223372036854775808", "\"9223372036854775808\"",
		"\"9.223372036854775808e18\"", "\"1e19\"", "\"-1e500\"", "1e30", "-1e19" };
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		refused(text_format(arena, "{\"anInt64\":%s}", ranges[i]), "anInt64", "range");
	static const char *const small[][2] = { { "anInt32", "2147483648" },
		{ "anInt32", "-2147483649" }, { "aSint32", "1e10" }, { "aSfixed32", "\"3e9\"" },
		{ "aUint32", "4294967296" }, { "aUint32", "-1" }, { "aFixed32", "\"-1\"" },
		{ "aFixed32", "4294967296.0" }, { "aUint64", "-1.0" }, { "aUint64", "\"-1e0\"" },
		{ "aUint64", "18446744073709551616" }, { "aFixed64", "\"18446744073709551616\"" } };
	for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
		refused(text_format(arena, "{\"%s\":%s}", small[i][0], small[i][1]), small[i][0],
			"range");
	assert_true(taken("{\"aUint64\":\"1.8446744073709551615e19\"}")->a_uint64 == UINT64_MAX);
}

/* 32 bits are numbers, 64 bits are text: JavaScript would round them. */
static void test_how_numbers_are_printed(void **state)
{
	(void)state;
	prints("{\"anInt64\":5}", "\"anInt64\":\"5\"");
	prints("{\"aFixed64\":5}", "\"aFixed64\":\"5\"");
	prints("{\"aSint64\":-5}", "\"aSint64\":\"-5\"");
	prints("{\"anInt32\":\"-5\"}", "\"anInt32\":-5");
	prints("{\"aFixed32\":\"4294967295\"}", "\"aFixed32\":4294967295");
	prints("{\"int64s\":[1,\"2\"]}", "\"int64s\":[\"1\",\"2\"]");
}

/* ---- the other kinds */

static void test_bools_strings_bytes_enums(void **state)
{
	(void)state;
	refused("{\"aBool\":\"true\"}", "aBool", "type");
	refused("{\"aBool\":1}", "aBool", "type");
	refused("{\"aBool\":1.0}", "aBool", "type");
	refused("{\"aString\":1}", "aString", "type");
	refused("{\"aString\":1.0}", "aString", "type");
	static const char *const same[] = { "+/+/", "-_-_", "+_-/" };
	for (size_t i = 0; i < 3; i++)
		prints(text_format(arena, "{\"someBytes\":\"%s\"}", same[i]),
			"\"someBytes\":\"+/+/\"");
	prints("{\"someBytes\":\"Zg\"}", "\"someBytes\":\"Zg==\"");
	refused("{\"someBytes\":\"Zg=\"}", "someBytes", "base64");
	refused("{\"someBytes\":\"Zh==\"}", "someBytes", "base64");
	refused("{\"someBytes\":\"Z g=\"}", "someBytes", "base64");
	prints("{\"aColour\":\"RED\"}", "\"aColour\":\"RED\"");
	prints("{\"aColour\":1}", "\"aColour\":\"RED\"");
	prints("{\"aColour\":1.0}", "\"aColour\":\"RED\"");
	prints("{\"aColour\":-7}", "\"aColour\":\"NEGATIVE\"");
	prints("{\"aColour\":2147483646}", "\"aColour\":\"LAST\"");
	/* Stricter: what the contract does not define is refused, not carried on. */
	refused("{\"aColour\":5}", "aColour", "enum");
	refused("{\"aColour\":4294967297}", "aColour", "enum");
	refused("{\"aColour\":1.5}", "aColour", "type");
	refused("{\"aColour\":1e30}", "aColour", "type");
	refused("{\"aColour\":\"BLUE\"}", "aColour", "enum");
}

static void test_names(void **state)
{
	(void)state;
	assert_true(taken("{\"aDouble\":1}")->a_double == taken("{\"a_double\":1}")->a_double);
	prints("{\"other-Name\":\"x\"}", "\"other-Name\":\"x\"");
	prints("{\"renamed\":\"x\"}", "\"other-Name\":\"x\"");
	refused("{\"ADouble\":1}", "ADouble", "unknown_field");
	refused("{\"aDouble\":1,\"a_double\":1}", "aDouble", "duplicate");
	refused("{\"aDouble\":1,\"aDouble\":1}", "aDouble", "duplicate");
}

/* null is "not given" for a field of any kind, and nothing at all inside a list or a map. */
static void test_null(void **state)
{
	(void)state;
	const char *empty = again("{}");
	for (unsigned i = 0; i < TYPE->n_fields; i++) {
		const char *name = tables_message(TYPE)->fields[i].json_name;
		assert_string_equal(again(text_format(arena, "{\"%s\":null}", name)), empty);
	}
	refused("{\"strings\":[null]}", "strings[0]", "type");
	refused("{\"doubles\":[1,null]}", "doubles[1]", "type");
	refused("{\"leaves\":[null]}", "leaves[0]", "type");
	refused("{\"texts\":{\"a\":null}}", "texts.a", "type");
	refused("{\"byInt64\":{\"1\":null}}", "byInt64.1", "type");
}

/* ---- maps */

static void test_maps(void **state)
{
	(void)state;
	static const char *const same[] = {
		"\"texts\":{\"\":\"empty\",\"b\":\"\",\"a\":\"\xc3\xa4\"}",
		"\"byInt32\":{\"-2147483648\":0.5,\"0\":\"NaN\"}",
		"\"byInt64\":{\"9223372036854775807\":{\"name\":\"x\",\"weight\":1.0}}",
		"\"byUint32\":{\"4294967295\":\"RED\"}",
		"\"byUint64\":{\"18446744073709551615\":\"18446744073709551615\"}",
		"\"bySint64\":{\"-1\":\"Zg==\"}", "\"byFixed32\":{\"7\":\"Infinity\"}",
		"\"bySfixed64\":{\"-7\":true}", "\"byBool\":{\"true\":\"x\",\"false\":\"y\"}"
	};
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		prints(text_format(arena, "{%s}", same[i]), same[i]);
	prints("{}", "\"texts\":{}");
	assert_int_equal(taken("{\"byBool\":{}}")->n_by_bool, 0);
	static const char *const bad[][3] = { { "{\"texts\":[]}", "texts", "type" },
		{ "{\"texts\":\"a\"}", "texts", "type" },
		{ "{\"texts\":{\"a\":1}}", "texts.a", "type" },
		{ "{\"byInt32\":{\"x\":1}}", "byInt32.x", "type" },
		{ "{\"byInt32\":{\"\":1}}", "byInt32.", "type" },
		{ "{\"byInt32\":{\"01\":1}}", "byInt32.01", "type" },
		{ "{\"byInt32\":{\"-0\":1}}", "byInt32.-0", "type" },
		{ "{\"byInt32\":{\"1e0\":1}}", "byInt32.1e0", "type" },
		{ "{\"byInt32\":{\"2147483648\":1}}", "byInt32.2147483648", "range" },
		{ "{\"byUint64\":{\"-1\":1}}", "byUint64.-1", "range" },
		{ "{\"byBool\":{\"1\":\"x\"}}", "byBool.1", "type" },
		{ "{\"byBool\":{\"t\":\"x\"}}", "byBool.t", "type" },
		{ "{\"byInt64\":{\"1\":{\"weigth\":1}}}", "byInt64.1.weigth", "unknown_field" },
		{ "{\"byUint32\":{\"1\":\"BLUE\"}}", "byUint32.1", "enum" },
		{ "{\"texts\":{\"a\":\"x\",\"a\":\"y\"}}", "a", "duplicate" } };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(bad[i][0], bad[i][1], bad[i][2]);
}

/* On the wire a key may come twice, and an entry without its parts. */
static void test_maps_of_the_wire(void **state)
{
	(void)state;
	static const uint8_t twice[] = { 0xfa, 0x01, 6, 0x0a, 1, 'a', 0x12, 1, 'x', 0xfa, 0x01, 6,
		0x0a, 1, 'a', 0x12, 1, 'y', 0x8a, 0x02, 2, 0x08, 5, 0x8a, 0x02, 0 };
	ProtobufCMessage *message = reflect_unpack(arena, TYPE, twice, sizeof twice);
	assert_non_null(message);
	const char *text = reflect_to_json_text(arena, message);
	assert_non_null(strstr(text, "\"texts\":{\"a\":\"y\"}"));
	assert_non_null(strstr(text, "\"byInt64\":{\"5\":{\"name\":\"\",\"weight\":0.0},\"0\":{"));
	assert_string_equal(again(text), text);
}

/* ---- oneof */

static void test_oneof(void **state)
{
	(void)state;
	assert_int_equal(taken("{\"given\":0}")->presence_case, EVERY__EVERY__PRESENCE_GIVEN);
	assert_int_equal(taken("{\"given\":null}")->presence_case, 0);
	prints("{\"given\":0}", "\"given\":0.0");
	assert_null(strstr(again("{}"), "given"));
	static const char *const members[] = { "\"number\":\"0\"", "\"text\":\"\"",
		"\"leaf\":{\"name\":\"\",\"weight\":0.0}", "\"colour\":\"COLOUR_UNSPECIFIED\"",
		"\"raw\":\"\"", "\"truth\":false" };
	for (size_t i = 0; i < 6; i++) {
		const char *alone = text_format(arena, "{%s}", members[i]);
		prints(alone, members[i]);
		for (size_t j = 0; j < 6; j++)
			if (i != j)
				assert_null(
					strstr(again(alone), text_copy_len(arena, members[j],
								     strcspn(members[j], ":"))));
	}
	refused("{\"number\":1,\"text\":\"a\"}", "text", "duplicate");
	refused("{\"leaf\":{},\"truth\":false}", "truth", "duplicate");
	prints("{\"number\":null,\"text\":\"a\",\"leaf\":null}", "\"text\":\"a\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_whole_numbers),
		cmocka_unit_test(test_how_numbers_are_printed),
		cmocka_unit_test(test_bools_strings_bytes_enums),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_maps_of_the_wire),
		cmocka_unit_test(test_oneof),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
