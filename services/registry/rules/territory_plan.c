/* Registers side by side. Keys are texts of digits, so their order as text is their order. */
#include "territory_plan.h"

#include "core/text.h"
#include <stdlib.h>
#include <string.h>

/* ---- bodies */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct body *)a)->party.key, ((const struct body *)b)->party.key);
}

/* By binary search: all of Germany asks some ten thousand times. */
const struct body *body_find(const struct bodies *bodies, const char *key)
{
	struct body wanted = { .party.key = (char *)(uintptr_t)key };

	return bodies->count == 0 ? NULL
				  : bsearch(&wanted, bodies->items, bodies->count,
					    sizeof(bodies->items[0]), by_key);
}

/* What a district or union has not (area, population) stays 0 and is never proposed by area. */
static struct body *add_body(
	struct bodies *bodies, char *key, char *name, Registry__PartyKind kind, char *district)
{
	struct body *body = &bodies->items[bodies->count++];

	registry__party__init(&body->party);
	body->party.key = key;
	body->party.name = name;
	body->party.kind = kind;
	body->party.district = district;
	body->official_name = name;
	body->association = "";
	return body;
}

/* An independent city takes part as the municipality that it is, a partnership not at all. */
static struct bodies bodies_of(struct arena *arena, const Registry__Register *from)
{
	size_t most = from->n_municipalities + from->n_districts + from->n_associations;
	struct bodies bodies = { .items = NEW_ARRAY(arena, struct body, most + 1) };

	for (size_t i = 0; i < from->n_municipalities; i++) {
		Registry__Municipality *m = from->municipalities[i];
		struct body *body = add_body(
			&bodies, m->ags8, m->name, REGISTRY__PARTY_KIND__MUNICIPALITY, m->district);

		body->area_ha = m->area_ha;
		body->population = m->population;
		body->association = m->association;
		if (m->official_name[0] != '\0')
			body->official_name = m->official_name;
	}
	for (size_t i = 0; i < from->n_districts; i++)
		if (strcmp(from->districts[i]->kind, "district") == 0)
			add_body(&bodies, from->districts[i]->ags5, from->districts[i]->name,
				REGISTRY__PARTY_KIND__DISTRICT, from->districts[i]->ags5);
	for (size_t i = 0; i < from->n_associations; i++)
		if (strcmp(from->associations[i]->kind, "union") == 0)
			add_body(&bodies, from->associations[i]->ars9, from->associations[i]->name,
				REGISTRY__PARTY_KIND__UNION, from->associations[i]->district);
	qsort(bodies.items, bodies.count, sizeof(bodies.items[0]), by_key);
	return bodies;
}

/* The request has the same lists, but it is another message. */
static struct bodies bodies_of_wish(
	struct arena *arena, const Registry__ImportTerritoryRequest *wish)
{
	Registry__Register now = REGISTRY__REGISTER__INIT;

	now.n_municipalities = wish->n_municipalities;
	now.municipalities = wish->municipalities;
	now.n_districts = wish->n_districts;
	now.districts = wish->districts;
	now.n_associations = wish->n_associations;
	now.associations = wish->associations;
	return bodies_of(arena, &now);
}

static struct bodies bodies_of_kept(struct arena *arena, const Registry__Register *kept)
{
	return kept == NULL ? (struct bodies){ 0 } : bodies_of(arena, kept);
}

/* ---- successions */

/* There are few: in a year some dozens of municipalities end in all of Germany. */
static const Registry__Succession *find_succession(
	Registry__Succession *const *list, size_t count, const char *predecessor)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i]->predecessor, predecessor) == 0)
			return list[i];
	return NULL;
}

/* The same successor from the same day is the same succession, whoever says it again. */
bool gap_is_news(const struct gap *gap)
{
	return gap->given != NULL &&
	       (gap->known == NULL || strcmp(gap->given->successor, gap->known->successor) != 0 ||
		       strcmp(gap->given->effective_on, gap->known->effective_on) != 0);
}

/* The status date of the Land's register, NULL when it has none there. */
static const char *date_of(const Registry__Register *kept, const char *key)
{
	for (size_t i = 0; kept != NULL && i < kept->n_lands; i++)
		if (strncmp(kept->lands[i]->key, key, 2) == 0)
			return kept->lands[i]->status_date;
	return NULL;
}

/* Both must be of that register, and the day between the two. */
static enum verdict check_given(struct ruling *ruling, const struct gap *gap)
{
	const Registry__Succession *given = gap->given;

	if (strcmp(given->effective_on, gap->from) <= 0 || strcmp(given->effective_on, gap->to) > 0)
		return refuse(ruling, FAILURE_REFUSED, "successions", "effective_on",
			"%s (%s) was there on %s and is not on %s: the succession takes effect "
			"after the first and not after the second",
			gap->body->party.name, given->predecessor, gap->from, gap->to);
	if (given->successor[0] != '\0' && body_find(gap->later, given->successor) == NULL)
		return refuse(ruling, FAILURE_REFUSED, "successions", "successor",
			"%s, successor of %s (%s), is not in the register of %s", given->successor,
			gap->body->party.name, given->predecessor, gap->to);
	return ACCEPTED;
}

/* What was confirmed before may be ruled out by a register that comes between. */
static bool still_fits(const struct gap *gap)
{
	const Registry__Succession *known = gap->known;

	return known != NULL && strcmp(known->effective_on, gap->from) > 0 &&
	       strcmp(known->effective_on, gap->to) <= 0 &&
	       (known->successor[0] == '\0' || body_find(gap->later, known->successor) != NULL);
}

/* Confirmed is what the request says, or else what was said before and still fits. */
static enum verdict add_gap(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, struct territory_plan *plan, struct gap gap)
{
	const char *key = gap.body->party.key;

	gap.known = find_succession(territory->known, territory->n_known, key);
	gap.given = find_succession(wish->successions, wish->n_successions, key);
	if (gap.given != NULL && check_given(ruling, &gap) == REFUSED)
		return REFUSED;
	gap.confirmed = gap.given != NULL || still_fits(&gap);
	plan->gaps[plan->n_gaps++] = gap;
	return ACCEPTED;
}

/* ---- pairs of registers */

/* Who was there before and is not now. A key that comes back later cannot have ended: then this
 * register is the one that is wrong. */
static enum verdict compare_before(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->before.count; i++) {
		const struct body *body = &plan->before.items[i];
		struct gap gap = { .body = body,
			.earlier = &plan->before,
			.later = &plan->now,
			.from = date_of(territory->before, body->party.key),
			.to = wish->status_date };

		if (body_find(&plan->now, body->party.key) != NULL)
			continue;
		if (body_find(&plan->after, body->party.key) != NULL)
			return refuse(ruling, FAILURE_REFUSED, "statusDate", "missing",
				"%s (%s) is missing: the registers before and behind have it",
				body->party.name, body->party.key);
		if (add_gap(ruling, territory, wish, plan, gap) == REFUSED)
			return REFUSED;
	}
	return ACCEPTED;
}

/* Who is there now and not in the register behind, for a register that comes in late. */
static enum verdict compare_after(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->now.count; i++) {
		const struct body *body = &plan->now.items[i];
		const char *to = date_of(territory->after, body->party.key);
		struct gap gap = { .body = body,
			.earlier = &plan->now,
			.later = &plan->after,
			.from = wish->status_date,
			.to = to };

		if (to == NULL || body_find(&plan->after, body->party.key) != NULL)
			continue;
		if (add_gap(ruling, territory, wish, plan, gap) == REFUSED)
			return REFUSED;
	}
	return ACCEPTED;
}

/* The register of a day is what it is: a later issue of it may say more, never less. */
static enum verdict refuse_dropped(struct ruling *ruling, const struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->same.count; i++) {
		const Registry__Party *party = &plan->same.items[i].party;

		if (body_find(&plan->now, party->key) == NULL)
			return refuse(ruling, FAILURE_REFUSED, "statusDate", "dropped",
				"%s (%s) is in the register of this day already, and not in this "
				"one",
				party->name, party->key);
	}
	return ACCEPTED;
}

/* Of what ended before the day of this register, nothing may be in it. */
static enum verdict refuse_still_there(struct ruling *ruling, const struct territory_plan *plan,
	const Registry__ImportTerritoryRequest *wish, const Registry__Succession *succession)
{
	const struct body *body = body_find(&plan->now, succession->predecessor);

	if (body == NULL || strcmp(succession->effective_on, wish->status_date) > 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, "successions", "still_there",
		"%s (%s) is in the register of %s; a succession on %s cannot be", body->party.name,
		body->party.key, wish->status_date, succession->effective_on);
}

static enum verdict check_ends(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, const struct territory_plan *plan)
{
	for (size_t i = 0; i < wish->n_successions; i++)
		if (refuse_still_there(ruling, plan, wish, wish->successions[i]) == REFUSED)
			return REFUSED;
	for (size_t i = 0; i < territory->n_known; i++)
		if (find_succession(wish->successions, wish->n_successions,
			    territory->known[i]->predecessor) == NULL &&
			refuse_still_there(ruling, plan, wish, territory->known[i]) == REFUSED)
			return REFUSED;
	return ACCEPTED;
}

/* What cannot be at all is refused before anybody is asked about successors: the answer would be
 * about a register that never comes in. */
enum verdict territory_compare(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, struct territory_plan *out_plan)
{
	struct arena *arena = ruling->arena;

	*out_plan = (struct territory_plan){
		.before = bodies_of_kept(arena, territory->before),
		.same = bodies_of_kept(arena, territory->same),
		.now = bodies_of_wish(arena, wish),
		.after = bodies_of_kept(arena, territory->after),
	};
	out_plan->gaps =
		NEW_ARRAY(arena, struct gap, out_plan->before.count + out_plan->now.count + 1);
	if (refuse_dropped(ruling, out_plan) == REFUSED ||
		check_ends(ruling, territory, wish, out_plan) == REFUSED ||
		compare_before(ruling, territory, wish, out_plan) == REFUSED)
		return REFUSED;
	return compare_after(ruling, territory, wish, out_plan);
}

/* ---- what must be confirmed */

/* The proposal is the candidate: a form can offer it, nobody takes it unasked. */
static void tell_proposal(
	struct ruling *ruling, const Registry__TerritoryPreview__Proposal *proposal)
{
	const Registry__Party *gone = proposal->predecessor, *taker = proposal->successor;
	Asskomm__Failure__Violation *violation;

	if (taker == NULL) {
		failure_add(ruling->arena, ruling->failure, "successions", "unconfirmed",
			"%s (%s) is gone; name its successor, or none, and the day", gone->name,
			gone->key);
		return;
	}
	violation = failure_add(ruling->arena, ruling->failure, "successions", "unconfirmed",
		"%s (%s) is gone; proposed: %s (%s) from %s on, because %s", gone->name, gone->key,
		taker->name, taker->key, proposal->effective_on, proposal->because);
	failure_candidate(ruling->arena, violation, taker->key, taker->name, taker->district);
}

/* All of them at once, so that an operator confirms one list and not one line after the other. */
enum verdict territory_require_confirmed(struct ruling *ruling, const struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->n_gaps; i++) {
		if (plan->gaps[i].confirmed)
			continue;
		if (ruling->failure == NULL)
			ruling->failure = failure_new(ruling->arena, FAILURE_REFUSED,
				"What is gone needs a confirmed successor");
		tell_proposal(ruling, territory_propose(ruling->arena, plan, &plan->gaps[i]));
	}
	return ruling->failure == NULL ? ACCEPTED : REFUSED;
}
