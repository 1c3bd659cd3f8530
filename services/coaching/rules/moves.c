/* requested → coach matched → active → closed; a start without a recorded match is usual in what is
 * entered late, and any open process can be closed. */
#include "moves.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define STATUS(name) COACHING__COACHING_PROCESS__STATUS__##name

/* To add one: a row. */
static const struct {
	Coaching__CoachingProcess__Status from;
	const ProtobufCMessageDescriptor *fact;
	Coaching__CoachingProcess__Status to;
} MOVES[] = {
	{ STATUS(UNSPECIFIED), &coaching__coaching_requested__descriptor, STATUS(REQUESTED) },
	{ STATUS(REQUESTED), &coaching__coach_matched__descriptor, STATUS(COACH_MATCHED) },
	{ STATUS(REQUESTED), &coaching__coaching_started__descriptor, STATUS(ACTIVE) },
	{ STATUS(REQUESTED), &coaching__coaching_closed__descriptor, STATUS(CLOSED) },
	{ STATUS(COACH_MATCHED), &coaching__coaching_started__descriptor, STATUS(ACTIVE) },
	{ STATUS(COACH_MATCHED), &coaching__coaching_closed__descriptor, STATUS(CLOSED) },
	{ STATUS(ACTIVE), &coaching__coaching_closed__descriptor, STATUS(CLOSED) },
};
#define N_MOVES (sizeof(MOVES) / sizeof(MOVES[0]))

static const char *label(struct ruling *ruling, Coaching__CoachingProcess__Status status)
{
	return say_label(
		ruling->arena, &coaching__coaching_process__status__descriptor, (int)status);
}

/* Tells what would be possible, so that nobody has to guess the order of steps. */
static enum verdict refuse_move(struct ruling *ruling, const Coaching__CoachingProcess *coaching)
{
	struct text allowed;

	text_init(&allowed, ruling->arena, 300);
	for (size_t i = 0; i < N_MOVES; i++)
		if (MOVES[i].from == coaching->status)
			text_append_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "",
				label(ruling, MOVES[i].to));
	return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
		"the coaching is %s; it can become: %s", label(ruling, coaching->status),
		allowed.len > 0 ? allowed.bytes
				: say(ruling->arena, "nothing else (ask for a new one)"));
}

/* The day is judged before the move: days are what people mistype most. Steps of one day keep the
 * order in which they were recorded. */
enum verdict coaching_move(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const char *field, const char *day, ProtobufCMessage *fact)
{
	if (require_past(ruling, field, day) == REFUSED)
		return REFUSED;
	if (coaching->n_entries > 0 &&
		strcmp(day, coaching->entries[coaching->n_entries - 1]->on) < 0)
		return refuse(ruling, FAILURE_REFUSED, field, "order", "the step before was on %s",
			coaching->entries[coaching->n_entries - 1]->on);
	for (size_t i = 0; i < N_MOVES; i++) {
		if (MOVES[i].from != coaching->status || MOVES[i].fact != fact->descriptor)
			continue;
		coaching->status = MOVES[i].to;
		emit_entry(ruling, &coaching->base, day, fact);
		return ACCEPTED;
	}
	return refuse_move(ruling, coaching);
}

/* Each kind of fact leads to one status, wherever it came from; the first row of that kind tells
 * it. */
Coaching__CoachingProcess__Status coaching_status_after(const Asskomm__Entry *latest)
{
	for (size_t i = 0; latest != NULL && i < N_MOVES; i++)
		if (strcmp(latest->kind, fact_kind(MOVES[i].fact)) == 0)
			return MOVES[i].to;
	return STATUS(WITHDRAWN);
}
