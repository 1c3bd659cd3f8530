/* The formats of string fields: what options.proto calls them, what the validator calls them, what
 * OpenAPI can say about them. The validator is exact (a date must exist); keyword and pattern here
 * are for clients and may let more through. */
#include "generate/model.h"
#include <string.h>

/* To add one: a row here, a constant in core/tables.h and a line in core/validate.c. */
static const struct format FORMATS[] = {
	{ "", "FORMAT_NONE", NULL, NULL },
	{ "date", "FORMAT_DATE", "date", NULL },
	{ "instant", "FORMAT_INSTANT", NULL, "^\\d{4}-\\d{2}-\\d{2}(T\\S+)?$" },
	{ "uuid", "FORMAT_UUID", "uuid", NULL },
	{ "key", "FORMAT_KEY", NULL, "^(\\d{5}|\\d{8}|\\d{9}|k-.+)$" },
	{ "district", "FORMAT_DISTRICT", NULL, "^\\d{5}$" },
	{ "code", "FORMAT_CODE", NULL, "^[a-z][a-z0-9_]*$" },
	{ "email", "FORMAT_EMAIL", "email", NULL },
	{ "name", "FORMAT_NAME", NULL, "^[A-Za-z][A-Za-z0-9]*$" },
};

/* The table is short: a plain search does. */
const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
		if (strcmp(FORMATS[i].name, name) == 0)
			return &FORMATS[i];
	return NULL;
}
