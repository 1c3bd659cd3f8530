/* What has come in on a connection becomes requests: the end of a head is found, the gate judges
 * it, the parser reads it, the body follows, and the complete exchange goes to the handler; then
 * the next one, until the bytes run out or the connection takes no more. */
#include "runtime/http_internal.h"
#include "core/catalogue.h"
#include <string.h>

#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

/* "Go on" is only worth saying while the client waits for it, and when no answer is due before. */
void http_intake_invite(struct http_connection *connection)
{
	if (!connection->gate.expects_continue || connection->first ||
		uv_stream_get_write_queue_size((uv_stream_t *)&connection->tcp) > 0)
		return;
	connection->gate.expects_continue = false;
	if (connection->received > 0 || connection->len > connection->start)
		return;
	uv_buf_t line = uv_buf_init(CONTINUE, sizeof(CONTINUE) - 1);
	if (uv_try_write((uv_stream_t *)&connection->tcp, &line, 1) != (int)line.len)
		http_connection_close(connection);
}

static size_t body_max(struct http_connection *connection, struct http_turn *turn)
{
	struct http_handler *handler = connection->server->handler;
	bool is_large = handler->is_large != NULL && handler->is_large(handler, &turn->exchange);

	return is_large ? HTTP_BODY_LARGE_MAX : HTTP_BODY_MAX;
}

/* The exchange waits in connection->incoming until its body is complete; a client that leaves
 * before has asked nothing. */
static void begin_body(struct http_connection *connection, struct http_turn *turn)
{
	connection->incoming = turn;
	connection->chunks =
		(struct http_chunks){ .place = HTTP_CHUNK_SIZE, .max = body_max(connection, turn) };
	connection->received = 0;
	connection->is_complete = false;
	http_connection_move(connection, CONNECTION_BODY);
	http_intake_invite(connection);
}

static void refuse_body(struct http_connection *connection, struct http_turn *turn)
{
	http_turn_destroy(&turn);
	http_connection_refuse(connection, 413, TEXT("The body may have at most 1 MiB"));
}

/* A complete head of `len` bytes stands at connection->start. */
static void take_head(struct http_connection *connection, size_t len)
{
	const char *head = connection->input + connection->start;
	/* Taken out before anything else: the handler may end the connection and its input. */
	connection->start += len;
	connection->scanned = 0;
	connection->gate = http_gate_head(head, len);
	if (connection->gate.status != 0) {
		http_connection_refuse(
			connection, connection->gate.status, connection->gate.detail);
		return;
	}
	struct http_turn *turn = http_message_head(connection, head, len);
	if (!turn)
		http_connection_refuse(connection, 400,
			TEXT("The head is not HTTP/1.1, or its method is not known"));
	else if (connection->gate.content_length > HTTP_BODY_MAX &&
		 connection->gate.content_length > body_max(connection, turn))
		refuse_body(connection, turn);
	else if (connection->gate.chunked || connection->gate.content_length > 0)
		begin_body(connection, turn);
	else
		http_connection_dispatch(connection, turn);
}

/* Seen before anything else of the request is understood, since it may be refused for anything. */
static bool asks_head(const char *bytes, size_t len)
{
	static const char HEAD[] = "\r\nHEAD ";
	const char *wanted = bytes[0] == '\r' ? HEAD : HEAD + 2;
	return len >= strlen(wanted) && memcmp(bytes, wanted, strlen(wanted)) == 0;
}

/* False: more bytes are needed. */
static bool consume_head(struct http_connection *connection)
{
	size_t len = connection->len - connection->start;
	if (len == 0)
		return false;
	if (connection->state != CONNECTION_HEAD) {
		http_connection_move(connection, CONNECTION_HEAD);
		connection->scanned = 0;
	}
	connection->asks_head = asks_head(connection->input + connection->start, len);
	/* A broken line is refused as soon as it is seen: its end may never come. */
	switch (http_gate_scan(connection->input + connection->start, len, &connection->scanned)) {
	case HTTP_SCAN_COMPLETE:
		take_head(connection, connection->scanned);
		return true;
	case HTTP_SCAN_BROKEN:
		http_connection_refuse(
			connection, 400, TEXT("A line of the head does not end in CR and LF"));
		return true;
	case HTTP_SCAN_MORE:
		break;
	}
	if (len < HTTP_HEADER_BYTES_MAX)
		return false;
	http_connection_refuse(connection, 431, TEXT("The head has more than 16 KiB"));
	return true;
}

/* How many of the `len` bytes belong to the body; whether they end it. */
static size_t measure(
	struct http_connection *connection, const char *bytes, size_t len, bool *out_ended)
{
	if (connection->gate.chunked) {
		size_t taken = http_gate_chunks(&connection->chunks, bytes, len);
		*out_ended = connection->chunks.place == HTTP_CHUNK_END;
		return taken;
	}
	uint64_t left = connection->gate.content_length - connection->received;
	size_t taken = len < left ? len : (size_t)left;
	*out_ended = taken == left;
	return taken;
}

static bool consume_body(struct http_connection *connection)
{
	const char *bytes = connection->input + connection->start;
	size_t len = connection->len - connection->start;
	if (len == 0)
		return false;
	bool ended;
	size_t taken = measure(connection, bytes, len, &ended);
	if (connection->chunks.place == HTTP_CHUNK_BROKEN) {
		http_connection_refuse(connection, 400, TEXT("The body is not properly chunked"));
		return true;
	}
	if (connection->chunks.place == HTTP_CHUNK_TOO_LARGE) {
		http_connection_refuse(connection, 413, TEXT("The body may have at most 1 MiB"));
		return true;
	}
	/* Never a byte behind the end: the parser would begin the next message with it. */
	unsigned status = http_message_body(connection, bytes, taken);
	if (status == 0 && ended != connection->is_complete)
		status = 400; /* the parser sees another end than the gate */
	connection->start += taken;
	connection->received += taken;
	if (status != 0) {
		http_connection_refuse(connection, status,
			status == 503 ? TEXT("Too many bodies at once")
				      : TEXT("The body is broken"));
	} else if (ended) {
		struct http_turn *turn = connection->incoming;
		connection->incoming = NULL;
		http_connection_dispatch(connection, turn);
	}
	return true;
}

/* One step; false when there is nothing more to do for now. */
static bool consume_some(struct http_connection *connection)
{
	switch (connection->state) {
	case CONNECTION_IDLE:
	case CONNECTION_BUSY:
	case CONNECTION_HEAD:
		return consume_head(connection);
	case CONNECTION_BODY:
		return consume_body(connection);
	case CONNECTION_STREAM:
	case CONNECTION_LAST:
	case CONNECTION_HALF:
	case CONNECTION_LINGER:
	case CONNECTION_ENDING:
		connection->start = connection->len; /* dropped */
		return false;
	case CONNECTION_PAUSED:
	case CONNECTION_CLOSING:
		break;
	}
	return false;
}

void http_intake(struct http_connection *connection)
{
	while (consume_some(connection))
		continue;
	if (connection->start == connection->len)
		http_connection_release_input(connection);
}
