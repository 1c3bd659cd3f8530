/* The way into the live stream: method, token and role as for every other address. From there on it
 * belongs to the stream; the edge writes its one line when the reader is placed or refused. */
#include "edge_internal.h"

#include "core/failure.h"
#include <string.h>

/* The call of a reader, until it is placed; the stream logs its end itself. */
struct edge_reader {
	struct stream_reader reader;
	struct edge_call *call;
};

static void on_placed(struct stream_reader *reader, const Asskomm__Failure *failure)
{
	struct edge_call *call = CONTAINER_OF(reader, struct edge_reader, reader)->call;

	if (failure != NULL)
		edge_fail(call, failure);
	else
		edge_end(call, 200);
}

static void on_left(struct stream_reader *reader)
{
	struct http_exchange *exchange = reader->exchange;

	edge_end(CONTAINER_OF(reader, struct edge_reader, reader)->call, 499);
	http_answer(exchange, 499, NULL, NULL, 0);
}

/* Who may read the ledger's facts may follow them. */
void edge_serve_events(struct edge_call *call)
{
	struct http_exchange *exchange = call->exchange;
	struct edge_reader *reader = NEW(exchange->arena, struct edge_reader);
	Asskomm__Failure *failure = NULL;

	if (strcmp(exchange->method, "GET") != 0) {
		http_answer_header(exchange, "Allow", "GET");
		failure = failure_new(
			exchange->arena, FAILURE_METHOD_NOT_ALLOWED, "This address answers to GET");
	} else {
		failure = edge_recognise(call, tables_method("asskomm.ledger.v1.Ledger/ListFacts"));
	}
	if (failure != NULL) {
		edge_fail(call, failure);
		return;
	}
	reader->call = call;
	reader->reader.exchange = exchange;
	reader->reader.principal = call->principal;
	reader->reader.traceparent = call->trace.parent;
	reader->reader.on_placed = on_placed;
	reader->reader.on_left = on_left;
	stream_serve(call->edge->stream, &reader->reader);
}
