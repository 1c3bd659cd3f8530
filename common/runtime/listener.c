/* The one runner of all listeners: every fact once, in order, with the offset moved in the
 * transaction of the effect.
 *
 * PUB is a hint. What counts is the offset in the database and the ledger's replay: whenever the
 * highest known number is ahead of the offset and the next facts are not at hand, they are asked
 * for; while the ones at hand are applied the ledger is asked for those after them, one page ahead.
 * A fact whose effect fails is tried again and holds the stream: figures that skip a fact would be
 * wrong, so the service says why it is not ready instead. */
#include "runtime/listener_internal.h"

#include "asskomm/ledger.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_LIMIT 500
#define RETRY_MS 500 /* after a failure */
#define POLL_MS 2000 /* asks the ledger even when nothing was heard */

enum listening_state {
	LISTENING_START,    /* the offset is not known */
	LISTENING_IDLE,     /* nothing at hand to apply */
	LISTENING_APPLYING, /* a transaction is under way */
	LISTENING_WAITING,  /* after a failure, until the timer */
};

enum ahead { AHEAD_NOTHING, AHEAD_ASKED, AHEAD_HERE };

struct listening {
	struct service *service;
	const struct listener *listener;
	enum listening_state state;
	struct bus_subscriber subscriber;
	uv_timer_t timer;
	uint64_t offset;
	char epoch[64];
	uint64_t head; /* highest number heard of */
	struct bus_request request;
	struct db_segment segment;
	struct listener_page here;
	size_t at, applying; /* facts of it that are behind us, that are under way */
	enum ahead ahead;
	struct listener_page next; /* while AHEAD_HERE; follows on what is here, or on the offset */
	size_t most;               /* facts applied at once; 0 after a failure: begin with one */
	const char *why_not;
	char problem[300];
	struct listener_waiter *waiters;
	bool ending;
};

static void step(struct listening *listening);
static void on_timer(uv_timer_t *timer);

/* The one place where the state changes; what may follow what is told by step, which acts on START
 * and IDLE alone and leaves the other two to their callbacks. */
static void move(struct listening *listening, enum listening_state state)
{
	listening->state = state;
}

/* Trouble is told once per pause, in the log and at /readyz, and then the work begins anew with the
 * offset: what was at hand may be stale. */
static void pause_after(struct listening *listening, const char *why, const char *detail)
{
	snprintf(listening->problem, sizeof(listening->problem), "%s: %s", why, detail);
	listening->why_not = listening->problem;
	log_line(LOG_WARN, "listener waits", "why", why, "detail", detail, NULL);
	move(listening, LISTENING_WAITING);
	uv_timer_start(&listening->timer, on_timer, RETRY_MS, POLL_MS);
}

/* They can always be had again: the ledger replays them. */
static void drop_facts(struct listening *listening)
{
	listener_page_drop(&listening->here);
	listener_page_drop(&listening->next);
	listening->at = 0;
	if (listening->ahead == AHEAD_ASKED)
		bus_forget(&listening->request);
	listening->ahead = AHEAD_NOTHING;
}

/* ---- applying */

/* The list is taken off first: a waiter that looks and does not find its fact waits again, and must
 * not be woken in the same round. */
static void wake_waiters(struct listening *listening)
{
	struct listener_waiter *waiter = listening->waiters;

	listening->waiters = NULL;
	while (waiter != NULL) {
		struct listener_waiter *next = waiter->next;

		waiter->on_fold(waiter);
		waiter = next;
	}
}

/* In this order: the state is whole before anybody is called, who may look at it. */
static void after_commit(struct listening *listening)
{
	struct service *service = listening->service;

	listening->offset += listening->applying;
	listening->at += listening->applying;
	listening->why_not = NULL;
	metrics_set("asskomm_listener_seq", NULL, NULL, (double)listening->offset);
	if (listening->at == listening->here.facts->n_items) {
		listener_page_drop(&listening->here);
		listening->at = 0;
	}
	move(listening, LISTENING_IDLE);
	wake_waiters(listening);
	if (listening->listener->on_folded != NULL)
		listening->listener->on_folded(service);
	step(listening);
}

/* Another replica was faster, or the ledger was restored: look at the offset anew. */
static void start_over(struct listening *listening)
{
	drop_facts(listening);
	move(listening, LISTENING_START);
	step(listening);
}

/* Each fact has its row, or another replica holds the place, or the numbers have changed; the
 * statements then did nothing, and the offset is read anew. */
static bool all_applied(const struct listening *listening)
{
	size_t rows = 0;

	for (size_t i = 0; i < listening->segment.n_calls; i++)
		rows += db_count(listening->segment.rows[i]);
	return rows == listening->applying;
}

static void on_rejected(struct listening *listening)
{
	char problem[sizeof(listening->segment.error.message) + 40];
	const Asskomm__Fact *first = listening->here.facts->items[listening->at];

	snprintf(problem, sizeof(problem), "%zu from number %" PRIu64 " on: %s",
		listening->applying, first->seq, listening->segment.error.message);
	listening->most = 0;
	drop_facts(listening);
	pause_after(listening, "facts could not be folded", problem);
}

/* The one that is next. What was at hand is dropped: the ledger may have it whole again. */
static void on_unreadable(struct listening *listening)
{
	const Asskomm__Fact *fact = listening->here.facts->items[listening->at];
	char problem[160];

	snprintf(problem, sizeof(problem), "number %" PRIu64 ", %s", fact->seq, fact->type);
	drop_facts(listening);
	pause_after(listening, "a fact of the ledger cannot be read", problem);
}

static void on_applied(struct db_segment *segment, enum db_outcome outcome)
{
	struct listening *listening = CONTAINER_OF(segment, struct listening, segment);

	if (listening->ending)
		return;
	if (outcome == DB_REJECTED) {
		on_rejected(listening);
	} else if (outcome != DB_DONE) {
		drop_facts(listening);
		pause_after(listening, "the database does not answer", "");
	} else if (all_applied(listening)) {
		after_commit(listening);
	} else {
		start_over(listening);
	}
}

/* Many facts in one transaction: replay after a long absence is bound by commits, not by work. With
 * the scope of everything, since an effect has no caller. After a failure it begins with one fact
 * and doubles, so those before the one that fails are folded, and it is named. */
static void apply(struct listening *listening)
{
	struct listener_page *here = &listening->here;
	size_t left = here->facts->n_items - listening->at;
	size_t limit = listening->listener->together ? LISTENER_TOGETHER_MAX : LISTENER_APPLY_MAX;

	listening->most = listening->most < limit / 2 ? 2 * listening->most + 1 : limit;
	listening->applying = left < listening->most ? left : listening->most;
	listening->segment = (struct db_segment){
		.scope = "*",
		.actor = service_actor(listening->service),
		.timeout_ms = 30000,
		.on_done = on_applied,
	};
	listening->segment.n_calls = listener_page_calls(here, listening->listener, listening->at,
		&listening->applying, listening->segment.calls);
	if (listening->applying == 0) {
		on_unreadable(listening);
		return;
	}
	move(listening, LISTENING_APPLYING);
	db_submit(listening->service->db, &listening->segment);
}

/* ---- asking for what is missing */

/* The number of the last fact at hand. */
static uint64_t last_seq(const struct listening *listening)
{
	const Ledger__FactList *facts =
		listening->ahead == AHEAD_HERE ? listening->next.facts : listening->here.facts;

	return facts != NULL ? facts->items[facts->n_items - 1]->seq : listening->offset;
}

/* A page may be cut short, so only an empty one says that nothing is left. No facts although a
 * greater number was heard (a head from before a restore, say): there is nothing to wait for, so
 * the head is forgotten. The timer asks again. */
static void take_page(struct listening *listening, const uint8_t *body, size_t body_len)
{
	if (!listener_page_read(&listening->next, body, body_len)) {
		if (listening->head > last_seq(listening))
			listening->head = last_seq(listening);
		return;
	}
	listening->ahead = AHEAD_HERE;
	if (listening->head <= last_seq(listening))
		listening->head = last_seq(listening) + 1;
	if (listening->state == LISTENING_APPLYING)
		listener_page_prepare(&listening->next, listening->listener);
}

/* A failure while a transaction is under way is none yet: its end asks again. */
static void on_replayed(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	struct listening *listening = CONTAINER_OF(request, struct listening, request);

	if (listening->ending)
		return;
	listening->ahead = AHEAD_NOTHING;
	if (failure != NULL) {
		if (listening->state != LISTENING_APPLYING)
			pause_after(listening, "the ledger does not answer", failure->text);
		return;
	}
	if (listening->state == LISTENING_IDLE)
		listening->why_not = NULL;
	take_page(listening, body, body_len);
	step(listening);
}

/* The body may be static: the bus has copied it before bus_ask returns, and one question is under
 * way at a time. */
static void ask_ahead(struct listening *listening)
{
	Ledger__ListFactsRequest request = LEDGER__LIST_FACTS_REQUEST__INIT;
	static uint8_t body[64];

	if (listening->ahead != AHEAD_NOTHING || listening->head <= last_seq(listening))
		return;
	request.after = last_seq(listening);
	request.limit = REPLAY_LIMIT;
	memset(&listening->request, 0, sizeof(listening->request));
	asskomm__header__init(&listening->request.header);
	listening->request.header.method = (char *)(uintptr_t) "asskomm.ledger.v1.Ledger/ListFacts";
	listening->request.header.timeout_ms = 5000;
	listening->request.body_len = ledger__list_facts_request__pack(&request, body);
	listening->request.body = body;
	listening->request.on_reply = on_replayed;
	listening->ahead = AHEAD_ASKED;
	bus_ask(service_peer(listening->service, "ledger"), &listening->request);
}

/* ---- the offset */

static void on_offset(struct db_segment *segment, enum db_outcome outcome)
{
	struct listening *listening = CONTAINER_OF(segment, struct listening, segment);

	if (listening->ending)
		return;
	if (outcome != DB_DONE || db_count(segment->rows[0]) != 1) {
		pause_after(listening, "the offset cannot be read", segment->error.message);
		return;
	}
	listening->offset = strtoull(db_value(segment->rows[0], 0, 0), NULL, 10);
	snprintf(
		listening->epoch, sizeof(listening->epoch), "%s", db_value(segment->rows[0], 0, 1));
	listening->why_not = NULL;
	listening->head = listening->offset + 1; /* ask once */
	move(listening, LISTENING_IDLE);
	step(listening);
}

/* Shares the state APPLYING, as both mean: the database is at work for us. */
static void read_offset(struct listening *listening)
{
	const struct statement *statement = statement_find("offset");

	CHECK(statement != NULL);
	listening->segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, NULL } },
		.scope = "*",
		.actor = service_actor(listening->service),
		.timeout_ms = 5000,
		.on_done = on_offset,
	};
	move(listening, LISTENING_APPLYING);
	db_submit(listening->service->db, &listening->segment);
}

/* The ledger was restored to an earlier state: its numbers mean something else now. */
static bool is_other_epoch(struct listening *listening)
{
	const char *epoch = listening->here.facts->items[listening->at]->epoch;

	if (listening->epoch[0] == '\0')
		snprintf(listening->epoch, sizeof(listening->epoch), "%s", epoch);
	return strcmp(listening->epoch, epoch) != 0;
}

/* The page ahead becomes the one that is here. */
static void turn_page(struct listening *listening)
{
	if (listening->here.facts != NULL || listening->ahead != AHEAD_HERE)
		return;
	listening->here = listening->next;
	listening->next = (struct listener_page){ .arena = NULL };
	listening->ahead = AHEAD_NOTHING;
	listening->at = 0;
}

/* What is at hand is applied, if it follows on what was. */
static void apply_here(struct listening *listening)
{
	if (is_other_epoch(listening)) {
		drop_facts(listening);
		pause_after(listening, "the ledger's epoch has changed",
			"an operator must rebuild this service's view");
	} else if (listening->here.facts->items[listening->at]->seq != listening->offset + 1) {
		start_over(listening);
	} else {
		apply(listening);
		ask_ahead(listening);
	}
}

/* The heart: looks at the state and begins what comes next, if anything. Safe to call at any time,
 * so every callback ends with it. */
static void step(struct listening *listening)
{
	switch (listening->state) {
	case LISTENING_START:
		read_offset(listening);
		return;
	case LISTENING_IDLE:
		turn_page(listening);
		if (listening->here.facts != NULL)
			apply_here(listening);
		else
			ask_ahead(listening);
		return;
	case LISTENING_APPLYING:
	case LISTENING_WAITING:
		return;
	}
}

/* ---- what is heard */

/* A live fact that is just the next one needs no replay. What cannot be read is left to it. */
static void take_live(struct listening *listening, const uint8_t *bytes, size_t len)
{
	listening->at = 0;
	if (!listener_page_of(&listening->here, bytes, len))
		listener_page_drop(&listening->here);
}

/* A beacon is a fact without a type: it tells the head and nothing else. What is not exactly the
 * next fact is not kept; the head that it raised makes step ask for the rest. */
static void on_message(struct bus_subscriber *subscriber, const uint8_t *bytes, size_t len)
{
	struct listening *listening = CONTAINER_OF(subscriber, struct listening, subscriber);
	Asskomm__Fact *fact = asskomm__fact__unpack(NULL, len, bytes);

	if (fact == NULL)
		return;
	if (fact->seq > listening->head)
		listening->head = fact->seq;
	if (listening->state == LISTENING_IDLE && listening->here.facts == NULL &&
		listening->ahead == AHEAD_NOTHING && fact->type[0] != '\0' &&
		fact->seq == listening->offset + 1)
		take_live(listening, bytes, len);
	asskomm__fact__free_unpacked(fact, NULL);
	step(listening);
}

/* Ends a pause, or asks although nothing was heard. */
static void on_timer(uv_timer_t *timer)
{
	struct listening *listening = timer->data;

	if (listening->state == LISTENING_WAITING)
		move(listening, LISTENING_START);
	else if (listening->state == LISTENING_IDLE && listening->head == listening->offset)
		listening->head++; /* ask, in case a publication was lost */
	step(listening);
}

/* ---- life */

/* The offset is read before the first message can be taken. */
void listener_start(struct service *service)
{
	struct listening *listening = calloc(1, sizeof(*listening));

	CHECK(listening != NULL);
	listening->service = service;
	listening->listener = service->table->listener;
	listening->why_not = "the offset is not read yet";
	listening->most = LISTENER_TOGETHER_MAX;
	listening->subscriber.on_message = on_message;
	service->listening = listening;
	uv_timer_init(&service->loop, &listening->timer);
	listening->timer.data = listening;
	uv_timer_start(&listening->timer, on_timer, POLL_MS, POLL_MS);
	bus_subscribe(service->bus, "ledger", service_setting(service, "ASSKOMM_LEDGER_EVENTS"),
		&listening->subscriber);
	step(listening);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct listening *listening = handle->data;

	drop_facts(listening);
	free(listening);
}

/* The struct lives until the timer's handle is closed; callbacks that come meanwhile see `ending`.
 */
void listener_stop(struct service *service)
{
	struct listening *listening = service->listening;

	listening->ending = true;
	if (listening->ahead == AHEAD_ASKED)
		bus_forget(&listening->request);
	listening->ahead = AHEAD_NOTHING;
	service->listening = NULL;
	uv_close((uv_handle_t *)&listening->timer, on_timer_closed);
}

uint64_t listener_offset(const struct service *service)
{
	CHECK(service->listening != NULL);
	return service->listening->offset;
}

/* Only asked while there is a listening; admin.c looks first. */
const char *listener_why_not(const struct service *service)
{
	return service->listening->why_not;
}

/* The newest first: the order among waiters means nothing. */
void listener_wait(struct service *service, struct listener_waiter *waiter)
{
	CHECK(service->listening != NULL);
	waiter->next = service->listening->waiters;
	service->listening->waiters = waiter;
}

/* A waiter that is not in the list was woken already; that is no mistake. */
void listener_forget(struct service *service, struct listener_waiter *waiter)
{
	struct listener_waiter **link;

	if (service->listening == NULL)
		return;
	for (link = &service->listening->waiters; *link != NULL; link = &(*link)->next)
		if (*link == waiter) {
			*link = waiter->next;
			return;
		}
}
