/* planned → running → done; given up at any time before it is done. A measure that nobody started
 * by name may be done all the same, and one that runs may be judged before its end. */
#include "measures.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include "moves.h"
#include <string.h>

#define STATUS(name) ANALYSIS__MEASURE__STATUS__##name

/* To add one: a row. */
static const struct move MOVES[] = {
	{ STATUS(UNSPECIFIED), TEXT("decide"), &analysis__measure_decided__descriptor,
		STATUS(PLANNED) },

	{ STATUS(PLANNED), TEXT("start"), &analysis__measure_started__descriptor, STATUS(RUNNING) },
	{ STATUS(PLANNED), TEXT("due-date"), &analysis__measure_due_date_changed__descriptor,
		STATUS(PLANNED) },
	{ STATUS(PLANNED), TEXT("finish"), &analysis__measure_finished__descriptor, STATUS(DONE) },
	{ STATUS(PLANNED), TEXT("drop"), &analysis__measure_dropped__descriptor, STATUS(DROPPED) },

	{ STATUS(RUNNING), TEXT("due-date"), &analysis__measure_due_date_changed__descriptor,
		STATUS(RUNNING) },
	{ STATUS(RUNNING), TEXT("evaluate"), &analysis__measure_evaluated__descriptor,
		STATUS(RUNNING) },
	{ STATUS(RUNNING), TEXT("finish"), &analysis__measure_finished__descriptor, STATUS(DONE) },
	{ STATUS(RUNNING), TEXT("drop"), &analysis__measure_dropped__descriptor, STATUS(DROPPED) },

	{ STATUS(DONE), TEXT("evaluate"), &analysis__measure_evaluated__descriptor, STATUS(DONE) },
};
#define N_MOVES (sizeof(MOVES) / sizeof(MOVES[0]))

/* What could be done instead. */
static enum verdict refuse_move(struct ruling *ruling, Analysis__Measure__Status from)
{
	const char *state = say_label(ruling->arena, &analysis__measure__status__descriptor, from);
	const char *allowed = moves_allowed(ruling, MOVES, N_MOVES, from);

	if (allowed[0] == '\0')
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"the measure is %s; nothing more can be recorded of it", state);
	return refuse(ruling, FAILURE_CONFLICT, NULL, "move", "the measure is %s; allowed now: %s",
		state, allowed);
}

/* Facts come late, but in their order: the status on any day is told by the facts until then. */
static enum verdict require_order(
	struct ruling *ruling, const Analysis__Measure *measure, const char *field, const char *day)
{
	const Asskomm__Entry *latest;

	if (require_past(ruling, field, day) == REFUSED)
		return REFUSED;
	if (measure->n_entries == 0)
		return ACCEPTED;
	latest = measure->entries[measure->n_entries - 1];
	if (strcmp(day, latest->on) >= 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, field, "order",
		"the latest fact of this measure is of %s; give a day that is not before it",
		latest->on);
}

/* The fact is filled in last, so that it says what the rule has set. */
enum verdict measure_move(struct ruling *ruling, Analysis__Measure *measure, const char *field,
	const char *day, ProtobufCMessage *fact, const char *value)
{
	const struct move *move = move_find(MOVES, N_MOVES, measure->status, fact->descriptor);

	if (move == NULL)
		return refuse_move(ruling, measure->status);
	if (require_order(ruling, measure, field, day) == REFUSED)
		return REFUSED;
	measure->status = (Analysis__Measure__Status)move->to;
	reflect_share(fact, &measure->base);
	CHECK(reflect_set_text(ruling->arena, fact, "measure_id", measure->id));
	emit_entry(ruling, &measure->base, day, fact);
	measure->entries[measure->n_entries - 1]->value = text_copy(ruling->arena, value);
	return ACCEPTED;
}

/* Every entry was a row of the table when it was made; one that somebody changed since moves
 * nothing.
 */
Analysis__Measure__Status measure_status(const Analysis__Measure *measure)
{
	int status = STATUS(UNSPECIFIED);

	for (size_t i = 0; i < measure->n_entries; i++) {
		const struct move *kind = move_of_kind(MOVES, N_MOVES, measure->entries[i]->kind);
		const struct move *move =
			kind != NULL ? move_find(MOVES, N_MOVES, status, kind->fact) : NULL;

		if (move != NULL)
			status = move->to;
	}
	return measure->n_entries > 0 ? (Analysis__Measure__Status)status : STATUS(WITHDRAWN);
}

/* The first due date never changes. */
char *measure_due(const Analysis__Measure *measure)
{
	char *due = measure->first_due_on;

	for (size_t i = 0; i < measure->n_entries; i++)
		if (strcmp(measure->entries[i]->kind, "MeasureDueDateChanged") == 0)
			due = measure->entries[i]->value;
	return due;
}
