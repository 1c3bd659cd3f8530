/* The rules of security analyses, one file each, named like their rpc. */
#ifndef ASSKOMM_ANALYSIS_RULES_H
#define ASSKOMM_ANALYSIS_RULES_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"

rule_fn kick_off_analysis;
rule_fn present_analysis;
rule_fn withdraw_analysis_fact;

#endif
