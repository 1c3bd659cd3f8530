/* Default deny: what no line here allows is refused. Roles belong to routes, scopes to what a
 * request is about; both are asked before anything else happens. */
#include "core/may.h"
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include <string.h>

/* Keys from here on name one participant (AGS8, unions' 9 digits, k-…); shorter ones name the state
 * or a district. */
#define WHOLE_KEY_LEN 8u
#define LAND_KEY_LEN 2u

/* To add one: a row here, in proto/asskomm/options.proto and in the identity provider. */
static const struct role {
	Asskomm__Role role;
	const char *name;
} ROLES[] = {
	{ ASSKOMM__ROLE__ROLE_MINISTRY, "ministry" },
	{ ASSKOMM__ROLE__ROLE_ADVISER, "adviser" },
	{ ASSKOMM__ROLE__ROLE_COACH, "coach" },
	{ ASSKOMM__ROLE__ROLE_MUNICIPALITY, "municipality" },
	{ ASSKOMM__ROLE__ROLE_POLICE, "police" },
	{ ASSKOMM__ROLE__ROLE_AUDITOR, "auditor" },
	{ ASSKOMM__ROLE__ROLE_OPERATOR, "operator" },
	{ ASSKOMM__ROLE__ROLE_MACHINE, "machine" },
	{ ASSKOMM__ROLE__ROLE_LEAD, "lead" },
};

#define ROLES_COUNT (sizeof ROLES / sizeof ROLES[0])

/* Tokens write roles in lower case; anything else is no role, not a fault: an identity provider may
 * send roles of other systems along. */
Asskomm__Role may_role(const char *name)
{
	for (size_t i = 0; i < ROLES_COUNT; i++) {
		if (strcmp(ROLES[i].name, name) == 0)
			return ROLES[i].role;
	}
	return ASSKOMM__ROLE__ROLE_UNSPECIFIED;
}

const char *may_role_name(Asskomm__Role role)
{
	for (size_t i = 0; i < ROLES_COUNT; i++) {
		if (ROLES[i].role == role)
			return ROLES[i].name;
	}
	return "";
}

/* A role from the wire may be any number that the enum defines; the table is asked so that
 * ROLE_UNSPECIFIED never counts, whatever the method says. */
static bool has_role(const Asskomm__Principal *principal, uint32_t roles)
{
	for (size_t i = 0; i < principal->n_roles; i++) {
		Asskomm__Role role = principal->roles[i];
		if (*may_role_name(role) != 0 && (roles >> role & 1) != 0)
			return true;
	}
	return false;
}

static bool is_peer(const char *service, const struct method_info *method)
{
	for (const char *const *peer = method->peers; peer != NULL && *peer != NULL; peer++) {
		if (strcmp(*peer, service) == 0)
			return true;
	}
	return false;
}

/* A method without a route has no roles, so no user may call it by this; one that a named peer
 * passes on is the bus's to let in, which knows the peer. */
bool may_call(const Asskomm__Principal *principal, const struct method_info *method)
{
	if (principal == NULL)
		return false;
	if (principal->kind == ASSKOMM__PRINCIPAL__KIND__SERVICE)
		return is_peer(principal->subject, method);
	if (principal->kind != ASSKOMM__PRINCIPAL__KIND__USER)
		return false;
	return has_role(principal, method->roles);
}

/* The one field of a request that names a person; NULL when it is empty, or there is none. */
static const char *find_person(const ProtobufCMessage *request, const char **out_field)
{
	const struct message_info *info = tables_message(request->descriptor);
	for (unsigned i = 0; i < request->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &request->descriptor->fields[i];
		const char *value = NULL;
		if (info->fields[i].person)
			value = *(char *const *)reflect_member(request, field);
		if (value != NULL && *value != 0) {
			*out_field = info->fields[i].json_name;
			return value;
		}
	}
	return NULL;
}

const char *may_person(const ProtobufCMessage *request)
{
	const char *field = NULL;
	return find_person(request, &field) != NULL ? field : NULL;
}

/* How much somebody has to do is between that person and the head of the team (works council). */
bool may_ask(const Asskomm__Principal *principal, const ProtobufCMessage *request)
{
	const char *field;
	const char *person = find_person(request, &field);
	if (person == NULL)
		return true;
	if (principal == NULL)
		return false;
	return principal->kind == ASSKOMM__PRINCIPAL__KIND__SERVICE ||
	       has_role(principal, 1u << ASSKOMM__ROLE__ROLE_LEAD) ||
	       strcmp(principal->subject, person) == 0;
}

/* A municipality's key can be the beginning of a union's ("14521510", "145215101"), which it does
 * not contain: a whole key only reaches itself. */
static bool scope_covers(const char *scope, const char *participant)
{
	size_t len = strlen(scope);
	if (strcmp(scope, "*") == 0)
		return true;
	if (len == 0)
		return false;
	if (len >= WHOLE_KEY_LEN)
		return strcmp(scope, participant) == 0;
	return strncmp(scope, participant, len) == 0;
}

/* Scopes only ever add: one that covers is enough. */
bool may_reach(const Asskomm__Principal *principal, const char *participant)
{
	for (size_t i = 0; principal != NULL && i < principal->n_scopes; i++) {
		if (scope_covers(principal->scopes[i], participant))
			return true;
	}
	return false;
}

/* The beginning of a Land's key, up to the whole of it. */
static bool covers_state(const char *scope)
{
	size_t digits = strspn(scope, "0123456789");
	return strcmp(scope, "*") == 0 ||
	       (digits > 0 && digits <= LAND_KEY_LEN && scope[digits] == 0);
}

bool may_decide(const Asskomm__Principal *principal, const struct method_info *method)
{
	if (!method->state)
		return true;
	for (size_t i = 0; principal != NULL && i < principal->n_scopes; i++) {
		if (covers_state(principal->scopes[i]))
			return true;
	}
	return false;
}

/* The items of a repeated string field; none for an aggregate that has no such field. */
static char *const *keys_of(const ProtobufCMessage *aggregate, const char *name, size_t *out_count)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field_by_name(aggregate->descriptor, name);
	*out_count = 0;
	if (field == NULL || field->label != PROTOBUF_C_LABEL_REPEATED ||
		field->type != PROTOBUF_C_TYPE_STRING)
		return NULL;
	*out_count = *reflect_count(aggregate, field);
	return *(char ***)reflect_member(aggregate, field);
}

static size_t count_reached(const Asskomm__Principal *principal, char *const *keys, size_t count)
{
	size_t reached = 0;
	for (size_t i = 0; i < count; i++)
		reached += may_reach(principal, keys[i]);
	return reached;
}

/* What is assigned to somebody is theirs to see; to change it they must be a coach, and the change
 * a coach's, so that a scope never makes an adviser of anybody. */
static bool is_assigned(const Asskomm__Principal *principal, const struct method_info *method,
	const ProtobufCMessage *aggregate)
{
	const uint32_t coach = 1u << ASSKOMM__ROLE__ROLE_COACH;
	size_t count;
	char *const *assignees = keys_of(aggregate, "assignees", &count);
	if (count_reached(principal, assignees, count) == 0)
		return false;
	return !method->command || ((method->roles & coach) != 0 && has_role(principal, coach));
}

/* Reading one of several participants shows an agreement to each who signed it; changing it needs
 * all of them, or one town's adviser could end another town's agreement. */
bool may(const Asskomm__Principal *principal, const struct method_info *method,
	const ProtobufCMessage *aggregate)
{
	if (principal == NULL)
		return false;
	size_t count;
	char *const *participants = keys_of(aggregate, "participants", &count);
	if (count == 0)
		return true;
	size_t reached = count_reached(principal, participants, count);
	return (method->command ? reached == count : reached > 0) ||
	       is_assigned(principal, method, aggregate);
}
