/* An agreement was recorded by mistake: it never was. Each accession's fact is taken back. */
#include "rules.h"

#include "agreement_facts.h"
#include "core/reflect.h"

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
		agreement_take_back(ruling, agreement->accessions[i],
			agreement->accessions[i]->fact_id, &registry__agreement_signed__descriptor,
			agreement->signed_on, wish->reason);
	agreement->status = REGISTRY__AGREEMENT__STATUS__WITHDRAWN;
	return ACCEPTED;
}
