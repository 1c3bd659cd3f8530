/* The sweep: marks in order of validity, one pass over all days. See recount_read.c for what each
 * fact marks. */
#include "recount.h"
#include "core/check.h"
#include "core/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MARKS 1024u
#define NAME_SIZE 160

/* Nothing here is freed on its own; it all ends with the arena. */
void recount_init(struct recount *recount, struct arena *arena)
{
	*recount = (struct recount){ .arena = arena };
	tally_init(&recount->corrected, arena);
	tally_init(&recount->ended, arena);
	tally_init(&recount->units, arena);
	tally_init(&recount->totals, arena);
}

/* As in any table that doubles. */
static void grow(struct recount *recount)
{
	size_t capacity = recount->capacity == 0 ? FIRST_MARKS : recount->capacity * 2;
	struct recount_mark *marks = NEW_ARRAY(recount->arena, struct recount_mark, capacity);
	if (recount->n_marks > 0) {
		memcpy(marks, recount->marks, recount->n_marks * sizeof *marks);
	}
	recount->marks = marks;
	recount->capacity = capacity;
}

/* Kept in the order of the ledger; what is corrected later is not known yet. */
void recount_mark(struct recount *recount, const struct recount_mark *mark)
{
	if (recount->n_marks == recount->capacity) {
		grow(recount);
	}
	recount->marks[recount->n_marks++] = *mark;
}

/* There are few. */
void recount_merger(struct recount *recount, const struct recount_merger *merger)
{
	recount->mergers = arena_grow(
		recount->arena, recount->mergers, recount->n_mergers, sizeof *recount->mergers);
	recount->mergers[recount->n_mergers++] = *merger;
}

/* ISO dates sort as text. Within a day the ledger's number decides: who was recorded later has
 * the last word. */
static int compare(const void *left, const void *right)
{
	const struct recount_mark *a = left;
	const struct recount_mark *b = right;
	int days = strcmp(a->valid_on, b->valid_on);
	return days != 0 ? days : (a->seq > b->seq) - (a->seq < b->seq);
}

static int compare_mergers(const void *left, const void *right)
{
	const struct recount_merger *a = left;
	const struct recount_merger *b = right;
	return strcmp(a->valid_on, b->valid_on);
}

static void sort_mergers(struct recount *recount)
{
	size_t kept = 0;
	for (size_t i = 0; i < recount->n_mergers; i++) {
		if (tally_get(&recount->corrected, recount->mergers[i].fact_id) == 0) {
			recount->mergers[kept++] = recount->mergers[i];
		}
	}
	recount->n_mergers = kept;
	if (kept > 0) {
		qsort(recount->mergers, kept, sizeof *recount->mergers, compare_mergers);
	}
}

/* Only now are all corrections known: a fact may be taken back years after it was recorded. */
void recount_sort(struct recount *recount)
{
	sort_mergers(recount);
	size_t kept = 0;
	for (size_t i = 0; i < recount->n_marks; i++) {
		if (tally_get(&recount->corrected, recount->marks[i].fact_id) == 0) {
			recount->marks[kept++] = recount->marks[i];
		}
	}
	recount->n_marks = kept;
	if (kept > 0) {
		qsort(recount->marks, kept, sizeof *recount->marks, compare);
	}
}

/* The next day, from the places of the walk on, on which anything happens; NULL at the end. */
static const char *next_day(const struct recount *recount, size_t mark, size_t merger)
{
	const char *day = mark < recount->n_marks ? recount->marks[mark].valid_on : NULL;
	const char *other = merger < recount->n_mergers ? recount->mergers[merger].valid_on : NULL;
	if (day == NULL || (other != NULL && strcmp(other, day) < 0)) {
		return other;
	}
	return day;
}

/* Picking from behind keeps the last day, on which all facts count. */
size_t recount_days(const struct recount *recount, size_t most, const char *const **out_days)
{
	size_t count = 0, mark = 0, merger = 0;
	const char *day;
	const char **days =
		NEW_ARRAY(recount->arena, const char *, recount->n_marks + recount->n_mergers + 1);
	while ((day = next_day(recount, mark, merger)) != NULL) {
		days[count++] = day;
		while (mark < recount->n_marks && strcmp(recount->marks[mark].valid_on, day) == 0) {
			mark++;
		}
		while (merger < recount->n_mergers &&
			strcmp(recount->mergers[merger].valid_on, day) == 0) {
			merger++;
		}
	}
	size_t chosen = count < most ? count : most;
	for (size_t i = 0; i < chosen; i++) {
		days[i] = days[(i + 1) * count / chosen - 1];
	}
	*out_days = days;
	return chosen;
}

/* Of the state where district is "". */
static int64_t *value_at(
	struct recount *recount, unsigned counter, const char *district, const char *unit)
{
	char name[NAME_SIZE];
	snprintf(name, sizeof name, "%u|%s|%s", counter, district, unit);
	return tally_at(&recount->units, name);
}

/* Sets a unit's value and moves the total by the difference: several marks of one unit (a town that
 * is advised twice) count once. */
static void set_in(struct recount *recount, unsigned counter, const char *district,
	const char *unit, int64_t value)
{
	char total[NAME_SIZE];
	int64_t *held = value_at(recount, counter, district, unit);
	int64_t before = *held;
	*held = value;
	snprintf(total, sizeof total, "%u|%s", counter, district);
	*tally_at(&recount->totals, total) += value - before;
}

static void set(struct recount *recount, unsigned counter, const char *district, const char *unit,
	int64_t value)
{
	set_in(recount, counter, "", unit, value);
	if (district[0] != '\0') {
		set_in(recount, counter, district, unit, value);
	}
}

/* ---- mergers */

/* What a participant is, rather than what it goes through: only that is handed over. */
static const enum counter HANDED_OVER[] = { COUNTER_CONTACTED, COUNTER_ADVISED,
	COUNTER_CLOSELY_COOPERATING, COUNTER_PRELIMINARY_AGREEMENTS, COUNTER_AGREEMENTS,
	COUNTER_MODEL_MUNICIPALITIES, COUNTER_MUNICIPALITIES_ANALYSED, COUNTER_PARTICIPANTS };
#define HANDED_OVER_COUNT (sizeof HANDED_OVER / sizeof HANDED_OVER[0])

/* The mergers of one day, and what the day's beginning finds. */
struct merging {
	struct recount *recount;
	const struct recount_merger *mergers;
	size_t count;
	int64_t *taken; /* by merger and counter of HANDED_OVER: what its successor will be */
};

/* The most that a unit or anybody who gives to it on that day, also by way of others, counts as.
 * `steps` bounds the way: mergers of a day that go in a circle end somewhere. */
static int64_t most_of(
	const struct merging *merging, unsigned counter, const char *unit, size_t steps)
{
	int64_t most = *value_at(merging->recount, counter, "", unit);
	for (size_t i = 0; i < merging->count && steps > 0; i++) {
		if (strcmp(merging->mergers[i].successor, unit) == 0) {
			int64_t given = most_of(
				merging, counter, merging->mergers[i].predecessor, steps - 1);
			most = given > most ? given : most;
		}
	}
	return most;
}

/* All is looked up before anything is set: what counts is the eve. */
static void look_up(const struct merging *merging)
{
	for (size_t i = 0; i < merging->count; i++) {
		for (size_t k = 0; k < HANDED_OVER_COUNT; k++) {
			merging->taken[i * HANDED_OVER_COUNT + k] = most_of(merging, HANDED_OVER[k],
				merging->mergers[i].successor, merging->count);
		}
		*tally_at(&merging->recount->ended, merging->mergers[i].predecessor) = 1;
	}
}

/* Who is no more takes nothing over. */
static void hand_over(const struct merging *merging)
{
	for (size_t i = 0; i < merging->count * HANDED_OVER_COUNT; i++) {
		const struct recount_merger *merger = &merging->mergers[i / HANDED_OVER_COUNT];
		enum counter counter = HANDED_OVER[i % HANDED_OVER_COUNT];
		set(merging->recount, counter, merger->predecessor_district, merger->predecessor,
			0);
		if (merger->successor[0] != '\0' &&
			tally_get(&merging->recount->ended, merger->successor) == 0) {
			set(merging->recount, counter, merger->successor_district,
				merger->successor, merging->taken[i]);
		}
	}
}

static void merge(struct recount *recount, const char *day)
{
	struct merging merging = { .recount = recount,
		.mergers = &recount->mergers[recount->merger_place] };
	while (recount->merger_place < recount->n_mergers &&
		strcmp(recount->mergers[recount->merger_place].valid_on, day) == 0) {
		recount->merger_place++;
		merging.count++;
	}
	if (merging.count > 0) {
		merging.taken =
			NEW_ARRAY(recount->arena, int64_t, merging.count * HANDED_OVER_COUNT);
		look_up(&merging);
		hand_over(&merging);
	}
}

/* Whether a mark is about one who is no more, as a participant. */
static bool is_ended(const struct recount *recount, const struct recount_mark *mark)
{
	for (size_t i = 0; i < HANDED_OVER_COUNT; i++) {
		if (HANDED_OVER[i] == mark->counter) {
			return tally_get(&recount->ended, mark->unit) != 0;
		}
	}
	return false;
}

/* Never goes back: that would need every unit's past. */
void recount_go_to(struct recount *recount, const char *day)
{
	const char *next;
	CHECK(strcmp(day, recount->day) >= 0);
	while ((next = next_day(recount, recount->place, recount->merger_place)) != NULL &&
		strcmp(next, day) <= 0) {
		merge(recount, next);
		for (; recount->place < recount->n_marks; recount->place++) {
			const struct recount_mark *mark = &recount->marks[recount->place];
			if (strcmp(mark->valid_on, next) != 0) {
				break;
			}
			if (!is_ended(recount, mark)) {
				set(recount, mark->counter, mark->district, mark->unit,
					mark->value);
			}
		}
	}
	snprintf(recount->day, sizeof recount->day, "%s", day);
}

/* What never happened was never added up: 0. */
int64_t recount_value(const struct recount *recount, enum counter counter, const char *district)
{
	char name[NAME_SIZE];
	const char *where = district != NULL ? district : "";
	if (counter == COUNTER_BUDGET_CENTS) { /* one unit a year: only that of the day's year */
		snprintf(name, sizeof name, "%d|%s|%.4s", counter, where, recount->day);
		return tally_get(&recount->units, name);
	}
	snprintf(name, sizeof name, "%d|%s", counter, where);
	return tally_get(&recount->totals, name);
}
