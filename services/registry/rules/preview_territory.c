/* What a register would change, told before it does: the same comparison as the import, and its
 * refusal as part of the answer. */
#include "rules.h"

#include "core/reflect.h"
#include "territory_plan.h"
#include <string.h>

/* ---- sums */

static bool lies_in(const struct body *body, const char *land)
{
	return body->party.kind == REGISTRY__PARTY_KIND__MUNICIPALITY &&
	       strncmp(body->party.key, land, 2) == 0;
}

/* Inhabitants of a Land fit 32 bits; unions and districts are no municipalities. */
static void add_up(const struct bodies *bodies, const char *land, uint32_t *out_count,
	uint32_t *out_population)
{
	for (size_t i = 0; i < bodies->count; i++)
		if (lies_in(&bodies->items[i], land)) {
			*out_count += 1;
			*out_population += bodies->items[i].population;
		}
}

/* Before and after side by side, as "419 → 418" is what an operator checks first. */
static void tell_sums(struct arena *arena, Registry__TerritoryPreview *preview,
	const Registry__Territory *territory, const struct territory_plan *plan,
	Registry__Land *land)
{
	Registry__TerritoryPreview__Sums *sums = NEW(arena, Registry__TerritoryPreview__Sums);

	registry__territory_preview__sums__init(sums);
	sums->land = land;
	for (size_t i = 0; territory->before != NULL && i < territory->before->n_lands; i++)
		if (strcmp(territory->before->lands[i]->key, land->key) == 0)
			sums->since = territory->before->lands[i]->status_date;
	add_up(&plan->before, land->key, &sums->municipalities_before, &sums->population_before);
	add_up(&plan->now, land->key, &sums->municipalities, &sums->population);
	reflect_append(arena, &preview->base, "sums", sums);
}

/* ---- what differs from the register before */

/* By the official names: a new title changes nothing else, but is what the register says. */
static void tell_renaming(struct arena *arena, Registry__TerritoryPreview *preview,
	const struct body *was, const struct body *is)
{
	Registry__TerritoryPreview__Renaming *renaming =
		NEW(arena, Registry__TerritoryPreview__Renaming);

	registry__territory_preview__renaming__init(renaming);
	renaming->key = is->party.key;
	renaming->before = (char *)(uintptr_t)was->official_name;
	renaming->after = (char *)(uintptr_t)is->official_name;
	reflect_append(arena, &preview->base, "renamed", renaming);
}

/* Associations come and go without a successor: what matters is who belongs to which. */
static void tell_move(struct arena *arena, Registry__TerritoryPreview *preview,
	const struct body *was, const struct body *is)
{
	Registry__TerritoryPreview__Move *move = NEW(arena, Registry__TerritoryPreview__Move);

	registry__territory_preview__move__init(move);
	move->key = is->party.key;
	move->name = is->party.name;
	move->before = (char *)(uintptr_t)was->association;
	move->after = (char *)(uintptr_t)is->association;
	reflect_append(arena, &preview->base, "moved", move);
}

/* Whether the register before covers the Land: else all would be new. */
static bool is_covered(const struct territory_plan *plan, const char *key)
{
	for (size_t i = 0; i < plan->before.count; i++)
		if (strncmp(plan->before.items[i].party.key, key, 2) == 0)
			return true;
	return false;
}

static void tell_differences(
	struct arena *arena, Registry__TerritoryPreview *preview, const struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->now.count; i++) {
		const struct body *is = &plan->now.items[i];
		const struct body *was = body_find(&plan->before, is->party.key);

		if (was == NULL && is_covered(plan, is->party.key))
			reflect_append(arena, &preview->base, "added", &is->party);
		if (was != NULL && strcmp(was->official_name, is->official_name) != 0)
			tell_renaming(arena, preview, was, is);
		if (was != NULL && strcmp(was->association, is->association) != 0)
			tell_move(arena, preview, was, is);
	}
}

/* The day matters only where nothing is confirmed yet: it tells which one is proposed. */
static void tell_gaps(
	struct arena *arena, Registry__TerritoryPreview *preview, const struct territory_plan *plan)
{
	for (size_t i = 0; i < plan->n_gaps; i++) {
		const struct gap *gap = &plan->gaps[i];

		reflect_append(arena, &preview->base, "gone", &gap->body->party);
		if (!gap->confirmed)
			reflect_append(arena, &preview->base, "proposals",
				territory_propose(arena, plan, gap));
		else if (gap_is_news(gap))
			reflect_append(arena, &preview->base, "successions", gap->given);
	}
}

/* As the import decides it, Land by Land. */
static bool has_news(struct arena *arena, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish)
{
	for (size_t i = 0; i < wish->n_lands; i++)
		if (!territory_has(arena, territory->same, territory_part(arena, wish, i)))
			return true;
	return false;
}

/* The day of today is not asked: a register of tomorrow may be previewed, and is refused when it is
 * imported. A refusal comes with what could be compared before it. */
ProtobufCMessage *preview_territory(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Registry__Territory *territory = AS(Registry__Territory, registry__territory, row);
	Registry__ImportTerritoryRequest *wish = NEW(arena, Registry__ImportTerritoryRequest);
	Registry__TerritoryPreview *preview = NEW(arena, Registry__TerritoryPreview);
	struct ruling *ruling = NEW(arena, struct ruling);
	struct territory_plan plan;

	ruling->arena = arena;
	registry__import_territory_request__init(wish);
	reflect_share(&wish->base, request);
	registry__territory_preview__init(preview);
	preview->status_date = wish->status_date;
	if (territory_check(ruling, wish) == ACCEPTED &&
		territory_compare(ruling, territory, wish, &plan) == ACCEPTED) {
		(void)territory_require_confirmed(ruling, &plan);
		for (size_t i = 0; i < wish->n_lands; i++)
			tell_sums(arena, preview, territory, &plan, wish->lands[i]);
		tell_differences(arena, preview, &plan);
		tell_gaps(arena, preview, &plan);
		preview->changes = has_news(arena, territory, wish) || preview->n_successions > 0;
	}
	preview->refusal = ruling->failure;
	return &preview->base;
}
