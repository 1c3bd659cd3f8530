/* Writes openapi.json: what the API is, and one operation for each route, the operations of a path
 * together.
 *
 * Everything is told by reference where it can be (schemas, headers, failures), so that a client
 * generator makes one type of each. What is not in proto/ is not here either: limits of the edge
 * are told in its README. */
#include "generate/openapi.h"
#include "generate/edge.h"
#include "generate/modes.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

const char API_TITLE[] = "ASSKomm suite";
const char API_DESCRIPTION[] =
	"Everything the alliance does is a dated fact: commands record facts, queries tell what "
	"they add up to as of any day and as known at any time.";

/* All operations of one path are members of one object. */
static void paths(struct json *json, const struct model *model)
{
	size_t n_routes;
	const struct model_method **routes = route_list(model, &n_routes);
	const char *last = NULL;

	json_object(json, "paths");
	for (size_t i = 0; i < n_routes; i++) {
		const char *path = route_path(routes[i]);

		if (!last || strcmp(last, path) != 0) {
			if (last)
				json_close(json, '}');
			json_object(json, path);
		}
		openapi_operation(json, model, routes[i]);
		last = path;
	}
	if (last)
		json_close(json, '}');
	if (edge_event(model))
		edge_openapi(json, model);
	json_close(json, '}');
}

/* Who answers questions is for the alliance to say: the address is a placeholder. */
static void info(struct json *json, const char *version)
{
	json_object(json, "info");
	json_string(json, "title", API_TITLE);
	json_string(json, "version", version);
	json_string(json, "description", API_DESCRIPTION);
	json_object(json, "contact");
	json_string(json, "name", "ASSKomm");
	json_string(json, "email", "asskomm@example.org");
	json_close(json, '}');
	json_object(json, "license");
	json_string(json, "name", "European Union Public Licence 1.2");
	json_string(json, "identifier", "EUPL-1.2");
	json_close(json, '}');
	json_close(json, '}');
}

/* Where a suite stands is a setting; the default is where deploy/up starts one. */
static void servers(struct json *json)
{
	json_array(json, "servers");
	json_object(json, NULL);
	json_string(json, "url", "{origin}");
	json_string(json, "description", "A suite, or the proxy in front of it");
	json_object(json, "variables");
	json_object(json, "origin");
	json_string(json, "default", "http://127.0.0.1:8080");
	json_string(json, "description", "Scheme, host and port; deploy/up starts a suite here");
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, ']');
}

/* One for each service that has a route. */
static void tags(struct json *json, const struct model *model)
{
	json_array(json, "tags");
	for (size_t i = 0; i < model->n_services; i++) {
		const struct model_service *service = &model->services[i];

		if (!route_serves(model, service))
			continue;
		json_object(json, NULL);
		json_string(json, "name", service->name);
		json_string(
			json, "description", *service->comment ? service->comment : service->title);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* The members in the order in which one reads them: what it is, how to sign in, what there is. */
static void document(struct json *json, const struct model *model, const char *version)
{
	json_object(json, NULL);
	json_string(json, "openapi", "3.1.0");
	info(json, version);
	servers(json);
	json_array(json, "security");
	json_object(json, NULL);
	json_array(json, "bearer");
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, ']');
	tags(json, model);
	paths(json, model);
	json_object(json, "components");
	openapi_schemas(json, model);
	openapi_parts(json);
	json_close(json, '}');
	json_close(json, '}');
}

void openapi_write(const struct model *model, const char *path, const char *version)
{
	struct json *json = json_new();
	FILE *output;

	document(json, model, version);
	output = output_open(path);
	fprintf(output, "%s\n", json_finish(json));
	output_close(output);
}
