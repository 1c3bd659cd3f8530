/* Schemas of openapi.json. A message's schema stands under components when some route can carry
 * it, in its request or in its reply; rules are told only where a request can carry it: a reply has
 * been checked long ago, and a stored text may be longer than today's limit. */
#include "generate/answer.h"
#include "generate/edge.h"
#include "generate/openapi.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

/* Marks what can be reached from a message; messages never contain themselves (model_check). */
static void mark(const struct model *model, const struct model_message *message, bool *marked)
{
	marked[message - model->messages] = true;
	for (size_t i = 0; i < message->n_fields; i++)
		if (message->fields[i].message)
			mark(model, message->fields[i].message, marked);
}

bool openapi_is_unspecified(const Google__Protobuf__EnumValueDescriptorProto *value)
{
	static const char SUFFIX[] = "UNSPECIFIED";
	size_t len = strlen(value->name), suffix_len = strlen(SUFFIX);

	return value->number == 0 && len >= suffix_len &&
	       strcmp(value->name + len - suffix_len, SUFFIX) == 0;
}

/* Limits of 64-bit numbers cannot be said of their texts: the server alone checks them. */
static void integer_schema(
	struct json *json, const struct model_field *field, const Asskomm__Rules *rules)
{
	bool is_wide = field_is_wide(field);

	/* ProtoJSON: 64 bits do not fit a JSON number everywhere, so they travel as text. */
	json_string(json, "type", is_wide ? "string" : "integer");
	json_string(json, "format", is_wide ? "int64" : "int32");
	if (is_wide) {
		json_string(json, "pattern", "^-?[0-9]+$");
		return;
	}
	if (rules->gte_opt_case == ASSKOMM__RULES__GTE_OPT_GTE)
		json_number(json, "minimum", rules->gte);
	else if (field->proto->type == TYPE(UINT32))
		json_number(json, "minimum", 0);
	if (rules->lte_opt_case == ASSKOMM__RULES__LTE_OPT_LTE)
		json_number(json, "maximum", rules->lte);
}

/* A required text is at least one character; for a list that is said of its items' number. */
static void string_schema(struct json *json, const struct model_field *field,
	const Asskomm__Rules *rules, bool with_rules)
{
	const struct format *format = format_find(rules->format);

	json_string(json, "type", "string");
	json_text(json, "format", format->keyword);
	json_text(json, "pattern", format->pattern);
	if (!with_rules)
		return;
	if (rules->min_len || (rules->required && !field_is_repeated(field)))
		json_number(json, "minLength", rules->min_len ? rules->min_len : 1);
	json_number(json, "maxLength", rules->max_len ? rules->max_len : DEFAULT_MAX_LEN);
}

/* What a request must give cannot be "not given". */
static void enum_rules(
	struct json *json, const struct model_enum *enumeration, const Asskomm__Rules *rules)
{
	const Google__Protobuf__EnumValueDescriptorProto *zero = enumeration->proto->value[0];

	if (!rules->required || !openapi_is_unspecified(zero))
		return;
	json_object(json, "not");
	json_string(json, "const", zero->name);
	json_close(json, '}');
}

/* Members of the schema of one value, without the array around it. */
static void value_schema(struct json *json, const struct model_field *field, bool with_rules)
{
	static const Asskomm__Rules NO_RULES = ASSKOMM__RULES__INIT;
	const Asskomm__Rules *rules = with_rules ? field->rules : &NO_RULES;

	if (field->message || field->enumeration) {
		json_string(json, "$ref",
			keep_format("#/components/schemas/%s",
				field->message ? field->message->component
					       : field->enumeration->component));
		if (field->enumeration)
			enum_rules(json, field->enumeration, rules);
	} else if (field_is_string(field)) {
		string_schema(json, field, rules, with_rules);
	} else if (field_is_integer(field)) {
		integer_schema(json, field, rules);
	} else if (field->proto->type == TYPE(BYTES)) {
		json_string(json, "type", "string");
		json_string(json, "contentEncoding", "base64");
	} else {
		json_string(json, "type", field->proto->type == TYPE(BOOL) ? "boolean" : "number");
	}
}

const char *openapi_field_text(const struct model_field *field)
{
	const char *what = format_find(field->rules->format)->what;

	return *field->comment || !what ? field->comment : what;
}

/* An object whose names are the keys. */
static void map_schema(struct json *json, const struct model_field *field, bool with_rules)
{
	uint32_t max_items = field->rules->max_items;

	json_string(json, "type", "object");
	if (with_rules)
		json_number(json, "maxProperties", max_items ? max_items : DEFAULT_MAX_ITEMS);
	json_object(json, "additionalProperties");
	value_schema(json, &field->message->fields[1], with_rules);
	json_close(json, '}');
}

void openapi_field_schema(
	struct json *json, const char *name, const struct model_field *field, bool with_rules)
{
	const Asskomm__Rules *rules = field->rules;

	json_object(json, name);
	json_text(json, "description", openapi_field_text(field));
	if (field_is_map(field)) {
		map_schema(json, field, with_rules);
	} else if (field_is_repeated(field)) {
		json_string(json, "type", "array");
		if (with_rules && rules->required)
			json_number(json, "minItems", 1);
		if (with_rules)
			json_number(json, "maxItems",
				rules->max_items ? rules->max_items : DEFAULT_MAX_ITEMS);
		json_object(json, "items");
		value_schema(json, field, with_rules);
		json_close(json, '}');
	} else {
		value_schema(json, field, with_rules);
	}
	json_close(json, '}');
}

/* The method whose request this is, or NULL; model_check allows one. */
static const struct model_method *method_of(
	const struct model *model, const struct model_message *message)
{
	for (size_t i = 0; i < model->n_methods; i++)
		if (model->methods[i].input == message)
			return &model->methods[i];
	return NULL;
}

/* Path parameters are required where they stand. */
static bool is_required(const struct model_method *method, const struct model_field *field)
{
	return field->rules->required && route_is_in_body(method, field);
}

/* JSON Schema wants no empty list there, so it opens with the first name. */
static void required_list(
	struct json *json, const struct model_message *message, const struct model_method *method)
{
	bool is_open = false;

	for (size_t i = 0; i < message->n_fields; i++) {
		if (!is_required(method, &message->fields[i]))
			continue;
		if (!is_open)
			json_array(json, "required");
		is_open = true;
		json_string(json, NULL, message->fields[i].proto->json_name);
	}
	if (is_open)
		json_close(json, ']');
}

/* Requests refuse members they do not know (DESIGN: 400 that names the place); replies may grow. */
static void message_schema(struct json *json, const struct model *model,
	const struct model_message *message, bool with_rules)
{
	const struct model_method *method = method_of(model, message);

	json_object(json, message->component);
	json_string(json, "type", "object");
	json_text(json, "description", message->comment);
	if (with_rules) {
		required_list(json, message, method);
		json_bool(json, "additionalProperties", false);
	}
	json_object(json, "properties");
	for (size_t i = 0; i < message->n_fields; i++)
		if (route_is_in_body(method, &message->fields[i]))
			openapi_field_schema(json, message->fields[i].proto->json_name,
				&message->fields[i], with_rules);
	json_close(json, '}');
	json_close(json, '}');
}

/* Values by name, as ProtoJSON writes them; a reply says also by name that one is not given. */
static void enum_schema(struct json *json, const struct model_enum *enumeration)
{
	json_object(json, enumeration->component);
	json_string(json, "type", "string");
	json_text(json, "description", enumeration->comment);
	json_array(json, "enum");
	for (size_t i = 0; i < enumeration->proto->n_value; i++)
		json_string(json, NULL, enumeration->proto->value[i]->name);
	json_close(json, ']');
	json_close(json, '}');
}

bool openapi_enum_is_used(
	const struct model *model, const struct model_enum *enumeration, const bool *marked)
{
	for (size_t i = 0; i < model->n_messages; i++)
		for (size_t j = 0; marked[i] && j < model->messages[i].n_fields; j++)
			if (model->messages[i].fields[j].enumeration == enumeration)
				return true;
	return false;
}

/* As RFC 9457 wants it, with members of ours. Code and rule may become more, so clients must not
 * fail on one they do not know: codes are told as examples, not as an enum. */
static void problem_schema(struct json *json)
{
	json_raw(json, "Candidate",
		"{\"type\":\"object\",\"description\":\"What an ambiguous name may mean\","
		"\"required\":[\"key\",\"name\",\"district\"],\"properties\":{"
		"\"key\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
		"\"district\":{\"type\":\"string\"}}}");
	json_raw(json, "Violation",
		"{\"type\":\"object\",\"description\":\"A rule that does not hold\","
		"\"required\":[\"field\",\"rule\",\"message\"],\"properties\":{"
		"\"field\":{\"type\":\"string\","
		"\"description\":\"Path in the request (accessions[0]), or a header\"},"
		"\"rule\":{\"type\":\"string\",\"description\":\"Short name of the rule\"},"
		"\"message\":{\"type\":\"string\",\"description\":\"What to do\"},"
		"\"candidates\":{\"type\":\"array\","
		"\"description\":\"When the rule is ambiguous\","
		"\"items\":{\"$ref\":\"#/components/schemas/Candidate\"}}}}");
	json_raw(json, "Problem",
		keep_format("{\"type\":\"object\","
			    "\"description\":\"Why a request failed (RFC 9457)\","
			    "\"required\":[\"type\",\"title\",\"status\",\"code\"],\"properties\":{"
			    "\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
			    "\"title\":{\"type\":\"string\","
			    "\"description\":\"For people, in German or English\"},"
			    "\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},"
			    "\"detail\":{\"type\":\"string\","
			    "\"description\":\"This case, in English\"},"
			    "\"code\":{\"type\":\"string\",\"description\":\"For programs\","
			    "\"examples\":%s},"
			    "\"violations\":{\"type\":\"array\","
			    "\"items\":{\"$ref\":\"#/components/schemas/Violation\"}},"
			    "\"traceId\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\","
			    "\"description\":\"What logs and facts know it by\"}}}",
			answer_codes()));
}

void openapi_reach(const struct model *model, const bool **out_sent, const bool **out_used)
{
	bool *is_sent = keep(model->n_messages), *is_used = keep(model->n_messages);

	for (size_t i = 0; i < model->n_methods; i++) {
		const struct model_method *method = &model->methods[i];

		if (!method->rest)
			continue;
		if (route_has_body(method)) {
			mark(model, method->input, is_sent);
			mark(model, method->input, is_used);
		}
		if (!*method->rest->text_field)
			mark(model, method->output, is_used);
	}
	if (edge_event(model))
		mark(model, edge_event(model), is_used);
	*out_sent = is_sent;
	*out_used = is_used;
}

void openapi_schemas(struct json *json, const struct model *model)
{
	const bool *is_sent, *is_used;

	openapi_reach(model, &is_sent, &is_used);
	json_object(json, "schemas");
	problem_schema(json);
	for (size_t i = 0; i < model->n_messages; i++)
		if (is_used[i] && !message_is_map_entry(&model->messages[i]))
			message_schema(json, model, &model->messages[i], is_sent[i]);
	for (size_t i = 0; i < model->n_enums; i++)
		if (openapi_enum_is_used(model, &model->enums[i], is_used))
			enum_schema(json, &model->enums[i]);
	json_close(json, '}');
}
