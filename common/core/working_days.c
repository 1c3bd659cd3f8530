/* Saxon holidays are fixed days, days that follow Easter, and one that goes before Advent. */
#include "core/working_days.h"

#include "core/civil.h"
#include <stddef.h>

#define WEEK 7

/* The Gregorian computus of Meeus, Jones and Butcher. The names are those of the method: each is a
 * step of the moon's and the sun's calendars against each other. */
int32_t easter_sunday(int year)
{
	int golden = year % 19;
	int century = year / 100, in_century = year % 100;
	int moon_correction = (century - (century + 8) / 25 + 1) / 3;
	int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
	int weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
	int late = (golden + 11 * epact + 22 * weekday) / 451;
	int month_and_day = epact + weekday - 7 * late + 114;

	return civil_days((struct civil_date){
		.year = year, .month = month_and_day / 31, .day = month_and_day % 31 + 1 });
}

/* 0 is Monday; 1970-01-01 was a Thursday, and days before it are negative. */
static int weekday_of(int32_t day)
{
	int weekday = (day + 3) % WEEK;

	return weekday < 0 ? weekday + WEEK : weekday;
}

/* The Wednesday before 23 November: Buß- und Bettag, a holiday in Saxony alone. */
static int32_t day_of_repentance(int year)
{
	int32_t before = civil_days((struct civil_date){ year, 11, 22 });

	return before - (weekday_of(before) + WEEK - 2) % WEEK;
}

/* To add one: a row. */
static const struct {
	int month;
	int day;
} FIXED[] = {
	{ 1, 1 },   /* Neujahr */
	{ 5, 1 },   /* Tag der Arbeit */
	{ 10, 3 },  /* Tag der Deutschen Einheit */
	{ 10, 31 }, /* Reformationstag */
	{ 12, 25 }, /* the two days of Christmas */
	{ 12, 26 },
};

/* Good Friday, Easter Monday, Ascension, Whit Monday: days after Easter Sunday. */
static const int32_t AFTER_EASTER[] = { -2, 1, 39, 50 };

static bool is_holiday(int32_t day)
{
	struct civil_date date = civil_from_days(day);

	for (size_t i = 0; i < sizeof(FIXED) / sizeof(FIXED[0]); i++)
		if (date.month == FIXED[i].month && date.day == FIXED[i].day)
			return true;
	for (size_t i = 0; i < sizeof(AFTER_EASTER) / sizeof(AFTER_EASTER[0]); i++)
		if (day == easter_sunday(date.year) + AFTER_EASTER[i])
			return true;
	return day == day_of_repentance(date.year);
}

bool is_working_day(int32_t day)
{
	return weekday_of(day) < 5 && !is_holiday(day);
}

/* Day by day: plans count weeks, not centuries. */
int32_t add_working_days(int32_t day, uint32_t count)
{
	if (count == 0 && !is_working_day(day))
		count = 1;
	while (count > 0)
		count -= is_working_day(++day) ? 1 : 0;
	return day;
}
