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

/* ISO dates sort as text. Within a day the ledger's number decides: who was recorded later has
 * the last word. */
static int compare(const void *left, const void *right)
{
	const struct recount_mark *a = left;
	const struct recount_mark *b = right;
	int days = strcmp(a->valid_on, b->valid_on);
	return days != 0 ? days : (a->seq > b->seq) - (a->seq < b->seq);
}

/* Only now are all corrections known: a fact may be taken back years after it was recorded. */
void recount_sort(struct recount *recount)
{
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

/* Picking from behind keeps the last day, on which all facts count. */
size_t recount_days(const struct recount *recount, size_t most, const char *const **out_days)
{
	size_t count = 0;
	const char **days = NEW_ARRAY(recount->arena, const char *, recount->n_marks + 1);
	for (size_t i = 0; i < recount->n_marks; i++) {
		if (count == 0 || strcmp(days[count - 1], recount->marks[i].valid_on) != 0) {
			days[count++] = recount->marks[i].valid_on;
		}
	}
	size_t chosen = count < most ? count : most;
	for (size_t i = 0; i < chosen; i++) {
		days[i] = days[(i + 1) * count / chosen - 1];
	}
	*out_days = days;
	return chosen;
}

/* Sets a unit's value and moves the total by the difference: several marks of one unit (a town that
 * is advised twice) count once. */
static void set(struct recount *recount, const struct recount_mark *mark, const char *district)
{
	char unit[NAME_SIZE];
	char total[NAME_SIZE];
	snprintf(unit, sizeof unit, "%d|%s|%s", mark->counter, district, mark->unit);
	snprintf(total, sizeof total, "%d|%s", mark->counter, district);
	int64_t *value = tally_at(&recount->units, unit);
	int64_t before = *value;
	*value = mark->value;
	*tally_at(&recount->totals, total) += mark->value - before;
}

/* Never goes back: that would need every unit's past. */
void recount_go_to(struct recount *recount, const char *day)
{
	CHECK(strcmp(day, recount->day) >= 0);
	for (; recount->place < recount->n_marks; recount->place++) {
		const struct recount_mark *mark = &recount->marks[recount->place];
		if (strcmp(mark->valid_on, day) > 0) {
			break;
		}
		set(recount, mark, "");
		if (mark->district[0] != '\0') {
			set(recount, mark, mark->district);
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
