/* The official register: the built-in ones become whole requests, broken ones are named with line
 * and column; and the small tables beside them. */
#include "files.h"
#include "gv100ad.h"
#include "territory.h"
#include "unit.h"
#include "core/text.h"
#include <string.h>

#define EARLIER TERRITORY_FOLDER "/GV100AD_301121_sachsen.txt"
#define LATER TERRITORY_FOLDER "/GV100AD_301123_sachsen.txt"

static Registry__ImportTerritoryRequest *read_text(
	struct arena *arena, const char *text, size_t len, size_t step, const char **out_error)
{
	struct gv100ad *reader = NEW(arena, struct gv100ad);
	bool good = true;
	gv100ad_init(reader, arena);
	for (size_t at = 0; good && at < len; at += step) {
		good = gv100ad_feed(reader, text + at, len - at < step ? len - at : step);
	}
	Registry__ImportTerritoryRequest *request = gv100ad_end(reader);
	*out_error = reader->error;
	return request;
}

static Registry__ImportTerritoryRequest *read_file(struct arena *arena, const char *path)
{
	size_t len;
	const char *error;
	char *text = files_read(arena, path, 1024u * 1024, &len);
	Registry__ImportTerritoryRequest *request = read_text(arena, text, len, 4096, &error);
	assert_null(error);
	assert_non_null(request);
	return request;
}

static const Registry__Municipality *municipality(
	const Registry__ImportTerritoryRequest *request, const char *key)
{
	for (size_t i = 0; i < request->n_municipalities; i++) {
		if (strcmp(request->municipalities[i]->ags8, key) == 0) {
			return request->municipalities[i];
		}
	}
	fail_msg("no municipality %s", key);
	return NULL;
}

static void the_built_in_registers_are_whole(void **state)
{
	Registry__ImportTerritoryRequest *earlier = read_file(*state, EARLIER);
	assert_string_equal(earlier->status_date, "2021-11-30");
	assert_int_equal(earlier->n_municipalities, 419); /* CRLF */
	assert_int_equal(earlier->n_associations, 71);
	Registry__ImportTerritoryRequest *later = read_file(*state, LATER);
	assert_string_equal(later->status_date, "2023-11-30");
	assert_int_equal(later->n_lands, 1);
	assert_int_equal(later->n_districts, 13);
	assert_int_equal(later->n_municipalities, 418);
	assert_int_equal(later->n_associations, 70);
}

static void a_municipality_has_all_that_the_record_says(void **state)
{
	Registry__ImportTerritoryRequest *request = read_file(*state, LATER);
	const Registry__Municipality *heidenau = municipality(request, "14628160");
	assert_string_equal(heidenau->name, "Heidenau");
	assert_string_equal(heidenau->official_name, "Heidenau, Stadt");
	assert_string_equal(heidenau->district, "14628");
	assert_string_equal(heidenau->association, "");
	assert_int_equal(heidenau->population, 16884);
	assert_int_equal(heidenau->kind, REGISTRY__MUNICIPALITY_KIND__TOWN);
	assert_string_equal(heidenau->postcode, "01809");
	assert_true(heidenau->area_ha > 1000);
	assert_string_equal(municipality(request, "14626600")->name, "Weißwasser/O.L. / Běła Woda");
	assert_string_equal(municipality(request, "14524330")->name, "Zwickau");
	assert_string_equal(municipality(request, "14625130")->name, "Elstra / Halštrow");
}

static void pieces_of_any_size_make_the_same(void **state)
{
	size_t len;
	const char *error;
	char *text = files_read(*state, LATER, 1024u * 1024, &len);
	for (size_t step = 1; step < 1000; step = step * 7 + 1) {
		assert_int_equal(read_text(*state, text, len, step, &error)->n_municipalities, 418);
	}
}

/* Where a byte of line 300 is replaced, and what is said then. */
static void what_is_broken_is_named(void **state)
{
	static const struct {
		size_t column;
		const char *part;
		const char *says;
	} BROKEN[] = {
		{ 1, "61", "line 300, column 1: there is no record type \"61\"" },
		{ 3, "20221130", "line 300, column 3: the status date 2022-11-30 is not" },
		{ 11, "1 ", "line 300, column 11: the district has 5 digits" },
		{ 11, "15", "no record of the district 15" },
		{ 19, "9999", "line 300, column 19: no record of the association 9999" },
		{ 23, "                                                  ",
			"column 23: there is no name" },
		{ 40, "\x01", "line 300, column 40: a control character" },
		{ 40, "\xff", "line 300, column 40: no UTF-8" },
		{ 40, "\n", "line 300, column 40: the record ends after 39 of 220" },
		{ 123, "59", "line 300, column 123: the text code lies between 60 and 67" },
		{ 129, "99999999999", "line 300, column 129: the area cannot be as large" },
		{ 140, "0000000000A", "line 300, column 140: the population has 11 digits" },
		{ 151, "00099999999", "line 300, column 151: 99999999 men of" },
		{ 166, "0180A", "line 300, column 166: the postcode has 5 digits" },
	};
	size_t len;
	char *text = files_read(*state, LATER, 1024u * 1024, &len);
	char *line = text;
	for (int i = 1; i < 300; i++) {
		line = strchr(line, '\n') + 1;
	}
	for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
		const char *error = "";
		char *broken = text_copy_len(*state, text, len);
		memcpy(broken + (line - text) + BROKEN[i].column - 1, BROKEN[i].part,
			strlen(BROKEN[i].part));
		assert_null(read_text(*state, broken, len, 4096, &error));
		if (strstr(error, BROKEN[i].says) == NULL) {
			fail_msg("%s\nis not: %s", error, BROKEN[i].says);
		}
	}
}

static void a_part_of_the_file_is_refused(void **state)
{
	size_t len;
	const char *error;
	char *text = files_read(*state, LATER, 1024u * 1024, &len);
	assert_null(read_text(*state, text, len / 2, 4096, &error));
	assert_non_null(strstr(error, "of 220 characters"));
	assert_null(read_text(*state, text, 0, 4096, &error));
	assert_string_equal(error, "line 0: the file is empty");
	size_t whole = (size_t)(strstr(text, "\n6020231130145220800") - text);
	assert_null(read_text(*state, text, whole, 4096, &error));
	assert_non_null(strstr(error, "has no municipality"));
}

static void the_police_is_added(void **state)
{
	Registry__ImportTerritoryRequest *request = read_file(*state, LATER);
	const char *error = NULL;
	size_t len;
	const char *police =
		files_read(*state, TERRITORY_FOLDER "/police_directorates.tsv", 65536, &len);
	assert_true(territory_police(*state, request, police, &error));
	assert_int_equal(request->n_police_directorates, 5);
	for (size_t i = 0; i < request->n_districts; i++) {
		assert_true(request->districts[i]->police_directorate[0] != '\0');
	}
	assert_false(territory_police(*state, request, "# c\ncode\tname\n", &error));
	assert_string_equal(error, "line 2: there are too few columns");
}

static void successions_are_lines_of_three(void **state)
{
	Registry__ImportTerritoryRequest *request = read_file(*state, LATER);
	const char *error = NULL;
	assert_true(territory_successors(*state, request,
		"# c\r\npredecessor;successor;effective_on\r\n"
		"14522450; 14522275 ;2023-01-01\r\n14522620;;2023-01-01\r\n01001000;;2023-01-01",
		&error));
	assert_int_equal(request->n_successions, 2); /* of Saxony */
	assert_string_equal(request->successions[0]->successor, "14522275");
	assert_string_equal(request->successions[1]->successor, "");
	static const char *const BROKEN[] = { "14522450;14522275", "a;14522275;2023-01-01",
		"14522450;b;2023-01-01", "14522450;14522275;2023-13-01",
		"14522450;14522275;2023-01-01;x", "14522450;\xff;2023-01-01" };
	for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
		assert_false(territory_successors(*state, request, BROKEN[i], &error));
		assert_non_null(strstr(error, "line 1: "));
	}
}

static void the_credit_names_source_and_year(void **state)
{
	Registry__ImportTerritoryRequest *request = read_file(*state, LATER);
	territory_credit(*state, request, NULL, NULL);
	assert_non_null(strstr(request->credit, "Statistisches Bundesamt (Destatis), 2023"));
	assert_string_equal(request->population_on, "2022-12-31");
	assert_string_equal(territory_name(request, "14628160"), "Heidenau");
	assert_string_equal(territory_name(request, "x"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_built_in_registers_are_whole),
		UNIT(a_municipality_has_all_that_the_record_says),
		UNIT(pieces_of_any_size_make_the_same),
		UNIT(what_is_broken_is_named),
		UNIT(a_part_of_the_file_is_refused),
		UNIT(the_police_is_added),
		UNIT(successions_are_lines_of_three),
		UNIT(the_credit_names_source_and_year),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
