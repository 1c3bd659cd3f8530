/* The territory's tables: the real ones become a whole request, broken ones are named. */
#include "files.h"
#include "territory.h"
#include "unit.h"
#include <string.h>

static struct territory_files real_files(void **state)
{
	size_t len;
	const size_t max = 1024u * 1024;
	return (struct territory_files){
		.districts = files_read(*state, TERRITORY_FOLDER "/districts.tsv", max, &len),
		.municipalities =
			files_read(*state, TERRITORY_FOLDER "/municipalities.tsv", max, &len),
		.associations = files_read(*state, TERRITORY_FOLDER "/associations.tsv", max, &len),
		.police_directorates =
			files_read(*state, TERRITORY_FOLDER "/police_directorates.tsv", max, &len),
	};
}

/* The row whose member has that value. */
static const json_t *row(
	const json_t *request, const char *table, const char *member, const char *value)
{
	size_t i;
	json_t *each;
	json_array_foreach(json_object_get(request, table), i, each)
	{
		if (strcmp(json_string_value(json_object_get(each, member)), value) == 0) {
			return each;
		}
	}
	fail_msg("no %s %s", table, value);
	return NULL;
}

static const char *text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static void the_real_territory_is_whole(void **state)
{
	const struct territory_files files = real_files(state);
	const char *error = "";
	json_t *request = territory_request(*state, &files, &error);
	assert_non_null(request);
	assert_string_equal(text(request, "statusDate"), "2023-11-30");
	assert_non_null(strstr(text(request, "credit"), "Statistisches Bundesamt"));
	assert_int_equal(json_array_size(json_object_get(request, "districts")), 13);
	assert_int_equal(json_array_size(json_object_get(request, "municipalities")), 418);
	assert_int_equal(json_array_size(json_object_get(request, "policeDirectorates")), 5);
	const json_t *heidenau = row(request, "municipalities", "ags8", "14628160");
	assert_string_equal(text(heidenau, "name"), "Heidenau");
	assert_string_equal(text(heidenau, "association"), "");
	assert_int_equal(json_integer_value(json_object_get(heidenau, "population")), 16884);
	const json_t *wildenstein = row(request, "associations", "ars9", "145215405");
	assert_string_equal(text(wildenstein, "kind"), "union");
	assert_int_equal(json_array_size(json_object_get(wildenstein, "members")), 2);
	json_decref(request);
}

static void broken_tables_are_named(void **state)
{
	static const struct {
		const char *districts;
		const char *says;
	} BROKEN[] = {
		{ "", "districts, line 0: the table is empty" },
		{ "# c\nags5\tname\tkind\tseat\n",
			"line 2: there is no column police_directorate" },
		{ "ags5\tname\tkind\tseat\tpolice_directorate\n1\t2\t3\t4\n",
			"line 2: another number" },
		{ "ags5\tname\tkind\tseat\tpolice_directorate\n1\t\xff\t3\t4\t5\n",
			"line 2: cannot be read: name" },
		{ "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\n", "too many cells" },
	};
	for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
		struct territory_files files = real_files(state);
		const char *error = "";
		files.districts = BROKEN[i].districts;
		assert_null(territory_request(*state, &files, &error));
		assert_non_null(strstr(error, BROKEN[i].says));
	}
}

static void numbers_and_dates_must_be_some(void **state)
{
	struct territory_files files = real_files(state);
	const char *error = "";
	files.municipalities = "# credit\n# status 2023-11-30\n"
			       "ags8\tname\tdistrict\tassociation\tpopulation\n1\t2\t3\t4\tmany\n";
	assert_null(territory_request(*state, &files, &error));
	assert_non_null(strstr(error, "population"));
	files.municipalities = "# credit\n# status 2023-13-30\n";
	assert_null(territory_request(*state, &files, &error));
	assert_non_null(strstr(error, "status"));
}

static void columns_may_stand_in_any_order(void **state)
{
	struct territory_files files = real_files(state);
	const char *error = "";
	files.police_directorates = "seat\tmore\tname\tcode\r\n";
	assert_null(territory_request(*state, &files, &error)); /* "code\r" is no column */
	files.police_directorates = "seat\tmore\tname\tcode\nPirna\t?\tPD\tPD-P\n";
	json_t *request = territory_request(*state, &files, &error);
	assert_non_null(request);
	assert_string_equal(
		text(row(request, "policeDirectorates", "code", "PD-P"), "seat"), "Pirna");
	json_decref(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_real_territory_is_whole),
		UNIT(broken_tables_are_named),
		UNIT(numbers_and_dates_must_be_some),
		UNIT(columns_may_stand_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
