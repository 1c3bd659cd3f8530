/* An adviser decides whether a participant is cooperating closely; the status is dated. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include "participant_facts.h"

/* The form has seen to it that a level was given, so it has a name. */
static const char *level_name(Registry__CooperationLevel level)
{
	return protobuf_c_enum_descriptor_get_value(
		&registry__cooperation_level__descriptor, (int)level)
		->name;
}

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
	emit_entry(ruling, aggregate, wish->since, &fact->base);
	/* the kind of the fact does not tell the level, which a withdrawal must find again */
	participant->entries[participant->n_entries - 1]->value =
		text_copy(ruling->arena, level_name(wish->level));
	participant_set_level(participant);
	return ACCEPTED;
}
