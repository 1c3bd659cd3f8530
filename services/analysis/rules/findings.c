/* What is found and decided hangs on an analysis that goes on or is done, on codes of the lists
 * that people maintain, and on municipalities of that analysis. */
#include "findings.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* Which field of a request uses which list. To add one: a row, and the rule's need asks it. */
static const struct list {
	const char *name;
	const char *field;
} LISTS[] = {
	{ "action_fields", "actionField" },
	{ "contact_roles", "ownerRole" },
};
#define N_LISTS (sizeof(LISTS) / sizeof(LISTS[0]))

/* A list without a row is a mistake of a need, told without a field. */
static const char *field_of(const char *list)
{
	for (size_t i = 0; i < N_LISTS; i++)
		if (strcmp(LISTS[i].name, list) == 0)
			return LISTS[i].field;
	return "";
}

/* Figures are counted by codes: a slip of the pen would make a field of its own. */
enum verdict require_codes(struct ruling *ruling, const char *day)
{
	const Registry__ResolvedCodes *known =
		AS(Registry__ResolvedCodes, registry__resolved_codes, ruling->knowledge);
	const Registry__CodeUse *use;

	if (known->n_unknown == 0)
		return ACCEPTED;
	use = known->unknown[0];
	return refuse(ruling, FAILURE_REFUSED, field_of(use->list), "unknown",
		"the list %s has no code %s on %s", use->list, use->code, day);
}

static bool is_among(const char *key, char *const *known, size_t n_known)
{
	for (size_t i = 0; i < n_known; i++)
		if (strcmp(known[i], key) == 0)
			return true;
	return false;
}

/* The place in the request is told, since keys look alike. */
enum verdict require_members(struct ruling *ruling, char *const *named, size_t n_named,
	char *const *known, size_t n_known)
{
	for (size_t i = 0; i < n_named; i++)
		if (!is_among(named[i], known, n_known))
			return refuse(ruling, FAILURE_REFUSED,
				text_format(ruling->arena, "participants[%zu]", i), "unknown",
				"%s is not among the municipalities of this analysis", named[i]);
	return ACCEPTED;
}

/* Measures name recommendations by their codes. */
enum verdict require_distinct(
	struct ruling *ruling, Analysis__Recommendation *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(items[i]->code, items[j]->code) == 0)
				return refuse(ruling, FAILURE_INVALID,
					text_format(ruling->arena, "recommendations[%zu].code", i),
					"twice", "the code %s is there twice", items[i]->code);
	return ACCEPTED;
}
