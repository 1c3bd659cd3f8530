/* What both sides agreed on: the goals, who the coach talks to, how often they meet. It is made
 * anew when that changes. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include <string.h>

/* A goal is named by its code, in the fact and in the evaluation. */
static enum verdict require_distinct(
	struct ruling *ruling, const Coaching__MakeContractRequest *wish)
{
	for (size_t i = 0; i < wish->n_goals; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(wish->goals[i]->code, wish->goals[k]->code) == 0)
				return refuse(ruling, FAILURE_REFUSED, "goals", "twice",
					"%s is named twice; give each goal once",
					wish->goals[i]->code);
	return ACCEPTED;
}

/* Whoever is named needs an id: a role alone reaches nobody. */
static enum verdict require_sense(struct ruling *ruling, const Coaching__MakeContractRequest *wish)
{
	if (require_distinct(ruling, wish) == REFUSED)
		return REFUSED;
	if (wish->contact_role[0] != '\0' && wish->contact_id[0] == '\0')
		return refuse(ruling, FAILURE_REFUSED, "contactId", "with_role",
			"Give the contact whose role this is, or no role");
	if (wish->planned_review_on[0] != '\0' &&
		strcmp(wish->planned_review_on, wish->contracted_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "plannedReviewOn", "order",
			"Give a day after the contract's, %s", wish->contracted_on);
	return ACCEPTED;
}

/* The fact holds the goals' codes; their words stay where they can be erased. */
enum verdict make_contract(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__MakeContractRequest *wish =
		AS(Coaching__MakeContractRequest, coaching__make_contract_request, request);
	Coaching__ContractMade *fact = NEW(ruling->arena, Coaching__ContractMade);

	if (require_sense(ruling, wish) == REFUSED)
		return REFUSED;
	coaching__contract_made__init(fact);
	for (size_t i = 0; i < wish->n_goals; i++)
		reflect_append(ruling->arena, &fact->base, "goal_codes", wish->goals[i]->code);
	coaching->n_goals = wish->n_goals;
	coaching->goals = wish->goals;
	coaching->contracted_on = wish->contracted_on;
	coaching->contact_id = wish->contact_id;
	coaching->contact_role = wish->contact_role;
	coaching->expected_sessions = wish->expected_sessions;
	coaching->planned_review_on = wish->planned_review_on;
	return coaching_move(ruling, coaching, "contractedOn", wish->contracted_on, &fact->base);
}
