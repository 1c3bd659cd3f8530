/* An agreement was recorded by mistake: it never was. Each accession's fact is taken back. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"

/* Not withdraw_latest: an agreement has several facts of one command, which go together. */
static void take_back(struct ruling *ruling, const Registry__Agreement *agreement,
	Registry__Accession *accession, char *reason)
{
	struct emitted *emitted = emit(ruling, &asskomm__fact_withdrawn__descriptor,
		agreement->signed_on, 1, &accession->participant);
	Asskomm__FactWithdrawn *fact = NEW(ruling->arena, Asskomm__FactWithdrawn);

	asskomm__fact_withdrawn__init(fact);
	fact->fact_id = accession->fact_id;
	fact->type = text_copy(ruling->arena, registry__agreement_signed__descriptor.name);
	fact->reason = reason;
	emitted->header.corrects = text_copy(ruling->arena, accession->fact_id);
	emitted->fact = &fact->base;
}

/* Withdrawing twice is asking for what is so already. */
enum verdict withdraw_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement, aggregate);
	const Registry__WithdrawAgreementRequest *wish = AS(
		Registry__WithdrawAgreementRequest, registry__withdraw_agreement_request, request);

	if (agreement->status == REGISTRY__AGREEMENT__STATUS__WITHDRAWN)
		return UNCHANGED;
	for (size_t i = 0; i < agreement->n_accessions; i++)
		if (agreement->accessions[i]->terminated_on[0] != '\0')
			return refuse(ruling, FAILURE_CONFLICT, NULL, "state",
				"the accession of %s was terminated; an ended agreement is history",
				agreement->accessions[i]->name);
	for (size_t i = 0; i < agreement->n_accessions; i++)
		take_back(ruling, agreement, agreement->accessions[i], wish->reason);
	agreement->status = REGISTRY__AGREEMENT__STATUS__WITHDRAWN;
	return ACCEPTED;
}
