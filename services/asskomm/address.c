/* Percent-encoding by RFC 3986: what is not unreserved is escaped, everywhere. */
#include "address.h"
#include "core/text.h"
#include <stdbool.h>
#include <string.h>

/* Only these never need escaping, wherever in an address they stand. */
static bool is_unreserved(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') ||
	       (letter != '\0' && strchr("-._~", letter) != NULL);
}

/* Three bytes for each is the worst case, so one allocation is always enough. */
char *address_escape(struct arena *arena, const char *text)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	char *escaped = arena_alloc(arena, 3 * strlen(text) + 1);
	char *at = escaped;
	for (; *text != '\0'; text++) {
		if (is_unreserved(*text)) {
			*at++ = *text;
			continue;
		}
		*at++ = '%';
		*at++ = DIGITS[(unsigned char)*text >> 4];
		*at++ = DIGITS[(unsigned char)*text & 15];
	}
	return escaped;
}

/* An option that was not given leaves no trace in the address: the suite then takes its own
 * default. */
const char *address_with(struct arena *arena, const char *path, const char *name, const char *value)
{
	if (value == NULL) {
		return path;
	}
	return text_format(arena, "%s%c%s=%s", path, strchr(path, '?') != NULL ? '&' : '?', name,
		address_escape(arena, value));
}
