/* Civil dates and Europe/Berlin. Dates travel as ISO text, "2023-08-09"; inside as a day number. */
#ifndef ASSKOMM_CORE_CIVIL_H
#define ASSKOMM_CORE_CIVIL_H

#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stdint.h>

#define CIVIL_DATE_SIZE 11 /* "2023-08-09" and its NUL */

struct civil_date {
	int year;  /* 1900 to 9999 */
	int month; /* 1 to 12 */
	int day;
};

/* Parses exactly YYYY-MM-DD of a day that exists. False else, *out_date untouched. */
bool civil_parse(const char *text, struct civil_date *out_date) MUST_CHECK;

/* Writes the ISO form. A day after 9999-12-31, to which a day that somebody gave may have been
 * moved, is written as that: the last one that has such a form. */
void civil_print(struct civil_date date, char out_text[CIVIL_DATE_SIZE]);

/* Days since 1970-01-01, proleptic Gregorian, and back. */
int32_t civil_days(struct civil_date date);
struct civil_date civil_from_days(int32_t days);

/* The day in Europe/Berlin at an instant (µs since 1970 UTC). EU summer time rules. */
struct civil_date civil_berlin(int64_t unix_us);

/* Seconds that Europe/Berlin is ahead of UTC at an instant. */
int32_t civil_berlin_offset(int64_t unix_us);

/* The instant (µs since 1970 UTC) at which a day ends in Berlin: the start of the next one. */
int64_t civil_end_of_day(struct civil_date date);

/* Parses a date (its end in Berlin) or RFC 3339 with offset into µs since 1970 UTC. */
bool civil_parse_instant(const char *text, int64_t *out_unix_us) MUST_CHECK;

/* RFC 3339, UTC, microseconds: "2023-08-09T10:15:00.000000Z". From the arena. */
char *civil_print_instant(struct arena *arena, int64_t unix_us);

/* "9. August 2023" */
char *civil_german(struct arena *arena, struct civil_date date);

#endif
