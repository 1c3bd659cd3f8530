/* A procedure is written down as a new revision; analyses that run keep theirs. What could not be
 * planned (a step after nothing, a circle) is refused as a whole. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "planner.h"
#include <string.h>

/* Bounds what a row holds; nobody writes so many revisions. */
#define REVISIONS_MAX 50

typedef Analysis__DefineProcedureRequest Wish;

/* The number of steps when there is none of that code. */
static size_t step_index(const Wish *wish, const char *code)
{
	size_t i = 0;

	while (i < wish->n_steps && strcmp(wish->steps[i]->code, code) != 0)
		i++;
	return i;
}

/* The place of a member of a step in the request. */
static const char *path_of(struct ruling *ruling, size_t place, const char *member)
{
	return text_format(ruling->arena, "steps[%zu].%s", place, member);
}

static bool has_module(const Wish *wish, const char *code)
{
	for (size_t i = 0; i < wish->n_modules; i++)
		if (strcmp(wish->modules[i]->code, code) == 0)
			return true;
	return code[0] == '\0';
}

/* At least one predecessor must be in every plan that has the step, or it would have no day. */
static bool is_anchored(const Wish *wish, const Analysis__Step *step)
{
	for (size_t i = 0; i < step->n_after; i++) {
		const char *code = step->after[i]->follows;
		const Analysis__Step *before =
			code[0] != '\0' ? wish->steps[step_index(wish, code)] : NULL;

		if (before == NULL || before->module[0] == '\0' ||
			strcmp(before->module, step->module) == 0)
			return true;
	}
	return false;
}

/* A delivery is found by its kind, and completes its step: the presentation and the strategy are
 * completed by people alone. */
static enum verdict check_delivery_of(struct ruling *ruling, const Wish *wish, size_t place)
{
	const Analysis__Step *step = wish->steps[place];

	if (step->delivery == ANALYSIS__DELIVERY_KIND__DELIVERY_KIND_UNSPECIFIED)
		return ACCEPTED;
	if (strcmp(step->code, STEP_PRESENTATION) == 0 || strcmp(step->code, STEP_STRATEGY) == 0)
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "delivery"), "step",
			"%s is no delivery", step->code);
	for (size_t i = 0; i < place; i++)
		if (wish->steps[i]->delivery == step->delivery)
			return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "delivery"),
				"twice", "the step %s asks for it already", wish->steps[i]->code);
	return ACCEPTED;
}

/* The first fault refuses the whole, by the place in the request where it is. */
static enum verdict check_step(struct ruling *ruling, const Wish *wish, size_t place)
{
	const Analysis__Step *step = wish->steps[place];

	if (step_index(wish, step->code) != place)
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "code"), "twice",
			"the code %s is there twice", step->code);
	if (!has_module(wish, step->module))
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "module"), "unknown",
			"%s is not among the modules", step->module);
	if (check_delivery_of(ruling, wish, place) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < step->n_after; i++)
		if (step->after[i]->follows[0] != '\0' &&
			step_index(wish, step->after[i]->follows) == wish->n_steps)
			return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "after"),
				"unknown", "it follows the step %s, which is not there",
				step->after[i]->follows);
	if (!is_anchored(wish, step))
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "after"), "module",
			"%s follows only steps of other modules, which may be missing", step->code);
	return ACCEPTED;
}

/* Steps whose predecessors are all placed are placed, until nothing moves: what is left stands in a
 * circle, or behind one. */
static enum verdict check_circles(struct ruling *ruling, const Wish *wish)
{
	bool *placed = NEW_ARRAY(ruling->arena, bool, wish->n_steps + 1);
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < wish->n_steps; i++) {
			bool ready = !placed[i];

			for (size_t j = 0; ready && j < wish->steps[i]->n_after; j++) {
				const char *code = wish->steps[i]->after[j]->follows;

				ready = code[0] == '\0' || placed[step_index(wish, code)];
			}
			placed[i] = placed[i] || ready;
			moved = moved || ready;
		}
	}
	for (size_t i = 0; i < wish->n_steps; i++)
		if (!placed[i])
			return refuse(ruling, FAILURE_INVALID, path_of(ruling, i, "after"),
				"circle", "%s waits for itself, over other steps",
				wish->steps[i]->code);
	return ACCEPTED;
}

/* Compared as packed bytes. */
static bool is_latest(struct arena *arena, const Analysis__Procedure *procedure, const Wish *wish)
{
	Wish now = ANALYSIS__DEFINE_PROCEDURE_REQUEST__INIT;
	size_t len, other_len;
	uint8_t *bytes, *other;

	if (procedure->n_revisions == 0)
		return false;
	reflect_share(&now.base, &procedure->base);
	reflect_share(&now.base, &procedure->revisions[procedure->n_revisions - 1]->base);
	bytes = reflect_pack(arena, &now.base, &len);
	other = reflect_pack(arena, &wish->base, &other_len);
	return len == other_len && memcmp(bytes, other, len) == 0;
}

/* Revisions are only ever added: analyses point to them by number. */
static void add_revision(struct ruling *ruling, Analysis__Procedure *procedure, const Wish *wish)
{
	Analysis__Revision *revision = NEW(ruling->arena, Analysis__Revision);

	analysis__revision__init(revision);
	revision->number = procedure->n_revisions == 0
				   ? 1
				   : procedure->revisions[procedure->n_revisions - 1]->number + 1;
	revision->n_modules = wish->n_modules;
	revision->modules = wish->modules;
	revision->n_steps = wish->n_steps;
	revision->steps = wish->steps;
	reflect_append(ruling->arena, &procedure->base, "revisions", revision);
}

/* About the state: everybody may see it. */
static void emit_defined(struct ruling *ruling, const Analysis__Procedure *procedure)
{
	Analysis__ProcedureDefined *fact = NEW(ruling->arena, Analysis__ProcedureDefined);

	analysis__procedure_defined__init(fact);
	fact->procedure = procedure->id;
	fact->revision = procedure->revisions[procedure->n_revisions - 1]->number;
	emit(ruling, &analysis__procedure_defined__descriptor, ruling->today, 0, NULL)->fact =
		&fact->base;
}

enum verdict define_procedure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Procedure *procedure = AS(Analysis__Procedure, analysis__procedure, aggregate);
	const Wish *wish =
		AS(Analysis__DefineProcedureRequest, analysis__define_procedure_request, request);

	if (is_latest(ruling->arena, procedure, wish))
		return UNCHANGED;
	if (procedure->n_revisions >= REVISIONS_MAX)
		return refuse(ruling, FAILURE_REFUSED, NULL, "limit",
			"a procedure has at most %d revisions; define a new one", REVISIONS_MAX);
	for (size_t i = 0; i < wish->n_steps; i++)
		if (check_step(ruling, wish, i) == REFUSED)
			return REFUSED;
	if (check_circles(ruling, wish) == REFUSED)
		return REFUSED;
	procedure->id = wish->id;
	procedure->label_de = wish->label_de;
	procedure->label_en = wish->label_en;
	add_revision(ruling, procedure, wish);
	emit_defined(ruling, procedure);
	return ACCEPTED;
}
