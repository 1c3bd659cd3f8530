/* The office advised a participant; every advice is a fact, the first one counts. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

/* Advice is not contact in the aggregate; that it counts as contact too is the monitor's business.
 */
enum verdict record_advice(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__RecordAdviceRequest *wish =
		AS(Registry__RecordAdviceRequest, registry__record_advice_request, request);
	Registry__Party *party =
		participant_party(ruling, participant, "advisedOn", wish->advised_on);
	Registry__ParticipantAdvised *fact = NEW(ruling->arena, Registry__ParticipantAdvised);

	if (party == NULL)
		return REFUSED;
	registry__participant_advised__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	fact->topic = wish->topic;
	participant_earliest(&participant->advised_on, wish->advised_on);
	emit_entry(ruling, aggregate, wish->advised_on, &fact->base);
	return ACCEPTED;
}
