/* History as a list of commands, one JSON object per line: pure.
 *
 *   {"recordedOn":"2019-02-06","provenance":"PUBLISHED","citation":"https://…",
 *    "as":"coaching-1","post":"/coachings","body":{…}}
 *
 * Lines are sorted by recordedOn. "as" (optional) gives the id in the answer a name, which later
 * lines use as "{coaching-1}" in "post". What is set under a key that the line gives has "put" in
 * place of "post". */
#ifndef ASSKOMM_HISTORY_H
#define ASSKOMM_HISTORY_H

#include "core/arena.h"
#include "core/check.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One command, ready to be sent. All texts lie in the arena. */
struct history_line {
	const char *recorded_on;
	const char *provenance;
	const char *citation;
	const char *as;     /* NULL: no later line refers to it */
	const char *method; /* "POST" or "PUT" */
	const char *path;   /* "/coachings/3f…/match" */
	const char *body;   /* JSON text */
	const char *key;    /* Idempotency-Key: the same line has always the same */
};

/* Parses one line without its newline. `ids` maps names to ids. False: *out_error says why (not
 * JSON, a member missing or of another type, no date, an unknown name). */
bool history_parse(struct arena *arena, const char *line, size_t len, const json_t *ids,
	struct history_line *out_line, const char **out_error) MUST_CHECK;

/* How many lines of the text have a recordedOn up to `until` (NULL: all); for progress. */
size_t history_count(const char *text, const char *until);

/* Cuts the next line off the text: its start and length. False at the end. */
bool history_next(const char **text, const char **out_line, size_t *out_len) MUST_CHECK;

#endif
