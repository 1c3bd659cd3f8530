/* Writes openapi.json: one operation for each route, the operations of a path together.
 *
 * Everything is told by reference where it can be (schemas, the key of a command, the problem
 * document), so that a client generator makes one type of each. What is not in proto/ is not here
 * either: headers and limits of the edge are told in its README. */
#include "generate/openapi.h"
#include "generate/modes.h"
#include "generate/support.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define API_ROOT "/api/v1"

/* The route's path with the parameters by their JSON names. */
static const char *json_path(const struct model_method *method)
{
	const char *from = method->rest->path;
	const char *path = API_ROOT;

	while (*from) {
		size_t literal_len = strcspn(from, "{"), name_len;

		path = keep_format("%s%.*s", path, (int)literal_len, from);
		from += literal_len;
		if (!*from)
			break;
		name_len = strcspn(++from, "}");
		path = keep_format("%s{%s}", path,
			model_field(method->input, keep_text(from, name_len))->proto->json_name);
		from += name_len + 1;
	}
	return path;
}

/* OpenAPI knows no roles for bearer tokens, so they stand in a member of our own. */
static void role_list(struct json *json, uint32_t roles)
{
	static const char PREFIX[] = "ROLE_";

	json_array(json, "x-roles");
	for (unsigned role = 1; role <= ROLE_LAST; role++) {
		const ProtobufCEnumValue *value =
			protobuf_c_enum_descriptor_get_value(&asskomm__role__descriptor, (int)role);
		char *name;

		if (!value || !(roles & 1u << role))
			continue;
		/* Tokens name roles in lower case, without the prefix. */
		name = keep_format("%s", value->name + strlen(PREFIX));
		for (char *c = name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		json_string(json, NULL, name);
	}
	json_close(json, ']');
}

/* One parameter; its comment stands in its schema. */
static void parameter(struct json *json, const struct model_field *field, const char *place)
{
	json_object(json, NULL);
	json_string(json, "name", field->proto->json_name);
	json_string(json, "in", place);
	if (field->rules->required)
		json_bool(json, "required", true);
	openapi_field_schema(json, "schema", field, true);
	json_close(json, '}');
}

/* A field is found in the path, else in the query or in the body, never in two of them. */
static void parameters(struct json *json, const struct model_method *method)
{
	bool is_address = strcmp(method->rest->method, "GET") == 0 ||
			  strcmp(method->rest->method, "DELETE") == 0;

	json_array(json, "parameters");
	for (size_t i = 0; i < method->input->n_fields; i++) {
		const struct model_field *field = &method->input->fields[i];

		if (path_has_parameter(method, field->proto->name))
			parameter(json, field, "path");
		else if (is_address)
			parameter(json, field, "query");
	}
	if (method->bus->command)
		json_reference(json, NULL, "parameters", "IdempotencyKey");
	json_close(json, ']');
}

/* Left out when everything stands in the address. */
static void request_body(struct json *json, const struct model_method *method)
{
	if (!openapi_has_body(method))
		return;
	json_object(json, "requestBody");
	json_bool(json, "required", true);
	json_object(json, "content");
	json_object(json, "application/json");
	json_reference(json, "schema", "schemas", method->input->component);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

/* The one status of success, and for everything else the problem document. */
static void responses(struct json *json, const struct model_method *method)
{
	const Asskomm__Rest *rest = method->rest;
	bool is_text = *rest->text_field != '\0';

	json_object(json, "responses");
	json_object(json, keep_format("%u", rest->success ? rest->success : DEFAULT_SUCCESS));
	json_string(json, "description",
		*method->output->comment ? method->output->comment : method->output->component);
	json_object(json, "content");
	json_object(json, is_text ? "text/plain" : "application/json");
	if (is_text) {
		json_object(json, "schema");
		json_string(json, "type", "string");
		json_close(json, '}');
	} else {
		json_reference(json, "schema", "schemas", method->output->component);
	}
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
	json_reference(json, "default", "responses", "Problem");
	json_close(json, '}');
}

/* The first sentence of the rpc's comment is its summary; ids are the rpc's name in lowerCamel. */
static void operation(struct json *json, const struct model_method *method)
{
	char *verb = keep_format("%s", method->rest->method);
	char *id = keep_format("%s", method->rpc);
	size_t summary_len = strcspn(method->comment, ".:;");

	for (char *c = verb; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	id[0] = (char)tolower((unsigned char)id[0]);
	json_object(json, verb);
	json_string(json, "operationId", id);
	json_array(json, "tags");
	json_string(json, NULL, method->service);
	json_close(json, ']');
	json_text(json, "summary", keep_text(method->comment, summary_len));
	json_text(json, "description", method->comment);
	role_list(json, method->roles);
	parameters(json, method);
	request_body(json, method);
	responses(json, method);
	json_close(json, '}');
}

/* By path, then by verb. */
static int by_path(const void *left, const void *right)
{
	const struct model_method *a = *(const struct model_method *const *)left;
	const struct model_method *b = *(const struct model_method *const *)right;
	int order = strcmp(json_path(a), json_path(b));

	return order ? order : strcmp(a->rest->method, b->rest->method);
}

/* All operations of one path are members of one object. */
static void paths(struct json *json, const struct model *model)
{
	const struct model_method **routes = keep(model->n_methods * sizeof *routes);
	size_t n_routes = 0;
	const char *last = NULL;

	for (size_t i = 0; i < model->n_methods; i++)
		if (model->methods[i].rest)
			routes[n_routes++] = &model->methods[i];
	qsort(routes, n_routes, sizeof *routes, by_path);
	json_object(json, "paths");
	for (size_t i = 0; i < n_routes; i++) {
		const char *path = json_path(routes[i]);

		if (!last || strcmp(last, path) != 0) {
			if (last)
				json_close(json, '}');
			json_object(json, path);
		}
		operation(json, routes[i]);
		last = path;
	}
	if (last)
		json_close(json, '}');
	json_close(json, '}');
}

/* Named once, referred to by every command. */
static void idempotency_key(struct json *json)
{
	json_object(json, "parameters");
	json_object(json, "IdempotencyKey");
	json_string(json, "name", "Idempotency-Key");
	json_string(json, "in", "header");
	json_string(json, "description",
		"Makes the command repeatable: the same key with the same request gets the stored "
		"answer.");
	json_object(json, "schema");
	json_string(json, "type", "string");
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

/* Likewise by every operation. */
static void problem_response(struct json *json)
{
	json_object(json, "responses");
	json_object(json, "Problem");
	json_string(json, "description", "The request failed");
	json_object(json, "content");
	json_object(json, "application/problem+json");
	json_reference(json, "schema", "schemas", "Problem");
	for (int i = 0; i < 4; i++)
		json_close(json, '}');
}

/* Tokens are checked by the gateway (OpenID Connect); where they come from is a setting. */
static void security(struct json *json)
{
	json_object(json, "securitySchemes");
	json_object(json, "bearer");
	json_string(json, "type", "http");
	json_string(json, "scheme", "bearer");
	json_string(json, "bearerFormat", "JWT");
	json_close(json, '}');
	json_close(json, '}');
}

/* The members in the order in which one reads them: what it is, how to sign in, what there is. */
static void document(struct json *json, const struct model *model)
{
	json_object(json, NULL);
	json_string(json, "openapi", "3.1.0");
	json_object(json, "info");
	json_string(json, "title", "ASSKomm suite");
	json_string(json, "version", "1");
	json_string(json, "description",
		"Everything the alliance does is a dated fact: commands record facts, queries tell "
		"what they add up to as of any day and as known at any time.");
	json_close(json, '}');
	json_array(json, "security");
	json_object(json, NULL);
	json_array(json, "bearer");
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, ']');
	paths(json, model);
	json_object(json, "components");
	openapi_schemas(json, model);
	idempotency_key(json);
	problem_response(json);
	security(json);
	json_close(json, '}');
	json_close(json, '}');
}

/* The text is needed twice: as a file and embedded in the tables. */
char *openapi_text(const struct model *model)
{
	char *text = NULL;
	size_t len = 0;
	struct json json = { open_memstream(&text, &len), 0, true };
	char *kept;

	if (!json.output)
		fail("out of memory");
	document(&json, model);
	fputc('\n', json.output);
	if (fclose(json.output) != 0)
		fail("out of memory");
	kept = keep_text(text, len);
	free(text);
	return kept;
}
