/* A termination was recorded by mistake: it never was, and the accession is in force as before. */
#include "rules.h"

#include "agreement_facts.h"
#include "core/reflect.h"
#include <string.h>

/* All that were terminated, or the one that is named. */
static bool is_meant(
	const Registry__Accession *accession, const Registry__ReinstateAgreementRequest *wish)
{
	return accession->terminated_on[0] != '\0' &&
	       (wish->participant[0] == '\0' ||
		       strcmp(wish->participant, accession->participant) == 0);
}

/* Whether the participant has acceded elsewhere since is not known here: the exclusion constraint
 * refuses two accessions at a time. */
enum verdict reinstate_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	static char never[] = "";
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement, aggregate);
	const Registry__ReinstateAgreementRequest *wish = AS(Registry__ReinstateAgreementRequest,
		registry__reinstate_agreement_request, request);

	for (size_t i = 0; i < agreement->n_accessions; i++) {
		Registry__Accession *accession = agreement->accessions[i];

		if (!is_meant(accession, wish))
			continue;
		agreement_take_back(ruling, accession, accession->termination_fact_id,
			&registry__agreement_terminated__descriptor, accession->terminated_on,
			wish->reason);
		accession->terminated_on = accession->termination_fact_id = never;
	}
	if (ruling->n_facts == 0)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "state",
			"there is no termination of this agreement to take back");
	agreement->status = REGISTRY__AGREEMENT__STATUS__IN_FORCE;
	return ACCEPTED;
}
