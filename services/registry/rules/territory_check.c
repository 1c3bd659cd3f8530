/* A register by itself: its keys, and what refers to what. */
#include "territory_plan.h"

#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define LAND_LEN 2u

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In a sorted list: thousands of municipalities ask for their district. */
static bool has_key(char *const *sorted, size_t count, const char *key)
{
	return bsearch(&key, sorted, count, sizeof(*sorted), by_text) != NULL;
}

/* Sorted, equal keys stand side by side. */
static enum verdict refuse_twice(
	struct ruling *ruling, char **keys, size_t count, const char *field)
{
	qsort(keys, count, sizeof(*keys), by_text);
	for (size_t i = 1; i < count; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return refuse(ruling, FAILURE_INVALID, field, "twice",
				"the key %s is there twice", keys[i]);
	return ACCEPTED;
}

/* Sixteen at most: a loop is quicker than sorting them. */
static bool has_land(const Registry__ImportTerritoryRequest *wish, const char *key)
{
	for (size_t i = 0; i < wish->n_lands; i++)
		if (strncmp(wish->lands[i]->key, key, LAND_LEN) == 0)
			return true;
	return false;
}

/* Whether a key is one: so many digits, in a Land of the register. */
static enum verdict check_key(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish,
	const char *field, size_t place, const char *key, size_t len)
{
	if (strlen(key) == len && strspn(key, "0123456789") == len && has_land(wish, key))
		return ACCEPTED;
	return refuse(ruling, FAILURE_INVALID, text_format(ruling->arena, "%s[%zu]", field, place),
		"key", "\"%s\" is no key of %zu digits in a Land of this register", key, len);
}

/* A Land is its own key's Land, so only form and repetition can be wrong. */
static enum verdict check_lands(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_lands + 1);

	for (size_t i = 0; i < wish->n_lands; i++) {
		keys[i] = wish->lands[i]->key;
		if (check_key(ruling, wish, "lands", i, keys[i], LAND_LEN) == REFUSED)
			return REFUSED;
	}
	return refuse_twice(ruling, keys, wish->n_lands, "lands");
}

/* Sorted afterwards: municipalities and associations look for theirs. */
static enum verdict check_districts(
	struct ruling *ruling, const Registry__ImportTerritoryRequest *wish, char **out_keys)
{
	for (size_t i = 0; i < wish->n_districts; i++) {
		out_keys[i] = wish->districts[i]->ags5;
		if (check_key(ruling, wish, "districts", i, out_keys[i], 5) == REFUSED)
			return REFUSED;
	}
	return refuse_twice(ruling, out_keys, wish->n_districts, "districts");
}

/* Names are not required here: without one the key must do. */
static enum verdict refuse_homeless(
	struct ruling *ruling, const Registry__Municipality *m, size_t place)
{
	const char *field = text_format(ruling->arena, "municipalities[%zu]", place);
	const char *name = m->name[0] == '\0'
				   ? m->ags8
				   : text_format(ruling->arena, "%s (%s)", m->name, m->ags8);

	if (m->district[0] == '\0')
		return refuse(ruling, FAILURE_INVALID, field, "unknown",
			"%s has inhabitants and names no district", name);
	return refuse(ruling, FAILURE_INVALID, field, "unknown",
		"%s lies in district %s, which is not in the table", name, m->district);
}

/* A municipality outside of any district would be seen by no adviser and counted nowhere; nobody
 * lives in the waters that lie in none. */
static enum verdict check_municipalities(
	struct ruling *ruling, const Registry__ImportTerritoryRequest *wish, char *const *districts)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_municipalities + 1);

	for (size_t i = 0; i < wish->n_municipalities; i++) {
		const Registry__Municipality *m = wish->municipalities[i];
		bool empty = m->district[0] == '\0' && m->population == 0;

		keys[i] = m->ags8;
		if (check_key(ruling, wish, "municipalities", i, keys[i], 8) == REFUSED)
			return REFUSED;
		if (!empty && !has_key(districts, wish->n_districts, m->district))
			return refuse_homeless(ruling, m, i);
	}
	return refuse_twice(ruling, keys, wish->n_municipalities, "municipalities");
}

/* Partnerships are no parties, but their keys must be unique all the same. */
static enum verdict check_associations(
	struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_associations + 1);

	for (size_t i = 0; i < wish->n_associations; i++) {
		keys[i] = wish->associations[i]->ars9;
		if (check_key(ruling, wish, "associations", i, keys[i], 9) == REFUSED)
			return REFUSED;
	}
	return refuse_twice(ruling, keys, wish->n_associations, "associations");
}

/* Whether the keys exist, the comparison with the other registers says. */
static enum verdict check_successions(
	struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_successions + 1);

	for (size_t i = 0; i < wish->n_successions; i++) {
		keys[i] = wish->successions[i]->predecessor;
		if (strcmp(keys[i], wish->successions[i]->successor) == 0)
			return refuse(ruling, FAILURE_INVALID,
				text_format(ruling->arena, "successions[%zu].successor", i),
				"itself", "%s cannot succeed itself", keys[i]);
	}
	return refuse_twice(ruling, keys, wish->n_successions, "successions");
}

/* In the order in which one thing refers to another: the first error is the one that explains the
 * others. */
enum verdict territory_check(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	char **districts = NEW_ARRAY(ruling->arena, char *, wish->n_districts + 1);

	if (check_lands(ruling, wish) == REFUSED ||
		check_districts(ruling, wish, districts) == REFUSED ||
		check_municipalities(ruling, wish, districts) == REFUSED ||
		check_associations(ruling, wish) == REFUSED)
		return REFUSED;
	return check_successions(ruling, wish);
}
