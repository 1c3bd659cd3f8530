/* What proto/ must not say. Each check fails with the place and what to do:
 *
 *   fields   required of proto2, optional of proto3 (protoc-c refuses it), groups, types
 *            from outside the suite, rules that do not fit the type, unknown formats
 *   messages types that contain themselves: protobuf-c would unpack them without a limit
 *   methods  streams, nobody who may call, unknown peers, foreign requests
 *   routes   unknown verbs, paths with a parameter that is no plain field, a GET that changes
 *            state, a query that cannot be written in an address, two of the same */
#include "generate/model.h"
#include "generate/support.h"
#include <string.h>

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name
#define LABEL_REQUIRED GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REQUIRED

/* Deeper than this only a type that contains itself can be. */
#define DEPTH_MAX 32

/* What protobuf-c or the reflection of core/ cannot carry. */
static void check_type(const char *place, const struct model_field *field)
{
	const Google__Protobuf__FieldDescriptorProto *proto = field->proto;

	if (proto->label == LABEL_REQUIRED)
		fail("%s: 'required' can never be taken back; use proto3", place);
	if (proto->proto3_optional)
		fail("%s: use oneof %s_opt { … }, protoc-c knows no 'optional'", place,
			proto->name);
	if (proto->type == TYPE(GROUP))
		fail("%s: groups are not supported", place);
	if (proto->type_name && !field->message && !field->enumeration)
		fail("%s: %s is no type of this suite", place, proto->type_name);
}

/* A rule that does not fit its type would silently never be checked. */
static void check_rules(const char *place, const struct model_field *field)
{
	const Asskomm__Rules *rules = field->rules;
	bool has_gte = rules->gte_opt_case == ASSKOMM__RULES__GTE_OPT_GTE;
	bool has_lte = rules->lte_opt_case == ASSKOMM__RULES__LTE_OPT_LTE;
	uint32_t max_len = rules->max_len ? rules->max_len : DEFAULT_MAX_LEN;

	if (!format_find(rules->format))
		fail("%s: unknown format '%s'", place, rules->format);
	if ((*rules->format || rules->min_len || rules->max_len) && !field_is_string(field))
		fail("%s: format, min_len and max_len are for strings", place);
	if (rules->person && (!field_is_string(field) || field_is_repeated(field)))
		fail("%s: a person is one string", place);
	if (rules->min_len > max_len)
		fail("%s: min_len %u is over max_len %u", place, rules->min_len, max_len);
	if (rules->max_items && !field_is_repeated(field))
		fail("%s: max_items is for repeated fields", place);
	if ((has_gte || has_lte) && !field_is_integer(field))
		fail("%s: gte and lte are for integers", place);
	if (has_gte && has_lte && rules->gte > rules->lte)
		fail("%s: gte is over lte", place);
	if (rules->required && field->proto->type == TYPE(BOOL))
		fail("%s: a required bool could only be true", place);
}

/* Follows message fields down; a path longer than DEPTH_MAX goes in a circle. */
static void check_depth(const struct model_message *message, const char *from, unsigned depth)
{
	if (depth > DEPTH_MAX)
		fail("%s: contains itself (by way of %s)", from, message->name);
	for (size_t i = 0; i < message->n_fields; i++)
		if (message->fields[i].message)
			check_depth(message->fields[i].message, from, depth + 1);
}

/* The place is spoken as protoc does it: message and field. */
static void check_message(const struct model_message *message)
{
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct model_field *field = &message->fields[i];
		const char *place = keep_format("%s.%s", message->name, field->proto->name);

		check_type(place, field);
		check_rules(place, field);
	}
	check_depth(message, message->name, 0);
}

/* Whether some method belongs to the process of that name. */
static bool is_service(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->n_methods; i++)
		if (strcmp(model->methods[i].service, name) == 0)
			return true;
	return false;
}

/* Default deny is not enough: an rpc that nobody can call is a mistake, not a decision. */
static void check_callers(const struct model *model, const struct model_method *method)
{
	const Asskomm__Rest *rest = method->rest;

	for (size_t i = 0; i < method->bus->n_peers; i++)
		if (!is_service(model, method->bus->peers[i]))
			fail("%s: peer '%s' is no service", method->name, method->bus->peers[i]);
	if (!rest) {
		if (method->bus->n_peers == 0)
			fail("%s: nobody may call: give it a route or peers", method->name);
		return;
	}
	if (!rest->all_users && rest->n_roles == 0)
		fail("%s: a route needs roles, or all_users", method->name);
	if (rest->all_users && rest->n_roles > 0)
		fail("%s: all_users and roles contradict each other", method->name);
	for (size_t i = 0; i < rest->n_roles; i++)
		if (rest->roles[i] < 1 || rest->roles[i] > ROLE_LAST)
			fail("%s: no such role: %d", method->name, (int)rest->roles[i]);
}

/* A path always has all its parts, so the field is one plain value and must be given. */
static void check_parameter(
	const struct model_method *method, const char *name, const struct model_field *field)
{
	if (!field)
		fail("%s: {%s} is no field of %s", method->name, name, method->input->name);
	if (field_is_repeated(field) || (!field_is_string(field) && !field_is_integer(field)))
		fail("%s: {%s} must be one string or integer", method->name, name);
	if (!field->rules->required)
		fail("%s: {%s} is in the path, so its rules say required", method->name, name);
}

/* "/a/{b}/c": parts between slashes, each a literal or one parameter. */
static void check_path(const struct model_method *method)
{
	const char *path = method->rest->path;

	if (path[0] != '/' || path[1] == '\0')
		fail("%s: path '%s' does not begin with '/'", method->name, path);
	while (*path) {
		size_t len = strcspn(++path, "/");
		const char *open = memchr(path, '{', len), *close = memchr(path, '}', len);

		if (len == 0 || !open != !close ||
			(open && (open != path || close != path + len - 1)))
			fail("%s: path '%s' is malformed", method->name, method->rest->path);
		path += len;
	}
	path_each_parameter(method, check_parameter);
}

/* GET and DELETE have no body: every other field is a query parameter. */
static void check_query(const struct model_method *method)
{
	for (size_t i = 0; i < method->input->n_fields; i++)
		if (method->input->fields[i].message)
			fail("%s: %s cannot be written in an address", method->name,
				method->input->fields[i].proto->name);
}

/* The verb tells proxies and browsers whether a request may be repeated: it must not lie. */
static void check_route(const struct model_method *method)
{
	static const char *const VERBS[] = { "GET", "POST", "PUT", "DELETE" };
	const Asskomm__Rest *rest = method->rest;
	bool is_known = false, is_get = strcmp(rest->method, "GET") == 0;

	for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
		is_known = is_known || strcmp(rest->method, VERBS[i]) == 0;
	if (!is_known)
		fail("%s: unknown HTTP method '%s'", method->name, rest->method);
	if (rest->question && (strcmp(rest->method, "POST") != 0 || method->bus->command != 0))
		fail("%s: a question is a POST and no command", method->name);
	if (!rest->question && is_get == (method->bus->command != 0))
		fail("%s: a GET changes nothing, everything else is a command", method->name);
	if (rest->cached && (!is_get || rest->success))
		fail("%s: only a plain GET can be cached", method->name);
	if (rest->success && (rest->success < 200 || rest->success > 299))
		fail("%s: success %u is no status of success", method->name, rest->success);
	check_path(method);
	if (is_get || strcmp(rest->method, "DELETE") == 0)
		check_query(method);
	if (*rest->text_type && !*rest->text_field)
		fail("%s: text_type without a text_field", method->name);
	if (*rest->text_field) {
		const struct model_field *field = model_field(method->output, rest->text_field);

		if (!field || !field_is_string(field) || field_is_repeated(field))
			fail("%s: text_field '%s' is no string of the reply", method->name,
				rest->text_field);
	}
}

/* Two paths are the same when they differ only in the names of their parameters. */
static bool same_path(const char *left, const char *right)
{
	while (*left && *right) {
		size_t left_len = strcspn(left, "/") + 1, right_len = strcspn(right, "/") + 1;
		bool both = left[0] == '{' && right[0] == '{';

		if (!both && (left_len != right_len || strncmp(left, right, left_len) != 0))
			return false;
		if (!left[left_len - 1] || !right[right_len - 1])
			return left[left_len - 1] == right[right_len - 1];
		left += left_len;
		right += right_len;
	}
	return *left == *right;
}

/* A request of its own leaves room to add a field to one rpc without touching another; the API
 * description also leaves its path fields out of the body. */
static void check_pair(const struct model_method *one, const struct model_method *other)
{
	if (one->input == other->input)
		fail("%s and %s: each rpc has a request of its own", one->name, other->name);
	if (one->rest && other->rest && strcmp(one->rest->method, other->rest->method) == 0 &&
		same_path(one->rest->path, other->rest->path))
		fail("%s and %s have the same route %s %s", one->name, other->name,
			one->rest->method, one->rest->path);
}

void model_check(const struct model *model)
{
	for (size_t i = 0; i < model->n_messages; i++)
		check_message(&model->messages[i]);
	for (size_t i = 0; i < model->n_methods; i++) {
		const struct model_method *method = &model->methods[i];

		if (!method->input || !method->output)
			fail("%s: request and reply must be of this suite", method->name);
		if (method->streams)
			fail("%s: streams are not supported", method->name);
		check_callers(model, method);
		if (method->rest)
			check_route(method);
		for (size_t j = 0; j < i; j++)
			check_pair(&model->methods[j], method);
	}
}
