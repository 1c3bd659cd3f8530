/* The budget of a year is decided, and may be decided anew; each decision is a dated fact, and the
 * one of the latest day is in force, however late an earlier one is recorded. */
#include "rules.h"

#include "core/reflect.h"
#include <string.h>

enum verdict set_budget(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Funding__Budget *budget = AS(Funding__Budget, funding__budget, aggregate);
	const Funding__SetBudgetRequest *wish =
		AS(Funding__SetBudgetRequest, funding__set_budget_request, request);
	Funding__BudgetSet *fact = NEW(ruling->arena, Funding__BudgetSet);

	if (require_past(ruling, "decidedOn", wish->decided_on) == REFUSED)
		return REFUSED;
	funding__budget_set__init(fact);
	fact->year = wish->year;
	fact->amount_cents = wish->amount_cents;
	if (strcmp(wish->decided_on, budget->decided_on) >= 0) {
		budget->amount_cents = wish->amount_cents;
		budget->decided_on = wish->decided_on;
	}
	emit(ruling, fact->base.descriptor, wish->decided_on, 0, NULL)->fact = &fact->base;
	return ACCEPTED;
}
