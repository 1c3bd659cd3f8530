/* requested → clarification → coach matched → contract → active, with sessions, pauses and reviews
 * → closed; stages that history does not tell may be left out, and any open process can be closed.
 */
#include "moves.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define STATUS(name) COACHING__COACHING_PROCESS__STATUS__##name

/* What else must hold for a move. */
enum provision {
	ALWAYS,
	WITHOUT_COACH,
	WITH_COACH,
	LATE,  /* of a day when the stage had not begun: told afterwards, and changes no stage */
	FRESH, /* of a later day */
};

/* To add one: a row. */
static const struct move {
	Coaching__CoachingProcess__Status from;
	const char *name; /* last part of the route */
	const ProtobufCMessageDescriptor *fact;
	Coaching__CoachingProcess__Status to;
	enum provision provision;
} MOVES[] = {
	{ STATUS(UNSPECIFIED), TEXT("request"), &coaching__coaching_requested__descriptor,
		STATUS(REQUESTED), ALWAYS },

	{ STATUS(REQUESTED), TEXT("clarify"), &coaching__mandate_clarified__descriptor,
		STATUS(CLARIFICATION), ALWAYS },
	{ STATUS(REQUESTED), TEXT("match"), &coaching__coach_matched__descriptor,
		STATUS(COACH_MATCHED), ALWAYS },
	{ STATUS(REQUESTED), TEXT("contract"), &coaching__contract_made__descriptor,
		STATUS(CONTRACTED), ALWAYS },
	{ STATUS(REQUESTED), TEXT("start"), &coaching__coaching_started__descriptor, STATUS(ACTIVE),
		ALWAYS },
	{ STATUS(REQUESTED), TEXT("close"), &coaching__coaching_closed__descriptor, STATUS(CLOSED),
		ALWAYS },

	{ STATUS(CLARIFICATION), TEXT("clarify"), &coaching__mandate_clarified__descriptor,
		STATUS(CLARIFICATION), ALWAYS },
	{ STATUS(CLARIFICATION), TEXT("match"), &coaching__coach_matched__descriptor,
		STATUS(COACH_MATCHED), ALWAYS },
	{ STATUS(CLARIFICATION), TEXT("contract"), &coaching__contract_made__descriptor,
		STATUS(CONTRACTED), ALWAYS },
	{ STATUS(CLARIFICATION), TEXT("start"), &coaching__coaching_started__descriptor,
		STATUS(ACTIVE), ALWAYS },
	{ STATUS(CLARIFICATION), TEXT("close"), &coaching__coaching_closed__descriptor,
		STATUS(CLOSED), ALWAYS },

	{ STATUS(COACH_MATCHED), TEXT("clarify"), &coaching__mandate_clarified__descriptor,
		STATUS(COACH_MATCHED), ALWAYS },
	{ STATUS(COACH_MATCHED), TEXT("change-coach"), &coaching__coach_changed__descriptor,
		STATUS(COACH_MATCHED), WITH_COACH },
	{ STATUS(COACH_MATCHED), TEXT("contract"), &coaching__contract_made__descriptor,
		STATUS(CONTRACTED), ALWAYS },
	{ STATUS(COACH_MATCHED), TEXT("start"), &coaching__coaching_started__descriptor,
		STATUS(ACTIVE), ALWAYS },
	{ STATUS(COACH_MATCHED), TEXT("close"), &coaching__coaching_closed__descriptor,
		STATUS(CLOSED), ALWAYS },

	{ STATUS(CONTRACTED), TEXT("match"), &coaching__coach_matched__descriptor,
		STATUS(CONTRACTED), WITHOUT_COACH },
	{ STATUS(CONTRACTED), TEXT("change-coach"), &coaching__coach_changed__descriptor,
		STATUS(CONTRACTED), WITH_COACH },
	{ STATUS(CONTRACTED), TEXT("contract"), &coaching__contract_made__descriptor,
		STATUS(CONTRACTED), ALWAYS },
	{ STATUS(CONTRACTED), TEXT("start"), &coaching__coaching_started__descriptor,
		STATUS(ACTIVE), ALWAYS },
	{ STATUS(CONTRACTED), TEXT("close"), &coaching__coaching_closed__descriptor, STATUS(CLOSED),
		ALWAYS },

	{ STATUS(ACTIVE), TEXT("match"), &coaching__coach_matched__descriptor, STATUS(ACTIVE),
		WITHOUT_COACH },
	{ STATUS(ACTIVE), TEXT("change-coach"), &coaching__coach_changed__descriptor,
		STATUS(ACTIVE), WITH_COACH },
	{ STATUS(ACTIVE), TEXT("contract"), &coaching__contract_made__descriptor, STATUS(ACTIVE),
		ALWAYS },
	{ STATUS(ACTIVE), TEXT("sessions"), &coaching__session_held__descriptor, STATUS(ACTIVE),
		ALWAYS },
	{ STATUS(ACTIVE), TEXT("pause"), &coaching__coaching_paused__descriptor, STATUS(PAUSED),
		ALWAYS },
	{ STATUS(ACTIVE), TEXT("review"), &coaching__interim_review_held__descriptor,
		STATUS(IN_REVIEW), ALWAYS },
	{ STATUS(ACTIVE), TEXT("close"), &coaching__coaching_closed__descriptor, STATUS(CLOSED),
		ALWAYS },

	{ STATUS(PAUSED), TEXT("match"), &coaching__coach_matched__descriptor, STATUS(PAUSED),
		WITHOUT_COACH },
	{ STATUS(PAUSED), TEXT("change-coach"), &coaching__coach_changed__descriptor,
		STATUS(PAUSED), WITH_COACH },
	{ STATUS(PAUSED), TEXT("sessions"), &coaching__session_held__descriptor, STATUS(PAUSED),
		LATE },
	{ STATUS(PAUSED), TEXT("resume"), &coaching__coaching_resumed__descriptor, STATUS(ACTIVE),
		ALWAYS },
	{ STATUS(PAUSED), TEXT("close"), &coaching__coaching_closed__descriptor, STATUS(CLOSED),
		ALWAYS },

	{ STATUS(IN_REVIEW), TEXT("match"), &coaching__coach_matched__descriptor, STATUS(IN_REVIEW),
		WITHOUT_COACH },
	{ STATUS(IN_REVIEW), TEXT("change-coach"), &coaching__coach_changed__descriptor,
		STATUS(IN_REVIEW), WITH_COACH },
	{ STATUS(IN_REVIEW), TEXT("contract"), &coaching__contract_made__descriptor,
		STATUS(IN_REVIEW), ALWAYS },
	{ STATUS(IN_REVIEW), TEXT("sessions"), &coaching__session_held__descriptor,
		STATUS(IN_REVIEW), LATE },
	{ STATUS(IN_REVIEW), TEXT("sessions"), &coaching__session_held__descriptor, STATUS(ACTIVE),
		FRESH },
	{ STATUS(IN_REVIEW), TEXT("resume"), &coaching__coaching_resumed__descriptor,
		STATUS(ACTIVE), ALWAYS },
	{ STATUS(IN_REVIEW), TEXT("pause"), &coaching__coaching_paused__descriptor, STATUS(PAUSED),
		ALWAYS },
	{ STATUS(IN_REVIEW), TEXT("review"), &coaching__interim_review_held__descriptor,
		STATUS(IN_REVIEW), ALWAYS },
	{ STATUS(IN_REVIEW), TEXT("close"), &coaching__coaching_closed__descriptor, STATUS(CLOSED),
		ALWAYS },

	{ STATUS(CLOSED), TEXT("sessions"), &coaching__session_held__descriptor, STATUS(CLOSED),
		LATE },
};
#define N_MOVES (sizeof(MOVES) / sizeof(MOVES[0]))

/* As the fact tells it; only statuses of the table come here, and each of them has a name. */
static const char *name_of(Coaching__CoachingProcess__Status status)
{
	return protobuf_c_enum_descriptor_get_value(
		&coaching__coaching_process__status__descriptor, (int)status)
		->name;
}

/* The day on which a stage began that sessions are told of afterwards. */
static const char *stage_day(const Coaching__CoachingProcess *coaching)
{
	if (coaching->status == STATUS(PAUSED))
		return coaching->paused_on;
	if (coaching->status == STATUS(CLOSED))
		return coaching->closed_on;
	return coaching->reviewed_on;
}

/* A coach is there when a match was recorded, also one that names none: history knows such. */
static bool is_provided(
	const struct move *move, const Coaching__CoachingProcess *coaching, const char *day)
{
	switch (move->provision) {
	case ALWAYS:
		return true;
	case WITHOUT_COACH:
		return coaching->matched_on[0] == '\0';
	case WITH_COACH:
		return coaching->matched_on[0] != '\0';
	case LATE:
		return coaching->started_on[0] != '\0' && strcmp(day, stage_day(coaching)) <= 0;
	case FRESH:
		return strcmp(day, stage_day(coaching)) > 0;
	}
	return false;
}

/* Tells what would be possible on that day, so that nobody has to guess the order of steps. Rows of
 * one name lie side by side. */
static enum verdict refuse_move(
	struct ruling *ruling, const Coaching__CoachingProcess *coaching, const char *day)
{
	struct text allowed;
	const char *last = "";

	text_init(&allowed, ruling->arena, 400);
	for (size_t i = 0; i < N_MOVES; i++) {
		if (MOVES[i].from != coaching->status || strcmp(MOVES[i].name, last) == 0 ||
			!is_provided(&MOVES[i], coaching, day))
			continue;
		text_append_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "",
			say_text(ruling->arena, MOVES[i].name));
		last = MOVES[i].name;
	}
	if (coaching->status == STATUS(CLOSED))
		text_append_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "",
			say(ruling->arena, "reopen"));
	return refuse(ruling, FAILURE_CONFLICT, NULL, "move", "the coaching is %s; possible is: %s",
		say_label(ruling->arena, &coaching__coaching_process__status__descriptor,
			(int)coaching->status),
		allowed.len > 0 ? allowed.bytes : say(ruling->arena, "nothing"));
}

/* Days are what people mistype most. Moves follow each other; sessions lie after the start and need
 * not follow a move, but nothing ends before a session was held. */
static enum verdict require_order(struct ruling *ruling, const Coaching__CoachingProcess *coaching,
	const char *field, const char *day, const struct move *move)
{
	const char *least = coaching->moved_on;

	if (move->fact == &coaching__session_held__descriptor && move->provision != FRESH)
		least = coaching->started_on;
	else if ((move->to == STATUS(PAUSED) || move->to == STATUS(CLOSED)) &&
		 strcmp(coaching->last_session_on, least) > 0)
		least = coaching->last_session_on;
	if (strcmp(day, least) >= 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, field, "order", "the step before was on %s", least);
}

/* What the history tells of the fact: the fields that both have, and whose coaching it was. */
static void keep_step(struct ruling *ruling, Coaching__CoachingProcess *coaching, bool moves,
	const char *day, const ProtobufCMessage *fact)
{
	Coaching__Step *step = NEW(ruling->arena, Coaching__Step);

	coaching__step__init(step);
	reflect_share(&step->base, fact);
	step->number = ++coaching->steps;
	step->fact_id = ruling->facts[ruling->n_facts - 1].id;
	step->kind = text_copy(ruling->arena, fact_kind(fact->descriptor));
	step->on = text_copy(ruling->arena, day);
	step->stage = coaching->status;
	step->moves = moves;
	step->coach = coaching->coach;
	reflect_append(ruling->arena, &coaching->base, "recorded", step);
}

/* The rule has changed the process by now, and the fact says alike what both have fields for. */
static void make_move(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const struct move *move, const char *day, ProtobufCMessage *fact)
{
	bool moves = move->fact != &coaching__session_held__descriptor || move->from != move->to;

	coaching->status = move->to;
	if (moves)
		coaching->moved_on = text_copy(ruling->arena, day);
	reflect_share(fact, &coaching->base);
	CHECK(reflect_set_text(ruling->arena, fact, "coaching_id", coaching->id));
	CHECK(reflect_set_text(ruling->arena, fact, "stage", name_of(move->to)));
	emit_entry(ruling, &coaching->base, day, fact);
	keep_step(ruling, coaching, moves, day, fact);
}

enum verdict coaching_move(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const char *field, const char *day, ProtobufCMessage *fact)
{
	if (require_past(ruling, field, day) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < N_MOVES; i++) {
		if (MOVES[i].from != coaching->status || MOVES[i].fact != fact->descriptor ||
			!is_provided(&MOVES[i], coaching, day))
			continue;
		if (require_order(ruling, coaching, field, day, &MOVES[i]) == REFUSED)
			return REFUSED;
		make_move(ruling, coaching, &MOVES[i], day, fact);
		return ACCEPTED;
	}
	return refuse_move(ruling, coaching, day);
}
