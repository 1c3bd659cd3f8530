/* Facts by number, the newest RING_FACTS of them.
 *
 * PUB is a hint here as everywhere: a fact that is just the next one is taken, anything else only
 * tells how far the ledger is, and what lies between is asked for. A gap that is wider than the
 * ring is not worth asking: the ring goes on behind it, and the readers ask for their own pages. */
#include "ring.h"

#include "asskomm/ledger.pb-c.h"
#include "core/reflect.h"
#include "event.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_LIMIT 500
#define FACT_ARENA (8u * EVENT_MAX) /* most are done with the first 4 KiB */
#define REPLY_ARENA (32u * 1024 * 1024)
#define SILENT_TICKS 3 /* the ledger sends a beacon each second */

enum ring_state {
	RING_NOWHERE, /* nothing was heard yet: there is no place to go on from */
	RING_FOLLOWING,
	RING_ASKING, /* a replay is under way */
	RING_STOPPED,
};

struct ring {
	struct service *service;
	struct ring_watcher *watcher;
	struct bus_subscriber subscriber;
	struct bus_request request;
	enum ring_state state;
	bool wanted;
	unsigned silent_ticks;
	uint64_t head;  /* all up to here were taken or passed */
	uint64_t heard; /* greatest number heard of */
	uint64_t first; /* oldest fact that is held, head + 1: none */
	char epoch[64];
	struct ring_fact facts[RING_FACTS];
};

static struct ring_fact *place_of(struct ring *ring, uint64_t seq)
{
	return &ring->facts[seq & (RING_FACTS - 1)];
}

uint64_t ring_head(const struct ring *ring)
{
	return ring->head;
}

const struct ring_fact *ring_find(const struct ring *ring, uint64_t seq)
{
	return seq < ring->first || seq > ring->head ? NULL : &ring->facts[seq & (RING_FACTS - 1)];
}

/* ---- what it holds */

/* Goes on behind this number, empty. */
static void skip_to(struct ring *ring, uint64_t seq)
{
	for (; ring->first <= ring->head; ring->first++)
		arena_destroy(&place_of(ring, ring->first)->arena);
	ring->head = seq;
	ring->first = seq + 1;
	if (ring->state == RING_NOWHERE)
		ring->state = RING_FOLLOWING;
}

/* The next fact. One that cannot be shown keeps its place, or everything behind it would be lost.
 */
static void take(struct ring *ring, const Asskomm__Fact *fact)
{
	if (!ring->wanted) {
		skip_to(ring, fact->seq);
		return;
	}
	struct ring_fact *place = place_of(ring, fact->seq);
	if (ring->head - ring->first + 1 == RING_FACTS)
		arena_destroy(&place_of(ring, ring->first++)->arena);
	*place = (struct ring_fact){ .arena = arena_new(FACT_ARENA), .text = "" };
	place->header = event_header(place->arena, fact);
	const char *text =
		place->header == NULL ? NULL : event_text(place->arena, fact, place->header);
	if (text == NULL)
		log_line(LOG_ERROR, "fact cannot be shown", "id", fact->id, NULL);
	else
		place->text = text;
	place->len = strlen(place->text);
	ring->head = fact->seq;
}

/* Whether the numbers mean other facts than before. The first epoch is learned, wherever it comes
 * from: a restored ledger has another one. */
static bool is_restored(struct ring *ring, const char *epoch)
{
	if (ring->epoch[0] == '\0')
		snprintf(ring->epoch, sizeof(ring->epoch), "%s", epoch);
	return strcmp(ring->epoch, epoch) != 0;
}

/* ---- asking for what is missing */

static void on_replayed(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	struct ring *ring = CONTAINER_OF(request, struct ring, request);

	ring->state = RING_FOLLOWING;
	if (failure != NULL) {
		log_line(LOG_WARN, "no replay", "why", failure->text, NULL);
		return; /* ring_tick asks again */
	}
	struct arena *arena = arena_new(REPLY_ARENA);
	const Ledger__FactList *list = (Ledger__FactList *)(void *)reflect_unpack(
		arena, &ledger__fact_list__descriptor, body, body_len);
	size_t count = list == NULL ? 0 : list->n_items;
	/* Some may have come by themselves meanwhile; and the ledger may have been restored. */
	for (size_t i = 0; i < count; i++)
		if (list->items[i]->seq == ring->head + 1 &&
			!is_restored(ring, list->items[i]->epoch))
			take(ring, list->items[i]);
	if (count == 0)
		ring->heard = ring->head; /* there is nothing to wait for */
	else if (ring->heard < ring->head)
		ring->heard = ring->head;
	arena_destroy(&arena);
	if (count > 0)
		ring->watcher->on_facts(ring->watcher);
}

Asskomm__Principal *ring_auditor(void)
{
	static Asskomm__Role role = ASSKOMM__ROLE__ROLE_AUDITOR;
	static char subject[] = "gateway", everything[] = "*";
	static char *scopes[] = { everything };
	static Asskomm__Principal auditor;

	asskomm__principal__init(&auditor);
	auditor.kind = ASSKOMM__PRINCIPAL__KIND__USER;
	auditor.subject = subject;
	auditor.n_roles = auditor.n_scopes = 1;
	auditor.roles = &role;
	auditor.scopes = scopes;
	return &auditor;
}

static void ask_replay(struct ring *ring)
{
	static uint8_t body[32];
	Ledger__ListFactsRequest request = LEDGER__LIST_FACTS_REQUEST__INIT;

	request.after = ring->head;
	request.limit = REPLAY_LIMIT;
	ring->request = (struct bus_request){ .body = body, .on_reply = on_replayed };
	asskomm__header__init(&ring->request.header);
	ring->request.header.method = (char *)(uintptr_t) "asskomm.ledger.v1.Ledger/ListFacts";
	ring->request.header.principal = ring_auditor();
	ring->request.body_len = ledger__list_facts_request__pack(&request, body);
	ring->state = RING_ASKING;
	bus_ask(service_peer(ring->service, "ledger"), &ring->request);
}

/* Nobody waits for the facts of a gap while nobody reads. */
static void catch_up(struct ring *ring)
{
	if (ring->state != RING_FOLLOWING || ring->heard <= ring->head)
		return;
	if (ring->wanted && ring->heard - ring->head <= RING_FACTS) {
		ask_replay(ring);
		return;
	}
	skip_to(ring, ring->heard);
	ring->watcher->on_facts(ring->watcher);
}

/* ---- what is heard */

/* A beacon is a fact without a type: it tells the head and nothing else. */
static void hear(struct ring *ring, const Asskomm__Fact *fact)
{
	ring->silent_ticks = 0;
	if (is_restored(ring, fact->epoch)) {
		snprintf(ring->epoch, sizeof(ring->epoch), "%s", fact->epoch);
		skip_to(ring, fact->seq);
		ring->heard = ring->head;
		ring->watcher->on_restored(ring->watcher);
		return;
	}
	ring->watcher->on_heard(ring->watcher, fact->seq);
	ring_hear_of(ring, fact->seq);
	if (fact->type[0] != '\0' && fact->seq == ring->head + 1) {
		take(ring, fact);
		ring->watcher->on_facts(ring->watcher);
	}
	catch_up(ring);
}

static void on_message(struct bus_subscriber *subscriber, const uint8_t *bytes, size_t len)
{
	struct ring *ring = CONTAINER_OF(subscriber, struct ring, subscriber);
	struct arena *arena = arena_new(REPLY_ARENA);
	const Asskomm__Fact *fact = (Asskomm__Fact *)(void *)reflect_unpack(
		arena, &asskomm__fact__descriptor, bytes, len);

	if (fact != NULL && ring->state != RING_STOPPED)
		hear(ring, fact);
	arena_destroy(&arena);
}

/* The first number that is heard is where the ring begins. */
void ring_hear_of(struct ring *ring, uint64_t head)
{
	if (head > ring->heard)
		ring->heard = head;
	if (ring->state == RING_NOWHERE)
		skip_to(ring, head);
}

void ring_want(struct ring *ring, bool wanted)
{
	ring->wanted = wanted;
}

void ring_tick(struct ring *ring)
{
	/* A ledger that publishes nothing is asked, whatever the reason is. */
	if (++ring->silent_ticks % SILENT_TICKS == 0 && ring->wanted && ring->heard == ring->head)
		ring->heard++;
	catch_up(ring);
}

/* ---- life */

struct ring *ring_new(struct service *service, struct ring_watcher *watcher)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	CHECK(ring != NULL);
	ring->service = service;
	ring->watcher = watcher;
	ring->first = 1;
	ring->subscriber.on_message = on_message;
	bus_subscribe(service_bus(service), "ledger",
		service_setting(service, "ASSKOMM_LEDGER_EVENTS"), &ring->subscriber);
	return ring;
}

void ring_stop(struct ring *ring)
{
	if (ring->state == RING_ASKING)
		bus_forget(&ring->request);
	ring->state = RING_STOPPED;
}

void ring_destroy(struct ring **ring)
{
	if (*ring == NULL)
		return;
	skip_to(*ring, (*ring)->head);
	free(*ring);
	*ring = NULL;
}
