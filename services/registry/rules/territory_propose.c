/* Municipalities merge: into a new one, whose area is the sum of theirs, or into a neighbour, which
 * grows by it. A proposal is never more than that: the operator confirms it or says otherwise. */
#include "territory_plan.h"

#include "core/catalogue.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

/* Areas are measured anew from year to year: some hectares are no difference. */
#define TOLERANCE_HA 10u
#define TOLERANCE_SHARE 200u /* and one part of so many */
/* Of so many that are gone in a district every combination is tried, 2^12 of them. */
#define COMBINED_MAX 12u
#define FRAGMENT_LEN 4u /* letters that two names must share */

static uint32_t difference(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

/* Ten hectares for small municipalities, half a percent for large ones. */
static bool is_about(uint32_t sum, uint32_t area)
{
	return difference(sum, area) <= TOLERANCE_HA + area / TOLERANCE_SHARE;
}

/* Who is gone together with it: of the same district, between the same registers. */
struct group {
	size_t count;
	const struct body *items[COMBINED_MAX];
};

/* The body itself comes first; the rest as far as there is room. */
static struct group group_of(const struct territory_plan *plan, const struct gap *gap)
{
	struct group group = { .count = 1, .items = { gap->body } };

	for (size_t i = 0; i < plan->n_gaps && group.count < COMBINED_MAX; i++) {
		const struct gap *other = &plan->gaps[i];

		if (other->body != gap->body && other->later == gap->later &&
			other->body->party.kind == gap->body->party.kind &&
			strcmp(other->body->party.district, gap->body->party.district) == 0)
			group.items[group.count++] = other->body;
	}
	return group;
}

/* `chosen` has a bit for each of the group. */
static uint32_t sum_of(const struct group *group, unsigned chosen)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < group->count; i++)
		if ((chosen >> i & 1u) != 0)
			sum += group->items[i]->area_ha;
	return sum;
}

/* The combination with the body itself in it whose areas come nearest; 0 when none is near. */
static unsigned best_combination(const struct group *group, uint32_t area)
{
	unsigned best = 0;

	for (unsigned chosen = 1; chosen < 1u << group->count; chosen += 2) {
		uint32_t sum = sum_of(group, chosen);

		if (is_about(sum, area) &&
			(best == 0 ||
				difference(sum, area) < difference(sum_of(group, best), area)))
			best = chosen;
	}
	return best;
}

/* "Zschaitz-Ottewig" and "Ottewig" share a word. */
static bool shares_word(struct arena *arena, const char *name, const char *other)
{
	static const char BETWEEN[] = " -/.,()";
	const char *haystack = text_fold(arena, other), *at = text_fold(arena, name);

	while (*at != '\0') {
		size_t len = strcspn(at, BETWEEN);
		const char *word = text_copy_len(arena, at, len);

		if (text_characters(word) >= FRAGMENT_LEN && strstr(haystack, word) != NULL)
			return true;
		at += len + strspn(at + len, BETWEEN);
	}
	return false;
}

/* One that may be the successor, and how well it fits. */
struct fit {
	const struct body *body;
	unsigned score; /* 0: not at all */
	const char *because;
};

/* "area 4 852 ha + 2 730 ha = 7 582 ha" */
static const char *tell_areas(
	struct arena *arena, const struct group *group, unsigned chosen, uint32_t area, bool grows)
{
	const char *sum = "";

	for (size_t i = 0; i < group->count; i++)
		if ((chosen >> i & 1u) != 0)
			sum = text_format(arena, "%s%s%s %u ha", sum, sum[0] != '\0' ? " + " : "",
				group->items[i]->party.name, group->items[i]->area_ha);
	return grows ? say(arena, "areas: %s, and it grew by %u ha", sum, area)
		     : say(arena, "areas: %s, and it has %u ha", sum, area);
}

/* A new one is judged by its whole area, one that was there by what it grew. */
/* What fits by its area goes before what fits by its name, a new one before one that grew, and the
 * same district before another. Where the areas say nothing (a district, a union) the name decides.
 */
static struct fit judge(struct arena *arena, const struct gap *gap, const struct group *group,
	const struct body *candidate)
{
	const struct body *was = body_find(gap->earlier, candidate->party.key);
	bool near = strcmp(candidate->party.district, gap->body->party.district) == 0;
	bool named = shares_word(arena, gap->body->party.name, candidate->party.name);
	uint32_t area = candidate->area_ha -
			(was != NULL && was->area_ha < candidate->area_ha ? was->area_ha : 0);
	bool grew = was == NULL || was->area_ha < candidate->area_ha;
	unsigned chosen = gap->body->area_ha > 0 && grew ? best_combination(group, area) : 0;
	struct fit fit = { .body = candidate, .because = say(arena, "the name") };

	if (chosen != 0 && (near || named)) {
		fit.score = 4u + (was == NULL ? 2u : 0u) + (named ? 1u : 0u) + (near ? 1u : 0u);
		fit.because = tell_areas(arena, group, chosen, area, was != NULL);
	} else if (was == NULL && named &&
		   strcmp(candidate->party.name, gap->body->party.name) == 0) {
		fit.score = 3; /* another key for the same name */
	} else if (named && near && grew) {
		fit.score = was == NULL ? 2 : 1;
	}
	return fit;
}

/* 1 January is when such changes take effect, if it lies between the registers. */
static char *first_day(struct arena *arena, const struct gap *gap)
{
	char *new_year = text_format(arena, "%.4s-01-01", gap->to);

	return strcmp(new_year, gap->from) > 0 ? new_year : text_copy(arena, gap->to);
}

/* All of the same kind and Land are candidates: a merger across a border of districts happens, too.
 * The first of several that fit alike stays, so that the same registers give the same proposal. */
Registry__TerritoryPreview__Proposal *territory_propose(
	struct arena *arena, const struct territory_plan *plan, const struct gap *gap)
{
	Registry__TerritoryPreview__Proposal *proposal =
		NEW(arena, Registry__TerritoryPreview__Proposal);
	struct group group = group_of(plan, gap);
	struct fit best = { .score = 0 };

	registry__territory_preview__proposal__init(proposal);
	for (size_t i = 0; i < gap->later->count; i++) {
		const struct body *candidate = &gap->later->items[i];

		if (candidate->party.kind != gap->body->party.kind ||
			strncmp(candidate->party.key, gap->body->party.key, 2) != 0)
			continue;
		struct fit fit = judge(arena, gap, &group, candidate);
		if (fit.score > best.score)
			best = fit;
	}
	proposal->predecessor = (Registry__Party *)(uintptr_t)&gap->body->party;
	proposal->effective_on = first_day(arena, gap);
	if (best.score > 0) {
		proposal->successor = (Registry__Party *)(uintptr_t)&best.body->party;
		proposal->because = text_copy(arena, best.because);
	}
	return proposal;
}
