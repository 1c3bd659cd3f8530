/* The router: every request is held against every template of the generated table.
 *
 * There are some hundred routes, and comparing them all takes about a microsecond: an index would
 * be one more thing that can be wrong. */
#include "route.h"

#include "core/check.h"
#include "core/text.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define ALLOW_MAX 64

/* A piece of the template or path that stands for a parameter. */
struct piece {
	const char *name, *value;
	size_t name_len, value_len;
};

struct match {
	size_t count;
	struct piece pieces[ROUTE_PARAMETERS_MAX];
};

/* The HTTP server leaves the body away. */
static const char *seen_as(const char *http_method)
{
	return strcmp(http_method, "HEAD") == 0 ? "GET" : http_method;
}

/* Whether the path has the template's shape; an empty segment is no value. Most differ within a few
 * letters. */
static bool matches(const char *template, const char *path, struct match *out_match)
{
	out_match->count = 0;
	for (;;) {
		if (*template == '{') {
			size_t wanted = strcspn(template, "/"), given = strcspn(path, "/");
			CHECK(out_match->count < ROUTE_PARAMETERS_MAX);
			if (given == 0)
				return false;
			out_match->pieces[out_match->count++] =
				(struct piece){ template + 1, path, wanted - 2, given };
			template += wanted;
			path += given;
		}
		if (*template != *path)
			return false;
		if (*template == '\0')
			return true;
		template ++;
		path++;
	}
}

/* The part of the path that templates describe, or NULL. */
static const char *below_prefix(const char *path)
{
	size_t len = sizeof(ROUTE_PREFIX) - 1;

	return strncmp(path, ROUTE_PREFIX, len) == 0 && path[len] == '/' ? path + len : NULL;
}

/* Each method once; no name of a method is part of another. */
static void allow(struct text *list, const char *http_method)
{
	if (strstr(list->bytes, http_method) != NULL)
		return;
	text_append(list, list->len == 0 ? "" : ", ");
	text_append(list, http_method);
	if (strcmp(http_method, "GET") == 0)
		text_append(list, ", HEAD");
}

/* Copied, since the pieces point into template and path and have no ends of their own. */
static void take(struct arena *arena, struct route *route, const struct match *match)
{
	route->n_parameters = match->count;
	for (size_t i = 0; i < match->count; i++) {
		const struct piece *piece = &match->pieces[i];
		route->parameters[i].field = text_copy_len(arena, piece->name, piece->name_len);
		route->parameters[i].value = text_copy_len(arena, piece->value, piece->value_len);
	}
}

/* Of two templates that fit, the one with fewer parameters: /coachings/open before /coachings/{id}.
 */
struct route route_find(struct arena *arena, const char *http_method, const char *path)
{
	struct route route = { 0 };
	struct match best = { .count = ROUTE_PARAMETERS_MAX + 1 }, match;
	const char *rest = below_prefix(path);
	struct text allowed;

	text_init(&allowed, arena, ALLOW_MAX);
	for (size_t i = 0; rest != NULL && i < TABLES_METHOD_COUNT; i++) {
		const struct method_info *method = &TABLES_METHODS[i];
		if (method->http_method == NULL || !matches(method->path, rest, &match))
			continue;
		allow(&allowed, method->http_method);
		if (strcmp(method->http_method, seen_as(http_method)) == 0 &&
			match.count < best.count) {
			best = match;
			route.method = method;
		}
	}
	if (route.method != NULL)
		take(arena, &route, &best);
	route.allow = allowed.len == 0 ? NULL : allowed.bytes;
	return route;
}

/* Ids are keys and uuids; anything else would need escaping and is not worth a header. */
static bool is_plain(const char *id)
{
	for (const char *at = id; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			return false;
	return id[0] != '\0';
}

const char *route_location(struct arena *arena, const struct method_info *method, const char *id)
{
	const char *brace = strchr(method->path, '{');
	size_t len = brace == NULL ? strlen(method->path) : (size_t)(brace - method->path - 1);

	/* The collection is what stands before the first parameter: a thing advised under
	 * /participants/{key}/advice is read at /participants/…. */
	if (id == NULL || !is_plain(id))
		return NULL;
	char *location = text_format(arena, "%s%.*s/%s", ROUTE_PREFIX, (int)len, method->path, id);
	return route_find(arena, "GET", location).method == NULL ? NULL : location;
}
