/* Writes JSON text: members and items in the order of the calls, commas and indentation by itself.
 * A name is NULL for an item of an array and for the outermost value. */
#ifndef ASSKOMM_GENERATE_JSON_H
#define ASSKOMM_GENERATE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *output;
	unsigned depth;
	bool is_empty;     /* nothing stands yet in the innermost object or array */
	bool follows_name; /* a raw member's value comes next */
	char *text;        /* what was written, once it is finished */
	size_t len;
};

/* Begins a text in memory. */
struct json *json_new(void);

/* What was written; it stays until exit. */
char *json_finish(struct json *json);

/* Opens one; what follows goes inside until it is closed. */
void json_object(struct json *json, const char *name);
void json_array(struct json *json, const char *name);
/* Closes the innermost: pass '}' or ']'. */
void json_close(struct json *json, char bracket);

/* Plain values. */
void json_string(struct json *json, const char *name, const char *value);
void json_number(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);

/* A value that is JSON already, laid out anew. */
void json_raw(struct json *json, const char *name, const char *value);

/* The same as json_string, left out when the value is NULL or "". */
void json_text(struct json *json, const char *name, const char *value);

/* { "$ref": "#/components/<kind>/<component>" } */
void json_reference(struct json *json, const char *name, const char *kind, const char *component);

#endif
