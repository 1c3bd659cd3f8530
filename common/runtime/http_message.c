/* From bytes to an exchange, by http-parser.
 *
 * The head is copied once into the exchange's arena and parsed there; names and values are pieces
 * of that copy, ended by NULs that are set when the parser is through with it. The parser is fed
 * exactly one message: the gate has already found its end, and where the parser sees another one
 * the request is refused. */
#include "runtime/http_internal.h"
#include "core/text.h"
#include <ctype.h>
#include <string.h>

/* What the parser told about a head. */
struct head {
	struct http_turn *turn;
	const char *target;
	size_t target_len;
	size_t value_lens[HTTP_HEADERS_MAX];
	bool has_value; /* the latest name has its value */
};

/* ---- callbacks while a head is parsed. A piece that comes in two parts was folded or split, which
 * the gate does not let through: refused, not joined. */

static int on_url(http_parser *parser, const char *at, size_t len)
{
	struct head *head = parser->data;
	if (head->target)
		return -1;
	head->target = at;
	head->target_len = len;
	return 0;
}

static int on_field(http_parser *parser, const char *at, size_t len)
{
	struct head *head = parser->data;
	struct http_exchange *exchange = &head->turn->exchange;
	bool is_first = exchange->n_headers == 0;
	if (len == 0 || exchange->n_headers == HTTP_HEADERS_MAX || !(is_first || head->has_value))
		return -1;
	exchange->headers[exchange->n_headers++].name = at;
	head->has_value = false;
	return 0;
}

static int on_value(http_parser *parser, const char *at, size_t len)
{
	struct head *head = parser->data;
	struct http_exchange *exchange = &head->turn->exchange;
	if (exchange->n_headers == 0 || head->has_value)
		return -1;
	exchange->headers[exchange->n_headers - 1].value = at;
	head->value_lens[exchange->n_headers - 1] = len;
	head->has_value = true;
	return 0;
}

/* An upgrade is never taken up, so what follows is HTTP. */
static int on_headers(http_parser *parser)
{
	parser->upgrade = 0;
	return 0;
}

static const http_parser_settings HEAD_SETTINGS = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers,
};

/* ---- what comes of it */

/* The piece of the copied head as a string. The parser's place of an empty one may be where the
 * next field begins, so that nothing may be written there. */
static const char *end_string(const char *at, size_t len)
{
	char *text = (char *)at;
	if (len == 0)
		return "";
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

/* Names in lower case, so that whoever looks for one compares bytes. */
static void fill_headers(struct http_exchange *exchange, const size_t *value_lens)
{
	for (size_t i = 0; i < exchange->n_headers; i++) {
		char *name = (char *)exchange->headers[i].name;
		for (; *name != ':'; name++)
			if (*name >= 'A' && *name <= 'Z')
				*name |= 0x20;
		*name = '\0';
		exchange->headers[i].value = end_string(exchange->headers[i].value, value_lens[i]);
	}
}

static int hex_digit(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* Splits the target into the decoded path and the raw query. The gate has checked the escapes. */
static void fill_target(struct http_exchange *exchange)
{
	const char *target = exchange->target;
	size_t raw_len = strcspn(target, "?");
	exchange->query = target[raw_len] ? target + raw_len + 1 : "";
	char *path = arena_alloc(exchange->arena, raw_len + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw_len; i++) {
		path[n++] = target[i];
		if (target[i] != '%')
			continue;
		path[n - 1] = (char)(hex_digit(target[i + 1]) * 16 + hex_digit(target[i + 2]));
		i += 2;
	}
	exchange->path = path;
}

/* Whether the parser and the gate agree on what they saw; the parser alone knows the methods. */
static bool agree(const http_parser *parser, const struct http_gate *gate, const struct head *head)
{
	enum http_errno error = HTTP_PARSER_ERRNO(parser);
	if (error != HPE_OK || !head->target ||
		(head->turn->exchange.n_headers && !head->has_value))
		return false;
	bool chunked = parser->flags & F_CHUNKED;
	if (chunked != gate->chunked)
		return false;
	/* After a head without a body the parser waits for the next message. */
	bool has_length = parser->flags & F_CONTENTLENGTH && gate->content_length > 0;
	return !has_length || parser->content_length == gate->content_length;
}

struct http_turn *http_message_head(
	struct http_connection *connection, const char *bytes, size_t len)
{
	struct http_turn *turn = http_turn_new(connection->server);
	struct http_exchange *exchange = &turn->exchange;
	struct head head = { .turn = turn };
	http_parser *parser = &connection->parser;
	char *copied = text_copy_len(exchange->arena, bytes, len);

	/* Anew for each message: nothing of the one before can leak into this one. */
	http_parser_init(parser, HTTP_REQUEST);
	parser->data = &head;
	size_t parsed = http_parser_execute(parser, &HEAD_SETTINGS, copied, len);
	if (parsed == len && agree(parser, &connection->gate, &head)) {
		exchange->method = http_method_str((enum http_method)parser->method);
		exchange->target = end_string(head.target, head.target_len);
		fill_headers(exchange, head.value_lens);
		fill_target(exchange);
		exchange->body = "";
		turn->keeps_alive = http_should_keep_alive(parser);
		turn->is_old = parser->http_minor == 0;
		if (text_is_utf8(exchange->path, strlen(exchange->path)))
			return turn;
	}
	http_turn_destroy(&turn);
	return NULL;
}

/* ---- bodies */

static int on_body(http_parser *parser, const char *at, size_t len)
{
	struct http_connection *connection = parser->data;
	size_t expected = connection->gate.chunked ? connection->chunks.max
						   : (size_t)connection->gate.content_length;
	return http_turn_append(connection->incoming, at, len, expected) ? 0 : -1;
}

/* Noted, to be compared with where the gate sees the end. */
static int on_body_complete(http_parser *parser)
{
	struct http_connection *connection = parser->data;
	connection->is_complete = true;
	return 0;
}

static const http_parser_settings BODY_SETTINGS = {
	.on_body = on_body,
	.on_message_complete = on_body_complete,
};

/* on_body fails only when the server holds too many bodies. */
unsigned http_message_body(struct http_connection *connection, const char *bytes, size_t len)
{
	connection->parser.data = connection;
	size_t parsed = http_parser_execute(&connection->parser, &BODY_SETTINGS, bytes, len);
	if (HTTP_PARSER_ERRNO(&connection->parser) == HPE_CB_body)
		return 503;
	return parsed == len && HTTP_PARSER_ERRNO(&connection->parser) == HPE_OK ? 0 : 400;
}

const char *http_message_reason(unsigned status)
{
	const char *reason = http_status_str((enum http_status)status);
	return *reason == '<' ? "" : reason;
}
