/* Facts about accessions. */
#include "agreement_facts.h"

#include "core/parties.h"
#include "core/reflect.h"

/* Each fact stands alone: it repeats who signed, so that nobody needs the other accessions to read
 * it. Lists are shared with the agreement, since a fact is packed before either can change. */
ProtobufCMessage *agreement_signed_fact(
	struct arena *arena, const Registry__Agreement *agreement, const Registry__Party *party)
{
	Registry__AgreementSigned *fact = NEW(arena, Registry__AgreementSigned);

	registry__agreement_signed__init(fact);
	fact->agreement_id = agreement->id;
	fact->participant = party_copy(arena, party);
	fact->mode = agreement->mode;
	fact->n_signatories = agreement->n_signatories;
	fact->signatories = agreement->signatories;
	fact->n_witnesses = agreement->n_witnesses;
	fact->witnesses = agreement->witnesses;
	fact->n_action_fields = agreement->n_action_fields;
	fact->action_fields = agreement->action_fields;
	fact->accessions = (uint32_t)agreement->n_accessions;
	return &fact->base;
}

/* The kind is not kept in an accession: facts about it are told by key. */
Registry__Party *agreement_party(struct arena *arena, const Registry__Accession *accession)
{
	Registry__Party *party = NEW(arena, Registry__Party);

	registry__party__init(party);
	party->key = accession->participant;
	party->name = accession->name;
	party->district = accession->district;
	return party;
}
