/* A decision about a budget was recorded by mistake: it never was, and the latest of the others is
 * in force, or none. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

void budget_take_latest(Funding__Budget *budget)
{
	static char never[] = "";

	budget->decided_on = never;
	budget->amount_cents = 0;
	for (size_t i = 0; i < budget->n_decisions; i++)
		if (strcmp(budget->decisions[i]->decided_on, budget->decided_on) >= 0) {
			budget->decided_on = budget->decisions[i]->decided_on;
			budget->amount_cents = budget->decisions[i]->amount_cents;
		}
}

static void emit_withdrawn(
	struct ruling *ruling, const Funding__BudgetDecision *decision, char *reason)
{
	Asskomm__FactWithdrawn *fact = NEW(ruling->arena, Asskomm__FactWithdrawn);
	struct emitted *emitted =
		emit(ruling, &asskomm__fact_withdrawn__descriptor, decision->decided_on, 0, NULL);

	asskomm__fact_withdrawn__init(fact);
	fact->fact_id = decision->fact_id;
	fact->type = text_copy(ruling->arena, funding__budget_set__descriptor.name);
	fact->reason = reason;
	emitted->header.corrects = decision->fact_id;
	emitted->fact = &fact->base;
}

/* Any decision, not the latest alone: they do not build on each other. */
enum verdict withdraw_budget_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Funding__Budget *budget = AS(Funding__Budget, funding__budget, aggregate);
	const Funding__WithdrawBudgetFactRequest *wish = AS(
		Funding__WithdrawBudgetFactRequest, funding__withdraw_budget_fact_request, request);

	for (size_t i = 0; i < budget->n_decisions; i++) {
		if (strcmp(budget->decisions[i]->fact_id, wish->fact_id) != 0)
			continue;
		emit_withdrawn(ruling, budget->decisions[i], wish->reason);
		budget->n_decisions--;
		memmove(&budget->decisions[i], &budget->decisions[i + 1],
			(budget->n_decisions - i) * sizeof(budget->decisions[0]));
		budget_take_latest(budget);
		return ACCEPTED;
	}
	return refuse(ruling, FAILURE_CONFLICT, "factId", "unknown",
		"the budget of %u has no such decision", wish->year);
}
