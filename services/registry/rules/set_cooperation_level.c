/* An adviser decides whether a participant is cooperating closely; the status is dated. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

enum verdict set_cooperation_level(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__SetCooperationLevelRequest *wish = AS(Registry__SetCooperationLevelRequest,
		registry__set_cooperation_level_request, request);
	Registry__Party *party = participant_party(ruling, participant, "since", wish->since);
	Registry__ParticipantCooperationLevelChanged *fact =
		NEW(ruling->arena, Registry__ParticipantCooperationLevelChanged);

	if (party == NULL)
		return REFUSED;
	registry__participant_cooperation_level_changed__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	fact->level = wish->level;
	fact->reason = wish->reason;
	participant->cooperation_level = wish->level;
	emit_entry(ruling, aggregate, wish->since, &fact->base);
	return ACCEPTED;
}
