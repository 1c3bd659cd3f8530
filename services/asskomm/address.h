/* Paths and query strings, percent-encoded: whatever a person types (a name with a slash, a plus in
 * a time zone) arrives as the value it was. */
#ifndef ASSKOMM_ADDRESS_H
#define ASSKOMM_ADDRESS_H

#include "core/arena.h"

/* A text as one segment of a path, as a query value or as a header value: all but letters, digits
 * and "-._~" become %XX of their UTF-8 bytes. From the arena. */
char *address_escape(struct arena *arena, const char *text);

/* The path with "?name=value" or "&name=value" added; the path itself when the value is NULL. */
const char *address_with(
	struct arena *arena, const char *path, const char *name, const char *value);

#endif
