/* The rules of funding, one file each, named like their rpc. */
#ifndef ASSKOMM_FUNDING_RULES_H
#define ASSKOMM_FUNDING_RULES_H

#include "asskomm/funding.pb-c.h"
#include "core/ruling.h"

rule_fn set_budget;

#endif
