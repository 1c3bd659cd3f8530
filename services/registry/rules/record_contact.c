/* The office contacted a participant; the first contact counts, later ones are recorded too. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

/* A late entry may move the first contact back; it never moves it on. */
enum verdict record_contact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__RecordContactRequest *wish =
		AS(Registry__RecordContactRequest, registry__record_contact_request, request);
	Registry__Party *party =
		participant_party(ruling, participant, "contactedOn", wish->contacted_on);
	Registry__ParticipantContacted *fact = NEW(ruling->arena, Registry__ParticipantContacted);

	if (party == NULL)
		return REFUSED;
	registry__participant_contacted__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	participant_earliest(&participant->contacted_on, wish->contacted_on);
	emit_entry(ruling, aggregate, wish->contacted_on, &fact->base);
	return ACCEPTED;
}
