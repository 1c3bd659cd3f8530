/* Headers are few and each is checked here, once, before anything travels on.
 *
 * A header that stands twice is refused: proxies and servers differ on which of the two counts. */
#include "headers.h"

#include "core/catalogue.h"
#include "core/civil.h"
#include "core/failure.h"
#include "core/text.h"
#include "core/validate.h"
#include <stdio.h>
#include <string.h>

#define TRACE_ID_BYTES 16
#define SPAN_ID_BYTES 8
#define CHANCE_BYTES 4096

/* ---- trace */

/* Ids of traces need not be secret, those of keys not even random: they must not be used twice. So
 * the chance of many requests is fetched at once. */
static void random_hex(char *out_text, size_t n_bytes)
{
	static const char DIGITS[] = "0123456789abcdef";
	static uint8_t store[CHANCE_BYTES];
	static size_t left;

	if (left < n_bytes) {
		CHECK(uv_random(NULL, NULL, store, sizeof(store), 0, NULL) == 0);
		left = sizeof(store);
	}
	for (; n_bytes > 0; n_bytes--) {
		uint8_t byte = store[--left];
		*out_text++ = DIGITS[byte >> 4];
		*out_text++ = DIGITS[byte & 0xf];
	}
	*out_text = '\0';
}

/* Whether `len` lower-case hex digits begin here, not all of them zero. */
static bool is_id(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") >= len && strspn(text, "0") < len;
}

/* Version 00 alone: later ones may be longer, and then a new trace is no loss. */
static bool is_traceparent(const char *text)
{
	return text != NULL && strlen(text) == 55 && strncmp(text, "00-", 3) == 0 &&
	       is_id(text + 3, 32) && text[35] == '-' && is_id(text + 36, 16) && text[52] == '-' &&
	       strspn(text + 53, "0123456789abcdef") == 2;
}

void headers_trace(const struct http_exchange *exchange, struct trace *out_trace)
{
	const char *given = NULL;
	char span[2 * SPAN_ID_BYTES + 1];

	if (headers_count(exchange, "traceparent", &given) == 1 && is_traceparent(given))
		snprintf(out_trace->id, sizeof(out_trace->id), "%.32s", given + 3);
	else
		random_hex(out_trace->id, TRACE_ID_BYTES);
	/* The caller's span is the parent of ours; what we send on is a child of ours. */
	random_hex(span, SPAN_ID_BYTES);
	memcpy(out_trace->parent, "00-", 3);
	memcpy(out_trace->parent + 3, out_trace->id, 32);
	out_trace->parent[35] = '-';
	memcpy(out_trace->parent + 36, span, 16);
	memcpy(out_trace->parent + 52, "-01", 4);
}

/* ---- single headers */

/* Names came in lower case: the HTTP server sees to that. Most differ in their first letter. */
size_t headers_count(const struct http_exchange *exchange, const char *name, const char **out_value)
{
	size_t count = 0;

	for (size_t i = 0; i < exchange->n_headers; i++)
		if (exchange->headers[i].name[0] == name[0] &&
			strcmp(exchange->headers[i].name, name) == 0 && count++ == 0)
			*out_value = exchange->headers[i].value;
	return count;
}

/* The name is given as documentation writes it, though it came in lower case. */
Asskomm__Failure *headers_bad(
	const struct http_exchange *exchange, const char *name, const char *what)
{
	Asskomm__Failure *failure = failure_new(
		exchange->arena, FAILURE_INVALID, "The header %s is not well-formed", name);

	failure_add(
		exchange->arena, failure, name, "header", "%s", say_text(exchange->arena, what));
	return failure;
}

Asskomm__Failure *headers_key(const struct http_exchange *exchange, const char **out_key)
{
	const char *key = NULL;
	size_t count = headers_count(exchange, "idempotency-key", &key);
	size_t len = key == NULL ? 0 : strlen(key);

	/* The key of our own making lives for this request alone: it makes our repetitions safe,
	 * not the caller's. */
	if (count == 0) {
		char *made = arena_alloc(exchange->arena, 2 * TRACE_ID_BYTES + 1);
		random_hex(made, TRACE_ID_BYTES);
		*out_key = made;
		return NULL;
	}
	bool fits = count == 1 && len > 0 && len <= HEADERS_KEY_MAX;
	for (size_t i = 0; fits && i < len; i++)
		fits = key[i] > ' ' && key[i] < 0x7f;
	if (!fits)
		return headers_bad(exchange, "Idempotency-Key",
			"Send it once, with 1 to 128 visible ASCII characters");
	*out_key = key;
	return NULL;
}

/* Anything else than the two words is refused: a wish not to change anything must not be missed. */
Asskomm__Failure *headers_dry_run(
	const struct http_exchange *exchange, protobuf_c_boolean *out_dry_run)
{
	const char *value = "false";
	size_t count = headers_count(exchange, "dry-run", &value);

	*out_dry_run = strcmp(value, "true") == 0;
	if (count > 1 || (!*out_dry_run && strcmp(value, "false") != 0))
		return headers_bad(exchange, "Dry-Run", "Send it once: true, or false");
	return NULL;
}

/* ---- claim */

/* The route's roles said that the caller may do this; that it may claim is another question. */
static bool is_operator(const Asskomm__Principal *principal)
{
	for (size_t i = 0; i < principal->n_roles; i++)
		if (principal->roles[i] == ASSKOMM__ROLE__ROLE_OPERATOR)
			return true;
	return false;
}

/* Either case, as RFC 3986 wants. */
static int hex_digit(char letter)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = letter == '\0' ? NULL : strchr(digits, letter);

	return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* Undoes percent-encoding, in which a header can carry any text. NULL when it is malformed. */
static char *decode(struct arena *arena, const char *value)
{
	char *text = arena_alloc(arena, strlen(value) + 1);
	size_t len = 0;

	for (const char *at = value; *at != '\0'; at++) {
		if (*at != '%') {
			text[len++] = *at;
			continue;
		}
		int high = hex_digit(at[1]), low = high < 0 ? -1 : hex_digit(at[2]);
		if (low < 0)
			return NULL;
		text[len++] = (char)(high * 16 + low);
		at += 2;
	}
	return text_is_utf8(text, len) ? text : NULL;
}

/* A sentence of at most `max` characters without control characters. */
static bool is_sentence(const char *text, size_t max)
{
	if (text == NULL || text_characters(text) > max)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	return true;
}

/* RECORDED is what everything is that claims nothing, so nobody may claim it. */
static bool read_provenance(const char *text, Asskomm__Provenance *out_provenance)
{
	if (strcmp(text, "PUBLISHED") == 0)
		*out_provenance = ASSKOMM__PROVENANCE__PUBLISHED;
	else if (strcmp(text, "SYNTHETIC") == 0)
		*out_provenance = ASSKOMM__PROVENANCE__SYNTHETIC;
	else
		return false;
	return true;
}

Asskomm__Failure *headers_claim(const struct http_exchange *exchange,
	const Asskomm__Principal *principal, Asskomm__Claim **out_claim)
{
	struct arena *arena = exchange->arena;
	const char *day = NULL, *provenance = NULL, *citation = NULL;
	size_t days = headers_count(exchange, "recorded-on", &day);
	size_t provenances = headers_count(exchange, "provenance", &provenance);
	size_t citations = headers_count(exchange, "citation", &citation);

	*out_claim = NULL;
	if (days + provenances + citations == 0)
		return NULL;
	/* Before looking at the values: who may not claim learns nothing about how to. */
	if (!is_operator(principal))
		return failure_new(arena, FAILURE_FORBIDDEN,
			"Only an operator may claim when something was recorded");
	Asskomm__Claim *claim = NEW(arena, Asskomm__Claim);
	asskomm__claim__init(claim);
	claim->recorded_on = text_copy(arena, day);
	if (days > 1 || (days == 1 && (day[0] == '\0' || !validate_format(FORMAT_DATE, day))))
		return headers_bad(exchange, "Recorded-On", "Send one day that exists: 2021-01-18");
	if (provenances > 1 ||
		(provenances == 1 && !read_provenance(provenance, &claim->provenance)))
		return headers_bad(exchange, "Provenance", "Send PUBLISHED or SYNTHETIC");
	claim->citation = citations == 0 ? text_copy(arena, "") : decode(arena, citation);
	if (citations > 1 || !is_sentence(claim->citation, HEADERS_CITATION_MAX))
		return headers_bad(exchange, "Citation",
			"Send one line of UTF-8, percent-encoded or plain, of at most 500 "
			"characters");
	*out_claim = claim;
	return NULL;
}
