/* History lines. The key of a line is the hash of the line itself: an import that was interrupted
 * is simply run again, and every line that was posted before is answered as it was then. */
#include "history.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "request_key.h"
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LEN 500u

/* Cuts in place: the text may be the one that is built into the program. */
bool history_next(const char **text, const char **out_line, size_t *out_len)
{
	if (**text == '\0') {
		return false;
	}
	size_t len = strcspn(*text, "\n");
	*out_line = *text;
	*out_len = len;
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* Stops like the import does, at the first line that is later; a line that is not JSON is
 * counted, since the import will stop there and say so. */
size_t history_count(const char *text, const char *until)
{
	const char *line;
	size_t len;
	size_t count = 0;
	while (history_next(&text, &line, &len)) {
		json_t *object = json_loadb(line, len, 0, NULL);
		const char *day = json_string_value(json_object_get(object, "recordedOn"));
		bool after = until != NULL && day != NULL && strcmp(day, until) > 0;
		json_decref(object);
		if (after) {
			break;
		}
		count++;
	}
	return count;
}

/* "/coachings/{coaching-1}/match" with the id in place of the name. */
static const char *fill_in(
	struct arena *arena, const char *path, const json_t *ids, const char **out_error)
{
	struct text filled;
	text_init(&filled, arena, PATH_MAX_LEN);
	while (*path != '\0') {
		size_t plain = strcspn(path, "{");
		text_append_len(&filled, path, plain);
		path += plain;
		if (*path == '\0') {
			break;
		}
		const char *name = text_copy_len(arena, path + 1, strcspn(path + 1, "}"));
		const char *id = json_string_value(json_object_get(ids, name));
		if (id == NULL || path[1 + strlen(name)] != '}') {
			*out_error = text_format(arena, "no line before is called '%s'", name);
			return NULL;
		}
		text_append(&filled, id);
		path += strlen(name) + 2;
	}
	if (filled.overflown) {
		*out_error = "its path is too long";
		return NULL;
	}
	return filled.bytes;
}

/* A member that must be a text; notes the first that is not. */
static const char *take_text(
	struct arena *arena, const json_t *object, const char *name, const char **error)
{
	const char *text = json_string_value(json_object_get(object, name));
	if (text == NULL && *error == NULL) {
		*error = text_format(arena, "\"%s\" is missing or no text", name);
	}
	return text_copy(arena, text);
}

/* Printed anew from the parsed value: what is sent is certainly JSON, whatever spaces the line
 * had. */
static const char *take_body(struct arena *arena, const json_t *object, const char **error)
{
	const json_t *body = json_object_get(object, "body");
	if (!json_is_object(body)) {
		*error = *error != NULL ? *error : "\"body\" is missing or no object";
		return NULL;
	}
	return reflect_json_text(arena, body);
}

/* Goes on after the first error only as far as that costs nothing; the first is the one that is
 * told. */
static void take_all(struct arena *arena, const json_t *object, const json_t *ids,
	struct history_line *line, const char **error)
{
	struct civil_date date;
	line->recorded_on = take_text(arena, object, "recordedOn", error);
	line->provenance = take_text(arena, object, "provenance", error);
	line->citation = take_text(arena, object, "citation", error);
	line->body = take_body(arena, object, error);
	bool puts = json_object_get(object, "put") != NULL;
	const char *path = take_text(arena, object, puts ? "put" : "post", error);
	line->method = puts ? "PUT" : "POST";
	if (json_object_get(object, "as") != NULL) {
		line->as = take_text(arena, object, "as", error);
	}
	if (*error == NULL && puts && json_object_get(object, "post") != NULL) {
		*error = "\"post\" and \"put\" are both there";
	}
	if (*error == NULL && !civil_parse(line->recorded_on, &date)) {
		*error = text_format(arena, "'%s' is no date", line->recorded_on);
	}
	if (*error == NULL && path[0] != '/') {
		*error = text_format(arena, "'%s' is no path", path);
	}
	if (*error == NULL) {
		line->path = fill_in(arena, path, ids, error);
	}
}

/* Nothing of the line is given out unless all of it is right. */
bool history_parse(struct arena *arena, const char *text, size_t len, const json_t *ids,
	struct history_line *out_line, const char **out_error)
{
	json_error_t where;
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	const char *error = NULL;
	struct history_line line = { .key = request_key(arena, "history-", text, len) };
	if (object == NULL) {
		error = text_format(arena, "not JSON: %s", where.text);
	} else {
		take_all(arena, object, ids, &line, &error);
	}
	json_decref(object);
	if (error != NULL) {
		*out_error = error;
		return false;
	}
	*out_line = line;
	return true;
}
