/* From method and path to the rpc they mean, by the routes that proto/ declares.
 *
 * Pure: the generated table (core/tables.h) in, a route out. A new rpc with a rest option needs
 * nothing here. */
#ifndef ASSKOMM_GATEWAY_ROUTE_H
#define ASSKOMM_GATEWAY_ROUTE_H

#include "core/arena.h"
#include "core/tables.h"
#include <stddef.h>

#define ROUTE_PREFIX "/api/v1"
#define ROUTE_PARAMETERS_MAX 4

/* A "{field}" of the template and what stood in its place, not empty. */
struct route_parameter {
	const char *field;
	const char *value;
};

/* What was found. Without a method it tells which of the two answers is right: 404 or 405. */
struct route {
	const struct method_info *method; /* NULL: nothing here answers the HTTP method */
	const char *allow;                /* methods of this path, for Allow; NULL: no such path */
	size_t n_parameters;
	struct route_parameter parameters[ROUTE_PARAMETERS_MAX];
};

/* Finds the rpc for a percent-decoded path, "/api/v1" included. HEAD asks as GET does. A literal
 * segment goes before a parameter. Texts of the route are from the arena. */
struct route route_find(struct arena *arena, const char *http_method, const char *path);

/* Where something made by this method can be read: "/api/v1/agreements/…", or NULL when no GET
 * route would find it. `id` is as the reply has it. */
const char *route_location(struct arena *arena, const struct method_info *method, const char *id);

#endif
