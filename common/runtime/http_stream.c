/* Answers that go on: the head at once, then bytes as they become known, until the handler ends it
 * or the client leaves.
 *
 * Nothing waits but what the socket did not take, and of that a bounded amount: a reader that is
 * slower than what is sent is closed, because its place can be found again and memory cannot. The
 * kernel's buffer is kept small for the same reason: with some thousand readers it would hold more
 * than we do. */
#include "runtime/http_internal.h"
#include "runtime/metrics.h"
#include <stdlib.h>
#include <string.h>

/* What the kernel may hold of one stream; it takes twice that with its own book-keeping. */
#define KERNEL_BYTES (64 * 1024)

/* What the socket did not take at once. */
struct chunk {
	uv_write_t write;
	struct http_connection *connection;
	char bytes[];
};

static uv_stream_t *stream_of(struct http_connection *connection)
{
	return (uv_stream_t *)&connection->tcp;
}

size_t http_stream_queued(const struct http_exchange *exchange)
{
	return exchange->connection == NULL
		       ? 0
		       : uv_stream_get_write_queue_size(stream_of(exchange->connection));
}

/* libuv calls this for every chunk before the connection is freed, also when it is closed. */
static void on_written(uv_write_t *write, int status)
{
	struct chunk *chunk = CONTAINER_OF(write, struct chunk, write);
	struct http_connection *connection = chunk->connection;
	free(chunk);
	if (status < 0) {
		http_connection_close(connection);
		return;
	}
	if (connection->state != CONNECTION_STREAM ||
		uv_stream_get_write_queue_size(stream_of(connection)) > 0)
		return;
	struct http_exchange *exchange = &connection->first->exchange;
	if (exchange->on_drained)
		exchange->on_drained(exchange);
}

/* Keeps what is left for when the socket takes more. */
static bool queue(struct http_connection *connection, const char *bytes, size_t len)
{
	size_t queued = uv_stream_get_write_queue_size(stream_of(connection));
	if (len > HTTP_STREAM_QUEUE_MAX || queued > HTTP_STREAM_QUEUE_MAX - len) {
		metrics_add("asskomm_http_slow_readers_total", NULL, NULL, 1);
		return false;
	}
	struct chunk *chunk = malloc(sizeof(*chunk) + len);
	CHECK(chunk);
	chunk->connection = connection;
	memcpy(chunk->bytes, bytes, len);
	uv_buf_t part = uv_buf_init(chunk->bytes, (unsigned)len);
	if (uv_write(&chunk->write, stream_of(connection), &part, 1, on_written) == 0)
		return true;
	free(chunk);
	return false;
}

/* A reader that keeps up costs one call of the kernel and no copy. */
static bool send_now(struct http_connection *connection, const char *bytes, size_t len)
{
	uv_buf_t part = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);
	int sent = uv_try_write(stream_of(connection), &part, 1);
	if (sent == UV_EAGAIN) /* the socket is full, or older bytes are waiting */
		sent = 0;
	if (sent < 0)
		return false;
	return (size_t)sent == len || queue(connection, bytes + sent, len - (size_t)sent);
}

bool http_stream_fits(const struct http_exchange *exchange)
{
	const struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	const struct http_connection *connection = exchange->connection;
	return connection && connection->first == turn && connection->last == turn &&
	       (connection->state == CONNECTION_BUSY || connection->state == CONNECTION_LAST);
}

bool http_stream_begin(struct http_exchange *exchange, unsigned status, const char *content_type)
{
	struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	struct http_connection *connection = exchange->connection;
	CHECK(!turn->is_answered && !turn->is_stream && status >= 200 && status <= 299);
	CHECK(strcmp(exchange->method, "HEAD") != 0);
	if (!http_stream_fits(exchange))
		return false;
	int kernel_bytes = KERNEL_BYTES;
	uv_send_buffer_size((uv_handle_t *)&connection->tcp, &kernel_bytes);
	turn->is_stream = true;
	turn->status = status;
	turn->content_type = content_type;
	size_t head_len;
	char *head = http_turn_head(turn, true, 0, &head_len);
	turn->is_stream = send_now(connection, head, head_len);
	if (turn->is_stream) {
		http_connection_move(connection, CONNECTION_STREAM);
		return true;
	}
	exchange->on_gone = NULL;
	http_connection_close(connection);
	return false;
}

bool http_stream_send(struct http_exchange *exchange, const char *bytes, size_t len)
{
	struct http_connection *connection = exchange->connection;
	if (!connection)
		return false;
	if (send_now(connection, bytes, len))
		return true;
	/* The caller learns it from our answer; telling it twice would end the exchange twice. */
	exchange->on_gone = NULL;
	http_connection_close(connection);
	return false;
}

void http_stream_end(struct http_exchange *exchange)
{
	struct http_turn *turn = CONTAINER_OF(exchange, struct http_turn, exchange);
	CHECK(turn->is_stream);
	if (exchange->connection)
		http_connection_end_stream(exchange->connection);
	else
		http_turn_destroy(&turn);
}
