/* What people read: tables, numbers, problems, addresses. */
#include "address.h"
#include "output.h"
#include "problem.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

static void columns_are_counted_in_characters(void **state)
{
	struct table table;
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);
	table_init(&table, *state, 3, (const char *const[]){ "name", "n", "" }, 1u << 1);
	table_add(&table, (const char *const[]){ "Görlitz", "7", "ok" });
	table_add(&table, (const char *const[]){ "Pirna", "123", NULL });
	table_print(&table, out);
	fclose(out);
	assert_string_equal(printed, "name       n\nGörlitz    7  ok\nPirna    123\n");
	free(printed);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	assert_string_equal(output_safe(*state, "a\033[2Jb\nc\302\233d\177"), "a?[2Jb?c??d?");
	assert_string_equal(output_safe(*state, "Zschaitz-Ottewig ä"), "Zschaitz-Ottewig ä");
}

static void combining_marks_take_no_column(void **state)
{
	(void)state;
	assert_int_equal(output_width("o\xcc\x88"), 1); /* o and a combining diaeresis */
	assert_int_equal(output_width("ö"), 1);
	assert_int_equal(output_width("Łužica"), 6);
}

static void cents_are_grouped(void **state)
{
	assert_string_equal(output_cents(*state, 110000000), "1 100 000.00");
	assert_string_equal(output_cents(*state, 7), "0.07");
	assert_string_equal(output_cents(*state, -123456), "-1 234.56");
	assert_string_equal(output_cents(*state, INT64_MIN), "-92 233 720 368 547 758.08");
}

static void a_problem_is_told_with_its_candidates(void **state)
{
	const char *body =
		"{\"title\":\"A rule forbids this\",\"code\":\"REFUSED\",\"detail\":\"Several "
		"fit\","
		"\"violations\":[{\"field\":\"accessions[0]\",\"rule\":\"ambiguous\","
		"\"message\":\"may mean several\",\"candidates\":[{\"key\":\"14523020\",\"name\":"
		"\"Auerbach\",\"district\":\"14523\"},{\"key\":\"14521040\"}]}]}";
	assert_string_equal(problem_print(*state, body, strlen(body), 422),
		"refused: A rule forbids this (422 REFUSED)\n"
		"  Several fit\n"
		"  - accessions[0]: may mean several [ambiguous]\n"
		"      14523020   Auerbach (14523)\n"
		"      14521040    ()\n");
}

static void what_is_no_problem_is_told_by_its_status(void **state)
{
	const char *page = "<html>Bad Gateway</html>";
	const char *odd = "{\"title\":7,\"violations\":[3,{\"field\":[]}],\"code\":null}";
	assert_string_equal(problem_print(*state, page, strlen(page), 502),
		"refused: the answer is no problem of the suite (502)\n");
	assert_non_null(strstr(problem_print(*state, odd, strlen(odd), 400), "(400)"));
}

static void the_code_decides_what_is_repeated(void **state)
{
	(void)state;
	const char *conflict = "{\"code\":\"CONFLICT\"}";
	const char *aborted = "{\"code\":\"ABORTED\"}";
	const char *unavailable = "{\"code\":\"UNAVAILABLE\"}";
	assert_false(problem_is_retryable(conflict, strlen(conflict), 409));
	assert_true(problem_is_retryable(aborted, strlen(aborted), 409));
	assert_true(problem_is_retryable(unavailable, strlen(unavailable), 503));
	assert_true(problem_is_retryable("<html>", 6, 502));
	assert_false(problem_is_retryable("", 0, 404));
}

static void addresses_are_escaped(void **state)
{
	assert_string_equal(address_escape(*state, "a b/ü?&%~"), "a%20b%2F%C3%BC%3F%26%25~");
	const char *path = address_with(*state, "/figures", "asOf", "2023-08-09");
	path = address_with(*state, path, "district", NULL);
	path = address_with(*state, path, "knownAt", "2023-08-09T10:00:00+02:00");
	assert_string_equal(
		path, "/figures?asOf=2023-08-09&knownAt=2023-08-09T10%3A00%3A00%2B02%3A00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(columns_are_counted_in_characters),
		UNIT(control_characters_do_not_reach_the_terminal),
		UNIT(combining_marks_take_no_column),
		UNIT(cents_are_grouped),
		UNIT(a_problem_is_told_with_its_candidates),
		UNIT(what_is_no_problem_is_told_by_its_status),
		UNIT(the_code_decides_what_is_repeated),
		UNIT(addresses_are_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
