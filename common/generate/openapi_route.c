/* Operations of openapi.json: what one route takes and answers. */
#include "generate/answer.h"
#include "generate/example.h"
#include "generate/openapi.h"
#include "generate/route.h"
#include "generate/support.h"
#include <ctype.h>
#include <string.h>

static void role_item(void *of, const char *role)
{
	json_string(of, NULL, role);
}

/* OpenAPI knows no roles for bearer tokens, so they stand in a member of our own, and for people
 * in the description. */
static void roles(struct json *json, const struct model_method *method)
{
	json_array(json, "x-roles");
	route_each_role(method, role_item, json);
	json_close(json, ']');
}

/* One parameter; lists in the query are repeated parameters, OpenAPI's default. */
static void parameter(struct json *json, const struct model_message *message,
	const struct model_field *field, const char *place)
{
	json_object(json, NULL);
	json_string(json, "name", field->proto->json_name);
	json_string(json, "in", place);
	if (field->rules->required)
		json_bool(json, "required", true);
	json_text(json, "description", openapi_field_text(field));
	openapi_field_schema(json, "schema", field, true);
	example_field(json, "example", message, field);
	json_close(json, '}');
}

/* A field is found in the path, else in the query or in the body, never in two of them. */
static void parameters(struct json *json, const struct model_method *method)
{
	json_array(json, "parameters");
	for (size_t i = 0; i < method->input->n_fields; i++) {
		const struct model_field *field = &method->input->fields[i];

		if (path_has_parameter(method, field->proto->name))
			parameter(json, method->input, field, "path");
		else if (route_is_address(method))
			parameter(json, method->input, field, "query");
	}
	for (size_t i = 0; i < ROUTE_HEADERS_COUNT; i++)
		if (ROUTE_HEADERS[i].applies(method))
			json_reference(json, NULL, "parameters", ROUTE_HEADERS[i].component);
	json_close(json, ']');
}

/* Left out when everything stands in the address. */
static void request_body(struct json *json, const struct model_method *method)
{
	if (!route_has_body(method))
		return;
	json_object(json, "requestBody");
	json_bool(json, "required", true);
	json_object(json, "content");
	json_object(json, "application/json");
	json_reference(json, "schema", "schemas", method->input->component);
	example_message(json, "example", method->input, method);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

/* Some replies are one text for people; their route says which field it is. */
static void text_content(struct json *json, const struct model_method *method)
{
	const struct model_field *field = model_field(method->output, method->rest->text_field);

	/* What another type holds is that type's own; ours says no more than whether it is JSON. */
	const char *type = *method->rest->text_type ? method->rest->text_type : "text/plain";
	bool is_json = strstr(type, "json") != NULL;

	json_object(json, type);
	json_object(json, "schema");
	json_string(json, "type", is_json ? "object" : "string");
	json_close(json, '}');
	if (!is_json) {
		example_field(json, "example", method->output, field);
	} else {
		json_object(json, "example");
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void content(struct json *json, const struct model_method *method)
{
	json_object(json, "content");
	if (*method->rest->text_field) {
		text_content(json, method);
	} else {
		json_object(json, "application/json");
		json_reference(json, "schema", "schemas", method->output->component);
		example_message(json, "example", method->output, NULL);
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void success(struct json *json, const struct model *model, const struct model_method *method)
{
	json_object(json, keep_format("%u", route_success(method)));
	json_string(json, "description",
		*method->output->comment ? method->output->comment : method->output->component);
	json_object(json, "headers");
	json_reference(json, "ETag", "headers", "ETag");
	if (!method->bus->command)
		json_reference(json, "Ledger-Seq", "headers", "LedgerSeq");
	if (route_has_location(model, method))
		json_reference(json, "Location", "headers", "Location");
	json_reference(json, "traceparent", "headers", "Traceparent");
	json_close(json, '}');
	content(json, method);
	json_close(json, '}');
}

/* Of a Recorded, which every command answers. */
#define DRY_RUN_EXAMPLE                                                                            \
	"{\"id\":\"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\"version\":3,\"facts\":[],\"dryRun\":"  \
	"true}"

/* A command that makes something answers 201; asked what it would do, it makes nothing. */
static void dry_run(struct json *json, const struct model_method *method)
{
	json_object(json, "200");
	json_string(
		json, "description", "With Dry-Run: what would be answered; nothing was saved.");
	json_object(json, "headers");
	json_reference(json, "traceparent", "headers", "Traceparent");
	json_close(json, '}');
	json_object(json, "content");
	json_object(json, "application/json");
	json_reference(json, "schema", "schemas", method->output->component);
	json_raw(json, "example", DRY_RUN_EXAMPLE);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

/* The one status of success, what a client may have already, and each failure that can come. */
static void responses(
	struct json *json, const struct model *model, const struct model_method *method)
{
	json_object(json, "responses");
	if (method->bus->command && route_success(method) != 200)
		dry_run(json, method);
	success(json, model, method);
	if (strcmp(method->rest->method, "GET") == 0)
		json_reference(json, "304", "responses", "NotModified");
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		if (ANSWERS[i].applies(method))
			json_reference(json, keep_format("%u", ANSWERS[i].status), "responses",
				ANSWERS[i].component);
	json_reference(json, "default", "responses", "Problem");
	json_close(json, '}');
}

void openapi_operation(
	struct json *json, const struct model *model, const struct model_method *method)
{
	char *verb = keep_format("%s", method->rest->method);

	for (char *c = verb; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	json_object(json, verb);
	json_string(json, "operationId", route_id(method));
	json_array(json, "tags");
	json_string(json, NULL, method->service);
	json_close(json, ']');
	json_string(json, "summary", route_summary(method));
	json_string(json, "description",
		keep_format("%s%sFor: %s.", method->comment, *method->comment ? "\n\n" : "",
			route_roles(method)));
	roles(json, method);
	parameters(json, method);
	request_body(json, method);
	responses(json, model, method);
	json_close(json, '}');
}
