/* The last facts of the ledger, ready to be sent to whoever follows it: one ring for all readers.
 *
 * It is fed by what the ledger publishes and, after a gap, by the ledger's replay, so the facts in
 * it are dense. What has left the ring, a reader asks of the ledger itself. */
#ifndef ASSKOMM_GATEWAY_RING_H
#define ASSKOMM_GATEWAY_RING_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "runtime/service.h"

#define RING_FACTS 1024 /* that it holds; a power of two */

/* One fact, rendered once for all. */
struct ring_fact {
	struct arena *arena; /* of the rest */
	const Asskomm__FactHeader *header;
	const char *text; /* as in event.h */
	size_t len;
};

/* Who is told. on_heard: the ledger published a fact or a beacon of this number, whether it is
 * taken or not. on_facts: the head moved. on_restored: the ledger is another one, with other facts
 * behind the same numbers. */
struct ring_watcher {
	void (*on_heard)(struct ring_watcher *watcher, uint64_t seq);
	void (*on_facts)(struct ring_watcher *watcher);
	void (*on_restored)(struct ring_watcher *watcher);
};

struct ring;

/* Begins to listen to the ledger, at the endpoint of the settings. */
struct ring *ring_new(struct service *service, struct ring_watcher *watcher);

/* Nobody is told any more. The bus still knows its memory: ring_destroy it when the bus has closed
 * its sockets. */
void ring_stop(struct ring *ring);
void ring_destroy(struct ring **ring);

/* The greatest number that it knows of all facts up to; 0 before anything was heard. */
uint64_t ring_head(const struct ring *ring);

/* The fact with that number, NULL when it is not in the ring (any more, or yet). A fact that
 * cannot be shown has a text of length 0. */
const struct ring_fact *ring_find(const struct ring *ring, uint64_t seq);

/* Whom the gateway asks as when it asks for all readers: an auditor, who may read everything. What
 * each of them may see is decided when it is sent. */
Asskomm__Principal *ring_auditor(void);

/* Whether somebody reads: without readers it only keeps the number of the head. */
void ring_want(struct ring *ring, bool wanted);

/* Where the ledger stands, as somebody learned who asked it. */
void ring_hear_of(struct ring *ring, uint64_t head);

/* Once a second: asks again what was not answered, or when the ledger is silent. */
void ring_tick(struct ring *ring);

#endif
