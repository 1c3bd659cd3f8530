/* An agreement ends for all its participants or for one; what was in force before stays counted
 * for its days. */
#include "rules.h"

#include "agreement_facts.h"
#include "core/reflect.h"
#include <string.h>

/* All that are in force, or the one that is named. */
static bool is_meant(
	const Registry__Accession *accession, const Registry__TerminateAgreementRequest *wish)
{
	return accession->terminated_on[0] == '\0' &&
	       (wish->participant[0] == '\0' ||
		       strcmp(wish->participant, accession->participant) == 0);
}

/* Strictly after the signing: an agreement that ended on its first day was never in force, and is
 * withdrawn instead. */
enum verdict terminate_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement, aggregate);
	const Registry__TerminateAgreementRequest *wish = AS(Registry__TerminateAgreementRequest,
		registry__terminate_agreement_request, request);
	size_t in_force = 0;

	if (require_past(ruling, "terminatedOn", wish->terminated_on) == REFUSED)
		return REFUSED;
	if (agreement->status != REGISTRY__AGREEMENT__STATUS__IN_FORCE)
		return refuse(
			ruling, FAILURE_CONFLICT, NULL, "state", "the agreement is not in force");
	if (strcmp(wish->terminated_on, agreement->signed_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "terminatedOn", "order",
			"it was signed on %s and can end only after that day",
			agreement->signed_on);
	for (size_t i = 0; i < agreement->n_accessions; i++)
		if (is_meant(agreement->accessions[i], wish))
			agreement_end_accession(ruling, agreement, agreement->accessions[i],
				wish->terminated_on, wish->reason);
	if (ruling->n_facts == 0)
		return refuse(ruling, FAILURE_REFUSED, "participant", "accession",
			"this participant has no accession in force in this agreement");
	for (size_t i = 0; i < agreement->n_accessions; i++)
		in_force += agreement->accessions[i]->terminated_on[0] == '\0';
	if (in_force == 0)
		agreement->status = REGISTRY__AGREEMENT__STATUS__TERMINATED;
	return ACCEPTED;
}
