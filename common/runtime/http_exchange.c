/* Exchanges: what a handler reads from them and how their answers are written.
 *
 * Answers leave in the order of the requests. The one whose turn it is goes out in one write, head
 * and body side by side from where they are; only what the socket does not take, or what must wait
 * for its turn, is copied. */
#include "runtime/http_internal.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of the header lines that a handler may add. */
#define ADDED_MAX (16u * 1024)
/* Everything else in a head, but the content type. */
#define HEAD_FIXED_MAX 512
#define BODY_FIRST_BYTES (16u * 1024)
/* A body up to here is copied behind its head: one piece costs the kernel less than two. */
#define BODY_SHORT_MAX 1024u

/* ---- lives */

struct http_turn *http_turn_new(struct http_server *server)
{
	struct arena *arena = arena_new(HTTP_ARENA_CEILING);
	struct http_turn *turn = NEW(arena, struct http_turn);
	turn->exchange.arena = arena;
	turn->exchange.body = "";
	turn->server = server;
	server->inflight++;
	return turn;
}

void http_turn_destroy(struct http_turn **turn)
{
	if (!*turn)
		return;
	struct http_turn *ended = *turn;
	*turn = NULL;
	/* Without a server it was given up: not counted any more, and the server may be freed. */
	if (ended->server) {
		ended->server->inflight--;
		ended->server->body_bytes -= ended->body_capacity;
	}
	free(ended->kept);
	struct arena *arena = ended->exchange.arena; /* holds the turn itself */
	arena_destroy(&arena);
}

/* A body grows with what really comes, so that an announced length alone takes no memory. */
bool http_turn_append(struct http_turn *turn, const char *bytes, size_t len, size_t expected)
{
	struct http_exchange *exchange = &turn->exchange;
	size_t needed = exchange->body_len + len + 1;
	if (needed > turn->body_capacity) {
		/* Doubled, but no more than the body can have, and one for the NUL: handlers may
		 * read it as a string. */
		size_t capacity = 2 * turn->body_capacity;
		if (capacity < BODY_FIRST_BYTES)
			capacity = BODY_FIRST_BYTES;
		if (capacity > expected + 1)
			capacity = expected + 1;
		if (capacity < needed)
			capacity = needed;
		size_t more = capacity - turn->body_capacity;
		char *grown = turn->server->body_bytes + more > HTTP_BODIES_MAX
				      ? NULL
				      : arena_try(exchange->arena, capacity);
		if (!grown)
			return false;
		memcpy(grown, exchange->body, exchange->body_len);
		turn->server->body_bytes += more;
		turn->body_capacity = capacity;
		exchange->body = grown;
	}
	memcpy((char *)exchange->body + exchange->body_len, bytes, len);
	exchange->body_len += len;
	return true;
}

/* ---- reading */

/* At most 64 names, and few are asked for: no index pays off. */
const char *http_header(const struct http_exchange *exchange, const char *name)
{
	for (size_t i = 0; i < exchange->n_headers; i++)
		if (strcmp(exchange->headers[i].name, name) == 0)
			return exchange->headers[i].value;
	return NULL;
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit = (char)(digit | 0x20);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* A decoded piece of the query; NULL when an escape is broken or gives no text. */
static const char *decode(struct arena *arena, const char *raw, size_t len)
{
	char *text = arena_alloc(arena, len + 1);
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		text[n] = raw[i] == '+' ? ' ' : raw[i];
		if (raw[i] == '%') {
			int high = i + 2 < len ? hex_value(raw[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(raw[i + 2]) : -1;
			if (high < 0 || low < 0)
				return NULL;
			text[n] = (char)(high * 16 + low);
			i += 2;
		}
		n++;
	}
	return text_is_utf8(text, n) ? text : NULL;
}

bool http_query_next(const struct http_exchange *exchange, size_t *position, const char **out_name,
	const char **out_value)
{
	const char *piece = exchange->query + *position;
	piece += strspn(piece, "&");
	if (!*piece)
		return false;
	size_t len = strcspn(piece, "&");
	size_t name_len = strcspn(piece, "=&");
	/* "name" alone is "name=": an empty value, behind the name. */
	size_t value_at = name_len < len ? name_len + 1 : len;
	const char *name = decode(exchange->arena, piece, name_len);
	const char *value = decode(exchange->arena, piece + value_at, len - value_at);
	*position = (size_t)(piece + len - exchange->query);
	*out_name = value ? name : NULL;
	*out_value = name ? value : NULL;
	return true;
}

const char *http_query(const struct http_exchange *exchange, const char *wanted)
{
	size_t position = 0;
	const char *name, *value;
	while (http_query_next(exchange, &position, &name, &value))
		if (name && strcmp(name, wanted) == 0)
			return value;
	return NULL;
}

/* ---- answering */

/* These say where the answer ends; they are ours alone. */
static bool is_framing(const char *name)
{
	return strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Connection") == 0 ||
	       strcasecmp(name, "Transfer-Encoding") == 0;
}

static struct text *added_lines(struct http_turn *turn)
{
	if (!turn->added) {
		turn->added = NEW(turn->exchange.arena, struct text);
		text_init(turn->added, turn->exchange.arena, ADDED_MAX);
	}
	return turn->added;
}

/* The few names that mean something here begin with two letters. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
	struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	bool may_matter = strchr("CcTt", name[0]) != NULL;
	CHECK(!turn->is_answered && !strpbrk(name, "\r\n: ") && !strpbrk(value, "\r\n"));
	CHECK(!may_matter || !is_framing(name));
	struct text *added = added_lines(turn);
	text_append(added, name);
	text_append_len(added, ": ", 2);
	text_append(added, value);
	text_append_len(added, "\r\n", 2);
	CHECK(!added->overflown);
	turn->has_cache_control |= may_matter && strcasecmp(name, "Cache-Control") == 0;
}

void http_answer_lines(struct http_exchange *exchange, const char *lines)
{
	struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	CHECK(!turn->is_answered && strncmp(lines, "Cache-Control: ", 15) == 0);
	text_append(added_lines(turn), lines);
	CHECK(!turn->added->overflown);
	turn->has_cache_control = true;
}

static void set_answer(struct http_turn *turn, unsigned status, const char *content_type,
	const char *body, size_t body_len)
{
	turn->is_answered = true;
	turn->status = status;
	turn->content_type = content_type;
	turn->body = body;
	turn->body_len = body_len;
}

/* Not in the arena: the handler may have used it up, and its reserve is for our own small needs. */
static bool keep_body(struct http_turn *turn, const char *body, size_t len)
{
	turn->kept = malloc(len > 0 ? len : 1);
	if (turn->kept && len > 0)
		memcpy(turn->kept, body, len);
	return turn->kept != NULL;
}

void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type,
	const char *body, size_t body_len)
{
	struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	struct http_connection *connection = exchange->connection;
	CHECK(!turn->is_answered && !turn->is_stream && status >= 200 && status <= 599);
	if (!connection) { /* the client is gone */
		http_turn_destroy(&turn);
		return;
	}
	set_answer(turn, status, content_type, body, body_len);
	if (connection->first != turn) { /* the caller's memory does not last until its turn */
		turn->content_type = content_type ? text_copy(exchange->arena, content_type) : NULL;
		if (!keep_body(turn, body, body_len)) {
			http_connection_close(connection);
			return;
		}
		turn->body = turn->kept;
	}
	http_connection_flush(connection);
}

/* The codes are those of the failures that clients know from services; detail is our own text and
 * needs no escaping. The title is HTTP's, in German the code's. */
void http_turn_refuse(struct http_turn *turn, unsigned status, const char *detail)
{
	struct arena *arena = turn->exchange.arena;
	enum failure_code code = status == 413 || status == 431 ? FAILURE_TOO_LARGE
				 : status == 429                ? FAILURE_TOO_MANY
				 : status == 503                ? FAILURE_UNAVAILABLE
								: FAILURE_INVALID;
	enum language language = arena_language(arena);
	const char *title = language == LANGUAGE_ENGLISH
				    ? http_message_reason(status)
				    : catalogue_text(language, failure_title(code));
	char *body = text_format(arena,
		"{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"code\":\"%s\","
		"\"detail\":\"%s.\"}",
		title, status, failure_name(code), say_text(arena, detail));
	if (status == 429 || status == 503)
		http_answer_header(&turn->exchange, "Retry-After", "1");
	http_answer_header(&turn->exchange, "Content-Language", language_tag(language));
	set_answer(turn, status, "application/problem+json", body, strlen(body));
}

/* ---- writing */

/* Appends, and tells the new end. There is room: the caller has counted. */
static inline char *put(char *end, const char *text)
{
	size_t len = strlen(text);
	memcpy(end, text, len + 1);
	return end + len;
}

static char *put_number(char *end, size_t number)
{
	char digits[24], *at = digits + sizeof(digits) - 1;
	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put(end, at);
}

/* By hand: printf would take longer than all the rest of a short answer. */
char *http_turn_head(const struct http_turn *turn, bool closes, size_t spare, size_t *out_len)
{
	const char *type = turn->content_type, *connection = "";
	/* These two have no body by definition; a length would only invite to wait for one. A
	 * stream ends with its connection. */
	bool has_length = turn->status != 204 && turn->status != 304 && !turn->is_stream;
	if (closes)
		connection = "Connection: close\r\n";
	else if (turn->is_old) /* HTTP/1.0 closes unless told otherwise */
		connection = "Connection: keep-alive\r\n";
	size_t size =
		HEAD_FIXED_MAX + (type ? strlen(type) : 0) + (turn->added ? turn->added->len : 0);
	char *head = arena_alloc(turn->exchange.arena, size + spare), *end = head;
	end = put(put_number(put(end, "HTTP/1.1 "), turn->status), " ");
	end = put(put(end, http_message_reason(turn->status)), "\r\nDate: ");
	end = put(put(end, http_server_date(turn->server)), "\r\n");
	if (type)
		end = put(put(put(end, "Content-Type: "), type), "\r\n");
	if (has_length)
		end = put(put_number(put(end, "Content-Length: "), turn->body_len), "\r\n");
	end = put(end, "X-Content-Type-Options: nosniff\r\n");
	if (!turn->has_cache_control)
		end = put(end, "Cache-Control: no-store\r\n");
	if (turn->added)
		end = put(end, turn->added->bytes);
	end = put(put(end, connection), "\r\n");
	CHECK((size_t)(end - head) < size);
	*out_len = (size_t)(end - head);
	return head;
}

static bool has_body(const struct http_turn *turn)
{
	bool is_head = turn->exchange.method && strcmp(turn->exchange.method, "HEAD") == 0;
	return turn->body_len > 0 && !is_head && turn->status != 204 && turn->status != 304;
}

/* The rest is out, or the connection is being closed. Room may have come for more requests. */
static void on_written(uv_write_t *write, int status)
{
	struct http_turn *turn = CONTAINER_OF(write, struct http_turn, write);
	struct http_connection *connection = turn->exchange.connection;
	http_turn_destroy(&turn);
	if (status < 0)
		http_connection_close(connection);
	else
		http_connection_flush(connection);
}

/* Hands over what uv_try_write left: `sent` bytes of head and body are gone already. */
static bool write_rest(struct http_turn *turn, uv_stream_t *stream, uv_buf_t *parts, size_t sent)
{
	size_t head_sent = sent < parts[0].len ? sent : parts[0].len;
	size_t body_sent = sent - head_sent;
	if (parts[1].len > body_sent && !turn->kept) {
		if (!keep_body(turn, parts[1].base + body_sent, parts[1].len - body_sent))
			return false;
		parts[1] = uv_buf_init(turn->kept, (unsigned)(parts[1].len - body_sent));
	} else {
		parts[1].base += body_sent;
		parts[1].len -= body_sent;
	}
	parts[0].base += head_sent;
	parts[0].len -= head_sent;
	return uv_write(&turn->write, stream, parts, 2, on_written) == 0;
}

bool http_turn_write(struct http_turn *turn, struct http_connection *connection, bool closes)
{
	uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
	size_t body_len = has_body(turn) ? turn->body_len : 0, head_len;
	size_t short_len = body_len <= BODY_SHORT_MAX ? body_len : 0;
	char *head = http_turn_head(turn, closes, short_len, &head_len);
	if (short_len > 0)
		memcpy(head + head_len, turn->body, short_len);
	uv_buf_t parts[2] = {
		uv_buf_init(head, (unsigned)(head_len + short_len)),
		{ .base = (char *)turn->body, .len = body_len - short_len },
	};
	/* Nearly always the socket takes all, and neither copy nor callback is needed. It does not
	 * try while older answers are queued, so the order holds. */
	int sent = uv_try_write(stream, parts, parts[1].len > 0 ? 2 : 1);
	if (sent == UV_EAGAIN)
		sent = 0;
	bool works = sent >= 0;
	if (works && (size_t)sent < parts[0].len + parts[1].len) {
		if (write_rest(turn, stream, parts, (size_t)sent))
			return true; /* on_written destroys the turn */
		works = false;
	}
	http_turn_destroy(&turn);
	return works;
}
