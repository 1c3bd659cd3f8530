/* The territory is replaced as a whole; what refers to nothing, or twice to the same key, makes the
 * whole import fail. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

/* Keys are short texts of digits: their order as text is their order. */
static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In a sorted list: some hundred municipalities ask for their district. */
static bool has_key(char *const *sorted, size_t count, const char *key)
{
	return bsearch(&key, sorted, count, sizeof(*sorted), by_text) != NULL;
}

/* Sorted, equal keys stand side by side. */
static enum verdict refuse_twice(
	struct ruling *ruling, char **sorted, size_t count, const char *field)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			return refuse(ruling, FAILURE_INVALID, field, "twice",
				"the key %s is there twice", sorted[i]);
	return ACCEPTED;
}

/* The request's order stays as it is: the aggregate keeps it. */
static char **district_keys(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_districts + 1);

	for (size_t i = 0; i < wish->n_districts; i++)
		keys[i] = wish->districts[i]->ags5;
	qsort(keys, wish->n_districts, sizeof(*keys), by_text);
	return keys;
}

/* A municipality outside of any district would be seen by no adviser and counted nowhere. */
static enum verdict check_municipalities(
	struct ruling *ruling, const Registry__ImportTerritoryRequest *wish, char *const *districts)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, wish->n_municipalities + 1);

	for (size_t i = 0; i < wish->n_municipalities; i++) {
		const Registry__Municipality *municipality = wish->municipalities[i];

		keys[i] = municipality->ags8;
		if (strlen(municipality->ags8) != 8 ||
			!has_key(districts, wish->n_districts, municipality->district))
			return refuse(ruling, FAILURE_INVALID,
				text_format(ruling->arena, "municipalities[%zu]", i), "unknown",
				"%s (%s) lies in district %s, which is not in the table",
				municipality->name, municipality->ags8, municipality->district);
	}
	qsort(keys, wish->n_municipalities, sizeof(*keys), by_text);
	return refuse_twice(ruling, keys, wish->n_municipalities, "municipalities");
}

/* Only unions can take part; partnerships stay in the registry. */
static size_t keep_unions(struct arena *arena, const Registry__ImportTerritoryRequest *wish,
	Registry__Association ***out_unions)
{
	size_t count = 0;

	*out_unions = NEW_ARRAY(arena, Registry__Association *, wish->n_associations + 1);
	for (size_t i = 0; i < wish->n_associations; i++)
		if (strcmp(wish->associations[i]->kind, "union") == 0)
			(*out_unions)[count++] = wish->associations[i];
	return count;
}

/* About nobody: the territory is everybody's, and each listener must hear of it whatever its scope.
 */
static void emit_changed(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish)
{
	Registry__TerritoryChanged *fact = NEW(ruling->arena, Registry__TerritoryChanged);
	struct emitted *emitted =
		emit(ruling, &registry__territory_changed__descriptor, wish->status_date, 0, NULL);

	registry__territory_changed__init(fact);
	reflect_share(&fact->base, &wish->base);
	fact->n_associations = keep_unions(ruling->arena, wish, &fact->associations);
	emitted->fact = &fact->base;
}

/* Whether the import says what the territory is already: compared as packed bytes. */
static bool is_same(struct arena *arena, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish)
{
	Registry__ImportTerritoryRequest now = REGISTRY__IMPORT_TERRITORY_REQUEST__INIT;
	size_t len, other_len;
	uint8_t *bytes, *other;

	reflect_share(&now.base, &territory->base);
	bytes = reflect_pack(arena, &now.base, &len);
	other = reflect_pack(arena, &wish->base, &other_len);
	return len == other_len && memcmp(bytes, other, len) == 0;
}

/* The same table again changes nothing, also when its day has passed: imports are repeated. */
enum verdict import_territory(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Territory *territory = AS(Registry__Territory, registry__territory, aggregate);
	const Registry__ImportTerritoryRequest *wish =
		AS(Registry__ImportTerritoryRequest, registry__import_territory_request, request);
	char **districts = district_keys(ruling, wish);

	if (is_same(ruling->arena, territory, wish))
		return UNCHANGED;
	if (require_past(ruling, "statusDate", wish->status_date) == REFUSED ||
		refuse_twice(ruling, districts, wish->n_districts, "districts") == REFUSED ||
		check_municipalities(ruling, wish, districts) == REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	emit_changed(ruling, wish);
	return ACCEPTED;
}
