/* One connection: its one state, the one function that moves it, the queue of its answers, its end
 * and its time limits.
 *
 * A handler may answer at once, inside on_request, or later; so http_connection_flush may run
 * inside http_intake or from outside. Only a PAUSED connection takes up http_intake again from
 * there, and http_intake never calls a handler while PAUSED, so it never runs inside itself. */
#include "runtime/http_internal.h"
#include "core/catalogue.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TO(state) (1u << (state))

/* From each state to which others. To add a state: a row here, a case in consume and in sweep. */
static const unsigned MOVES[] = {
	[CONNECTION_IDLE] = TO(CONNECTION_HEAD) | TO(CONNECTION_PAUSED) | TO(CONNECTION_LAST) |
			    TO(CONNECTION_LINGER) | TO(CONNECTION_CLOSING),
	[CONNECTION_HEAD] = TO(CONNECTION_BODY) | TO(CONNECTION_BUSY) | TO(CONNECTION_LAST) |
			    TO(CONNECTION_HALF) | TO(CONNECTION_CLOSING),
	[CONNECTION_BODY] = TO(CONNECTION_BUSY) | TO(CONNECTION_LAST) | TO(CONNECTION_HALF) |
			    TO(CONNECTION_CLOSING),
	[CONNECTION_BUSY] = TO(CONNECTION_IDLE) | TO(CONNECTION_HEAD) | TO(CONNECTION_PAUSED) |
			    TO(CONNECTION_STREAM) | TO(CONNECTION_LAST) | TO(CONNECTION_HALF) |
			    TO(CONNECTION_CLOSING),
	[CONNECTION_PAUSED] = TO(CONNECTION_BUSY) | TO(CONNECTION_LAST) | TO(CONNECTION_CLOSING),
	[CONNECTION_STREAM] = TO(CONNECTION_LINGER) | TO(CONNECTION_CLOSING),
	[CONNECTION_LAST] = TO(CONNECTION_STREAM) | TO(CONNECTION_HALF) | TO(CONNECTION_LINGER) |
			    TO(CONNECTION_CLOSING),
	[CONNECTION_HALF] = TO(CONNECTION_ENDING) | TO(CONNECTION_CLOSING),
	[CONNECTION_LINGER] = TO(CONNECTION_ENDING) | TO(CONNECTION_CLOSING),
	[CONNECTION_ENDING] = TO(CONNECTION_CLOSING),
	[CONNECTION_CLOSING] = 0,
};

void http_connection_move(struct http_connection *connection, enum connection_state state)
{
	CHECK(MOVES[connection->state] & TO(state));
	connection->state = state;
	connection->since_ms = uv_now(connection->server->loop);
}

static uv_stream_t *stream_of(struct http_connection *connection)
{
	return (uv_stream_t *)&connection->tcp;
}

/* ---- the end */

/* The only place that frees a connection: until here libuv may still call back. */
static void on_closed(uv_handle_t *handle)
{
	struct http_connection *connection = CONTAINER_OF(handle, struct http_connection, tcp);
	http_server_forget(connection->server, connection);
	free(connection);
}

/* The client will not see this answer: its handler is told, and has the exchange for itself. */
static void give_up(struct http_turn *turn)
{
	turn->server->inflight--;
	turn->server->body_bytes -= turn->body_capacity;
	turn->server = NULL;
	turn->exchange.connection = NULL;
	turn->exchange.gone = true;
	if (turn->exchange.on_gone)
		turn->exchange.on_gone(&turn->exchange);
}

/* Takes the oldest turn out of the queue; from here on its answer is on its way or given up. */
static struct http_turn *take_first(struct http_connection *connection)
{
	struct http_turn *turn = connection->first;
	struct http_exchange *next = turn->exchange.next;
	connection->first = next ? CONTAINER_OF(next, struct http_turn, exchange) : NULL;
	if (!next)
		connection->last = NULL;
	connection->waiting--;
	return turn;
}

/* An idle connection costs no buffer, so that thousands of them cost little. */
void http_connection_release_input(struct http_connection *connection)
{
	if (connection->input)
		http_server_give_buffer(connection->server, connection->input);
	connection->input = NULL;
	connection->start = connection->len = 0;
}

void http_connection_close(struct http_connection *connection)
{
	if (connection->state == CONNECTION_CLOSING)
		return;
	/* The state first: handlers that are told below may come back here. */
	http_connection_move(connection, CONNECTION_CLOSING);
	uv_close((uv_handle_t *)&connection->tcp, on_closed);
	http_connection_release_input(connection);
	http_turn_destroy(&connection->incoming);
	while (connection->first) {
		struct http_turn *turn = take_first(connection);
		if (turn->is_answered)
			http_turn_destroy(&turn);
		else
			give_up(turn);
	}
}

/* The last answer is out. What the client still sends must be read away: closing on unread bytes
 * would reset the connection, and the reset may overtake the answer. */
static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	struct http_connection *connection =
		CONTAINER_OF(shutdown, struct http_connection, shutdown);
	connection->since_ms = uv_now(connection->server->loop);
	if (status < 0 || connection->state == CONNECTION_ENDING)
		http_connection_close(connection);
}

/* libuv shuts down behind the writes that are still queued, so nothing of an answer is cut off. */
static void finish(struct http_connection *connection)
{
	http_connection_move(connection,
		connection->state == CONNECTION_HALF ? CONNECTION_ENDING : CONNECTION_LINGER);
	if (uv_shutdown(&connection->shutdown, stream_of(connection), on_shutdown) != 0)
		http_connection_close(connection);
}

void http_connection_end_stream(struct http_connection *connection)
{
	struct http_turn *turn = take_first(connection);
	http_turn_destroy(&turn);
	finish(connection);
}

/* ---- requests */

/* The order of the queue is the order of the requests, and so of the answers. */
static void enqueue(struct http_connection *connection, struct http_turn *turn)
{
	turn->exchange.connection = connection;
	if (connection->last)
		connection->last->exchange.next = &turn->exchange;
	else
		connection->first = turn;
	connection->last = turn;
	connection->waiting++;
}

/* Of the head that is there, or of the one before: who asks goes on to read the same language. */
static enum language language_for(const struct http_connection *connection)
{
	const struct http_handler *handler = connection->server->handler;
	struct http_exchange head = { .n_headers = 1,
		.headers = { { "accept-language", connection->gate.languages } } };

	if (handler->language_of == NULL)
		return LANGUAGE_ENGLISH;
	return handler->language_of(
		connection->incoming != NULL ? &connection->incoming->exchange : &head);
}

/* The error answer is one more turn in the queue, so it comes after those that are still due. */
static void refuse_then(struct http_connection *connection, unsigned status, const char *detail,
	enum connection_state next)
{
	char code[8];
	snprintf(code, sizeof(code), "%u", status);
	metrics_add("asskomm_http_refused_total", "status", code, 1);
	enum language language = language_for(connection);
	http_turn_destroy(&connection->incoming);
	struct http_turn *turn = http_turn_new(connection->server);
	arena_set_language(turn->exchange.arena, language);
	turn->exchange.method = connection->asks_head ? "HEAD" : NULL;
	http_turn_refuse(turn, status, detail);
	enqueue(connection, turn);
	http_connection_move(connection, next);
	http_connection_flush(connection);
}

void http_connection_refuse(struct http_connection *connection, unsigned status, const char *detail)
{
	refuse_then(connection, status, detail, CONNECTION_LAST);
}

/* Whether the client must first take answers before it may ask more. */
static bool is_full(struct http_connection *connection)
{
	return connection->waiting >= HTTP_PIPELINED_MAX ||
	       uv_stream_get_write_queue_size(stream_of(connection)) > HTTP_WRITE_QUEUE_MAX;
}

/* Hands a complete request to the handler, which may answer it before this returns. */
void http_connection_dispatch(struct http_connection *connection, struct http_turn *turn)
{
	struct http_server *server = connection->server;
	/* Decided before the handler runs: its answer may say "Connection: close" already. */
	bool is_last = !turn->keeps_alive || server->state != HTTP_LISTENING;
	enqueue(connection, turn);
	http_connection_move(connection, is_last ? CONNECTION_LAST : CONNECTION_BUSY);
	turn->exchange.received_ns = uv_hrtime();
	turn->exchange.peer = connection->peer;
	server->handler->on_request(server->handler, &turn->exchange);
	bool takes_more =
		connection->state == CONNECTION_BUSY || connection->state == CONNECTION_IDLE;
	if (takes_more && is_full(connection)) {
		http_connection_move(connection, CONNECTION_PAUSED);
		uv_read_stop(stream_of(connection));
	}
}

/* ---- answers */

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out_buffer);
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer);

/* There is room again. Requests that came while there was none may stand in the input already, and
 * for them no read event will come. */
static void resume(struct http_connection *connection)
{
	http_connection_move(connection, CONNECTION_BUSY);
	uv_read_start(stream_of(connection), on_allocate, on_read);
	if (connection->waiting == 0)
		http_connection_move(connection, CONNECTION_IDLE);
	http_intake(connection);
}

/* All is answered, as far as the socket took it. */
static void on_all_answered(struct http_connection *connection)
{
	switch (connection->state) {
	case CONNECTION_BUSY:
		http_connection_move(connection, CONNECTION_IDLE);
		break;
	case CONNECTION_BODY:
		/* It was not the body's turn to be asked for while an answer was due. */
		http_intake_invite(connection);
		break;
	case CONNECTION_LAST:
	case CONNECTION_HALF:
		finish(connection);
		break;
	case CONNECTION_IDLE:
	case CONNECTION_HEAD:
	case CONNECTION_PAUSED:
	case CONNECTION_STREAM:
	case CONNECTION_LINGER:
	case CONNECTION_ENDING:
	case CONNECTION_CLOSING:
		break;
	}
}

void http_connection_flush(struct http_connection *connection)
{
	/* Only the very last answer says "Connection: close": more may follow all others. */
	while (connection->first && connection->first->is_answered) {
		struct http_turn *turn = take_first(connection);
		bool takes_no_more = connection->state == CONNECTION_LAST ||
				     connection->state == CONNECTION_HALF;
		if (!http_turn_write(turn, connection, takes_no_more && !connection->first)) {
			http_connection_close(connection);
			return;
		}
	}
	if (!connection->first)
		on_all_answered(connection);
	if (connection->state == CONNECTION_PAUSED && !is_full(connection))
		resume(connection);
}

/* ---- from the loop */

/* There is always room: a head that fills the buffer has been refused, a body is taken out at once,
 * and nothing is read while PAUSED. */
static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out_buffer)
{
	(void)suggested;
	struct http_connection *connection = CONTAINER_OF(handle, struct http_connection, tcp);
	if (!connection->input)
		connection->input = http_server_take_buffer(connection->server);
	if (connection->start > 0) {
		connection->len -= connection->start;
		memmove(connection->input, connection->input + connection->start, connection->len);
		connection->start = 0;
	}
	*out_buffer = uv_buf_init(connection->input + connection->len,
		(unsigned)(HTTP_HEADER_BYTES_MAX - connection->len));
}

/* The client closed its side. It may have sent all it had to say and wait for the answers, or be
 * gone: the two look alike, so what is due gets half_closed_ms to be answered. An answer without an
 * end is not worth the doubt. */
static void on_end(struct http_connection *connection)
{
	switch (connection->state) {
	case CONNECTION_HEAD:
	case CONNECTION_BODY:
		refuse_then(connection, 400, TEXT("The request is not complete"), CONNECTION_HALF);
		break;
	case CONNECTION_BUSY:
	case CONNECTION_LAST:
		http_connection_move(connection, CONNECTION_HALF);
		break;
	case CONNECTION_LINGER:
		if (uv_stream_get_write_queue_size(stream_of(connection)) == 0)
			http_connection_close(connection);
		else
			http_connection_move(connection, CONNECTION_ENDING);
		break;
	case CONNECTION_IDLE:
	case CONNECTION_PAUSED:
	case CONNECTION_STREAM:
	case CONNECTION_HALF:
	case CONNECTION_ENDING:
	case CONNECTION_CLOSING:
		http_connection_close(connection);
		break;
	}
}

/* A length of 0 means only that there was nothing to read after all. */
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	(void)buffer;
	struct http_connection *connection = CONTAINER_OF(stream, struct http_connection, tcp);
	if (len > 0) {
		connection->len += (size_t)len;
		http_intake(connection);
	} else if (len == UV_EOF) {
		on_end(connection);
	} else if (len < 0) {
		http_connection_close(connection);
	}
}

struct http_connection *http_connection_new(struct http_server *server)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));
	CHECK(connection);
	connection->server = server;
	connection->since_ms = uv_now(server->loop);
	CHECK(uv_tcp_init(server->loop, &connection->tcp) == 0);
	return connection;
}

void http_connection_start(struct http_connection *connection)
{
	uv_tcp_nodelay(&connection->tcp, 1);
	if (uv_read_start(stream_of(connection), on_allocate, on_read) != 0)
		http_connection_close(connection);
}

/* A stream has no end of its own: its handler ends it. */
void http_connection_drain(struct http_connection *connection)
{
	if (connection->state == CONNECTION_IDLE)
		finish(connection);
	else if (connection->state == CONNECTION_BUSY)
		http_connection_move(connection, CONNECTION_LAST);
	else if (connection->state == CONNECTION_PAUSED) {
		http_connection_move(connection, CONNECTION_LAST);
		/* Not for requests any more, but to see the client leave. */
		uv_read_start(stream_of(connection), on_allocate, on_read);
	}
}

/* ---- time limits */

/* Whether an answer has waited too long for the client to read some of it. */
static bool is_stalled(struct http_connection *connection, uint64_t now_ms)
{
	size_t len = uv_stream_get_write_queue_size(stream_of(connection));
	if (len == 0 || len != connection->stalled_len) {
		connection->stalled_len = len;
		connection->stalled_ms = now_ms;
	}
	return now_ms - connection->stalled_ms > connection->server->limits.stalled_ms;
}

/* States without a limit wait for a handler, which has its own, or for a writer, judged above. */
static void sweep_state(struct http_connection *connection, uint64_t waited_ms)
{
	const struct http_limits *limits = &connection->server->limits;
	switch (connection->state) {
	case CONNECTION_IDLE:
		if (waited_ms > limits->idle_ms)
			finish(connection);
		break;
	case CONNECTION_HEAD:
		if (waited_ms > limits->header_ms)
			http_connection_refuse(connection, 408, TEXT("The head took too long"));
		break;
	case CONNECTION_BODY: /* 1 KiB for each second */
		if (waited_ms > limits->body_grace_ms + connection->received * 1000 / 1024)
			http_connection_refuse(connection, 408, TEXT("The body came too slowly"));
		break;
	case CONNECTION_HALF:
		if (waited_ms > limits->half_closed_ms)
			http_connection_close(connection);
		break;
	case CONNECTION_LINGER:
		if (connection->stalled_len == 0 && waited_ms > limits->linger_ms)
			http_connection_close(connection);
		break;
	case CONNECTION_BUSY:
	case CONNECTION_PAUSED:
	case CONNECTION_STREAM:
	case CONNECTION_LAST:
	case CONNECTION_ENDING:
	case CONNECTION_CLOSING:
		break;
	}
}

void http_connection_sweep(struct http_connection *connection, uint64_t now_ms)
{
	if (connection->state == CONNECTION_CLOSING)
		return;
	if (is_stalled(connection, now_ms))
		http_connection_close(connection);
	else
		sweep_state(connection, now_ms - connection->since_ms);
}
