/* CSV as people's programs write it, and as nobody should. */
#include "table.h"
#include "unit.h"
#include <stdbool.h>
#include <string.h>

static struct table table;
static struct table_faults faults;

static bool read_bytes(void **state, const char *bytes, size_t len)
{
	faults.count = 0;
	return table_read(*state, bytes, len, &table, &faults);
}

static bool read_text(void **state, const char *text)
{
	return read_bytes(state, text, strlen(text));
}

static void what_spreadsheets_write_is_read(void **state)
{
	static const char *const texts[] = {
		"code,name\nA,Heidenau\nB,\"Pirna, Ost\"\n",
		"code;name\r\nA;Heidenau\r\nB;\"Pirna, Ost\"\r\n",
		"\xef\xbb\xbf"
		"code;name\r\n\r\nA;Heidenau\r\n;\r\nB;Pirna, Ost",
		"code\tname\nA\tHeidenau\nB\t\"Pirna, Ost\"\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(read_text(state, texts[i]));
		assert_int_equal(table.n_columns, 2);
		assert_string_equal(table.columns[0], "code");
		assert_int_equal(table.n_rows, 2);
		assert_string_equal(table.rows[0].cells[1], "Heidenau");
		assert_string_equal(table.rows[1].cells[1], "Pirna, Ost");
	}
}

static void a_row_is_where_it_begins(void **state)
{
	assert_true(read_text(state, "a;b\n\"one\ntwo \"\"three\"\"\";1\n\n2;3\n"));
	assert_int_equal(table.n_rows, 2);
	assert_string_equal(table.rows[0].cells[0], "one\ntwo \"three\"");
	assert_int_equal(table.rows[0].line, 2);
	assert_int_equal(table.rows[1].line, 5);
}

static void assert_fault(size_t line, size_t column, const char *part)
{
	assert_true(faults.count > 0);
	assert_int_equal(faults.items[0].line, line);
	assert_int_equal(faults.items[0].column, column);
	assert_non_null(strstr(faults.items[0].message, part));
}

static void what_is_broken_is_told_with_its_place(void **state)
{
	assert_false(read_text(state, "a;b\n\xc3\xa4x\xff;2\n"));
	assert_fault(2, 3, "UTF-8");
	assert_false(read_bytes(state, "a;b\n1;\0\n", 8));
	assert_fault(2, 3, "UTF-8");
	assert_false(read_text(state, "a;b\n1;2\n\"3;4\n5;6\n"));
	assert_fault(3, 0, "never ends");
	assert_false(read_text(state, "a;b\n1;2\"3\n"));
	assert_fault(2, 4, "quote");
	assert_false(read_text(state, "a;b\n1;2;3\n4\n"));
	assert_fault(2, 0, "3 cells, the header has 2");
	assert_int_equal(faults.count, 2);
	assert_false(read_text(state, "a;b;a\n1;2;3\n"));
	assert_fault(1, 3, "twice");
	for (size_t i = 0; i < 3; i++) {
		static const char *const empty[] = { "", "\n\n", "\xef\xbb\xbf" };
		assert_false(read_text(state, empty[i]));
		assert_fault(1, 0, "empty");
	}
}

static void what_is_too_much_is_refused(void **state)
{
	static char text[1u << 20];
	memset(text, 'x', sizeof text);
	memcpy(text, "a\n", 2);
	assert_false(read_bytes(state, text, sizeof text));
	assert_fault(2, 1, "too long");
	memset(text, ';', sizeof text);
	memcpy(text, "a;b\n", 4);
	text[4] = '1';
	assert_false(read_bytes(state, text, sizeof text));
	assert_fault(2, 0, "the header has 2");
	memset(text, '\n', sizeof text);
	for (size_t i = 0; i + 1 < sizeof text; i += 2) {
		text[i] = 'a';
	}
	assert_false(read_bytes(state, text, sizeof text));
	assert_fault(TABLE_ROWS_MAX + 2, 0, "too many lines");
}

static void many_faults_are_counted(void **state)
{
	char text[4 + 2 * (TABLE_FAULTS_MAX + 10) + 1] = "a;b\n";
	for (size_t i = 0; i < TABLE_FAULTS_MAX + 10; i++) {
		memcpy(text + 4 + 2 * i, "1\n", 2);
	}
	assert_false(read_text(state, text));
	assert_int_equal(faults.count, TABLE_FAULTS_MAX + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { UNIT(what_spreadsheets_write_is_read),
		UNIT(a_row_is_where_it_begins), UNIT(what_is_broken_is_told_with_its_place),
		UNIT(what_is_too_much_is_refused), UNIT(many_faults_are_counted) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
