/* Bytes of one connection: where a head ends, what the gate lets through, what the parser makes of
 * it and its body, and which request comes out. However the bytes are cut, the result is the same.
 */
#include "fuzz.h"

#include "core/check.h"
#include "core/text.h"
#include "runtime/http_internal.h"
#include <stdlib.h>
#include <string.h>

/* What became of a body. */
struct outcome {
	unsigned status;
	bool is_ended;
	size_t taken;
};

/* Byte by byte, each time in memory that ends behind the last one. */
static enum http_scan scan_bytewise(const uint8_t *bytes, size_t len, size_t *scanned)
{
	enum http_scan result = HTTP_SCAN_MORE;
	*scanned = 0;
	for (size_t i = 1; i <= len && result == HTTP_SCAN_MORE; i++) {
		char *copy = malloc(i);
		memcpy(copy, bytes, i);
		result = http_gate_scan(copy, i, scanned);
		free(copy);
	}
	return result;
}

/* How many of the bytes are the body's, as the gate counts; whether they end it. */
static size_t measure(
	struct http_connection *connection, const char *bytes, size_t len, bool *out_ended)
{
	uint64_t left = connection->gate.content_length - connection->received;
	if (!connection->gate.chunked) {
		size_t taken = len < left ? len : (size_t)left;
		*out_ended = taken == left;
		return taken;
	}
	size_t taken = http_gate_chunks(&connection->chunks, bytes, len);
	*out_ended = connection->chunks.place == HTTP_CHUNK_END;
	return taken;
}

static void take_some(
	struct http_connection *connection, const char *bytes, size_t len, struct outcome *outcome)
{
	size_t taken = measure(connection, bytes, len, &outcome->is_ended);
	if (connection->chunks.place >= HTTP_CHUNK_BROKEN)
		outcome->status = connection->chunks.place == HTTP_CHUNK_BROKEN ? 400 : 413;
	else
		outcome->status = http_message_body(connection, bytes, taken);
	connection->received += taken;
	outcome->taken += taken;
	/* Gate and parser must see the same end. */
	CHECK(outcome->status != 0 || outcome->is_ended == connection->is_complete);
}

static struct outcome take_body(
	struct http_connection *connection, const char *bytes, size_t len, size_t step)
{
	struct outcome outcome = { .status = 0 };
	for (size_t at = 0; at < len && outcome.status == 0 && !outcome.is_ended; at += step)
		take_some(connection, bytes + at, len - at < step ? len - at : step, &outcome);
	return outcome;
}

static void check_exchange(const struct http_exchange *exchange)
{
	const char *name = NULL, *value = NULL;
	size_t position = 0;
	CHECK(text_is_utf8(exchange->path, strlen(exchange->path)));
	CHECK(exchange->path[0] == '/' && exchange->n_headers <= HTTP_HEADERS_MAX);
	for (size_t i = 0; i < exchange->n_headers; i++)
		CHECK(strchr(exchange->headers[i].name, '\n') == NULL &&
			strpbrk(exchange->headers[i].value, "\r\n") == NULL);
	while (http_query_next(
		(struct http_exchange *)(uintptr_t)exchange, &position, &name, &value))
		CHECK(name == NULL || value != NULL);
}

/* One message, its body in pieces of `step` bytes. */
static struct outcome read_message(
	const char *head, size_t head_len, const char *body, size_t body_len, size_t step)
{
	struct http_server server = { .port = 0 };
	struct http_connection *connection = calloc(1, sizeof(*connection));
	struct outcome outcome = { .status = 0 };
	connection->server = &server;
	connection->gate = http_gate_head(head, head_len);
	outcome.status = connection->gate.status;
	struct http_turn *turn = NULL;
	if (outcome.status == 0) {
		turn = http_message_head(connection, head, head_len);
		outcome.status = turn == NULL ? 400 : 0;
	}
	if (turn != NULL && (connection->gate.chunked || connection->gate.content_length > 0)) {
		connection->incoming = turn;
		connection->chunks.max = HTTP_BODY_MAX;
		outcome = take_body(connection, body, body_len, step);
	}
	if (turn != NULL)
		check_exchange(&turn->exchange);
	http_turn_destroy(&turn);
	CHECK(server.inflight == 0 && server.body_bytes == 0);
	free(connection);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	size_t scanned = 0, bytewise = 0;
	enum http_scan result = http_gate_scan((const char *)bytes, len, &scanned);
	CHECK(scan_bytewise(bytes, len, &bytewise) == result);
	CHECK(result != HTTP_SCAN_COMPLETE || bytewise == scanned);
	if (result != HTTP_SCAN_COMPLETE)
		return 0;
	char *head = malloc(scanned);
	memcpy(head, bytes, scanned);
	const char *body = (const char *)bytes + scanned;
	struct outcome whole = read_message(head, scanned, body, len - scanned, len);
	struct outcome pieces = read_message(head, scanned, body, len - scanned, 1);
	CHECK(whole.status == pieces.status);
	CHECK(whole.status != 0 ||
		(whole.is_ended == pieces.is_ended && whole.taken == pieces.taken));
	free(head);
	return 0;
}
