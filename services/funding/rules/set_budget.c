/* The budget of a year is decided, and may be decided anew; each decision is a dated fact, and the
 * one of the latest day is in force, however late an earlier one is recorded. */
#include "rules.h"

#include "core/reflect.h"

#define DECISIONS_MAX 50 /* about one year: a bound, not a wish */

/* What was decided is kept whole, so that a decision can be taken back and another stands. */
static void keep_decision(struct ruling *ruling, Funding__Budget *budget,
	const Funding__SetBudgetRequest *wish, struct emitted *emitted)
{
	Funding__BudgetDecision *decision = NEW(ruling->arena, Funding__BudgetDecision);

	funding__budget_decision__init(decision);
	decision->fact_id = emitted->id;
	decision->amount_cents = wish->amount_cents;
	decision->decided_on = wish->decided_on;
	reflect_append(ruling->arena, &budget->base, "decisions", decision);
	budget_take_latest(budget);
}

enum verdict set_budget(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Funding__Budget *budget = AS(Funding__Budget, funding__budget, aggregate);
	const Funding__SetBudgetRequest *wish =
		AS(Funding__SetBudgetRequest, funding__set_budget_request, request);
	Funding__BudgetSet *fact = NEW(ruling->arena, Funding__BudgetSet);
	struct emitted *emitted;

	if (require_past(ruling, "decidedOn", wish->decided_on) == REFUSED)
		return REFUSED;
	if (budget->n_decisions >= DECISIONS_MAX)
		return refuse(ruling, FAILURE_CONFLICT, "year", "bound",
			"the budget of %u was decided %d times already", wish->year, DECISIONS_MAX);
	funding__budget_set__init(fact);
	fact->year = wish->year;
	fact->amount_cents = wish->amount_cents;
	emitted = emit(ruling, fact->base.descriptor, wish->decided_on, 0, NULL);
	emitted->fact = &fact->base;
	keep_decision(ruling, budget, wish, emitted);
	return ACCEPTED;
}
