/* Facts about accessions. */
#include "agreement_facts.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"

/* Each fact stands alone: it repeats who signed, so that nobody needs the other accessions to read
 * it. Lists are shared with the agreement, since a fact is packed before either can change. */
Registry__AgreementSigned *agreement_signed_fact(
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
	return fact;
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

void agreement_end_accession(struct ruling *ruling, const Registry__Agreement *agreement,
	Registry__Accession *accession, char *day, char *reason)
{
	struct emitted *emitted = emit(ruling, &registry__agreement_terminated__descriptor, day, 1,
		&accession->participant);
	Registry__AgreementTerminated *fact = NEW(ruling->arena, Registry__AgreementTerminated);

	registry__agreement_terminated__init(fact);
	fact->agreement_id = agreement->id;
	fact->participant = agreement_party(ruling->arena, accession);
	fact->reason = reason;
	emitted->fact = &fact->base;
	accession->terminated_on = day;
	accession->termination_fact_id = emitted->id;
}

void agreement_take_back(struct ruling *ruling, const Registry__Accession *accession,
	const char *fact_id, const ProtobufCMessageDescriptor *type, const char *day, char *reason)
{
	struct emitted *emitted = emit(ruling, &asskomm__fact_withdrawn__descriptor, day, 1,
		(char **)&accession->participant);
	Asskomm__FactWithdrawn *fact = NEW(ruling->arena, Asskomm__FactWithdrawn);

	asskomm__fact_withdrawn__init(fact);
	fact->fact_id = text_copy(ruling->arena, fact_id);
	fact->type = text_copy(ruling->arena, type->name);
	fact->reason = reason;
	emitted->header.corrects = fact->fact_id;
	emitted->fact = &fact->base;
}
