/* The day of signing was recorded wrongly: each accession's fact is replaced by one that names it.
 * What was known before stays known for its time. */
#include "rules.h"

#include "agreement_facts.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* An accession that has ended is corrected too: its days in force begin on another day, and must
 * still begin before they end. */
enum verdict correct_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement, aggregate);
	const Registry__CorrectAgreementRequest *wish =
		AS(Registry__CorrectAgreementRequest, registry__correct_agreement_request, request);

	if (require_past(ruling, "signedOn", wish->signed_on) == REFUSED)
		return REFUSED;
	if (agreement->status != REGISTRY__AGREEMENT__STATUS__IN_FORCE)
		return refuse(
			ruling, FAILURE_CONFLICT, NULL, "state", "the agreement is not in force");
	if (strcmp(agreement->signed_on, wish->signed_on) == 0)
		return UNCHANGED;
	for (size_t i = 0; i < agreement->n_accessions; i++)
		if (agreement->accessions[i]->terminated_on[0] != '\0' &&
			strcmp(wish->signed_on, agreement->accessions[i]->terminated_on) >= 0)
			return refuse(ruling, FAILURE_REFUSED, "signedOn", "order",
				"the accession of %s ended on %s", agreement->accessions[i]->name,
				agreement->accessions[i]->terminated_on);
	agreement->signed_on = wish->signed_on;
	for (size_t i = 0; i < agreement->n_accessions; i++) {
		Registry__Accession *accession = agreement->accessions[i];
		struct emitted *emitted = emit(ruling, &registry__agreement_signed__descriptor,
			wish->signed_on, 1, &accession->participant);
		Registry__AgreementSigned *fact = agreement_signed_fact(
			ruling->arena, agreement, agreement_party(ruling->arena, accession));

		fact->correction_reason = wish->reason;
		emitted->header.corrects = text_copy(ruling->arena, accession->fact_id);
		emitted->fact = &fact->base;
		accession->fact_id = emitted->id;
	}
	return ACCEPTED;
}
