/* Tags are made here and nowhere else; a tag that we did not make matches nothing. */
#include "versions.h"

#include "core/reflect.h"
#include "core/text.h"
#include "headers.h"
#include "runtime/digest.h"
#include <stdlib.h>
#include <string.h>

#define DIGEST_DIGITS 20
#define VERSION_DIGITS_MAX 9
#define NUMERALS "0123456789"

/* "3", "3-c0ffee" or W/"3-c0ffee"; 0 is a version, 03 is none. */
static bool read_version(const char *tag, uint32_t *out_version)
{
	const char *at = strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
	size_t digits = at[0] == '"' ? strspn(at + 1, NUMERALS) : 0;
	const char *end = at + 1 + digits;

	if (digits == 0 || digits > VERSION_DIGITS_MAX || (at[1] == '0' && digits > 1))
		return false;
	if (*end == '-' && strspn(end + 1, NUMERALS "abcdef") == DIGEST_DIGITS)
		end += 1 + DIGEST_DIGITS;
	if (strcmp(end, "\"") != 0)
		return false;
	*out_version = (uint32_t)strtoul(at + 1, NULL, 10);
	return true;
}

/* The two headers exclude each other: one speaks of what was read, the other of nothing. A
 * condition in a header that is not understood would be passed over in silence, and with it the
 * other person's work; so each of them is understood whole or refused. */
Asskomm__Failure *versions_wish(const struct http_exchange *exchange, struct version_wish *out_wish)
{
	const char *match = NULL, *none = NULL;
	size_t matches = headers_count(exchange, "if-match", &match);
	size_t nones = headers_count(exchange, "if-none-match", &none);
	bool names_one = matches == 1 && strcmp(match, "*") != 0;

	*out_wish = (struct version_wish){ 0, nones > 0 };
	if (matches > 1 || (names_one && !read_version(match, &out_wish->version)))
		return headers_bad(
			exchange, "If-Match", "Send the ETag of what you read, once: \"3\"");
	if (nones > 1 || (nones == 1 && (matches > 0 || strcmp(none, "*") != 0)))
		return headers_bad(exchange, "If-None-Match",
			"With a command send * alone: only if it is not there yet");
	out_wish->is_new = nones > 0 || (names_one && out_wish->version == 0);
	return NULL;
}

/* With a version the tag is strong, for it is held against what is stored; a digest alone is weak:
 * the same state may be written otherwise tomorrow. */
const char *versions_tag(struct arena *arena, const ProtobufCMessage *reply, const char *body)
{
	const char *version = reflect_get_text(arena, reply, "version");
	const char *digest = digest_hex(arena, body, strlen(body));

	if (version != NULL)
		return text_format(arena, "\"%s-%.*s\"", version, DIGEST_DIGITS, digest);
	return text_format(arena, "W/\"%.*s\"", DIGEST_DIGITS, digest);
}

/* Whether one of the listed tags is ours; "W/" does not count here (weak comparison). */
static bool is_listed(const char *list, const char *tag)
{
	const char *bare = strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
	const char *found = strstr(list, bare);

	return strcmp(list, "*") == 0 || found != NULL;
}

bool versions_match(const struct http_exchange *exchange, const char *tag)
{
	const char *known = NULL;

	return (strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0) &&
	       headers_count(exchange, "if-none-match", &known) == 1 && is_listed(known, tag);
}
