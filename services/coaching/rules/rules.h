/* The rules of coaching, one file each, named like their rpc. */
#ifndef ASSKOMM_COACHING_RULES_H
#define ASSKOMM_COACHING_RULES_H

#include "asskomm/coaching.pb-c.h"
#include "core/ruling.h"

rule_fn request_coaching;
rule_fn clarify_mandate;
rule_fn match_coach;
rule_fn change_coach;
rule_fn make_contract;
rule_fn start_coaching;
rule_fn log_session;
rule_fn pause_coaching;
rule_fn resume_coaching;
rule_fn hold_review;
rule_fn close_coaching;
rule_fn reopen_coaching;
rule_fn withdraw_coaching_fact;

rule_fn register_coach;
rule_fn change_coach_profile;
rule_fn retire_coach;

/* What is wrong with a process on its day (as_of), told in the language of the arena. Without
 * findings it is well; a process that is closed or withdrawn always is. */
Coaching__Health *coaching_health(struct arena *arena, const Coaching__CoachingProcess *coaching,
	const Coaching__HealthLimits *limits);

/* RankCoaches: a CoachRanking of a RankingMaterial. */
ProtobufCMessage *rank_coaches(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

#endif
