/* The published counters, in the order in which they are shown.
 *
 * One table serves everything that names a counter: the figures on the screen, the check of
 * --facts, and the recount, whose marks carry the counter as a number. What each counter means is
 * told by proto/asskomm/monitor.proto; the label here is for people. */
#ifndef ASSKOMM_COUNTERS_H
#define ASSKOMM_COUNTERS_H

#include "core/arena.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

/* To add one: a row here, named like the field of Figures; X(ID, proto field, JSON name, label) */
#define COUNTERS(X)                                                                                \
	X(CONTACTED, "contacted", "contacted", "contacted or advised")                             \
	X(ADVISED, "advised", "advised", "advised")                                                \
	X(CLOSELY_COOPERATING, "closely_cooperating", "closelyCooperating", "closely cooperating") \
	X(PRELIMINARY_AGREEMENTS, "preliminary_agreements", "preliminaryAgreements",               \
		"preliminary agreements")                                                          \
	X(AGREEMENTS, "agreements", "agreements", "agreements in force")                           \
	X(AGREEMENTS_GROSS, "agreements_gross", "agreementsGross", "agreements ever signed")       \
	X(MODEL_MUNICIPALITIES, "model_municipalities", "modelMunicipalities",                     \
		"model municipalities")                                                            \
	X(COUNCILS, "councils", "councils", "prevention councils")                                 \
	X(DISTRICT_COUNCILS, "district_councils", "districtCouncils", "councils of districts")     \
	X(COACHINGS_REQUESTED, "coachings_requested", "coachingsRequested", "coachings requested") \
	X(COACHES_MATCHED, "coaches_matched", "coachesMatched", "coaches matched")                 \
	X(COACHINGS, "coachings", "coachings", "coachings set going")                              \
	X(ANALYSES_STARTED, "analyses_started", "analysesStarted", "analyses started")             \
	X(ANALYSES, "analyses", "analyses", "analyses presented")                                  \
	X(MUNICIPALITIES_ANALYSED, "municipalities_analysed", "municipalitiesAnalysed",            \
		"municipalities analysed")                                                         \
	X(PARTICIPANTS, "participants", "participants", "participants")                            \
	X(BUDGET_CENTS, "budget_cents", "budgetCents", "budget of the year, EUR")

enum counter {
#define COUNTER_ENUM(id, field, json, label) COUNTER_##id,
	COUNTERS(COUNTER_ENUM)
#undef COUNTER_ENUM
		COUNTER_COUNT
};

struct counter_row {
	const char *field; /* in Figures: "agreements_gross" */
	const char *json;  /* as --facts names it: "agreementsGross" */
	const char *label; /* at most 24 columns, so that the table stays narrow */
};
extern const struct counter_row COUNTER_ROWS[COUNTER_COUNT];

/* A counter's value in a Figures message; cents for the budget. A message that lacks the field is a
 * bug of the table above. */
int64_t counters_value(struct arena *arena, const ProtobufCMessage *figures, enum counter counter);

/* A value as it is shown: the budget in euros, all others as whole numbers. From the arena. */
char *counters_print(struct arena *arena, enum counter counter, int64_t value);

#endif
