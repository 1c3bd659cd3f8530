/* The strict gate before the parser: what two programs could read differently does not get in.
 *
 * Request smuggling lives on disagreement: a proxy and a server that see different ends of the same
 * message. So the gate does not try to understand a doubtful request, it refuses it. All functions
 * are pure; a verdict depends on the bytes alone, and the cases stand in tests/runtime/http. */
#include "runtime/http_internal.h"

#include "core/catalogue.h"
#include "core/text.h"
#include <string.h>
#include <strings.h>

/* Longest line of chunk size digits that both we and the parser count in 64 bits. */
#define CHUNK_DIGITS_MAX 16

enum class_bits { TOKEN = 1, HOST = 2, UPPER = 4, DIGIT = 8 };

/* What each byte may be part of: a field name or method, a host, an upper-case word, a number. */
static const unsigned char CLASSES[256] = {
	['!'] = TOKEN,
	['#'] = TOKEN,
	['$'] = TOKEN,
	['%'] = TOKEN,
	['&'] = TOKEN,
	['\''] = TOKEN,
	['*'] = TOKEN,
	['+'] = TOKEN,
	['-'] = TOKEN | HOST,
	['.'] = TOKEN | HOST,
	['^'] = TOKEN,
	['_'] = TOKEN | HOST,
	['`'] = TOKEN,
	['|'] = TOKEN,
	['~'] = TOKEN,
	[':'] = HOST,
	['['] = HOST,
	[']'] = HOST,
	['0' ... '9'] = TOKEN | HOST | DIGIT,
	['A' ... 'Z'] = TOKEN | HOST | UPPER,
	['a' ... 'z'] = TOKEN | HOST,
};

/* A piece of the head. */
struct span {
	const char *at;
	size_t len;
};

/* What the fields said so far. */
struct fields {
	unsigned count, hosts, lengths, encodings, expectations;
};

static bool is_all(struct span span, unsigned char class_bit)
{
	for (size_t i = 0; i < span.len; i++)
		if (!(CLASSES[(unsigned char)span.at[i]] & class_bit))
			return false;
	return span.len > 0;
}

static bool is_word(struct span span, const char *word)
{
	return span.len == strlen(word) && strncasecmp(span.at, word, span.len) == 0;
}

/* Visible characters, spaces, tabs and bytes beyond ASCII; no other control character. */
static bool is_text(char byte)
{
	return byte == '\t' || ((unsigned char)byte >= 0x20 && byte != 0x7f);
}

static bool is_all_text(struct span span)
{
	for (size_t i = text_plain_len(span.at, span.len); i < span.len; i++)
		if (!is_text(span.at[i]))
			return false;
	return true;
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static void refuse_head(struct http_gate *gate, unsigned status, const char *detail)
{
	if (gate->status == 0) {
		gate->status = status;
		gate->detail = detail;
	}
}

/* ---- the end of a head */

enum http_scan http_gate_scan(const char *bytes, size_t len, size_t *scanned)
{
	/* *scanned is always the start of a line. */
	for (;;) {
		const char *line = bytes + *scanned;
		size_t left = len - *scanned;
		const char *lf = memchr(line, '\n', left);
		const char *cr = memchr(line, '\r', lf ? (size_t)(lf - line) : left);
		if (!lf)
			return cr && cr < bytes + len - 1 ? HTTP_SCAN_BROKEN : HTTP_SCAN_MORE;
		if (!cr || cr != lf - 1)
			return HTTP_SCAN_BROKEN;
		/* The first line may be empty: some clients send a line end too many after a body.
		 */
		bool is_end = cr == line && *scanned > 0;
		*scanned = (size_t)(lf + 1 - bytes);
		if (is_end)
			return HTTP_SCAN_COMPLETE;
	}
}

/* ---- the request line */

/* The raw path: no byte that a proxy and we could decode into different resources. */
static const char *judge_path(struct span path)
{
	int before = 0;
	for (size_t i = 0; i < path.len; i++) {
		int byte = (unsigned char)path.at[i];
		if (byte == '\\')
			return TEXT("The path holds a character that is not allowed");
		if (byte == '%') {
			int high = i + 2 < path.len ? hex_value(path.at[i + 1]) : -1;
			int low = i + 2 < path.len ? hex_value(path.at[i + 2]) : -1;
			byte = high * 16 + low;
			if (high < 0 || low < 0)
				return TEXT("The path holds a broken percent escape");
			if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\')
				return TEXT("The path holds a percent escape that is not allowed");
			i += 2;
		}
		if (byte == '.' && before == '.')
			return TEXT("The path holds two dots");
		before = byte;
	}
	return NULL;
}

static void judge_target(struct http_gate *gate, struct span target)
{
	if (target.len == 0 || target.at[0] != '/')
		refuse_head(gate, 400, TEXT("The request target does not start with a slash"));
	for (size_t i = 0; i < target.len; i++) {
		unsigned char byte = (unsigned char)target.at[i];
		if (byte <= 0x20 || byte >= 0x7f || byte == '#')
			refuse_head(gate, 400,
				TEXT("The target holds a character that is not allowed"));
	}
	const char *question = memchr(target.at, '?', target.len);
	struct span path = { target.at, question ? (size_t)(question - target.at) : target.len };
	const char *detail = judge_path(path);
	if (detail)
		refuse_head(gate, 400, detail);
}

/* METHOD SP target SP HTTP/1.x  Gives whether it is HTTP/1.0. */
static bool judge_request_line(struct http_gate *gate, struct span line)
{
	const char *end = line.at + line.len;
	const char *first = memchr(line.at, ' ', line.len);
	const char *second = first ? memchr(first + 1, ' ', (size_t)(end - first - 1)) : NULL;
	if (!second) {
		refuse_head(gate, 400,
			TEXT("The request line is not a method, a target and a version"));
		return false;
	}
	struct span method = { line.at, (size_t)(first - line.at) };
	struct span target = { first + 1, (size_t)(second - first - 1) };
	struct span version = { second + 1, (size_t)(end - second - 1) };
	if (!is_all(method, UPPER | TOKEN) || !(CLASSES[(unsigned char)method.at[0]] & UPPER))
		refuse_head(gate, 400, TEXT("The method is not a word"));
	if (is_word(method, "CONNECT")) /* asks to stop speaking HTTP */
		refuse_head(gate, 400, TEXT("No connection is handed on"));
	judge_target(gate, target);
	bool is_old = version.len == 8 && memcmp(version.at, "HTTP/1.0", 8) == 0;
	if (!is_old && (version.len != 8 || memcmp(version.at, "HTTP/1.1", 8) != 0))
		refuse_head(gate, 400, TEXT("The version is neither HTTP/1.0 nor HTTP/1.1"));
	return is_old;
}

/* ---- the fields */

static void judge_length(struct http_gate *gate, struct fields *fields, struct span value)
{
	if (fields->lengths++ > 0)
		refuse_head(gate, 400, TEXT("Content-Length was sent more than once"));
	if (value.len > 10 || !is_all(value, DIGIT)) {
		refuse_head(
			gate, 400, TEXT("Content-Length is not a number of at most ten digits"));
		return;
	}
	gate->content_length = 0;
	for (size_t i = 0; i < value.len; i++)
		gate->content_length = gate->content_length * 10 + (uint64_t)(value.at[i] - '0');
}

static void judge_expectation(
	struct http_gate *gate, struct fields *fields, struct span value, bool is_old)
{
	if (fields->expectations++ > 0 || !is_word(value, "100-continue"))
		refuse_head(
			gate, 417, TEXT("The only expectation that can be met is 100-continue"));
	gate->expects_continue = !is_old;
}

/* The few fields that decide where the message ends and for whom it is. */
static void judge_value(struct http_gate *gate, struct fields *fields, struct span name,
	struct span value, bool is_old)
{
	if (is_word(name, "host")) {
		if (fields->hosts++ > 0 || !is_all(value, HOST))
			refuse_head(gate, 400, TEXT("Host is not one host name"));
	} else if (is_word(name, "content-length")) {
		judge_length(gate, fields, value);
	} else if (is_word(name, "transfer-encoding")) {
		if (fields->encodings++ > 0 || !is_word(value, "chunked") || is_old)
			refuse_head(gate, 400,
				TEXT("The only Transfer-Encoding is chunked, with HTTP/1.1"));
		gate->chunked = true;
	} else if (is_word(name, "expect")) {
		judge_expectation(gate, fields, value, is_old);
	} else if (is_word(name, "accept-language") && value.len < sizeof(gate->languages)) {
		memcpy(gate->languages, value.at, value.len);
		gate->languages[value.len] = '\0';
	}
}

static void judge_field(
	struct http_gate *gate, struct fields *fields, struct span line, bool is_old)
{
	if (++fields->count > HTTP_HEADERS_MAX) {
		refuse_head(gate, 431, TEXT("Too many header fields"));
		return;
	}
	if (line.at[0] == ' ' || line.at[0] == '\t') {
		refuse_head(gate, 400, TEXT("A header field is folded"));
		return;
	}
	const char *colon = memchr(line.at, ':', line.len);
	struct span name = { line.at, colon ? (size_t)(colon - line.at) : 0 };
	if (!is_all(name, TOKEN)) {
		refuse_head(gate, 400, TEXT("A header field has no proper name"));
		return;
	}
	struct span value = { colon + 1, line.len - name.len - 1 };
	if (!is_all_text(value))
		refuse_head(gate, 400, TEXT("A header field holds a control character"));
	while (value.len > 0 && (value.at[0] == ' ' || value.at[0] == '\t'))
		value = (struct span){ value.at + 1, value.len - 1 };
	while (value.len > 0 && (value.at[value.len - 1] == ' ' || value.at[value.len - 1] == '\t'))
		value.len--;
	judge_value(gate, fields, name, value, is_old);
}

struct http_gate http_gate_head(const char *head, size_t len)
{
	struct http_gate gate = { .status = 0 };
	struct fields fields = { .count = 0 };
	/* One empty line before the request is let through, see http_gate_scan. */
	const char *at = len > 2 && head[0] == '\r' ? head + 2 : head;
	const char *end = head + len - 2;

	const char *line_end = memchr(at, '\r', (size_t)(end + 1 - at));
	bool is_old = judge_request_line(&gate, (struct span){ at, (size_t)(line_end - at) });
	for (at = line_end + 2; at < end; at = line_end + 2) {
		line_end = memchr(at, '\r', (size_t)(end + 1 - at));
		judge_field(&gate, &fields, (struct span){ at, (size_t)(line_end - at) }, is_old);
	}
	if (fields.hosts == 0)
		refuse_head(&gate, 400, TEXT("Host is missing"));
	if (fields.lengths > 0 && fields.encodings > 0)
		refuse_head(&gate, 400,
			TEXT("Content-Length and Transfer-Encoding exclude each other"));
	if (gate.content_length > HTTP_BODY_LARGE_MAX)
		refuse_head(&gate, 413, TEXT("The body may have at most 1 MiB"));
	return gate;
}

/* ---- chunked bodies
 *
 * http-parser ignores what stands in extensions and, as Debian builds it, whether a chunk really
 * ends where its size said. */

/* Judged digit by digit: the parser gets each one at once, and has an opinion of its own on sizes
 * that do not fit its numbers. */
static enum http_chunk_place after_digit(struct http_chunks *chunks, int value)
{
	chunks->size = chunks->size * 16 + (uint64_t)value;
	if (++chunks->digits > CHUNK_DIGITS_MAX)
		return HTTP_CHUNK_BROKEN;
	return chunks->total + chunks->size > chunks->max ? HTTP_CHUNK_TOO_LARGE : HTTP_CHUNK_SIZE;
}

static enum http_chunk_place after_size(struct http_chunks *chunks, char byte)
{
	int value = hex_value(byte);
	if (value >= 0)
		return after_digit(chunks, value);
	if (chunks->digits == 0 || (byte != '\r' && byte != ';'))
		return HTTP_CHUNK_BROKEN;
	chunks->total += chunks->size;
	return byte == ';' ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_SIZE_LF;
}

/* Extensions and trailers are let through and ignored, up to the size of a head. */
static enum http_chunk_place after_text(struct http_chunks *chunks, char byte,
	enum http_chunk_place same, enum http_chunk_place line_feed)
{
	if (++chunks->overhead > HTTP_HEADER_BYTES_MAX)
		return HTTP_CHUNK_TOO_LARGE;
	if (byte == '\r')
		return line_feed;
	return is_text(byte) ? same : HTTP_CHUNK_BROKEN;
}

static enum http_chunk_place after_name(struct http_chunks *chunks, char byte)
{
	if (++chunks->overhead > HTTP_HEADER_BYTES_MAX)
		return HTTP_CHUNK_TOO_LARGE;
	if (byte == ':' && chunks->place == HTTP_CHUNK_NAME)
		return HTTP_CHUNK_VALUE;
	return CLASSES[(unsigned char)byte] & TOKEN ? HTTP_CHUNK_NAME : HTTP_CHUNK_BROKEN;
}

static enum http_chunk_place after_size_line(struct http_chunks *chunks, char byte)
{
	if (byte != '\n')
		return HTTP_CHUNK_BROKEN;
	return chunks->size > 0 ? HTTP_CHUNK_DATA : HTTP_CHUNK_TRAILER;
}

static enum http_chunk_place after_data_line(struct http_chunks *chunks, char byte)
{
	chunks->digits = 0;
	chunks->size = 0;
	return byte == '\n' ? HTTP_CHUNK_SIZE : HTTP_CHUNK_BROKEN;
}

/* The place behind one byte that is not data. */
static enum http_chunk_place after(struct http_chunks *chunks, char byte)
{
	switch (chunks->place) {
	case HTTP_CHUNK_SIZE:
		return after_size(chunks, byte);
	case HTTP_CHUNK_EXTENSION:
		return after_text(chunks, byte, HTTP_CHUNK_EXTENSION, HTTP_CHUNK_SIZE_LF);
	case HTTP_CHUNK_SIZE_LF:
		return after_size_line(chunks, byte);
	case HTTP_CHUNK_DATA_CR:
		return byte == '\r' ? HTTP_CHUNK_DATA_LF : HTTP_CHUNK_BROKEN;
	case HTTP_CHUNK_DATA_LF:
		return after_data_line(chunks, byte);
	case HTTP_CHUNK_TRAILER:
		return byte == '\r' ? HTTP_CHUNK_LAST_LF : after_name(chunks, byte);
	case HTTP_CHUNK_NAME:
		return after_name(chunks, byte);
	case HTTP_CHUNK_VALUE:
		return after_text(chunks, byte, HTTP_CHUNK_VALUE, HTTP_CHUNK_TRAILER_LF);
	case HTTP_CHUNK_TRAILER_LF:
		return byte == '\n' ? HTTP_CHUNK_TRAILER : HTTP_CHUNK_BROKEN;
	case HTTP_CHUNK_LAST_LF:
		return byte == '\n' ? HTTP_CHUNK_END : HTTP_CHUNK_BROKEN;
	case HTTP_CHUNK_DATA:
	case HTTP_CHUNK_END:
	case HTTP_CHUNK_BROKEN:
	case HTTP_CHUNK_TOO_LARGE:
		break;
	}
	return chunks->place;
}

size_t http_gate_chunks(struct http_chunks *chunks, const char *bytes, size_t len)
{
	size_t i = 0;
	while (i < len && chunks->place < HTTP_CHUNK_END) {
		if (chunks->place != HTTP_CHUNK_DATA) {
			chunks->place = after(chunks, bytes[i++]);
			continue;
		}
		size_t step = chunks->size < len - i ? (size_t)chunks->size : len - i;
		i += step;
		chunks->size -= step;
		if (chunks->size == 0)
			chunks->place = HTTP_CHUNK_DATA_CR;
	}
	return i;
}
