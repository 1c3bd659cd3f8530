/* Places have the name, the district and the inhabitants that the register in force on a day tells;
 * each register is kept under its status date, so it does not matter which one came in first. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* Copies, since it outlives the fact. */
static Monitor__PartyName *add_party(struct arena *arena, Monitor__Marks *marks, const char *key,
	const char *name, const char *kind, const char *district)
{
	Monitor__PartyName *party = NEW(arena, Monitor__PartyName);

	monitor__party_name__init(party);
	party->key = text_copy(arena, key);
	party->name = text_copy(arena, name);
	party->kind = text_copy(arena, kind);
	party->district = text_copy(arena, district);
	reflect_append(arena, &marks->base, "parties", party);
	return party;
}

/* Independent cities are districts here and municipalities there: only rural districts are parties
 * of their own, or a city would stand in the list twice. */
static void add_district(struct arena *arena, Monitor__Marks *marks,
	const Registry__TerritoryChanged *fact, const Registry__District *district)
{
	Monitor__DistrictName *name = NEW(arena, Monitor__DistrictName);

	monitor__district_name__init(name);
	name->district = district->ags5;
	name->name = district->name;
	name->kind = district->kind;
	name->police_directorate = district->police_directorate;
	name->told_on = fact->status_date;
	for (size_t i = 0; i < fact->n_municipalities; i++)
		name->municipalities +=
			strcmp(fact->municipalities[i]->district, district->ags5) == 0;
	reflect_append(arena, &marks->base, "districts", name);
	if (strcmp(district->kind, "district") == 0)
		add_party(arena, marks, district->ags5, district->name, "district", district->ags5)
			->told_on = fact->status_date;
}

/* Forests and lakes that belong to no municipality are none. */
static bool is_unincorporated(const Registry__Municipality *municipality)
{
	return municipality->kind == REGISTRY__MUNICIPALITY_KIND__UNINCORPORATED_INHABITED ||
	       municipality->kind == REGISTRY__MUNICIPALITY_KIND__UNINCORPORATED_UNINHABITED;
}

static void add_municipality(struct arena *arena, Monitor__Marks *marks,
	const Registry__TerritoryChanged *fact, const Registry__Municipality *municipality)
{
	Monitor__PartyName *party = add_party(arena, marks, municipality->ags8, municipality->name,
		is_unincorporated(municipality) ? "area" : "municipality", municipality->district);

	party->told_on = fact->status_date;
	party->association = text_copy(arena, municipality->association);
	party->population = municipality->population;
	party->population_on = text_copy(arena, fact->population_on);
}

/* Districts first: parties lie in them. */
void places_of_territory(
	struct arena *arena, Monitor__Marks *marks, const Registry__TerritoryChanged *fact)
{
	for (size_t i = 0; i < fact->n_districts; i++)
		add_district(arena, marks, fact, fact->districts[i]);
	for (size_t i = 0; i < fact->n_municipalities; i++)
		add_municipality(arena, marks, fact, fact->municipalities[i]);
	for (size_t i = 0; i < fact->n_associations; i++)
		add_party(arena, marks, fact->associations[i]->ars9, fact->associations[i]->name,
			"union", fact->associations[i]->district)
			->told_on = fact->status_date;
}

/* Its members are covered by what it signs. */
void places_of_consortium(struct arena *arena, Monitor__Marks *marks, const char *founded_on,
	const Registry__ConsortiumRegistered *fact)
{
	const Registry__Party *told = fact->participant;
	Monitor__PartyName *party;

	if (told == NULL)
		return;
	party = add_party(arena, marks, told->key, told->name, "consortium", told->district);
	party->told_on = text_copy(arena, founded_on);
	for (size_t i = 0; i < fact->n_members; i++)
		reflect_append(arena, &party->base, "members", text_copy(arena, fact->members[i]));
}
