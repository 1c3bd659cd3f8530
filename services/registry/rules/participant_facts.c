/* Shared by the rules about one participant. */
#include "participant_facts.h"

#include "core/parties.h"
#include <string.h>

/* The day first: it costs nothing, and a wrong key may be only the second mistake. */
Registry__Party *participant_party(struct ruling *ruling, Registry__Participant *participant,
	const char *field, const char *day)
{
	if (require_past(ruling, field, day) == REFUSED)
		return NULL;
	Registry__Party *party = the_party(ruling, participant->resolved, day, "key");

	/* loaded was the one that the name means alone; of several over time the key must be given
	 */
	if (party == NULL || strcmp(participant->id, party->key) == 0)
		return party;
	refuse(ruling, FAILURE_REFUSED, "key", "ambiguous",
		"\"%s\" may mean several; give the key of one of the candidates",
		participant->resolved->reference);
	failure_candidate(ruling->arena, ruling->failure->violations[0], party->key, party->name,
		party->district);
	return NULL;
}

/* Points to the text it was given, which lives as long as the call. */
void participant_earliest(char **first, char *day)
{
	if ((*first)[0] == '\0' || strcmp(day, *first) < 0)
		*first = day;
}

/* A late entry speaks of its own days and does not end what was decided since. Of two on one day
 * the one recorded later holds, as in the monitor. */
void participant_set_level(Registry__Participant *participant)
{
	const Asskomm__Entry *last = NULL;

	for (size_t i = 0; i < participant->n_entries; i++) {
		const Asskomm__Entry *entry = participant->entries[i];

		if (strcmp(entry->kind, "ParticipantCooperationLevelChanged") == 0 &&
			(last == NULL || strcmp(entry->on, last->on) >= 0))
			last = entry;
	}
	const ProtobufCEnumValue *level =
		last == NULL ? NULL
			     : protobuf_c_enum_descriptor_get_value_by_name(
				       &registry__cooperation_level__descriptor, last->value);
	participant->cooperation_level =
		level == NULL ? REGISTRY__COOPERATION_LEVEL__COOPERATION_LEVEL_UNSPECIFIED
			      : (Registry__CooperationLevel)level->value;
}
