/* A participant does not want to cooperate, for now; that is a fact like any other, and closes no
 * door. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

/* The participant remembers it among its entries and is what it was: who declined may be advised
 * or sign on any later day, and what came first is the monitor's business. */
enum verdict decline_cooperation(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__DeclineCooperationRequest *wish = AS(Registry__DeclineCooperationRequest,
		registry__decline_cooperation_request, request);
	Registry__Party *party =
		participant_party(ruling, participant, "declinedOn", wish->declined_on);
	Registry__ParticipantDeclined *fact = NEW(ruling->arena, Registry__ParticipantDeclined);

	if (party == NULL)
		return REFUSED;
	registry__participant_declined__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	fact->reason = wish->reason;
	emit_entry(ruling, aggregate, wish->declined_on, &fact->base);
	return ACCEPTED;
}
