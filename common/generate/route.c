/* Routes as the descriptions tell them. All texts are derived from proto/: a new rpc needs nothing
 * here. */
#include "generate/route.h"
#include "generate/support.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *route_path(const struct model_method *method)
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

const char *route_id(const struct model_method *method)
{
	char *id = keep_format("%s", method->rpc);

	id[0] = (char)tolower((unsigned char)id[0]);
	return id;
}

const char *route_summary(const struct model_method *method)
{
	size_t len = strcspn(method->comment, ".:;");

	return len > 0 ? keep_text(method->comment, len) : method->rpc;
}

/* Tokens name roles in lower case, without the prefix. */
static const char *role_name(unsigned role)
{
	static const char PREFIX[] = "ROLE_";
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value(&asskomm__role__descriptor, (int)role);
	char *name;

	if (!value)
		return NULL;
	name = keep_format("%s", value->name + strlen(PREFIX));
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

void route_each_role(
	const struct model_method *method, void (*visit)(void *of, const char *role), void *of)
{
	for (unsigned role = 1; role <= ROLE_LAST; role++) {
		const char *name = role_name(role);

		if (name && method->roles & 1u << role)
			visit(of, name);
	}
}

static void append_role(void *of, const char *role)
{
	const char **list = of;

	*list = keep_format("%s%s%s", *list, **list ? ", " : "", role);
}

const char *route_roles(const struct model_method *method)
{
	const char *list = "";

	if (method->rest->all_users)
		return "every role";
	route_each_role(method, append_role, &list);
	return list;
}

unsigned route_success(const struct model_method *method)
{
	return method->rest->success ? method->rest->success : DEFAULT_SUCCESS;
}

bool route_is_address(const struct model_method *method)
{
	return strcmp(method->rest->method, "GET") == 0 ||
	       strcmp(method->rest->method, "DELETE") == 0;
}

bool route_is_in_body(const struct model_method *method, const struct model_field *field)
{
	return !method || !path_has_parameter(method, field->proto->name);
}

bool route_has_body(const struct model_method *method)
{
	if (route_is_address(method))
		return false;
	for (size_t i = 0; i < method->input->n_fields; i++)
		if (route_is_in_body(method, &method->input->fields[i]))
			return true;
	return false;
}

bool route_takes_version(const struct model_method *method)
{
	return method->bus->command && strchr(method->rest->path, '{') != NULL;
}

bool route_takes_claim(const struct model_method *method)
{
	return method->bus->command && method->roles & 1u << ASSKOMM__ROLE__ROLE_OPERATOR;
}

/* The edge takes what stands before the first parameter as the collection, and the reply's id as
 * the last segment. */
bool route_has_location(const struct model *model, const struct model_method *method)
{
	const char *path = method->rest->path;
	size_t len = strcspn(path, "{");

	if (route_success(method) != 201)
		return false;
	if (path[len] && len > 0)
		len--; /* the slash before the parameter */
	for (size_t i = 0; i < model->n_methods; i++) {
		const Asskomm__Rest *rest = model->methods[i].rest;

		if (rest && strcmp(rest->method, "GET") == 0 &&
			strncmp(rest->path, path, len) == 0 &&
			strncmp(rest->path + len, "/{", 2) == 0 &&
			strchr(rest->path + len + 1, '/') == NULL)
			return true;
	}
	return false;
}

bool route_serves(const struct model *model, const struct model_service *service)
{
	for (size_t i = 0; i < model->n_methods; i++)
		if (model->methods[i].rest && strcmp(model->methods[i].service, service->name) == 0)
			return true;
	return false;
}

static int by_path(const void *left, const void *right)
{
	const struct model_method *a = *(const struct model_method *const *)left;
	const struct model_method *b = *(const struct model_method *const *)right;
	int order = strcmp(route_path(a), route_path(b));

	return order ? order : strcmp(a->rest->method, b->rest->method);
}

const struct model_method **route_list(const struct model *model, size_t *out_count)
{
	const struct model_method **routes = keep((model->n_methods + 1) * sizeof *routes);
	size_t count = 0;

	for (size_t i = 0; i < model->n_methods; i++)
		if (model->methods[i].rest)
			routes[count++] = &model->methods[i];
	if (count > 0)
		qsort(routes, count, sizeof *routes, by_path);
	*out_count = count;
	return routes;
}
