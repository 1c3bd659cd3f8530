/* A participant asks for coaching, through its adviser or itself; several may ask together, and one
 * of them leads. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include "moves.h"
#include <string.h>

/* Its key makes the process visible to its municipality and adviser. */
static enum verdict add_participant(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	Registry__Party *party, const char *field)
{
	if (party == NULL)
		return REFUSED;
	for (size_t i = 0; i < coaching->n_participants; i++)
		if (strcmp(coaching->participants[i], party->key) == 0)
			return refuse(ruling, FAILURE_REFUSED, field, "twice",
				"%s is named twice; name each participant once", party->name);
	reflect_append(ruling->arena, &coaching->base, "participants", party->key);
	if (coaching->participant == NULL)
		coaching->participant = party_copy(ruling->arena, party);
	else
		reflect_append(ruling->arena, &coaching->base, "partners",
			party_copy(ruling->arena, party));
	return ACCEPTED;
}

/* The registry was asked for the one that leads and then for the partners, in their order. */
static enum verdict add_participants(struct ruling *ruling, Coaching__CoachingProcess *coaching,
	const Coaching__RequestCoachingRequest *wish)
{
	const Registry__Parties *known =
		AS(Registry__Parties, registry__parties, ruling->knowledge);

	for (size_t i = 0; i <= wish->n_partners; i++) {
		const char *field =
			i == 0 ? "participant" : text_format(ruling->arena, "partners[%zu]", i - 1);
		Registry__Party *party =
			the_body(ruling, i < known->n_resolved ? known->resolved[i] : NULL,
				wish->requested_on, field);

		if (add_participant(ruling, coaching, party, field) == REFUSED)
			return REFUSED;
	}
	return ACCEPTED;
}

enum verdict request_coaching(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__RequestCoachingRequest *wish =
		AS(Coaching__RequestCoachingRequest, coaching__request_coaching_request, request);
	Coaching__CoachingRequested *fact = NEW(ruling->arena, Coaching__CoachingRequested);

	coaching->id = ruling_id(ruling);
	if (add_participants(ruling, coaching, wish) == REFUSED)
		return REFUSED;
	coaching->requested_on = wish->requested_on;
	coaching->n_topics = wish->n_topics;
	coaching->topics = wish->topics;
	coaching__coaching_requested__init(fact);
	return coaching_move(ruling, coaching, "requestedOn", wish->requested_on, &fact->base);
}
