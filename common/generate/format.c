/* The formats of string fields: what options.proto calls them, what the validator calls them, what
 * OpenAPI can say about them. The validator is exact (a date must exist); keyword and pattern here
 * are for clients and may let more through. */
#include "generate/model.h"
#include <string.h>

/* To add one: a row here, a constant in core/tables.h and a line in core/validate.c. */
static const struct format FORMATS[] = {
	{ "", "FORMAT_NONE", NULL, NULL, NULL },
	{ "date", "FORMAT_DATE", "date", NULL, "A day that exists, in Europe/Berlin." },
	{ "instant", "FORMAT_INSTANT", NULL, "^\\d{4}-\\d{2}-\\d{2}(T\\S+)?$",
		"A day, or an instant with its offset (RFC 3339)." },
	{ "uuid", "FORMAT_UUID", "uuid", NULL, "A uuid in lower case." },
	{ "key", "FORMAT_KEY", NULL, "^(\\d{5}|\\d{8}|\\d{9}|k-.+)$",
		"A participant's key: AGS of 8 digits, a union's 9, a district's 5, or k-…" },
	{ "district", "FORMAT_DISTRICT", NULL, "^\\d{5}$", "AGS of a district, 5 digits." },
	{ "code", "FORMAT_CODE", NULL, "^[a-z][a-z0-9_]*$", "A code: lower case, digits, _." },
	{ "email", "FORMAT_EMAIL", "email", NULL, "An e-mail address." },
	{ "name", "FORMAT_NAME", NULL, "^[A-Za-z][A-Za-z0-9]*$", "A name: letters, digits." },
	{ "place", "FORMAT_PLACE", NULL, "^\\d{4}-\\d{2}-\\d{2}_[0-9a-f-]{36}$",
		"Where a list goes on: `next` of the page before." },
	{ "organisation", "FORMAT_ORGANISATION", NULL, "^[A-Z][A-Za-z0-9-]*$",
		"An organisation's code: letters, digits, -, a capital first." },
	{ "counter", "FORMAT_COUNTER", NULL, "^[a-z][A-Za-z]*$",
		"A published counter, called like its field in Figures." },
};

/* The table is short: a plain search does. */
const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
		if (strcmp(FORMATS[i].name, name) == 0)
			return &FORMATS[i];
	return NULL;
}
