/* Who may do what to what: the one fine decision behind the roles of a route. */
#ifndef ASSKOMM_CORE_MAY_H
#define ASSKOMM_CORE_MAY_H

#include "asskomm/envelope.pb-c.h"
#include "core/tables.h"
#include <stdbool.h>

/* Whether the principal has one of the method's roles. Services may where the method names them. */
bool may_call(const Asskomm__Principal *principal, const struct method_info *method);

/* Whether the principal's scopes suffice for the method: what is about the state as a whole needs
 * one that covers it, "*" or of a Land ("14"). */
bool may_decide(const Asskomm__Principal *principal, const struct method_info *method);

/* Whether one scope of the principal is a prefix of the participant's key; "*" covers all, "" and
 * nothing cover nothing. A scope of eight or more characters is itself a whole key and covers only
 * that one: a municipality's key can be the beginning of a union's. */
bool may_reach(const Asskomm__Principal *principal, const char *participant);

/* Whether the principal may act on an aggregate: its `participants` field is empty (about the
 * state) or one of them is in reach for reading, all of them for commands; or one of its
 * `assignees` ("coach-B3-17") is in reach, for reading, and for a coach's commands by a coach. What
 * it may not is answered NOT_FOUND. */
bool may(const Asskomm__Principal *principal, const struct method_info *method,
	const ProtobufCMessage *aggregate);

/* Whether a request names a person whose work it asks about (a field with the rule `person`): the
 * field's name in JSON, or NULL. What is answered then depends on who asks. */
const char *may_person(const ProtobufCMessage *request);

/* Whether the principal may ask for that person: the person alone, the lead, and services may. What
 * names nobody, everybody may ask. */
bool may_ask(const Asskomm__Principal *principal, const ProtobufCMessage *request);

/* Roles by their token name ("adviser"); ROLE_UNSPECIFIED when there is none. */
Asskomm__Role may_role(const char *name);
const char *may_role_name(Asskomm__Role role);

#endif
