/* Everything funding answers.
 * To add one: the rpc in proto/asskomm/funding.proto, a row here, a rule (or a query's .sql), a
 * case file in tests/rules/funding. */
#include "funding.h"

#include "rules/rules.h"

static const struct command commands[] = {
	/* rpc, works on, load, rule, save */
	{ "SetBudget", &funding__budget__descriptor, "budget.load", set_budget, "budget.save",
		NULL },
	{ "WithdrawBudgetFact", &funding__budget__descriptor, "budget.load", withdraw_budget_fact,
		"budget.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "GetBudget", "get_budget", NULL, NULL },
	{ .rpc = NULL },
};

const struct service_table funding = {
	.name = "funding",
	.descriptor = &funding__funding__descriptor,
	.commands = commands,
	.queries = queries,
};
