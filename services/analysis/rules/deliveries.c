/* expected → received → checked; rejected, it is expected again. */
#include "deliveries.h"

#include "core/catalogue.h"
#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include "course.h"
#include "moves.h"
#include "planner.h"
#include <string.h>

#define STATUS(name) ANALYSIS__DELIVERY__STATUS__##name
#define NO_KIND ANALYSIS__DELIVERY_KIND__DELIVERY_KIND_UNSPECIFIED

/* To add one: a row. */
static const struct move MOVES[] = {
	{ STATUS(UNSPECIFIED), TEXT("expect"), &analysis__delivery_expected__descriptor,
		STATUS(EXPECTED) },
	{ STATUS(EXPECTED), TEXT("receive"), &analysis__delivery_received__descriptor,
		STATUS(RECEIVED) },
	{ STATUS(RECEIVED), TEXT("check"), &analysis__delivery_checked__descriptor,
		STATUS(CHECKED) },
	{ STATUS(RECEIVED), TEXT("reject"), &analysis__delivery_rejected__descriptor,
		STATUS(EXPECTED) },
};
#define N_MOVES (sizeof(MOVES) / sizeof(MOVES[0]))

/* ---- which one */

/* By kind and municipality there is one: plans ask for a kind by one step at most
 * (define_procedure.c), and who asks by hand for what is there gets what is there. */
Analysis__Delivery *delivery_find(const Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant)
{
	for (size_t i = 0; i < analysis->n_deliveries; i++)
		if (analysis->deliveries[i]->kind == kind &&
			strcmp(analysis->deliveries[i]->municipality->key, participant) == 0)
			return analysis->deliveries[i];
	return NULL;
}

/* As it was called at the kick-off: deliveries keep the names of their analysis. */
static Registry__Party *find_municipality(
	const Analysis__SecurityAnalysis *analysis, const char *participant)
{
	for (size_t i = 0; i < analysis->n_municipalities; i++)
		if (strcmp(analysis->municipalities[i]->key, participant) == 0)
			return analysis->municipalities[i];
	return NULL;
}

/* The step of the plan that asks for the kind, or NULL. */
static Analysis__PlannedStep *step_asking(
	const Analysis__SecurityAnalysis *analysis, Analysis__DeliveryKind kind)
{
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (analysis->plan[i]->delivery == kind)
			return analysis->plan[i];
	return NULL;
}

/* A step that is done asks for nothing any more. */
static char *open_step(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind)
{
	const Analysis__PlannedStep *step = step_asking(analysis, kind);

	return text_copy(arena, step != NULL && step->done_on[0] == '\0' ? step->code : "");
}

/* The analysis' own list grows; the plan's step is looked up once and kept by its code, so that a
 * delivery knows its step also when that is done. */
static Analysis__Delivery *add(struct arena *arena, Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, Registry__Party *municipality)
{
	Analysis__Delivery *delivery = NEW(arena, Analysis__Delivery);

	analysis__delivery__init(delivery);
	delivery->kind = kind;
	delivery->municipality = municipality;
	delivery->step = open_step(arena, analysis, kind);
	reflect_append(arena, &analysis->base, "deliveries", delivery);
	return delivery;
}

static enum verdict refuse_stranger(
	struct ruling *ruling, const char *field, const char *participant)
{
	return refuse(ruling, FAILURE_REFUSED, field, "unknown",
		"%s is not among the municipalities of this analysis", participant);
}

Analysis__Delivery *delivery_add(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant, const char *field)
{
	Registry__Party *municipality = find_municipality(analysis, participant);

	if (municipality != NULL)
		return add(ruling->arena, analysis, kind, municipality);
	refuse_stranger(ruling, field, participant);
	return NULL;
}

/* In the words of who asks: "register extract" in the language of the request. */
static const char *kind_name(struct ruling *ruling, Analysis__DeliveryKind kind)
{
	return say_label(ruling->arena, &analysis__delivery_kind__descriptor, (int)kind);
}

Analysis__Delivery *delivery_owed(struct ruling *ruling, const Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant)
{
	Analysis__Delivery *delivery = delivery_find(analysis, kind, participant);
	const Registry__Party *municipality = find_municipality(analysis, participant);

	if (delivery != NULL)
		return delivery;
	if (municipality == NULL)
		refuse_stranger(ruling, "participant", participant);
	else
		refuse(ruling, FAILURE_CONFLICT, "kind", "unknown",
			"nothing of the kind \"%s\" is expected of %s in this analysis; say "
			"first that it is",
			kind_name(ruling, kind), municipality->name);
	return NULL;
}

/* Of a step by its day now, never by one that was copied when it was planned: steps move. */
char *delivery_due(const Analysis__SecurityAnalysis *analysis, const Analysis__Delivery *delivery)
{
	const Analysis__PlannedStep *step =
		delivery->step[0] != '\0' ? plan_find(analysis, delivery->step) : NULL;

	return step != NULL ? step->due_on : delivery->due_on;
}

/* Asked only in a status that has one; another would be a mistake of the table above. */
Analysis__DeliveryRound *delivery_round(const Analysis__Delivery *delivery)
{
	CHECK(delivery->n_rounds > 0);
	return delivery->rounds[delivery->n_rounds - 1];
}

/* ---- with the plan */

/* One that came is never forgotten; one that was asked for by hand has a day of its own. */
static bool stays(const Analysis__SecurityAnalysis *analysis, const Analysis__Delivery *delivery)
{
	return delivery->n_rounds > 0 || delivery->due_on[0] != '\0' ||
	       step_asking(analysis, delivery->kind) != NULL;
}

static void keep_asked(struct arena *arena, Analysis__SecurityAnalysis *analysis)
{
	size_t kept = 0;

	for (size_t i = 0; i < analysis->n_deliveries; i++) {
		Analysis__Delivery *delivery = analysis->deliveries[i];
		const Analysis__PlannedStep *step = step_asking(analysis, delivery->kind);

		if (!stays(analysis, delivery))
			continue;
		delivery->step = text_copy(arena, step != NULL ? step->code : "");
		analysis->deliveries[kept++] = delivery;
	}
	analysis->n_deliveries = kept;
}

/* First what goes, then what comes: a kind may move from one step to another, and stays what it is
 * then, with all that came. */
void deliveries_adopt(struct arena *arena, Analysis__SecurityAnalysis *analysis, const char *day)
{
	keep_asked(arena, analysis);
	for (size_t i = 0; i < analysis->n_plan; i++) {
		const Analysis__PlannedStep *step = analysis->plan[i];

		for (size_t k = 0; k < analysis->n_municipalities; k++) {
			Registry__Party *municipality = analysis->municipalities[k];
			Analysis__Delivery *delivery;

			if (step->delivery == NO_KIND || step->done_on[0] != '\0' ||
				delivery_find(analysis, step->delivery, municipality->key) != NULL)
				continue;
			delivery = add(arena, analysis, step->delivery, municipality);
			delivery->status = STATUS(EXPECTED);
			delivery->expected_on = text_copy(arena, day);
		}
	}
}

/* ---- the moves */

/* What could be done instead. */
static enum verdict refuse_move(struct ruling *ruling, Analysis__Delivery__Status from)
{
	const char *state = say_label(ruling->arena, &analysis__delivery__status__descriptor, from);
	const char *allowed = moves_allowed(ruling, MOVES, N_MOVES, from);

	if (allowed[0] == '\0')
		return refuse(ruling, FAILURE_CONFLICT, NULL, "move",
			"the delivery is %s; nothing more can be recorded of it", state);
	return refuse(ruling, FAILURE_CONFLICT, NULL, "move", "the delivery is %s; allowed now: %s",
		state, allowed);
}

/* Facts come late, but those of a delivery in their order: its status on any day is told by what
 * was known of it until then. */
static enum verdict require_order(struct ruling *ruling, const Analysis__Delivery *delivery,
	const char *field, const char *day)
{
	const char *latest = delivery->expected_on;

	if (delivery->n_rounds > 0) {
		const Analysis__DeliveryRound *round = delivery_round(delivery);

		latest = round->checked_on[0] != '\0' ? round->checked_on : round->received_on;
	}
	if (strcmp(day, latest) >= 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, field, "order",
		"the latest of this delivery is of %s; give a day that is not before it", latest);
}

/* "REGISTER_EXTRACT 14628160": by this delivery_take_back finds it again. */
static char *value_of(struct arena *arena, const Analysis__Delivery *delivery)
{
	return text_format(arena, "%s %s", reflect_get_text(arena, &delivery->base, "kind"),
		delivery->municipality->key);
}

/* About the one municipality: another one of the same analysis need not know. */
static void record(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Analysis__Delivery *delivery, const char *day, ProtobufCMessage *fact)
{
	struct emitted *emitted =
		emit(ruling, fact->descriptor, day, 1, &delivery->municipality->key);
	Asskomm__Entry *entry = NEW(ruling->arena, Asskomm__Entry);

	emitted->fact = fact;
	asskomm__entry__init(entry);
	entry->fact_id = text_copy(ruling->arena, emitted->id);
	entry->kind = text_copy(ruling->arena, fact_kind(fact->descriptor));
	entry->on = text_copy(ruling->arena, day);
	entry->value = value_of(ruling->arena, delivery);
	reflect_append(ruling->arena, &analysis->base, "entries", entry);
}

/* What the caller has filled in stays. */
static void fill(struct ruling *ruling, const Analysis__SecurityAnalysis *analysis,
	const Analysis__Delivery *delivery, ProtobufCMessage *fact)
{
	Analysis__DeliveryExpected which = ANALYSIS__DELIVERY_EXPECTED__INIT;

	which.analysis_id = analysis->id;
	which.municipality = delivery->municipality;
	which.kind = delivery->kind;
	which.step = delivery->step;
	which.due_on = text_copy(ruling->arena, delivery_due(analysis, delivery));
	reflect_share(fact, &which.base);
}

/* Like every move: who asks for what is not allowed is told what is, before it is told of days. The
 * entry goes into the analysis', whose facts are taken back from the end. */
enum verdict delivery_move(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__Delivery *delivery, const char *field, const char *day, ProtobufCMessage *fact)
{
	const struct move *move = move_find(MOVES, N_MOVES, delivery->status, fact->descriptor);

	if (course_runs(ruling, analysis, field, day) == REFUSED)
		return REFUSED;
	if (move == NULL)
		return refuse_move(ruling, delivery->status);
	if (require_order(ruling, delivery, field, day) == REFUSED)
		return REFUSED;
	delivery->status = (Analysis__Delivery__Status)move->to;
	fill(ruling, analysis, delivery, fact);
	record(ruling, analysis, delivery, day, fact);
	return ACCEPTED;
}

/* ---- back */

/* In the order in which they came to be expected, which people know by then. */
static void remove_at(Analysis__SecurityAnalysis *analysis, size_t place)
{
	for (size_t i = place + 1; i < analysis->n_deliveries; i++)
		analysis->deliveries[i - 1] = analysis->deliveries[i];
	analysis->n_deliveries--;
}

/* Each fact of a delivery is of one row, and entries are taken back one by one from the end: so the
 * delivery is in the status that the row leads to. */
bool delivery_take_back(
	struct arena *arena, Analysis__SecurityAnalysis *analysis, const Asskomm__Entry *entry)
{
	const struct move *move = move_of_kind(MOVES, N_MOVES, entry->kind);

	for (size_t i = 0; move != NULL && i < analysis->n_deliveries; i++) {
		Analysis__Delivery *delivery = analysis->deliveries[i];

		if (strcmp(value_of(arena, delivery), entry->value) != 0)
			continue;
		delivery->status = (Analysis__Delivery__Status)move->from;
		if (move->from == STATUS(UNSPECIFIED)) {
			remove_at(analysis, i);
		} else if (move->to == STATUS(RECEIVED)) {
			delivery->n_rounds--;
		} else {
			Analysis__DeliveryRound *round = delivery_round(delivery);

			round->checked_on = round->remark = text_copy(arena, "");
			round->fault = ANALYSIS__DELIVERY_ROUND__FAULT__UNSPECIFIED;
		}
		return true;
	}
	return move != NULL;
}
