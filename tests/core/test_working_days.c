/* Easter, the holidays of Saxony in whole years, and counting over them. */
#include "helpers.h"

#include "core/civil.h"
#include "core/working_days.h"

static int32_t day_of(const char *text)
{
	struct civil_date date;

	assert_true(civil_parse(text, &date));
	return civil_days(date);
}

static void test_easter(void **state)
{
	(void)state;
	struct civil_date date;
	static const char *const sundays[] = { "1961-04-02", "2000-04-23", "2008-03-23",
		"2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25",
		"2285-03-22" };
	for (size_t i = 0; i < sizeof sundays / sizeof sundays[0]; i++) {
		assert_true(civil_parse(sundays[i], &date));
		assert_int_equal(easter_sunday(date.year), day_of(sundays[i]));
	}
}

/* All weekdays of a year on which nobody works, and no others. */
static void assert_holidays(int year, const char *const *holidays)
{
	char text[CIVIL_DATE_SIZE];
	int32_t first = civil_days((struct civil_date){ year, 1, 1 });
	int32_t after = civil_days((struct civil_date){ year + 1, 1, 1 });

	for (int32_t day = first; day < after; day++) {
		bool weekend = ((day + 3) % 7) >= 5;

		civil_print(civil_from_days(day), text);
		if (!weekend && !is_working_day(day)) {
			assert_non_null(*holidays);
			assert_string_equal(text, *holidays++);
		}
		if (weekend)
			assert_false(is_working_day(day));
	}
	assert_null(*holidays);
}

static void test_holidays(void **state)
{
	(void)state;
	static const char *const of_2024[] = { "2024-01-01", "2024-03-29", "2024-04-01",
		"2024-05-01", "2024-05-09", "2024-05-20", "2024-10-03", "2024-10-31", "2024-11-20",
		"2024-12-25", "2024-12-26", NULL };
	/* Christmas falls on a weekend in part, the day of repentance is the 16th */
	static const char *const of_2022[] = { "2022-04-15", "2022-04-18", "2022-05-26",
		"2022-06-06", "2022-10-03", "2022-10-31", "2022-11-16", "2022-12-26", NULL };

	assert_holidays(2024, of_2024);
	assert_holidays(2022, of_2022);
}

static void test_counting(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		uint32_t count;
		const char *to;
	} cases[] = {
		{ "2024-02-01", 0, "2024-02-01" }, /* a Thursday stays */
		{ "2024-02-03", 0, "2024-02-05" }, /* a Saturday becomes Monday */
		{ "2024-02-02", 1, "2024-02-05" }, /* over the weekend */
		{ "2024-03-28", 1, "2024-04-02" }, /* over Easter */
		{ "2024-12-24", 2, "2024-12-30" }, /* over Christmas */
		{ "2024-11-19", 1, "2024-11-21" }, /* over the day of repentance */
		{ "2023-12-29", 250, "2024-12-30" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(add_working_days(day_of(cases[i].from), cases[i].count),
			day_of(cases[i].to));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_easter),
		cmocka_unit_test(test_holidays),
		cmocka_unit_test(test_counting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
