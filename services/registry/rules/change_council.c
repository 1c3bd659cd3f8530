/* A council falls asleep, is woken up, or ends; only an active or a reactivated one is counted. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "council_facts.h"
#include <string.h>

/* The allowed moves. To add one: a row. */
static const struct move {
	Registry__Council__Status from;
	Registry__ChangeCouncilRequest__Change change;
	Registry__Council__Status to;
	const ProtobufCMessageDescriptor *fact;
} MOVES[] = {
	{ REGISTRY__COUNCIL__STATUS__ACTIVE, REGISTRY__CHANGE_COUNCIL_REQUEST__CHANGE__DORMANT,
		REGISTRY__COUNCIL__STATUS__DORMANT, &registry__council_went_dormant__descriptor },
	{ REGISTRY__COUNCIL__STATUS__DORMANT, REGISTRY__CHANGE_COUNCIL_REQUEST__CHANGE__REACTIVATED,
		REGISTRY__COUNCIL__STATUS__ACTIVE, &registry__council_reactivated__descriptor },
	{ REGISTRY__COUNCIL__STATUS__ACTIVE, REGISTRY__CHANGE_COUNCIL_REQUEST__CHANGE__DISSOLVED,
		REGISTRY__COUNCIL__STATUS__DISSOLVED, &registry__council_dissolved__descriptor },
	{ REGISTRY__COUNCIL__STATUS__DORMANT, REGISTRY__CHANGE_COUNCIL_REQUEST__CHANGE__DISSOLVED,
		REGISTRY__COUNCIL__STATUS__DISSOLVED, &registry__council_dissolved__descriptor },
};

/* NULL for a change that the present status does not allow. */
static const struct move *find_move(
	const Registry__Council *council, const Registry__ChangeCouncilRequest *wish)
{
	for (size_t i = 0; i < sizeof(MOVES) / sizeof(MOVES[0]); i++)
		if (MOVES[i].from == council->status && MOVES[i].change == wish->change)
			return &MOVES[i];
	return NULL;
}

/* Through one of the types: protobuf-c lays out equal fields alike. */
static ProtobufCMessage *fact_of(
	struct ruling *ruling, const struct move *move, const Registry__Council *council)
{
	/* all three facts have the same two fields */
	Registry__CouncilDissolved *fact =
		(Registry__CouncilDissolved *)(void *)reflect_new(ruling->arena, move->fact);

	fact->council_id = council->id;
	fact->participant = council->participant;
	return &fact->base;
}

/* Entries are in the order of their days, because nothing earlier than the latest is taken. */
enum verdict change_council(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Council *council = AS(Registry__Council, registry__council, aggregate);
	const Registry__ChangeCouncilRequest *wish =
		AS(Registry__ChangeCouncilRequest, registry__change_council_request, request);
	const struct move *move = find_move(council, wish);

	if (require_past(ruling, "changedOn", wish->changed_on) == REFUSED)
		return REFUSED;
	if (move == NULL)
		return refuse(ruling, FAILURE_CONFLICT, "change", "move",
			"an active council can become dormant or be dissolved, a dormant one can "
			"be reactivated or dissolved; this one is %s",
			say_label(ruling->arena, &registry__council__status__descriptor,
				(int)council->status));
	if (council->n_entries > 0 &&
		strcmp(wish->changed_on, council->entries[council->n_entries - 1]->on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "changedOn", "order",
			"the latest change was on %s",
			council->entries[council->n_entries - 1]->on);
	council->status = move->to;
	emit_entry(ruling, aggregate, wish->changed_on, fact_of(ruling, move, council));
	return ACCEPTED;
}
