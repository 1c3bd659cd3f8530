/* Writes JSON text: members and items in the order of the calls, commas and indentation by itself.
 * A name is NULL for an item of an array and for the outermost value. */
#ifndef ASSKOMM_GENERATE_JSON_H
#define ASSKOMM_GENERATE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *output;
	unsigned depth;
	bool is_empty; /* nothing stands yet in the innermost object or array */
};

/* Opens one; what follows goes inside until it is closed. */
void json_object(struct json *json, const char *name);
void json_array(struct json *json, const char *name);
/* Closes the innermost: pass '}' or ']'. */
void json_close(struct json *json, char bracket);

/* Plain values. */
void json_string(struct json *json, const char *name, const char *value);
void json_number(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);

/* The same as json_string, left out when the value is NULL or "". */
void json_text(struct json *json, const char *name, const char *value);

/* { "$ref": "#/components/<kind>/<component>" } */
void json_reference(struct json *json, const char *name, const char *kind, const char *component);

#endif
