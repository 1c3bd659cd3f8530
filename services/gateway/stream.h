/* GET /api/v1/events: the facts of the ledger as they are recorded, as Server-Sent Events.
 *
 * Ids are the numbers of the ledger. A reader who names the last number it has seen gets everything
 * behind it, without gap and without repetition, and then what comes; who names none begins at the
 * head. Each reader gets what its token may see. */
#ifndef ASSKOMM_GATEWAY_STREAM_H
#define ASSKOMM_GATEWAY_STREAM_H

#include "asking.h"
#include "auth.h"
#include "cache.h"
#include "runtime/http.h"
#include "runtime/service.h"

enum stream_reader_state {
	READER_PLACING,  /* not answered yet: the ledger is asked where it stands */
	READER_CATCHING, /* behind the head: gets more when the socket has taken what was sent */
	READER_ASKING,   /* the same, a page of the ledger is under way */
	READER_LIVE,     /* at the head: gets each fact at once */
};

/* One reader. Zeroed memory in the arena of the exchange; the caller fills in the upper part. */
struct stream_reader {
	struct http_exchange *exchange;
	Asskomm__Principal *principal;
	const char *traceparent;
	/* How the request was decided, once: with a failure that the caller answers, or with NULL,
	 * and the answer begins as soon as this returns. Perhaps from inside stream_serve. */
	void (*on_placed)(struct stream_reader *reader, const Asskomm__Failure *failure);
	/* The client left before that; the caller ends the exchange. */
	void (*on_left)(struct stream_reader *reader);

	/* private */
	struct stream *stream;
	struct stream_reader *next, *previous;
	enum stream_reader_state state;
	bool is_asked;     /* PLACING: before the question that is under way */
	bool has_position; /* the client named one */
	uint64_t position; /* everything up to here was sent, or is not for this reader */
	uint64_t asked_head;
	uint64_t sent_ms;
	uint64_t authorised_ms;
	struct asking asking; /* for a page */
	uint8_t body[32];     /* of the question */
};

struct stream;

/* Begins to follow the ledger, and to tell the cache what is heard. All must outlive the stream. */
struct stream *stream_new(
	struct service *service, struct auth *auth, struct askings *askings, struct cache *cache);

/* Takes a GET of an authorised user. UNAVAILABLE when there are too many readers or the gateway
 * ends, TOO_MANY when there are too many of this user, INVALID for a position that is none. */
void stream_serve(struct stream *stream, struct stream_reader *reader);

/* Ends all streams; new ones are refused. */
void stream_drain(struct stream *stream);

/* After the askings have ended. */
void stream_destroy(struct stream **stream);

#endif
