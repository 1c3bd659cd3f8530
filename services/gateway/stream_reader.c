/* Serving one reader: from the ring, or from the ledger when it is behind it.
 *
 * Who is behind reads pages of the ledger under its own name, one at a time and only when the
 * socket has taken the last one, so that a long way back costs no memory. Who is at the head is
 * sent everything at once; if it is too slow for that, HTTP closes it at the bound of its queue,
 * and it comes back with its position. */
#include "stream_internal.h"

#include "asskomm/ledger.pb-c.h"
#include "core/failure.h"
#include "core/reflect.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE_LIMIT 100 /* facts; such a page fits into an empty queue */
#define PAGE_ARENA (32u * 1024 * 1024)

/* One page less under way: whoever waits for that may ask. */
static void end_page(struct stream *stream)
{
	stream->pages--;
	if (!stream->is_crowded)
		return;
	stream->is_crowded = false;
	stream_serve_soon(stream);
}

/* The end of a stream that has begun, whoever wanted it. Frees the reader. */
void stream_reader_leave(struct stream_reader *reader, const char *why)
{
	log_line(LOG_INFO, "stream ended", "why", why, "trace", reader->traceparent, NULL);
	metrics_add("asskomm_sse_ended_total", "why", why, 1);
	if (reader->state == READER_ASKING) {
		asking_cancel(&reader->asking);
		end_page(reader->stream);
	}
	stream_unlink(reader);
	reader->exchange->on_gone = NULL;
	http_stream_end(reader->exchange);
}

/* ---- sending */

/* False: the reader is gone with it. */
static bool send_bytes(struct stream_reader *reader, const char *bytes, size_t len)
{
	if (len == 0)
		return true;
	reader->sent_ms = stream_now_ms(reader->stream);
	if (http_stream_send(reader->exchange, bytes, len))
		return true;
	stream_reader_leave(reader, "slow");
	return false;
}

static void add(struct stream *stream, const char *text, size_t len)
{
	memcpy(stream->batch + stream->batch_len, text, len);
	stream->batch_len += len;
}

static bool flush(struct stream_reader *reader)
{
	size_t len = reader->stream->batch_len;

	reader->stream->batch_len = 0;
	return send_bytes(reader, reader->stream->batch, len);
}

/* An id without data is remembered by the client and seen by nobody. */
bool stream_reader_tell(struct stream_reader *reader, const char *line)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s\nid: %" PRIu64 "\n\n", line, reader->position);

	return send_bytes(reader, text, (size_t)len);
}

/* Sends from the ring until the reader is at its end, or has enough to do. False: it is gone. */
static bool send_ring(struct stream_reader *reader)
{
	struct stream *stream = reader->stream;
	const struct ring_fact *fact = NULL;

	do {
		while (stream->batch_len < STREAM_BATCH &&
			(fact = ring_find(stream->ring, reader->position + 1)) != NULL) {
			if (fact->len > 0 && event_concerns(fact->header, reader->principal))
				add(stream, fact->text, fact->len);
			reader->position++;
		}
		if (!flush(reader))
			return false;
	} while (fact != NULL && http_stream_queued(reader->exchange) == 0);
	return true;
}

static void ask_page(struct stream_reader *reader);

void stream_reader_serve(struct stream_reader *reader)
{
	struct stream *stream = reader->stream;

	if (reader->state == READER_PLACING || reader->state == READER_ASKING ||
		(reader->state == READER_CATCHING && http_stream_queued(reader->exchange) > 0))
		return;
	if (!send_ring(reader))
		return;
	reader->state = reader->position < ring_head(stream->ring) ? READER_CATCHING : READER_LIVE;
	if (reader->state == READER_LIVE || http_stream_queued(reader->exchange) > 0)
		return;
	if (stream->pages < STREAM_PAGES_MAX)
		ask_page(reader);
	else
		stream->is_crowded = true;
}

void stream_reader_on_drained(struct http_exchange *exchange)
{
	stream_reader_serve(exchange->owner);
}

/* ---- questions to the ledger */

/* Sends a page; the reader's position is then its last fact. False: the reader is gone. */
static bool send_page(struct stream_reader *reader, struct arena *arena, Ledger__FactList *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const Asskomm__Fact *fact = list->items[i];
		const Asskomm__FactHeader *header = event_header(arena, fact);
		const char *text = header == NULL ? NULL : event_text(arena, fact, header);
		if (text == NULL)
			log_line(LOG_ERROR, "fact cannot be shown", "id", fact->id, NULL);
		else if (event_concerns(header, reader->principal))
			add(reader->stream, text, strlen(text));
		reader->position = fact->seq;
		if (reader->stream->batch_len >= STREAM_BATCH && !flush(reader))
			return false;
	}
	return flush(reader);
}

/* No fact behind the position: so there was none for this reader up to where the ring stood when
 * the question was asked. */
static void on_page(struct asking *asking, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	struct stream_reader *reader = CONTAINER_OF(asking, struct stream_reader, asking);

	reader->state = READER_CATCHING;
	end_page(reader->stream);
	if (failure != NULL) {
		/* Else the next tick asks again. */
		if (!failure_is_retryable(failure_code_of(failure)))
			stream_reader_leave(reader, "refused");
		return;
	}
	struct arena *arena = arena_new(PAGE_ARENA);
	Ledger__FactList *list = (Ledger__FactList *)(void *)reflect_unpack(
		arena, &ledger__fact_list__descriptor, body, body_len);
	if (list == NULL) {
		stream_reader_leave(reader, "unreadable");
	} else if (list->n_items > 0) {
		if (send_page(reader, arena, list))
			stream_reader_serve(reader);
	} else {
		if (reader->position < reader->asked_head)
			reader->position = reader->asked_head;
		stream_reader_serve(reader);
	}
	arena_destroy(&arena);
}

/* In the reader's name: the ledger decides what it may see. */
static void ask_page(struct stream_reader *reader)
{
	Ledger__ListFactsRequest request = LEDGER__LIST_FACTS_REQUEST__INIT;
	struct asking *asking = &reader->asking;
	Asskomm__Header *header = &asking->request.header;

	*asking = (struct asking){
		.peers = service_peer(reader->stream->service, "ledger"),
		.arena = reader->exchange->arena,
		.deadline_ms = STREAM_DEADLINE_MS,
		.on_answer = on_page,
	};
	asskomm__header__init(header);
	header->method = (char *)(uintptr_t) "asskomm.ledger.v1.Ledger/ListFacts";
	header->principal = reader->principal;
	header->traceparent = (char *)(uintptr_t)reader->traceparent;
	request.after = reader->position;
	request.limit = PAGE_LIMIT;
	asking->request.body = reader->body;
	asking->request.body_len = ledger__list_facts_request__pack(&request, reader->body);
	reader->asked_head = ring_head(reader->stream->ring);
	reader->state = READER_ASKING;
	reader->stream->pages++;
	asking_start(reader->stream->askings, asking);
}
