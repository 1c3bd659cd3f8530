/* The rules of security analyses, one file each, named like their rpc. */
#ifndef ASSKOMM_ANALYSIS_RULES_H
#define ASSKOMM_ANALYSIS_RULES_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"

rule_fn kick_off_analysis;
rule_fn present_analysis;
rule_fn complete_step;
rule_fn postpone_step;
rule_fn change_revision;
rule_fn cancel_analysis;
rule_fn withdraw_analysis_fact;
rule_fn define_procedure;
rule_fn record_finding;
rule_fn correct_finding;
rule_fn withdraw_finding;
rule_fn decide_measure;
rule_fn start_measure;
rule_fn change_measure_due_date;
rule_fn finish_measure;
rule_fn drop_measure;
rule_fn evaluate_measure;
rule_fn withdraw_measure_fact;
rule_fn record_crime_statistics;
rule_fn withdraw_crime_figure;
rule_fn record_survey;
rule_fn expect_delivery;
rule_fn receive_delivery;
rule_fn check_delivery;
rule_fn reject_delivery;

/* GetPlan: the plan with what is late and why, from PlanFacts. */
ProtobufCMessage *plan_of(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* PreviewRevision: what ChangeRevision would do, from PlanFacts. */
ProtobufCMessage *preview_revision(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* CompareMunicipality: rates, intervals and limits, from ComparisonFacts. */
ProtobufCMessage *compare_municipality(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* GetCrimeFunnel: each point with its limits, from FunnelFacts. */
ProtobufCMessage *crime_funnel(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

#endif
