/* Lists of codes as files: those that are built in, and the form in which a list is read and
 * written. Pure: no files, no network. */
#ifndef ASSKOMM_CODES_H
#define ASSKOMM_CODES_H

#include "core/arena.h"
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

/* A list that the build embeds: services/registry/codes/<name>.json. */
struct builtin_codes {
	const char *name; /* "action_fields" */
	const char *text;
};

/* All of them; ended by a row without name. */
extern const struct builtin_codes BUILTIN_CODES[];

/* The text of a list that is built in, or NULL. */
const char *codes_builtin(const char *name);

/* The body of PUT /code-lists/{list} from a file's text: JSON of the request, without its name.
 * NULL with *out_error, which names line and column, when it is no JSON object. What the list says
 * is the suite's to judge. */
const char *codes_request(
	struct arena *arena, const char *text, size_t len, const char **out_error);

/* A CodeList as such a file: without id and version, and without what is not given. */
const char *codes_export(struct arena *arena, const ProtobufCMessage *list);

#endif
