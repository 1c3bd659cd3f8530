/* An organisation is known under one code and stays what it is; a police station belongs to a
 * directorate and is competent only where that is. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/parties.h"
#include "core/reflect.h"
#include "people_facts.h"
#include <string.h>

/* What belongs to what. To add one: a row; a kind without a row belongs to nothing. */
static const struct belonging {
	Registry__Organisation__Kind kind, parent;
	bool required;
} BELONGINGS[] = {
	{ REGISTRY__ORGANISATION__KIND__POLICE_STATION,
		REGISTRY__ORGANISATION__KIND__POLICE_DIRECTORATE, true },
	{ REGISTRY__ORGANISATION__KIND__OFFICE, REGISTRY__ORGANISATION__KIND__MINISTRY, false },
};

/* NULL for a kind that belongs to nothing. */
static const struct belonging *belonging_of(Registry__Organisation__Kind kind)
{
	for (size_t i = 0; i < sizeof(BELONGINGS) / sizeof(BELONGINGS[0]); i++)
		if (BELONGINGS[i].kind == kind)
			return &BELONGINGS[i];
	return NULL;
}

/* As people call it. */
static const char *kind_name(struct ruling *ruling, Registry__Organisation__Kind kind)
{
	return say_label(ruling->arena, &registry__organisation__kind__descriptor, (int)kind);
}

/* No cycle can come up: what may be a parent belongs to nothing. */
static enum verdict check_parent(struct ruling *ruling, const Registry__OrganisationRef *above,
	const Registry__SetOrganisationRequest *wish)
{
	const struct belonging *belonging = belonging_of(wish->kind);

	if (wish->parent[0] == '\0' && (belonging == NULL || !belonging->required))
		return ACCEPTED;
	if (belonging == NULL)
		return refuse(ruling, FAILURE_REFUSED, "parent", "kind",
			"a %s belongs to no other organisation", kind_name(ruling, wish->kind));
	if (wish->parent[0] == '\0')
		return refuse(ruling, FAILURE_REFUSED, "parent", "required",
			"give the %s that it belongs to", kind_name(ruling, belonging->parent));
	if (above == NULL)
		return refuse(ruling, FAILURE_NOT_FOUND, "parent", "unknown",
			"\"%s\" is not known; register it first", wish->parent);
	if (above->kind != belonging->parent)
		return refuse(ruling, FAILURE_REFUSED, "parent", "kind", "\"%s\" is no %s",
			wish->parent, kind_name(ruling, belonging->parent));
	return ACCEPTED;
}

/* A district's key is the beginning of its municipalities'; a whole key is only itself. */
static bool lies_in(const Registry__OrganisationRef *above, const Registry__Party *party)
{
	for (size_t i = 0; i < above->n_areas; i++)
		if (strcmp(above->areas[i], party->key) == 0 ||
			strcmp(above->areas[i], party->district) == 0)
			return true;
	return false;
}

/* A directorate without areas of its own limits nobody. */
static enum verdict check_areas(struct ruling *ruling, const Registry__Organisation *organisation,
	const Registry__SetOrganisationRequest *wish)
{
	const Registry__OrganisationRef *above = organisation->above;

	for (size_t i = 0; i < organisation->n_resolved; i++) {
		const Registry__Party *party = the_party(
			ruling, organisation->resolved[i], ruling->today, "areas[%zu]", i);

		if (party == NULL)
			return REFUSED;
		if (wish->kind == REGISTRY__ORGANISATION__KIND__POLICE_STATION &&
			above->n_areas > 0 && !lies_in(above, party))
			return refuse(ruling, FAILURE_REFUSED, "areas", "competence",
				"%s (%s) does not lie in %s", party->name, party->key, above->name);
	}
	return ACCEPTED;
}

/* About nobody: organisations are public. Both facts have the same fields. */
static void emit_set(
	struct ruling *ruling, const Registry__SetOrganisationRequest *wish, bool is_new)
{
	struct emitted *emitted = emit(ruling,
		is_new ? &registry__organisation_registered__descriptor
		       : &registry__organisation_changed__descriptor,
		is_new ? people_valid_on(ruling, wish->valid_from) : ruling->today, 0, NULL);

	reflect_share(emitted->fact, &wish->base);
}

/* All is given each time, so what is not given is not known any more. */
enum verdict set_organisation(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Organisation *organisation =
		AS(Registry__Organisation, registry__organisation, aggregate);
	const Registry__SetOrganisationRequest *wish =
		AS(Registry__SetOrganisationRequest, registry__set_organisation_request, request);
	Registry__SetOrganisationRequest now = REGISTRY__SET_ORGANISATION_REQUEST__INIT;

	reflect_share(&now.base, aggregate);
	now.key = organisation->id;
	if (organisation->version > 0 && people_same(ruling->arena, &now.base, request))
		return UNCHANGED;
	if (organisation->version > 0 && organisation->kind != wish->kind)
		return refuse(ruling, FAILURE_REFUSED, "kind", "fixed",
			"it stays a %s; take another code", kind_name(ruling, organisation->kind));
	if (check_parent(ruling, organisation->above, wish) == REFUSED ||
		check_areas(ruling, organisation, wish) == REFUSED ||
		people_require_period(ruling, "validUntil", wish->valid_from, wish->valid_until) ==
			REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	emit_set(ruling, wish, organisation->version == 0);
	return ACCEPTED;
}
