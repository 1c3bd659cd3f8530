/* Civil dates against the C library's calendar and time zone, and by hand at the edges. */
#include "helpers.h"
#include "core/civil.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)

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

static int64_t instant(const char *text)
{
	int64_t unix_us = 0;
	assert_true(civil_parse_instant(text, &unix_us));
	return unix_us;
}

static const char *berlin_day(const char *text)
{
	static char day[CIVIL_DATE_SIZE];
	civil_print(civil_berlin(instant(text)), day);
	return day;
}

static void test_parse_takes_days_that_exist(void **state)
{
	(void)state;
	static const char *const good[] = { "2023-08-09", "1900-01-01", "9999-12-31", "2024-02-29",
		"2000-02-29", "2026-03-29" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct civil_date date;
		char text[CIVIL_DATE_SIZE];
		assert_true(civil_parse(good[i], &date));
		civil_print(date, text);
		assert_string_equal(text, good[i]);
	}
}

/* Plans, forecasts and terms add to days that people gave: it may be the last one. */
static void test_after_the_last_day_is_the_last_day(void **state)
{
	(void)state;
	char text[CIVIL_DATE_SIZE];
	struct civil_date last;

	assert_true(civil_parse("9999-12-31", &last));
	civil_print(civil_from_days(civil_days(last) + 1), text);
	assert_string_equal(text, "9999-12-31");
	civil_print(civil_from_days(INT32_MAX), text);
	assert_string_equal(text, "9999-12-31");
	civil_print((struct civil_date){ 10000, 2, 30 }, text);
	assert_string_equal(text, "9999-12-31");
}

static void test_parse_refuses_the_rest(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "2023", "2023-08", "2023-8-9", "2023-08-9",
		"2023-08-09 ", " 2023-08-09", "2023-08-09T", "2023/08/09", "09.08.2023",
		"2023-00-10", "2023-13-01", "2023-04-31", "2023-02-29", "1900-02-29", "2100-02-29",
		"2023-01-00", "2023-01-32", "1899-12-31", "0000-01-01", "-023-01-01", "+023-01-01",
		"２０２３-08-09", "20230809", "2023-08-099" };
	struct civil_date date = { 1, 2, 3 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(civil_parse(bad[i], &date));
	assert_false(civil_parse(NULL, &date));
	assert_int_equal(date.year, 1);
	assert_int_equal(date.day, 3);
}

static void test_days_are_those_of_the_library(void **state)
{
	(void)state;
	assert_int_equal(civil_days((struct civil_date){ 1970, 1, 1 }), 0);
	assert_int_equal(civil_days((struct civil_date){ 2000, 3, 1 }), 11017);
	for (int32_t days = -25567; days < 80000; days++) {
		time_t seconds = (time_t)days * 86400;
		struct tm tm;
		gmtime_r(&seconds, &tm);
		struct civil_date date = civil_from_days(days);
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_int_equal(civil_days(date), days);
	}
	assert_int_equal(civil_days((struct civil_date){ 0, 3, 1 }), -719468);
	assert_int_equal(civil_from_days(-719469).month, 2);
	assert_int_equal(civil_from_days(-719469).day, 29);
}

/* Each quarter of an hour around both changes of many years. */
static void test_berlin_is_that_of_the_library(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0/2,M10.5.0/3", 1);
	tzset();
	for (int year = 1996; year <= 2060; year++) {
		for (int month = 3; month <= 10; month += 7) {
			int32_t first = civil_days((struct civil_date){ year, month, 24 });
			for (int64_t step = 0; step < 9 * 96; step++) {
				time_t seconds = (time_t)first * 86400 + step * 900;
				struct tm tm;
				localtime_r(&seconds, &tm);
				struct civil_date day = civil_berlin(seconds * SECOND_US);
				assert_int_equal(
					civil_berlin_offset(seconds * SECOND_US), tm.tm_gmtoff);
				assert_int_equal(day.day, tm.tm_mday);
				assert_int_equal(day.month, tm.tm_mon + 1);
			}
		}
	}
}

static void test_change_of_the_clock_2026(void **state)
{
	(void)state;
	assert_int_equal(civil_berlin_offset(instant("2026-03-29T00:59:59.999999Z")), 3600);
	assert_int_equal(civil_berlin_offset(instant("2026-03-29T01:00:00Z")), 7200);
	assert_int_equal(civil_berlin_offset(instant("2026-10-25T00:59:59.999999Z")), 7200);
	assert_int_equal(civil_berlin_offset(instant("2026-10-25T01:00:00Z")), 3600);
	assert_string_equal(berlin_day("2026-03-28T22:59:59Z"), "2026-03-28");
	assert_string_equal(berlin_day("2026-03-28T23:00:00Z"), "2026-03-29");
	assert_string_equal(berlin_day("2026-03-29T21:59:59Z"), "2026-03-29");
	assert_string_equal(berlin_day("2026-03-29T22:00:00Z"), "2026-03-30");
	assert_string_equal(berlin_day("2026-10-24T22:00:00Z"), "2026-10-25");
	assert_string_equal(berlin_day("2026-10-25T22:59:59Z"), "2026-10-25");
	assert_string_equal(berlin_day("2026-10-25T23:00:00Z"), "2026-10-26");
	assert_string_equal(berlin_day("2025-12-31T23:00:00Z"), "2026-01-01");
}

static void test_end_of_day(void **state)
{
	(void)state;
	static const char *const ends[][2] = { { "2026-01-15", "2026-01-15T23:00:00.000000Z" },
		{ "2026-03-28", "2026-03-28T23:00:00.000000Z" },
		{ "2026-03-29", "2026-03-29T22:00:00.000000Z" },
		{ "2026-10-24", "2026-10-24T22:00:00.000000Z" },
		{ "2026-10-25", "2026-10-25T23:00:00.000000Z" },
		{ "2026-12-31", "2026-12-31T23:00:00.000000Z" },
		{ "2024-02-29", "2024-02-29T23:00:00.000000Z" } };
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		assert_string_equal(civil_print_instant(arena, instant(ends[i][0])), ends[i][1]);
}

/* The last microsecond of a day is still that day, the next one is the next day. */
static void test_end_of_day_is_the_start_of_the_next(void **state)
{
	(void)state;
	for (int32_t days = 16000; days < 24000; days++) {
		int64_t end = civil_end_of_day(civil_from_days(days));
		assert_int_equal(civil_days(civil_berlin(end - 1)), days);
		assert_int_equal(civil_days(civil_berlin(end)), days + 1);
	}
}

static void test_instants(void **state)
{
	(void)state;
	static const char *const same[] = { "2023-08-09T10:15:00Z", "2023-08-09T12:15:00+02:00",
		"2023-08-09t10:15:00z", "2023-08-09T10:15:00.000Z", "2023-08-09T05:45:00-04:30",
		"2023-08-10T10:14:00+23:59", "2023-08-09T10:15:00.000000999Z",
		"2023-08-09T10:15:00-00:00" };
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_string_equal(civil_print_instant(arena, instant(same[i])),
			"2023-08-09T10:15:00.000000Z");
	assert_int_equal(instant("1970-01-01T00:00:00.5Z"), 500000);
	assert_int_equal(instant("1970-01-01T00:00:00.123456Z"), 123456);
	assert_int_equal(instant("1969-12-31T23:59:59.999999Z"), -1);
	assert_string_equal(civil_print_instant(arena, -1), "1969-12-31T23:59:59.999999Z");
}

static void test_instants_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "now", "2023-08-09T24:00:00Z",
		"2023-08-09T10:60:00Z", "2023-08-09T10:15:60Z", "2023-08-09T10:15Z",
		"2023-08-09T10:15:00", "2023-08-09 10:15:00Z", "2023-08-09T10:15:00.Z",
		"2023-08-09T10:15:00.1234567890Z", "2023-08-09T10:15:00+0200",
		"2023-08-09T10:15:00+02", "2023-08-09T10:15:00+24:00", "2023-08-09T10:15:00+02:60",
		"2023-08-09T10:15:00ZZ", "2023-08-09T10:15:00Z ", "2023-02-30T10:15:00Z",
		"2023-08-09T", "2023-08-09T1:15:00Z", "2023-08-09T10:15:00,5Z",
		"2023-08-09T10:15:00--2:00" };
	int64_t unix_us = 7;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(civil_parse_instant(bad[i], &unix_us));
	assert_false(civil_parse_instant(NULL, &unix_us));
	assert_int_equal(unix_us, 7);
}

/* No instant that can be parsed leaves the years that can be printed. */
static void test_ends_of_time_can_be_printed(void **state)
{
	(void)state;
	static const char *const edges[] = { "9999-12-31", "9999-12-31T23:59:59-23:59",
		"1900-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z" };
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		int64_t unix_us = instant(edges[i]);
		assert_int_equal(strlen(civil_print_instant(arena, unix_us)), 27);
		assert_int_equal(strlen(berlin_day(edges[i])), 10);
	}
}

static void test_german(void **state)
{
	(void)state;
	assert_string_equal(
		civil_german(arena, (struct civil_date){ 2023, 8, 9 }), "9. August 2023");
	assert_string_equal(
		civil_german(arena, (struct civil_date){ 2024, 3, 31 }), "31. März 2024");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_takes_days_that_exist),
		cmocka_unit_test(test_after_the_last_day_is_the_last_day),
		cmocka_unit_test(test_parse_refuses_the_rest),
		cmocka_unit_test(test_days_are_those_of_the_library),
		cmocka_unit_test(test_berlin_is_that_of_the_library),
		cmocka_unit_test(test_change_of_the_clock_2026),
		cmocka_unit_test(test_end_of_day),
		cmocka_unit_test(test_end_of_day_is_the_start_of_the_next),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_instants_that_are_none),
		cmocka_unit_test(test_ends_of_time_can_be_printed),
		cmocka_unit_test(test_german),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
