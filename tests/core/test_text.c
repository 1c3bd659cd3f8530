/* Texts: UTF-8 by the book, folding for names, and the buffer that stops growing. */
#include "helpers.h"
#include "core/text.h"
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void test_format_and_copy(void **state)
{
	(void)state;
	assert_string_equal(text_format(arena, "%s-%03d", "k", 7), "k-007");
	assert_string_equal(text_format(arena, "%s", ""), "");
	assert_string_equal(text_copy(arena, NULL), "");
	assert_string_equal(text_copy(arena, "Pirna"), "Pirna");
	assert_string_equal(text_copy_len(arena, "Pirna", 3), "Pir");
	char *format = text_format(arena, "%2000s|", "x");
	assert_int_equal(strlen(format), 2001);
}

static bool is_utf8(const char *text)
{
	return text_is_utf8(text, strlen(text));
}

static void test_utf8_takes_what_is_well_formed(void **state)
{
	(void)state;
	static const char *const good[] = { "", "Heidenau", "Görlitz", "Budyšin", "€", "𝄞", "\x7f",
		"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(is_utf8(good[i]));
}

static void test_utf8_refuses_the_rest(void **state)
{
	(void)state;
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc2",
		"\xc2\x41", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xe2\x82", "\xe2\x28\xa1",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
		"G\xf6rlitz", "a\xf0\x9d\x84" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(is_utf8(bad[i]));
	assert_false(text_is_utf8("a\0b", 3));
	assert_true(text_is_utf8("a\0b", 1));
	/* A character that the end cuts. */
	assert_false(text_is_utf8("€", 2));
}

/* Each byte at each place of a run of plain ones, on either side of the steps of eight. */
static void test_plain_ends_where_something_special_is(void **state)
{
	(void)state;
	char text[24];
	for (int byte = 0; byte < 256; byte++) {
		bool special = byte < ' ' || byte > '~' || byte == '"' || byte == '\\';
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, at % 2 ? '!' : ']', sizeof text);
			text[at] = (char)byte;
			assert_int_equal(
				text_plain_len(text, sizeof text), special ? at : sizeof text);
			assert_int_equal(text_plain_len(text, at), at);
		}
	}
}

static void test_characters(void **state)
{
	(void)state;
	assert_int_equal(text_characters(""), 0);
	assert_int_equal(text_characters("Görlitz"), 7);
	assert_int_equal(text_characters("𝄞€"), 2);
}

static void test_fold(void **state)
{
	(void)state;
	static const char *const pairs[][2] = { { "", "" }, { "HEIDENAU", "heidenau" },
		{ "ÄÖÜẞß", "äöüßß" }, { "BUDYŠIN", "budyšin" },
		{ "ĆČĎĚŁŃŇÓŔŘŚŠŹŻŽ", "ćčďěłńňóŕřśšźżž" }, { "À×Þÿ÷", "à×þÿ÷" },
		{ "ŸİĸŉŊſ", "ÿiĸŉŋs" }, { "Ж漢𝄞", "Ж漢𝄞" }, { "ı", "ı" } };
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_string_equal(text_fold(arena, pairs[i][0]), pairs[i][1]);
	/* What is no UTF-8 stays as it is. */
	assert_string_equal(text_fold(arena, "A\xff"
					     "B\xc3"),
		"a\xff"
		"b\xc3");
}

static void test_fold_is_stable_for_every_letter(void **state)
{
	(void)state;
	for (unsigned character = 1; character < 0x250; character++) {
		char letter[3] = { (char)character };
		if (character >= 0x80) {
			letter[0] = (char)(0xc0 | character >> 6);
			letter[1] = (char)(0x80 | (character & 0x3f));
		}
		char *once = text_fold(arena, letter);
		assert_true(is_utf8(once));
		assert_int_equal(text_characters(once), 1);
		assert_string_equal(text_fold(arena, once), once);
	}
}

static void test_hex(void **state)
{
	(void)state;
	const uint8_t bytes[] = { 0x00, 0x1f, 0xff };
	assert_string_equal(text_hex(arena, bytes, 3), "001fff");
	assert_string_equal(text_hex(arena, bytes, 0), "");
	assert_string_equal(text_bytea(arena, bytes, 3), "\\x001fff");
	assert_string_equal(text_bytea(arena, bytes, 0), "\\x");
}

static void test_buffer_grows_up_to_its_maximum(void **state)
{
	(void)state;
	struct text text;
	text_init(&text, arena, 1000);
	assert_string_equal(text.bytes, "");
	for (int i = 0; i < 100; i++)
		text_append(&text, "0123456789");
	assert_int_equal(text.len, 1000);
	assert_false(text.overflown);
	assert_int_equal(text.bytes[1000], 0);
	text_append(&text, "");
	assert_false(text.overflown);
	text_append(&text, "x");
	assert_true(text.overflown);
	assert_int_equal(text.len, 1000);
	assert_int_equal(strlen(text.bytes), 1000);
}

static void test_overflown_buffer_takes_nothing_more(void **state)
{
	(void)state;
	struct text text;
	text_init(&text, arena, 5);
	text_append(&text, "abc");
	text_append_format(&text, "%d", 12345);
	assert_true(text.overflown);
	/* It would fit, but what came before is missing. */
	text_append(&text, "d");
	assert_string_equal(text.bytes, "abc");
}

static void test_buffer_formats(void **state)
{
	(void)state;
	struct text text;
	text_init(&text, arena, 100000);
	for (int i = 0; i < 1000; i++)
		text_append_format(&text, "%d,", i % 10);
	assert_int_equal(text.len, 2000);
	assert_memory_equal(text.bytes, "0,1,2,3,4,5,6,7,8,9,0,", 22);
	text_append_len(&text, "xyz", 2);
	assert_string_equal(text.bytes + 1998, "9,xy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_and_copy),
		cmocka_unit_test(test_utf8_takes_what_is_well_formed),
		cmocka_unit_test(test_utf8_refuses_the_rest),
		cmocka_unit_test(test_plain_ends_where_something_special_is),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_is_stable_for_every_letter),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_buffer_grows_up_to_its_maximum),
		cmocka_unit_test(test_overflown_buffer_takes_nothing_more),
		cmocka_unit_test(test_buffer_formats),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
