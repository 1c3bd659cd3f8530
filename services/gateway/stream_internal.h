/* What the two parts of the live stream share: stream.c (who reads, and what happens by itself) and
 * stream_reader.c (what one reader is sent). Nobody else includes this. */
#ifndef ASSKOMM_GATEWAY_STREAM_INTERNAL_H
#define ASSKOMM_GATEWAY_STREAM_INTERNAL_H

#include "event.h"
#include "ring.h"
#include "stream.h"

#define STREAM_BATCH (64u * 1024) /* bytes of events in one write */
#define STREAM_PAGES_MAX 64       /* pages under way: other requests need the ledger too */
#define STREAM_DEADLINE_MS 5000   /* of a question to the ledger */

struct stream {
	struct service *service;
	struct auth *auth;
	struct askings *askings;
	struct cache *cache;
	struct ring *ring;
	struct ring_watcher watcher;
	uv_timer_t tick;
	uv_timer_t soon; /* facts have come */
	unsigned handles;
	struct stream_reader *readers;
	size_t n_readers, readers_max;
	size_t user_max; /* readers of one user; 0: no limit */
	uint64_t recheck_ms;
	bool draining;
	struct asking head_asking;
	struct arena *head_arena; /* of that question; NULL: none is under way */
	size_t pages;             /* under way */
	bool is_crowded;          /* somebody waits for one of them to end */
	size_t batch_len;         /* what is being gathered for one reader */
	char batch[STREAM_BATCH + EVENT_MAX];
};

/* The loop's clock. */
uint64_t stream_now_ms(const struct stream *stream);

/* Serves all readers, as soon as the loop has taken what has come. */
void stream_serve_soon(struct stream *stream);

/* Out of the list; it is not counted any more. */
void stream_unlink(struct stream_reader *reader);

/* Sends what there is for the reader; to be called whenever there may be something. It may be gone
 * afterwards. */
void stream_reader_serve(struct stream_reader *reader);

/* The exchange's on_drained. */
void stream_reader_on_drained(struct http_exchange *exchange);

/* Sends a line and the position, although nothing came for the reader, so that it never has to come
 * back from far behind. False: the reader is gone. */
bool stream_reader_tell(struct stream_reader *reader, const char *line) MUST_CHECK;

/* The end of a stream that has begun, whoever wanted it. Frees the reader. */
void stream_reader_leave(struct stream_reader *reader, const char *why);

#endif
