/* From lines to requests, and from the suite's complaints back to lines. */
#include "layout.h"
#include "unit.h"
#include <string.h>

static struct table table;
static struct table_faults faults;
static struct layout_requests requests;

static bool make(void **state, const char *name, const char *text)
{
	faults.count = 0;
	assert_true(table_read(*state, text, strlen(text), &table, &faults));
	return layout_requests(*state, layout_find(name), &table, &requests, &faults);
}

static void a_line_is_a_request(void **state)
{
	assert_true(make(state, "organisations",
		"code;kind;name;areas;parent\n"
		"PRev-Pirna;police_station;Revier;14628160  14628270;PD-DD\n"
		"SMI;ministry;Ministerium;;\n"));
	assert_int_equal(requests.count, 2);
	assert_string_equal(requests.items[0].path, "/organisations/SMI");
	assert_string_equal(
		requests.items[0].body, "{\"name\":\"Ministerium\",\"kind\":\"ministry\"}");
	assert_string_equal(requests.items[1].body,
		"{\"name\":\"Revier\",\"kind\":\"police_station\",\"parent\":\"PD-DD\","
		"\"areas\":[\"14628160\",\"14628270\"]}");
	assert_string_equal(
		layout_referred(layout_find("organisations"), &table, &requests.items[1]), "PD-DD");
}

static void the_lines_of_a_district_are_one(void **state)
{
	assert_true(make(state, "advisers",
		"district;adviser;valid_from;deputy\n14628;mia;2020-01-01;\n"
		"14626;zoe;2020-01-01;nein\n14628;ben;2024-01-01;Ja\n"));
	assert_int_equal(requests.count, 2);
	assert_string_equal(requests.items[0].path, "/districts/14628/advisers");
	assert_string_equal(requests.items[0].body,
		"{\"assignments\":[{\"adviser\":\"mia\",\"validFrom\":\"2020-01-01\"},"
		"{\"adviser\":\"ben\",\"validFrom\":\"2024-01-01\",\"deputy\":true}]}");
	layout_complain(*state, layout_find("advisers"), &table, &requests.items[0],
		"assignments[1].validFrom", "too early", &faults);
	assert_int_equal(faults.items[0].line, 4);
	assert_int_equal(faults.items[0].column, 3);
	assert_string_equal(faults.items[0].name, "valid_from");
	layout_complain(*state, layout_find("advisers"), &table, &requests.items[1], "key",
		"unknown", &faults);
	assert_int_equal(faults.items[1].line, 3);
	assert_int_equal(faults.items[1].column, 1);
}

static void a_contact_has_an_id_of_its_reference(void **state)
{
	const char *text = "reference;name;role;purpose;legal_basis;valid_from\n"
			   "h-1;Mara;mayor;municipal_contact;public_task;2024-01-01\n";
	assert_true(make(state, "contacts", text));
	const char *first = requests.items[0].path;
	assert_int_equal(strlen(first), strlen("/contacts/") + 36);
	assert_null(strstr(first, "h-1"));
	assert_true(make(state, "contacts", text));
	assert_string_equal(requests.items[0].path, first);
	layout_complain(*state, layout_find("contacts"), &table, &requests.items[0], "id", "erased",
		&faults);
	assert_string_equal(faults.items[0].name, "reference");
}

#define SUMS "municipality;surveyed_on;sample;returns;question;cell;n;share_percent;mean\n"

static void the_sums_of_a_municipality_are_one(void **state)
{
	assert_true(make(state, "survey",
		SUMS "14523360;2024-04-11;1000;400;safe;;380;61,2;\n"
		     "14523170;2024-04-12;800;300;safe;;290;7;\n"
		     "14523360;2024-04-11;1000;400;content;age_60;120;;3.41\n"));
	assert_int_equal(requests.count, 2);
	assert_string_equal(requests.items[0].body,
		"{\"participant\":\"14523360\",\"surveyedOn\":\"2024-04-11\",\"sample\":"
		"\"1000\",\"returns\":\"400\",\"indicators\":[{\"question\":\"safe\",\"n\":"
		"\"380\",\"sharePermille\":612},{\"question\":\"content\",\"cell\":\"age_60\","
		"\"n\":\"120\",\"meanThousandths\":3410}]}");
	layout_set_address(*state, layout_find("survey"), &requests.items[1], "some-id");
	assert_string_equal(requests.items[1].path, "/analyses/some-id/surveys");
	layout_complain(*state, layout_find("survey"), &table, &requests.items[0],
		"indicators[1].meanThousandths", "too much", &faults);
	assert_int_equal(faults.items[0].line, 4);
	assert_int_equal(faults.items[0].column, 9);
}

static void single_answers_are_refused_here(void **state)
{
	assert_false(make(state, "survey", "Fragebogen;f1;f2\n1;ja;nein\n2;nein;nein\n"));
	assert_non_null(strstr(faults.items[0].message, "nothing was sent"));
	assert_false(make(state, "survey",
		SUMS "14523360;2024-04-11;1000;400;safe;;1;100;\n"
		     "14523360;2024-04-11;1000;400;safe;;1;0;\n"));
	assert_int_equal(faults.count, 2);
	assert_int_equal(faults.items[0].line, 3);
	assert_non_null(strstr(faults.items[0].message, "on line 2 already"));
	assert_string_equal(faults.items[1].name, "n");
	assert_false(make(state, "survey",
		SUMS "14523360;2024-04-11;1000;400;safe;;380;61.25;\n"
		     "14523360;2024-04-11;1001;400;content;;380;;a\n"));
	assert_int_equal(faults.count, 3);
	assert_string_equal(faults.items[0].name, "share_percent");
	assert_string_equal(faults.items[1].name, "mean");
	assert_string_equal(faults.items[2].name, "sample");
}

static void what_the_file_lacks_is_told(void **state)
{
	assert_false(make(state, "advisers", "district;adviser;from\n14628;mia;2020-01-01\n"));
	assert_int_equal(faults.count, 2);
	assert_string_equal(faults.items[0].name, "from");
	assert_string_equal(faults.items[1].name, "valid_from");
	assert_false(make(state, "advisers",
		"district;adviser;valid_from;deputy\n14628;;2020-01-01;\n14628;mia;;perhaps\n"));
	assert_int_equal(faults.count, 3);
	assert_int_equal(faults.items[0].column, 2);
	assert_int_equal(faults.items[2].line, 3);
	assert_false(
		make(state, "organisations", "code;name;kind\nA;x;other\nB;y;other\nA;z;other\n"));
	assert_int_equal(faults.count, 1);
	assert_int_equal(faults.items[0].line, 4);
	assert_non_null(strstr(faults.items[0].message, "on line 2 already"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { UNIT(a_line_is_a_request),
		UNIT(the_sums_of_a_municipality_are_one), UNIT(single_answers_are_refused_here),
		UNIT(the_lines_of_a_district_are_one), UNIT(a_contact_has_an_id_of_its_reference),
		UNIT(what_the_file_lacks_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
