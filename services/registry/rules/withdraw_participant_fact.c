/* A fact of a participant was recorded by mistake: it is taken back, and what it had set is what
 * the remaining facts say. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"
#include <string.h>

/* First days from the entries that are left. */
static void set_firsts(Registry__Participant *participant)
{
	static char nothing[] = "";

	participant->contacted_on = participant->advised_on = nothing;
	participant->preliminary_agreement_on = participant->model_municipality_on = nothing;
	for (size_t i = 0; i < participant->n_entries; i++) {
		const Asskomm__Entry *entry = participant->entries[i];

		if (strcmp(entry->kind, "ParticipantContacted") == 0)
			participant_earliest(&participant->contacted_on, entry->on);
		else if (strcmp(entry->kind, "ParticipantAdvised") == 0)
			participant_earliest(&participant->advised_on, entry->on);
		else if (strcmp(entry->kind, "PreliminaryAgreementSigned") == 0)
			participant->preliminary_agreement_on = entry->on;
		else if (strcmp(entry->kind, "ModelMunicipalityDesignated") == 0)
			participant->model_municipality_on = entry->on;
	}
}

/* What a consortium has done since rests on its being registered. */
static bool is_foundation(const Registry__Participant *participant, const char *fact_id)
{
	for (size_t i = 0; i < participant->n_entries && participant->n_entries > 1; i++)
		if (strcmp(participant->entries[i]->fact_id, fact_id) == 0)
			return strcmp(participant->entries[i]->kind, "ConsortiumRegistered") == 0;
	return false;
}

/* The participant itself stays, even without any fact: it is a place in the territory. */
enum verdict withdraw_participant_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__WithdrawParticipantFactRequest *wish =
		AS(Registry__WithdrawParticipantFactRequest,
			registry__withdraw_participant_fact_request, request);

	if (the_party(ruling, participant->resolved, "", "key") == NULL)
		return REFUSED;
	if (is_foundation(participant, wish->fact_id))
		return refuse(ruling, FAILURE_CONFLICT, "factId", "order",
			"Take back what the consortium has done since first");
	if (withdraw_entry(ruling, aggregate, wish->fact_id, wish->reason) == REFUSED)
		return REFUSED;
	participant->withdrawn = wish->fact_id;
	set_firsts(participant);
	participant_set_level(participant);
	return ACCEPTED;
}
