/* A register is taken in as a whole or not at all: whoever is gone since the register before needs
 * a successor that the operator confirmed, and what refers to nothing, or twice to the same key,
 * refuses it. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "territory_plan.h"
#include <string.h>

/* ---- what is news */

/* Only unions can take part; partnerships stay in the registry. What is about the register alone
 * (postcodes, official names) stays there too: a fact is kept for ever. */
static Registry__TerritoryChanged *changed_fact(
	struct arena *arena, const char *status_date, const Registry__Register *part)
{
	Registry__TerritoryChanged *fact = NEW(arena, Registry__TerritoryChanged);
	static char nothing[] = "";

	registry__territory_changed__init(fact);
	reflect_share(&fact->base, &part->base);
	fact->status_date = text_copy(arena, status_date);
	fact->land = part->lands[0];
	fact->n_associations = 0;
	fact->associations = NEW_ARRAY(arena, Registry__Association *, part->n_associations + 1);
	for (size_t i = 0; i < part->n_associations; i++)
		if (strcmp(part->associations[i]->kind, "union") == 0)
			fact->associations[fact->n_associations++] = part->associations[i];
	fact->municipalities =
		NEW_ARRAY(arena, Registry__Municipality *, part->n_municipalities + 1);
	for (size_t i = 0; i < part->n_municipalities; i++) {
		fact->municipalities[i] = NEW(arena, Registry__Municipality);
		*fact->municipalities[i] = *part->municipalities[i];
		fact->municipalities[i]->postcode = fact->municipalities[i]->official_name =
			nothing;
	}
	return fact;
}

/* About nobody: the territory is everybody's, and each listener must hear of it whatever its scope.
 * One for each Land whose register is news. */
static bool emit_changes(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish)
{
	bool changed = false;

	for (size_t i = 0; i < wish->n_lands; i++) {
		const Registry__Register *part = territory_part(ruling->arena, wish, i);

		if (territory_has(ruling->arena, territory->same, part))
			continue;
		struct emitted *emitted = emit(ruling, &registry__territory_changed__descriptor,
			wish->status_date, 0, NULL);

		emitted->fact = &changed_fact(ruling->arena, wish->status_date, part)->base;
		changed = true;
	}
	return changed;
}

/* ---- successions */

/* As the registers know it: an ended one has the name it had last. */
static Registry__Party *party_in(const struct bodies *bodies, const char *key)
{
	const struct body *body = body_find(bodies, key);

	return body == NULL ? NULL : (Registry__Party *)(uintptr_t)&body->party;
}

/* The keys are the fact's participants, so that advisers of both hear of it; what was confirmed
 * wrongly before is named as corrected. */
static void emit_succession(
	struct ruling *ruling, Registry__Territory *territory, const struct gap *gap)
{
	struct arena *arena = ruling->arena;
	Registry__MunicipalitySucceeded *fact = NEW(arena, Registry__MunicipalitySucceeded);
	Registry__Succession *kept = NEW(arena, Registry__Succession);
	char *keys[] = { gap->given->predecessor, gap->given->successor };

	registry__municipality_succeeded__init(fact);
	fact->predecessor = party_in(gap->earlier, gap->given->predecessor);
	fact->successor = party_in(gap->later, gap->given->successor);
	struct emitted *emitted = emit(ruling, &registry__municipality_succeeded__descriptor,
		gap->given->effective_on, fact->successor != NULL ? 2 : 1, keys);
	emitted->fact = &fact->base;
	if (gap->known != NULL)
		emitted->header.corrects = gap->known->fact_id;
	*kept = *gap->given;
	kept->fact_id = emitted->id;
	reflect_append(arena, &territory->base, "successions", kept);
}

/* One fact for each predecessor; what was confirmed before is not told again. */
static bool emit_successions(
	struct ruling *ruling, Registry__Territory *territory, const struct territory_plan *plan)
{
	bool changed = false;

	for (size_t i = 0; i < plan->n_gaps; i++)
		if (gap_is_news(&plan->gaps[i])) {
			emit_succession(ruling, territory, &plan->gaps[i]);
			changed = true;
		}
	return changed;
}

/* What one command can record. Years without a register between them may hold more. */
static enum verdict check_room(struct ruling *ruling, const struct territory_plan *plan,
	const Registry__ImportTerritoryRequest *wish)
{
	size_t facts = wish->n_lands;

	for (size_t i = 0; i < plan->n_gaps; i++)
		facts += gap_is_news(&plan->gaps[i]);
	if (facts <= RULING_FACTS_MAX)
		return ACCEPTED;
	return refuse(ruling, FAILURE_TOO_LARGE, "successions", "size",
		"at most %d Laender and successions at once: import a register that lies between, "
		"or single Laender",
		RULING_FACTS_MAX);
}

/* The same register again changes nothing, also when its day has passed: imports are repeated. */
enum verdict import_territory(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Territory *territory = AS(Registry__Territory, registry__territory, aggregate);
	const Registry__ImportTerritoryRequest *wish =
		AS(Registry__ImportTerritoryRequest, registry__import_territory_request, request);
	struct territory_plan plan;

	if (require_past(ruling, "statusDate", wish->status_date) == REFUSED ||
		territory_check(ruling, wish) == REFUSED ||
		territory_compare(ruling, territory, wish, &plan) == REFUSED ||
		territory_require_confirmed(ruling, &plan) == REFUSED ||
		check_room(ruling, &plan, wish) == REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	territory->n_successions = 0;
	territory->successions = NULL;
	bool changed = emit_changes(ruling, territory, wish);
	return emit_successions(ruling, territory, &plan) || changed ? ACCEPTED : UNCHANGED;
}
