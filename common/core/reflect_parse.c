/* JSON text into jansson's values, within limits that are checked before jansson allocates: it
 * would parse 2,048 levels deep and spends up to 80 bytes of heap per byte of text. Error texts are
 * our own, since jansson's quote the input and may cut it inside a character. */
#include "core/reflect_value.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/text.h"
#include <string.h>

#define DEPTH_MAX 32
#define CONTAINERS_MAX 65536u /* objects and arrays: a territory has 20,000 */
#define VALUES_MAX 262144u    /* commas, so nearly the values of all of them */
#define NAME_SHOWN_MAX 60u

/* The state of the scan; a string hides its brackets, a backslash hides one quote. */
struct scan {
	size_t depth;
	size_t containers;
	size_t values;
	bool in_string;
	bool escaped;
};

/* Counts one byte; it need not be JSON, jansson will tell. */
static void scan_byte(struct scan *scan, char byte)
{
	if (scan->in_string) {
		scan->in_string = scan->escaped || byte != '"';
		scan->escaped = !scan->escaped && byte == '\\';
		return;
	}
	scan->in_string = byte == '"';
	scan->values += byte == ',';
	if (byte == '{' || byte == '[') {
		scan->depth++;
		scan->containers++;
	} else if ((byte == '}' || byte == ']') && scan->depth > 0) {
		scan->depth--;
	}
}

/* The sentence of every failure here; the violation tells more. */
static Asskomm__Failure *not_well_formed(struct arena *arena)
{
	return failure_new(arena, FAILURE_INVALID, "The JSON does not fit the request");
}

/* Ends at the first limit that is passed: a long text that is hostile costs only its beginning. */
static Asskomm__Failure *check_limits(
	struct arena *arena, const char *text, size_t len, size_t max_len)
{
	Asskomm__Failure *failure = NULL;
	struct scan scan = { 0 };
	if (len > max_len) {
		failure = not_well_formed(arena);
		failure_add(arena, failure, "", "size", "Send at most %zu bytes", max_len);
		return failure;
	}
	for (size_t i = 0; i < len && failure == NULL; i++) {
		scan_byte(&scan, text[i]);
		if (scan.depth <= DEPTH_MAX && scan.containers <= CONTAINERS_MAX &&
			scan.values <= VALUES_MAX)
			continue;
		failure = not_well_formed(arena);
		if (scan.depth > DEPTH_MAX)
			failure_add(arena, failure, "", "depth",
				"Nest objects and arrays at most %d deep", DEPTH_MAX);
		else
			failure_add(arena, failure, "", "size", "Send fewer values at once");
	}
	return failure;
}

/* The key between the quotes of jansson's "duplicate object key near '"key"'", if it is whole. */
static const char *duplicate_key(struct arena *arena, const char *error_text)
{
	const char *begin = strstr(error_text, "'\"");
	const char *end = begin == NULL ? NULL : strstr(begin + 2, "\"'");
	if (end == NULL || (size_t)(end - begin - 2) > NAME_SHOWN_MAX)
		return "";
	size_t len = (size_t)(end - begin - 2);
	return text_is_utf8(begin + 2, len) ? text_copy_len(arena, begin + 2, len) : "";
}

/* jansson's code in words that say what to do. */
static const char *explain(enum json_error_code code)
{
	if (code == json_error_premature_end_of_input)
		return TEXT("the text ends too early: close all brackets and quotes");
	if (code == json_error_end_of_input_expected)
		return TEXT("there is more after the end: send one JSON object");
	if (code == json_error_invalid_utf8)
		return TEXT("this is not UTF-8: encode the text as UTF-8");
	if (code == json_error_duplicate_key)
		return TEXT("this name stands twice in one object: send it once");
	if (code == json_error_numeric_overflow)
		return TEXT("this number is too large: check it");
	if (code == json_error_null_character || code == json_error_null_byte_in_key)
		return TEXT("the character NUL is not allowed: leave \\u0000 out");
	return TEXT("this is not JSON: check commas, quotes and brackets");
}

/* The text is parsed with its length, so that a NUL inside is a fault and not an end. */
json_t *reflect_parse_json(struct arena *arena, const char *text, size_t len, size_t max_len,
	Asskomm__Failure **out_failure)
{
	Asskomm__Failure *failure = check_limits(arena, text, len, max_len);
	if (failure != NULL) {
		*out_failure = failure;
		return NULL;
	}
	json_error_t error;
	json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	/* A whole number of more than 64 bits: a field of reals may take it, others will tell. */
	if (value == NULL && json_error_code(&error) == json_error_numeric_overflow)
		value = json_loadb(
			text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
	if (value != NULL)
		return value;
	enum json_error_code code = json_error_code(&error);
	bool duplicate = code == json_error_duplicate_key;
	failure = not_well_formed(arena);
	failure_add(arena, failure, duplicate ? duplicate_key(arena, error.text) : "",
		duplicate ? "duplicate" : "json", "Line %d, column %d: %s", error.line,
		error.column, say_text(arena, explain(code)));
	*out_failure = failure;
	return NULL;
}
