/* Mayor and adviser sign a preliminary agreement, once; it opens coaching. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

/* Once: a second signing would be an agreement of another kind, or a mistyped key. */
enum verdict sign_preliminary_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__SignPreliminaryAgreementRequest *wish =
		AS(Registry__SignPreliminaryAgreementRequest,
			registry__sign_preliminary_agreement_request, request);
	Registry__Party *party =
		participant_party(ruling, participant, "signedOn", wish->signed_on);
	Registry__PreliminaryAgreementSigned *fact =
		NEW(ruling->arena, Registry__PreliminaryAgreementSigned);

	if (party == NULL)
		return REFUSED;
	if (participant->preliminary_agreement_on[0] != '\0')
		return refuse(ruling, FAILURE_CONFLICT, "key", "once",
			"%s has a preliminary agreement since %s", party->name,
			participant->preliminary_agreement_on);
	registry__preliminary_agreement_signed__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	participant->preliminary_agreement_on = wish->signed_on;
	emit_entry(ruling, aggregate, wish->signed_on, &fact->base);
	return ACCEPTED;
}
