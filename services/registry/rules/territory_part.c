/* A register covers several Laender; each of them is kept, compared and told on its own. */
#include "territory_plan.h"

#include "core/reflect.h"
#include <stdlib.h>
#include <string.h>

#define LAND_LEN 2u

/* ---- order, so that two issues of a register can be compared byte by byte */

static int by_ags8(const void *a, const void *b)
{
	return strcmp((*(Registry__Municipality *const *)a)->ags8,
		(*(Registry__Municipality *const *)b)->ags8);
}

static int by_ags5(const void *a, const void *b)
{
	return strcmp(
		(*(Registry__District *const *)a)->ags5, (*(Registry__District *const *)b)->ags5);
}

static int by_ars9(const void *a, const void *b)
{
	return strcmp((*(Registry__Association *const *)a)->ars9,
		(*(Registry__Association *const *)b)->ars9);
}

static int by_code(const void *a, const void *b)
{
	return strcmp((*(Registry__PoliceDirectorate *const *)a)->code,
		(*(Registry__PoliceDirectorate *const *)b)->code);
}

/* ---- one Land's part of each list */

/* A key begins with its Land: two digits decide. The rows are shared with the request, only the
 * list is new. */
static void pick_municipalities(struct arena *arena, Registry__Register *part, const char *land,
	Registry__Municipality *const *all, size_t count)
{
	part->municipalities = NEW_ARRAY(arena, Registry__Municipality *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (strncmp(all[i]->ags8, land, LAND_LEN) == 0)
			part->municipalities[part->n_municipalities++] = all[i];
	qsort(part->municipalities, part->n_municipalities, sizeof(part->municipalities[0]),
		by_ags8);
}

/* As above, by the five digits of the district. */
static void pick_districts(struct arena *arena, Registry__Register *part, const char *land,
	Registry__District *const *all, size_t count)
{
	part->districts = NEW_ARRAY(arena, Registry__District *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (strncmp(all[i]->ags5, land, LAND_LEN) == 0)
			part->districts[part->n_districts++] = all[i];
	qsort(part->districts, part->n_districts, sizeof(part->districts[0]), by_ags5);
}

/* As above, by the nine digits of the association. */
static void pick_associations(struct arena *arena, Registry__Register *part, const char *land,
	Registry__Association *const *all, size_t count)
{
	part->associations = NEW_ARRAY(arena, Registry__Association *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (strncmp(all[i]->ars9, land, LAND_LEN) == 0)
			part->associations[part->n_associations++] = all[i];
	qsort(part->associations, part->n_associations, sizeof(part->associations[0]), by_ars9);
}

/* A police directorate has no key of a Land: it is of the Land whose districts name it. */
static void pick_police(struct arena *arena, Registry__Register *part,
	Registry__PoliceDirectorate *const *all, size_t count)
{
	part->police_directorates = NEW_ARRAY(arena, Registry__PoliceDirectorate *, count + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < part->n_districts; j++)
			if (strcmp(part->districts[j]->police_directorate, all[i]->code) == 0) {
				part->police_directorates[part->n_police_directorates++] = all[i];
				break;
			}
	qsort(part->police_directorates, part->n_police_directorates,
		sizeof(part->police_directorates[0]), by_code);
}

/* A Land without the status date, which the register has. */
static void name_land(struct arena *arena, Registry__Register *part, const Registry__Land *land)
{
	static char nothing[] = "";
	Registry__Land *plain = NEW(arena, Registry__Land);

	*plain = *land;
	plain->status_date = nothing;
	reflect_append(arena, &part->base, "lands", plain);
}

/* Credit and day of the numbers are the register's, so each Land has them. */
Registry__Register *territory_part(
	struct arena *arena, const Registry__ImportTerritoryRequest *wish, size_t place)
{
	Registry__Register *part = NEW(arena, Registry__Register);
	const char *land = wish->lands[place]->key;

	registry__register__init(part);
	part->credit = wish->credit;
	part->population_on = wish->population_on;
	name_land(arena, part, wish->lands[place]);
	pick_municipalities(arena, part, land, wish->municipalities, wish->n_municipalities);
	pick_districts(arena, part, land, wish->districts, wish->n_districts);
	pick_associations(arena, part, land, wish->associations, wish->n_associations);
	pick_police(arena, part, wish->police_directorates, wish->n_police_directorates);
	return part;
}

/* The same Land's part of what is kept, or NULL. */
static Registry__Register *kept_part(
	struct arena *arena, const Registry__Register *kept, const char *land)
{
	for (size_t i = 0; kept != NULL && i < kept->n_lands; i++) {
		if (strcmp(kept->lands[i]->key, land) != 0)
			continue;
		Registry__ImportTerritoryRequest like = REGISTRY__IMPORT_TERRITORY_REQUEST__INIT;

		reflect_share(&like.base, &kept->base);
		return territory_part(arena, &like, i);
	}
	return NULL;
}

/* Packed messages of the same content are the same bytes, since nothing of ours is a map. */
bool territory_has(
	struct arena *arena, const Registry__Register *kept, const Registry__Register *part)
{
	const Registry__Register *other = kept_part(arena, kept, part->lands[0]->key);
	size_t len, other_len;
	uint8_t *bytes, *other_bytes;

	if (other == NULL)
		return false;
	bytes = reflect_pack(arena, &part->base, &len);
	other_bytes = reflect_pack(arena, &other->base, &other_len);
	return len == other_len && memcmp(bytes, other_bytes, len) == 0;
}
