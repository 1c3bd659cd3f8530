/* The rules of funding, one file each, named like their rpc. */
#ifndef ASSKOMM_FUNDING_RULES_H
#define ASSKOMM_FUNDING_RULES_H

#include "asskomm/funding.pb-c.h"
#include "core/ruling.h"

rule_fn set_budget;
rule_fn withdraw_budget_fact;

/* The decision of the latest day is in force, of two on one day the one recorded later. */
void budget_take_latest(Funding__Budget *budget);

#endif
