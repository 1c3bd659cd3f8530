/* A participant asks for coaching, through its adviser or itself. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "moves.h"

/* The registry was asked for one reference, so the first answer is the only one. The participant's
 * key makes the process visible to its municipality and adviser. */
enum verdict request_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__RequestCoachingRequest *wish =
		AS(Coaching__RequestCoachingRequest, coaching__request_coaching_request, request);
	const Registry__Parties *known =
		AS(Registry__Parties, registry__parties, ruling->knowledge);
	Registry__Party *party =
		the_body(ruling, known->n_resolved > 0 ? known->resolved[0] : NULL, "participant");
	Coaching__CoachingRequested *fact = NEW(ruling->arena, Coaching__CoachingRequested);

	if (party == NULL)
		return REFUSED;
	coaching->id = ruling_id(ruling);
	coaching->participant = party_copy(ruling->arena, party);
	reflect_append(ruling->arena, aggregate, "participants", party->key);
	coaching->requested_on = wish->requested_on;
	coaching__coaching_requested__init(fact);
	fact->coaching_id = coaching->id;
	fact->participant = coaching->participant;
	return coaching_move(ruling, coaching, "requestedOn", wish->requested_on, &fact->base);
}
