/* A council exists from its constituent meeting on. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"

/* That a participant has no other council is a constraint of the database: two requests at once
 * could both pass a check here. */
enum verdict constitute_council(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Council *council = AS(Registry__Council, registry__council, aggregate);
	const Registry__ConstituteCouncilRequest *wish = AS(
		Registry__ConstituteCouncilRequest, registry__constitute_council_request, request);
	Registry__Party *party =
		the_body(ruling, council->resolved, wish->constituted_on, "participant");
	Registry__CouncilConstituted *fact = NEW(ruling->arena, Registry__CouncilConstituted);

	if (party == NULL || require_past(ruling, "constitutedOn", wish->constituted_on) == REFUSED)
		return REFUSED;
	council->id = ruling_id(ruling);
	council->status = REGISTRY__COUNCIL__STATUS__ACTIVE;
	council->participant = party_copy(ruling->arena, party);
	reflect_append(ruling->arena, aggregate, "participants", party->key);
	council->constituted_on = wish->constituted_on;
	registry__council_constituted__init(fact);
	fact->council_id = council->id;
	fact->participant = council->participant;
	emit_entry(ruling, aggregate, wish->constituted_on, &fact->base);
	return ACCEPTED;
}
