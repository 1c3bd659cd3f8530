/* How many cases will leave, and when so many will have left, if the weeks to come are like those
 * of the last year; so of those who reach a milestone: how many will sign.
 *
 * Each run draws its weeks from the 52 that were, those without departures too; what 85 of 100 runs
 * reach is promised at 85 %. Fewer than 8 weeks with a departure say nothing about the next ones.
 * How often such a promise would have held is told beside it. All is whole numbers, and the seed is
 * the question: the same answer for ever. */
#include "rules.h"

#include "core/check.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "numbers.h"
#include <stdlib.h>

#define RUNS 10000u
#define TEST_RUNS 1000u
#define WEEKS_DRAWN 52u
#define WEEKS_KNOWN 208u
#define WEEKS_WITH_MIN 8u
#define WEEKS_DEFAULT 13u
#define WEEKS_ASKED_MAX 104
#define WEEKS_MAX 520u
#define TEST_EVERY 4u
#define WEEK 7

/* ---- chance */

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is good, and every machine draws the same. */
struct chance {
	uint64_t state;
};

static uint64_t draw(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The high half of 32 bits times the number: off by less than one in 80 million for 52. */
static uint32_t draw_below(struct chance *chance, uint32_t count)
{
	return (uint32_t)((draw(chance) >> 32) * count >> 32);
}

/* FNV-1a, with an end to each text, so that "a", "bc" is not "ab", "c". */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	while (*text++ != '\0');
	return hash;
}

/* What the question is about, and nothing that is learned about it later: another seed for each
 * moment of knowledge would make answers differ by chance alone. */
static uint64_t seed_of(
	const Monitor__GetForecastRequest *request, const Monitor__ForecastFacts *facts)
{
	uint64_t hash = 0xcbf29ce484222325u;

	hash = hash_text(hash, facts->as_of);
	hash = hash_text(hash, request->track);
	hash = hash_text(hash, request->stage);
	hash = hash_text(hash, request->district);
	if (request->milestone[0] != '\0' || request->by[0] != '\0')
		hash = hash_text(hash_text(hash, request->milestone), request->by);
	hash = (hash ^ request->weeks) * 0x100000001b3u;
	return (hash ^ request->count) * 0x100000001b3u;
}

/* ---- runs */

/* How many left in each of `runs` futures of so many weeks, in order. */
static void run_weeks(struct chance *chance, const uint32_t *drawn_from, uint32_t weeks,
	uint32_t *totals, uint32_t runs)
{
	for (uint32_t i = 0; i < runs; i++) {
		totals[i] = 0;
		for (uint32_t week = 0; week < weeks; week++)
			totals[i] += drawn_from[draw_below(chance, WEEKS_DRAWN)];
	}
	qsort(totals, runs, sizeof(*totals), compare_numbers);
}

/* What so many percent of the runs reach or exceed: the nearest rank from above. */
static uint32_t reached_by(const uint32_t *totals, uint32_t runs, unsigned percent)
{
	return totals[runs - (runs * percent + 99) / 100];
}

/* After how many weeks each run had `count`, in order; one more than the most when it never had. */
static void run_until(struct chance *chance, const uint32_t *drawn_from, uint32_t count,
	uint32_t *weeks, uint32_t runs)
{
	for (uint32_t i = 0; i < runs; i++) {
		uint32_t total = 0;

		weeks[i] = 0;
		while (total < count && weeks[i] <= WEEKS_MAX) {
			total += drawn_from[draw_below(chance, WEEKS_DRAWN)];
			weeks[i]++;
		}
	}
	qsort(weeks, runs, sizeof(*weeks), compare_numbers);
}

/* ---- the answer */

/* More weeks than are looked at is never, which is no day. */
static char *day_after_weeks(struct arena *arena, const char *day, uint32_t weeks)
{
	struct civil_date date;
	char text[CIVIL_DATE_SIZE];

	if (weeks > WEEKS_MAX)
		return text_copy(arena, "");
	CHECK(civil_parse(day, &date));
	civil_print(civil_from_days(civil_days(date) + (int32_t)weeks * WEEK), text);
	return text_copy(arena, text);
}

/* Of the 52 weeks from here on. */
static uint32_t count_with(const uint32_t *weeks)
{
	uint32_t count = 0;

	for (size_t i = 0; i < WEEKS_DRAWN; i++)
		count += weeks[i] > 0;
	return count;
}

/* Promised is what most runs reach: the more certain, the fewer. */
static void set_how_many(struct arena *arena, Monitor__Forecast *answer, struct chance *chance,
	const uint32_t *drawn_from)
{
	uint32_t *totals = NEW_ARRAY(arena, uint32_t, RUNS);

	run_weeks(chance, drawn_from, answer->weeks, totals, RUNS);
	answer->how_many = NEW(arena, Monitor__ForecastCounts);
	monitor__forecast_counts__init(answer->how_many);
	answer->how_many->p50 = reached_by(totals, RUNS, 50);
	answer->how_many->p85 = reached_by(totals, RUNS, 85);
	answer->how_many->p95 = reached_by(totals, RUNS, 95);
}

/* A run has so many in the course of a week; the day is the last one of that week. */
static void set_when(struct arena *arena, Monitor__Forecast *answer, struct chance *chance,
	const uint32_t *drawn_from)
{
	uint32_t *weeks;

	if (answer->count == 0)
		return;
	weeks = NEW_ARRAY(arena, uint32_t, RUNS);
	run_until(chance, drawn_from, answer->count, weeks, RUNS);
	answer->when = NEW(arena, Monitor__ForecastDays);
	monitor__forecast_days__init(answer->when);
	answer->when->p50 = day_after_weeks(arena, answer->as_of, nearest_rank(weeks, RUNS, 50));
	answer->when->p85 = day_after_weeks(arena, answer->as_of, nearest_rank(weeks, RUNS, 85));
	answer->when->p95 = day_after_weeks(arena, answer->as_of, nearest_rank(weeks, RUNS, 95));
}

/* From each day that was some weeks ago, with what was known then of the weeks before it. A history
 * that is shorter gives fewer forecasts: none is made of weeks before the first departure. */
static void set_back_test(struct arena *arena, Monitor__Forecast *answer, struct chance *chance,
	const uint32_t *known, uint32_t first_week)
{
	uint32_t *totals = NEW_ARRAY(arena, uint32_t, TEST_RUNS);
	Monitor__BackTest *test = NEW(arena, Monitor__BackTest);

	monitor__back_test__init(test);
	for (uint32_t ago = answer->weeks; ago + WEEKS_DRAWN + first_week <= WEEKS_KNOWN;
		ago += TEST_EVERY) {
		const uint32_t *future = known + WEEKS_KNOWN - ago;
		uint32_t came = 0;

		if (count_with(future - WEEKS_DRAWN) < WEEKS_WITH_MIN)
			continue;
		for (uint32_t week = 0; week < answer->weeks; week++)
			came += future[week];
		run_weeks(chance, future - WEEKS_DRAWN, answer->weeks, totals, TEST_RUNS);
		test->n++;
		test->held_p50 += came >= reached_by(totals, TEST_RUNS, 50);
		test->held_p85 += came >= reached_by(totals, TEST_RUNS, 85);
		test->held_p95 += came >= reached_by(totals, TEST_RUNS, 95);
	}
	answer->back_test = test;
}

/* A day is asked for as people speak of it; a forecast is of whole weeks, which must not reach
 * beyond it. */
static uint32_t weeks_asked(const Monitor__GetForecastRequest *request, const char *as_of)
{
	struct civil_date from, by;
	int32_t weeks;

	if (request->by[0] == '\0')
		return request->weeks > 0 ? request->weeks : WEEKS_DEFAULT;
	CHECK(civil_parse(as_of, &from) && civil_parse(request->by, &by));
	weeks = (civil_days(by) - civil_days(from)) / WEEK;
	return weeks < 1 ? 1 : weeks > WEEKS_ASKED_MAX ? WEEKS_ASKED_MAX : (uint32_t)weeks;
}

static Monitor__Forecast *empty_forecast(struct arena *arena,
	const Monitor__GetForecastRequest *request, const Monitor__ForecastFacts *facts)
{
	Monitor__Forecast *answer = NEW(arena, Monitor__Forecast);

	monitor__forecast__init(answer);
	answer->as_of = facts->as_of;
	answer->known_at = facts->known_at;
	answer->district = facts->district;
	answer->ledger_seq = facts->ledger_seq;
	answer->track = request->track;
	answer->stage = request->stage;
	answer->milestone = facts->milestone;
	answer->weeks = weeks_asked(request, facts->as_of);
	answer->until = day_after_weeks(arena, facts->as_of, answer->weeks);
	answer->count = request->count;
	return answer;
}

/* Days of the latest week are the last item. */
ProtobufCMessage *forecast(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__ForecastFacts *facts =
		AS(Monitor__ForecastFacts, monitor__forecast_facts, row);
	const Monitor__GetForecastRequest *asked =
		AS(Monitor__GetForecastRequest, monitor__get_forecast_request, request);
	Monitor__Forecast *answer = empty_forecast(arena, asked, facts);
	struct chance chance = { seed_of(asked, facts) };
	uint32_t *known = NEW_ARRAY(arena, uint32_t, WEEKS_KNOWN), first_week = 0;

	for (size_t i = 0; i < facts->n_done_days_ago; i++)
		if (facts->done_days_ago[i] < WEEKS_KNOWN * WEEK)
			known[WEEKS_KNOWN - 1 - facts->done_days_ago[i] / WEEK]++;
	while (first_week < WEEKS_KNOWN && known[first_week] == 0)
		first_week++;
	answer->weekly = known + WEEKS_KNOWN - WEEKS_DRAWN;
	answer->n_weekly = WEEKS_DRAWN;
	answer->weeks_with = count_with(answer->weekly);
	answer->refused = answer->weeks_with < WEEKS_WITH_MIN;
	if (answer->refused)
		return &answer->base;
	set_how_many(arena, answer, &chance, answer->weekly);
	set_when(arena, answer, &chance, answer->weekly);
	set_back_test(arena, answer, &chance, known, first_week);
	return &answer->base;
}
