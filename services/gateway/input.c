/* Each field of a request comes from one place: body, path or query. What is said twice must agree
 * (path and body) or is refused (a query parameter that repeats); nothing is passed over. */
#include "input.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include <string.h>
#include <strings.h>

/* What the route declares and not what the client sent. */
static bool has_body(const struct route *route)
{
	return strcmp(route->method->http_method, "POST") == 0 ||
	       strcmp(route->method->http_method, "PUT") == 0;
}

/* One violation that names the place, as the forms do. */
static Asskomm__Failure *invalid(struct arena *arena, const char *text, const char *field,
	const char *rule, const char *what)
{
	Asskomm__Failure *failure =
		failure_new(arena, FAILURE_INVALID, "%s", say_text(arena, text));

	failure_add(arena, failure, field, rule, "%s", say_text(arena, what));
	return failure;
}

/* application/json, whatever parameters follow. */
static bool is_json(const char *content_type)
{
	static const char JSON[] = "application/json";
	size_t len = sizeof(JSON) - 1;

	return content_type != NULL && strncasecmp(content_type, JSON, len) == 0 &&
	       strchr("; \t", content_type[len]) != NULL;
}

static Asskomm__Failure *read_body(const struct http_exchange *exchange, const struct route *route,
	ProtobufCMessage **out_input)
{
	const ProtobufCMessageDescriptor *type = route->method->input;
	Asskomm__Failure *failure = NULL;

	/* Servers and proxies do not agree on what the body of a GET means: it is refused, not
	 * ignored. */
	if (!has_body(route) && exchange->body_len > 0)
		return failure_new(exchange->arena, FAILURE_INVALID, "%s takes no body",
			route->method->http_method);
	if (exchange->body_len == 0) {
		*out_input = reflect_new(exchange->arena, type);
		return NULL;
	}
	if (!is_json(http_header(exchange, "content-type")))
		return failure_new(
			exchange->arena, FAILURE_MEDIA_TYPE, "The body must be application/json");
	/* Unknown fields, duplicates, types, depth and encoding are judged in there. */
	ProtobufCMessage *input = reflect_from_json_text(
		exchange->arena, type, exchange->body, exchange->body_len, &failure);
	if (input == NULL)
		return failure;
	*out_input = input;
	return NULL;
}

/* NULL stands for a field that is not set. */
static bool are_equal(const char *one, const char *other)
{
	return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* The JSON name, as callers know the field. */
static const char *name_of(
	const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
	return tables_message(type)->fields[field - type->fields].json_name;
}

/* The path decides. What the body says about the same field is compared as the field prints it, so
 * that "7" and "07" are the same number. */
static Asskomm__Failure *set_parameter(
	struct arena *arena, ProtobufCMessage *input, const struct route_parameter *parameter)
{
	const ProtobufCFieldDescriptor *field = reflect_field(input->descriptor, parameter->field);
	const char *unset =
		reflect_get_text(arena, reflect_new(arena, input->descriptor), parameter->field);
	const char *in_body = reflect_get_text(arena, input, parameter->field);

	CHECK(field != NULL); /* the generator checked the template */
	if (!text_is_utf8(parameter->value, strlen(parameter->value)) ||
		!reflect_set_text(arena, input, parameter->field, parameter->value))
		return invalid(arena, TEXT("The path is not well-formed"),
			name_of(input->descriptor, field), "type", "Does not fit the field");
	if (!are_equal(in_body, unset) &&
		!are_equal(in_body, reflect_get_text(arena, input, parameter->field)))
		return invalid(arena, TEXT("Path and body contradict each other"),
			name_of(input->descriptor, field), "path", "Leave it out of the body");
	return NULL;
}

/* Which fields have their value already: bit per index in the descriptor. */
struct taken {
	uint64_t bits;
};

/* False when a field that can have one value has it already. A request message is small by nature:
 * more than 64 fields would be a bug of proto/. */
static bool take(struct taken *taken, const ProtobufCMessageDescriptor *type,
	const ProtobufCFieldDescriptor *field)
{
	uint64_t bit = UINT64_C(1) << (field - type->fields);
	bool is_free = (taken->bits & bit) == 0 || field->label == PROTOBUF_C_LABEL_REPEATED;

	CHECK(type->n_fields <= 64);
	taken->bits |= bit;
	return is_free;
}

static Asskomm__Failure *set_query(struct arena *arena, ProtobufCMessage *input,
	struct taken *taken, const char *name, const char *value)
{
	static const char PROBLEM[] = TEXT("The query is not well-formed");

	if (name == NULL || !text_is_utf8(name, strlen(name)) ||
		!text_is_utf8(value, strlen(value)))
		return invalid(arena, PROBLEM, "", "encoding", "Percent-encode UTF-8");
	/* Messages as JSON in a query would be a second way to say what a body says. */
	const ProtobufCFieldDescriptor *field = reflect_field(input->descriptor, name);
	if (field == NULL || field->type == PROTOBUF_C_TYPE_MESSAGE)
		return invalid(arena, PROBLEM, name, "unknown", "There is no such parameter");
	const char *json_name = name_of(input->descriptor, field);
	if (!take(taken, input->descriptor, field))
		return invalid(arena, PROBLEM, json_name, "once", "Give it once");
	if (!reflect_set_text(arena, input, field->name, value))
		return invalid(arena, PROBLEM, json_name, "type", "Does not fit the field");
	return NULL;
}

static Asskomm__Failure *read_query(struct http_exchange *exchange, const struct route *route,
	struct taken *taken, ProtobufCMessage *input)
{
	const char *name = NULL, *value = NULL;
	Asskomm__Failure *failure = NULL;

	if (has_body(route) && exchange->query[0] != '\0')
		return failure_new(exchange->arena, FAILURE_INVALID, "%s takes no query",
			route->method->http_method);
	for (size_t at = 0; failure == NULL && http_query_next(exchange, &at, &name, &value);)
		failure = set_query(exchange->arena, input, taken, name, value);
	return failure;
}

Asskomm__Failure *input_read(
	struct http_exchange *exchange, const struct route *route, ProtobufCMessage **out_input)
{
	struct arena *arena = exchange->arena;
	struct taken taken = { 0 };
	ProtobufCMessage *input = NULL;
	Asskomm__Failure *failure = read_body(exchange, route, &input);

	/* Body, path, query: each may only add to what was there before. */
	for (size_t i = 0; failure == NULL && i < route->n_parameters; i++) {
		const struct route_parameter *parameter = &route->parameters[i];
		failure = set_parameter(arena, input, parameter);
		take(&taken, route->method->input,
			reflect_field(route->method->input, parameter->field));
	}
	if (failure == NULL)
		failure = read_query(exchange, route, &taken, input);
	/* The service checks the same rules again: it has other callers. */
	if (failure == NULL)
		failure = validate(arena, input);
	if (failure == NULL)
		*out_input = input;
	return failure;
}
