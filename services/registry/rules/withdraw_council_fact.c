/* The latest fact of a council was recorded by mistake: the council is what it was before. */
#include "rules.h"

#include "core/reflect.h"
#include "council_facts.h"

/* When the constitution itself is withdrawn, the participant may constitute another council. */
enum verdict withdraw_council_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Council *council = AS(Registry__Council, registry__council, aggregate);
	const Registry__WithdrawCouncilFactRequest *wish = AS(Registry__WithdrawCouncilFactRequest,
		registry__withdraw_council_fact_request, request);
	const Asskomm__Entry *latest;

	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	council->status = council_status_after(latest);
	return ACCEPTED;
}
