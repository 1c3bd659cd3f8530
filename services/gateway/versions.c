/* Tags are made here and nowhere else; a tag that we did not make matches nothing. */
#include "versions.h"

#include "core/failure.h"
#include "core/reflect.h"
#include "core/text.h"
#include "headers.h"
#include "runtime/digest.h"
#include <stdlib.h>
#include <string.h>

#define DIGEST_DIGITS 20
#define VERSION_DIGITS_MAX 9

Asskomm__Failure *versions_expected(const struct http_exchange *exchange, uint32_t *out_version)
{
	const char *value = NULL;
	size_t count = headers_count(exchange, "if-match", &value);
	size_t digits;

	*out_version = 0;
	if (count == 0 || (count == 1 && strcmp(value, "*") == 0))
		return NULL;
	digits = value[0] == '"' ? strspn(value + 1, "0123456789") : 0;
	if (count > 1 || digits == 0 || digits > VERSION_DIGITS_MAX || value[1] == '0' ||
		strcmp(value + 1 + digits, "\"") != 0) {
		Asskomm__Failure *failure = failure_new(
			exchange->arena, FAILURE_INVALID, "The header If-Match is not well-formed");

		failure_add(exchange->arena, failure, "If-Match", "header",
			"Send the ETag of what you read, once: \"3\"");
		return failure;
	}
	*out_version = (uint32_t)strtoul(value + 1, NULL, 10);
	return NULL;
}

/* A version is a strong tag; a digest of bytes that may be written otherwise tomorrow a weak one.
 */
const char *versions_tag(struct arena *arena, const ProtobufCMessage *reply, const char *body)
{
	const char *version = reflect_get_text(arena, reply, "version");

	if (version != NULL && strcmp(version, "0") != 0)
		return text_format(arena, "\"%s\"", version);
	return text_format(
		arena, "W/\"%.*s\"", DIGEST_DIGITS, digest_hex(arena, body, strlen(body)));
}

/* Whether one of the listed tags is ours; "W/" does not count here (weak comparison). */
static bool is_listed(const char *list, const char *tag)
{
	const char *bare = strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
	const char *found = strstr(list, bare);

	return strcmp(list, "*") == 0 || found != NULL;
}

bool versions_answer(struct http_exchange *exchange, const char *tag)
{
	const char *known = NULL;

	http_answer_header(exchange, "ETag", tag);
	/* may be kept by the client alone, and is asked for again each time */
	http_answer_header(exchange, "Cache-Control", "private, no-cache");
	return (strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0) &&
	       headers_count(exchange, "if-none-match", &known) == 1 && is_listed(known, tag);
}
