/* The rules of the registry, one file each, named like their rpc. */
#ifndef ASSKOMM_REGISTRY_RULES_H
#define ASSKOMM_REGISTRY_RULES_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

rule_fn import_territory;
rule_fn register_consortium;
rule_fn record_contact;
rule_fn record_advice;
rule_fn set_cooperation_level;
rule_fn sign_preliminary_agreement;
rule_fn designate_model_municipality;
rule_fn withdraw_participant_fact;
rule_fn sign_agreement;
rule_fn terminate_agreement;
rule_fn reinstate_agreement;
rule_fn correct_agreement;
rule_fn withdraw_agreement;
rule_fn constitute_council;
rule_fn change_council;
rule_fn withdraw_council_fact;
rule_fn set_code_list;
rule_fn set_organisation;
rule_fn assign_advisers;
rule_fn withdraw_adviser;
rule_fn set_contact;
rule_fn erase_contact;
rule_fn set_boundaries;
rule_fn decline_cooperation;

/* Makes the preview from the territory's row and the register (query PreviewTerritory). */
ProtobufCMessage *preview_territory(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

#endif
