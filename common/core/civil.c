/* Calendar arithmetic on day numbers. A year is counted from March, so that the leap day is its
 * last one and the months before it follow one formula (30.6 days on average).
 *
 * Europe/Berlin is CET, and CEST from the last Sunday of March to the last Sunday of October, both
 * at 01:00 UTC: the rule of the EU since 1996, which is used for every year. */
#include "core/civil.h"
#include "core/text.h"
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define SECOND_US INT64_C(1000000)
#define DAY_US (86400 * SECOND_US)
#define YEAR_MIN 1900
#define YEAR_MAX 9999

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Exactly `count` digits as a number; moves the text on. */
static bool digits(const char **text, int count, int *out_number)
{
	int number = 0;
	for (int i = 0; i < count; i++) {
		char digit = (*text)[i];
		if (digit < '0' || digit > '9')
			return false;
		number = number * 10 + (digit - '0');
	}
	*text += count;
	*out_number = number;
	return true;
}

/* One expected letter; moves the text on when it is there. */
static bool sign(const char **text, char expected)
{
	if (**text != expected)
		return false;
	(*text)++;
	return true;
}

/* A date at the start of the text; moves the text on. */
static bool date_part(const char **text, struct civil_date *out_date)
{
	struct civil_date date;
	if (!digits(text, 4, &date.year) || !sign(text, '-') || !digits(text, 2, &date.month) ||
		!sign(text, '-') || !digits(text, 2, &date.day))
		return false;
	if (date.year < YEAR_MIN || date.month < 1 || date.month > 12)
		return false;
	if (date.day < 1 || date.day > month_days(date.year, date.month))
		return false;
	*out_date = date;
	return true;
}

bool civil_parse(const char *text, struct civil_date *out_date)
{
	struct civil_date date;
	if (text == NULL || !date_part(&text, &date) || *text != 0)
		return false;
	*out_date = date;
	return true;
}

static void print_number(int number, int width, char *out)
{
	for (int i = width - 1; i >= 0; i--) {
		out[i] = (char)('0' + number % 10);
		number /= 10;
	}
}

void civil_print(struct civil_date date, char out_text[CIVIL_DATE_SIZE])
{
	CHECK(date.year >= 0);
	if (date.year > YEAR_MAX)
		date = (struct civil_date){ YEAR_MAX, 12, 31 };
	memcpy(out_text, "0000-00-00", CIVIL_DATE_SIZE);
	print_number(date.year, 4, out_text);
	print_number(date.month, 2, out_text + 5);
	print_number(date.day, 2, out_text + 8);
}

/* 153 days make five months from March on: 31, 30, 31, 30, 31. */
int32_t civil_days(struct civil_date date)
{
	int year = date.month <= 2 ? date.year - 1 : date.year;
	int era = (year >= 0 ? year : year - 399) / 400;
	int year_of_era = year - era * 400;
	int month = (date.month + 9) % 12; /* 0 is March */
	int day_of_year = (153 * month + 2) / 5 + date.day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

struct civil_date civil_from_days(int32_t days)
{
	int64_t shifted = (int64_t)days + DAYS_TO_1970;
	int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int day_of_era = (int)(shifted - era * DAYS_PER_ERA);
	/* Without the leap days that went by, every year has 365 days. */
	int leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / (DAYS_PER_ERA - 1);
	int year_of_era = (day_of_era - leap_days) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153;
	struct civil_date date;
	date.day = day_of_year - (153 * month + 2) / 5 + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year = (int)(era * 400) + year_of_era + (date.month <= 2);
	return date;
}

/* Rounds down, also before 1970. */
static int64_t floor_divide(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

/* The last Sunday of a month with 31 days, as a day number. 1970-01-01 was a Thursday. */
static int32_t last_sunday(int year, int month)
{
	int32_t last = civil_days((struct civil_date){ year, month, 31 });
	int32_t weekday = (int32_t)(((int64_t)last + 4) % 7 + 7) % 7; /* 0 is Sunday */
	return last - weekday;
}

/* The year is that of UTC; both changes are far enough from its ends for that not to matter. */
int32_t civil_berlin_offset(int64_t unix_us)
{
	int64_t hour = 3600 * SECOND_US;
	int year = civil_from_days((int32_t)floor_divide(unix_us, DAY_US)).year;
	int64_t begin = last_sunday(year, 3) * DAY_US + hour;
	int64_t end = last_sunday(year, 10) * DAY_US + hour;
	return unix_us >= begin && unix_us < end ? 7200 : 3600;
}

struct civil_date civil_berlin(int64_t unix_us)
{
	int64_t local = unix_us + civil_berlin_offset(unix_us) * SECOND_US;
	return civil_from_days((int32_t)floor_divide(local, DAY_US));
}

/* Midnight is never near a change of the clock (02:00 and 03:00), so the offset an hour before
 * the UTC midnight is the one that holds. */
int64_t civil_end_of_day(struct civil_date date)
{
	int64_t midnight = ((int64_t)civil_days(date) + 1) * DAY_US;
	return midnight - civil_berlin_offset(midnight - 3600 * SECOND_US) * SECOND_US;
}

/* "10:15:00", then perhaps ".123456789": microseconds of the day, what is finer is cut off. */
static bool time_part(const char **text, int64_t *out_us)
{
	int hour, minute, second;
	if (!digits(text, 2, &hour) || !sign(text, ':') || !digits(text, 2, &minute) ||
		!sign(text, ':') || !digits(text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	int64_t us = ((hour * 60 + minute) * 60 + second) * SECOND_US;
	int digit;
	if (sign(text, '.')) {
		const char *begin = *text;
		for (int64_t unit = SECOND_US / 10; digits(text, 1, &digit); unit /= 10)
			us += digit * unit;
		if (*text == begin || *text - begin > 9)
			return false;
	}
	*out_us = us;
	return true;
}

/* "Z" or "+02:00": how far the local time is ahead. */
static bool offset_part(const char **text, int64_t *out_us)
{
	if (sign(text, 'Z') || sign(text, 'z')) {
		*out_us = 0;
		return true;
	}
	bool behind = **text == '-';
	int hour, minute;
	if (!(sign(text, '+') || sign(text, '-')) || !digits(text, 2, &hour) || !sign(text, ':') ||
		!digits(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	int64_t us = (hour * 60 + minute) * 60 * SECOND_US;
	*out_us = behind ? -us : us;
	return true;
}

/* An offset can move an instant out of the years that can be printed, here or in Berlin; it then is
 * the last one within them. */
static int64_t at_most_latest(int64_t unix_us)
{
	int64_t end = civil_end_of_day((struct civil_date){ YEAR_MAX, 12, 31 });
	return unix_us < end ? unix_us : end - 1;
}

bool civil_parse_instant(const char *text, int64_t *out_unix_us)
{
	struct civil_date date;
	if (text == NULL || !date_part(&text, &date))
		return false;
	if (*text == 0) {
		*out_unix_us = at_most_latest(civil_end_of_day(date));
		return true;
	}
	int64_t time, offset;
	if (!(sign(&text, 'T') || sign(&text, 't')) || !time_part(&text, &time) ||
		!offset_part(&text, &offset) || *text != 0)
		return false;
	*out_unix_us = at_most_latest(civil_days(date) * DAY_US + time - offset);
	return true;
}

char *civil_print_instant(struct arena *arena, int64_t unix_us)
{
	int64_t days = floor_divide(unix_us, DAY_US);
	int64_t us = unix_us - days * DAY_US;
	char date[CIVIL_DATE_SIZE];
	civil_print(civil_from_days((int32_t)days), date);
	int second = (int)(us / SECOND_US);
	return text_format(arena, "%sT%02d:%02d:%02d.%06dZ", date, second / 3600, second / 60 % 60,
		second % 60, (int)(us % SECOND_US));
}

char *civil_german(struct arena *arena, struct civil_date date)
{
	static const char *const months[] = { "Januar", "Februar", "März", "April", "Mai", "Juni",
		"Juli", "August", "September", "Oktober", "November", "Dezember" };
	CHECK(date.month >= 1 && date.month <= 12);
	return text_format(arena, "%d. %s %d", date.day, months[date.month - 1], date.year);
}
