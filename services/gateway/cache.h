/* What was answered a moment ago, for as long as it holds: the hot reads of the edge.
 *
 * A rule in three sentences. An answer may be kept when the service has said what it knows, and it
 * knows every fact that we have heard of. It is given away only while nothing happened since: no
 * fact was heard of, no command to its service was under way, no day began in Berlin. And only
 * while the ledger's publications come in, for silence proves nothing.
 *
 * So an answer is never older than the position that it names (Ledger-Seq), and who was told "201"
 * by this gateway reads what the command did. A change that another gateway forwarded is seen when
 * its fact arrives; a publication that is lost is made up for by the ledger's next beacon, within a
 * second.
 *
 * Pure but for its memory: clocks are values. Nothing is kept for longer than the next fact, so the
 * whole is emptied at once; what is asked for seldom gives way when the memory is full. */
#ifndef ASSKOMM_GATEWAY_CACHE_H
#define ASSKOMM_GATEWAY_CACHE_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/tables.h"
#include "runtime/bus.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_RIGHTS_SIZE 32
#define CACHE_ENTRIES_MAX 16384
#define CACHE_ANSWER_MAX (256u * 1024) /* larger ones are not kept */
#define CACHE_SILENT_MS 2500           /* the ledger sends a beacon each second */
#define CACHE_MIDNIGHT_S 60            /* around it nothing is kept: clocks differ */

struct cache;

struct cache_clock {
	int64_t wall_us;  /* since 1970, UTC */
	uint64_t loop_ms; /* of the loop, never goes back */
};

/* Whose answer it is, and to what: the digest of the caller's rights, and the request's target as
 * it was sent, which stands for route, path and query. */
struct cache_key {
	uint8_t rights[CACHE_RIGHTS_SIZE];
	const char *target;
};

struct cache_answer {
	const struct method_info *method;
	const char *type; /* of the content; static */
	const char *tag;  /* ETag */
	const char *body;
	size_t body_len;
	uint64_t ledger_seq; /* it knows every fact up to here */
	const char *lines;   /* of the answer's head, as for http_answer_lines */
};

/* What held when a question was sent. */
struct cache_moment {
	uint64_t position;
	uint64_t changes; /* to the service that is asked */
	int64_t day;
};

/* `bytes_max` bounds all that is kept; 0 keeps nothing. */
struct cache *cache_new(size_t bytes_max);
void cache_destroy(struct cache **cache);

/* The digest of what an answer can depend on in its caller: kind, roles and scopes, whatever their
 * order and however often they are named. Not the subject: a route whose answer depends on it is
 * not `cached` in proto/. The arena is for what is needed meanwhile. */
void cache_rights(struct arena *arena, const Asskomm__Principal *principal,
	uint8_t out_rights[CACHE_RIGHTS_SIZE]);

/* ---- what happens */

/* The ledger published a fact or a beacon: it stands at this number, and lives. */
void cache_hear(struct cache *cache, uint64_t seq, uint64_t loop_ms);

/* Somebody else knows a fact of this number: nothing is given away until we heard of it too, so no
 * reader is led back behind what another answer has shown. */
void cache_hear_of(struct cache *cache, uint64_t seq);

/* The ledger was restored: its numbers mean other facts, and it stands at this one. */
void cache_restart(struct cache *cache, uint64_t seq, uint64_t loop_ms);

/* A command to the service was sent; and it ended, however it did. Each begin has its end. Answers
 * of the service are held back in between, and forgotten after. */
void cache_change_begin(struct cache *cache, const char *service);
void cache_change_end(struct cache *cache, const char *service);

/* ---- questions and answers */

/* The position that all answers know which are asked for now; 0: nothing was heard yet. */
uint64_t cache_position(const struct cache *cache);

/* To be taken before a question is sent, and handed to cache_keep with its answer. */
struct cache_moment cache_moment(
	struct cache *cache, const struct method_info *method, struct cache_clock clock);

/* What can be answered without asking, or NULL. Valid until the next call. */
const struct cache_answer *cache_find(
	struct cache *cache, const struct cache_key *key, struct cache_clock clock);

/* Keeps a copy of a successful answer if it will hold; `knows` is what came with it. Whether it was
 * kept. */
bool cache_keep(struct cache *cache, const struct cache_key *key, struct cache_moment asked,
	struct bus_knowledge knows, const struct cache_answer *answer, struct cache_clock clock);

/* For metrics. */
size_t cache_entries(const struct cache *cache);
size_t cache_bytes(const struct cache *cache);

#endif
