/* The single assigner: one transaction at a time moves pending facts into the ledger in insert
 * order; only after its commit they are published. Subscribers who miss a publication see the gap,
 * or the beacon, and ask for a replay. */
#include "numbering.h"

#include "asskomm/envelope.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest that a committed fact waits for its number when its kick was lost. */
#define POLL_MS 100
#define BEACON_POLLS 10 /* a beacon every second */
#define MOST "500"      /* facts in one transaction */
#define PUBLISH_ARENA (8u * 1024 * 1024)

static struct numbering {
	struct service *service;
	uv_timer_t timer;
	struct db_segment segment;
	bool numbering;
	bool again; /* kicked meanwhile */
	bool ended;
	uint64_t head;
	char epoch[64];
	unsigned polls;
} numbering; /* one per process: the ledger has one assigner */

static void number(void);

/* Columns and fields have the same names; sql/number.sql is written for that. */
static bool read_row(
	struct arena *arena, const struct db_rows *rows, size_t row, ProtobufCMessage *fact)
{
	for (size_t column = 0; column < db_columns(rows); column++)
		if (!reflect_set_text(
			    arena, fact, db_column(rows, column), db_value(rows, row, column)))
			return false;
	return true;
}

/* In its own arena, which ends with it: a page of large facts must not add up. What cannot be read
 * is numbered all the same and not published; whoever asks for it hears why. */
static void publish_row(const struct db_rows *rows, size_t row)
{
	struct arena *arena = arena_new(PUBLISH_ARENA);
	Asskomm__Fact *fact =
		(Asskomm__Fact *)(void *)reflect_new(arena, &asskomm__fact__descriptor);
	uint8_t *bytes;
	size_t len;

	if (read_row(arena, rows, row, &fact->base)) {
		bytes = reflect_pack(arena, &fact->base, &len);
		bus_publish(service_bus(numbering.service), bytes, len);
		numbering.head = fact->seq;
		snprintf(numbering.epoch, sizeof(numbering.epoch), "%s", fact->epoch);
	} else {
		numbering.head++;
		log_line(LOG_ERROR, "a numbered fact cannot be read", "id", fact->id, NULL);
	}
	arena_destroy(&arena);
}

/* A fact without a type: it tells the head to those who missed the last publications. */
static void publish_beacon(void)
{
	Asskomm__Fact beacon = ASSKOMM__FACT__INIT;
	uint8_t bytes[128];

	if (numbering.epoch[0] == '\0')
		return; /* nothing was numbered by this process yet: subscribers ask by themselves
			 */
	beacon.seq = numbering.head;
	beacon.epoch = numbering.epoch;
	bus_publish(service_bus(numbering.service), bytes, asskomm__fact__pack(&beacon, bytes));
}

/* A full page means that there may be more. After an error it waits for the poll: a kick that came
 * meanwhile must not make it try without a pause. */
static void on_numbered(struct db_segment *segment, enum db_outcome outcome)
{
	size_t count = 0;

	numbering.numbering = false;
	if (outcome == DB_DONE) {
		count = db_count(segment->rows[0]);
		for (size_t row = 0; row < count; row++)
			publish_row(segment->rows[0], row);
		metrics_add("asskomm_ledger_facts_total", NULL, NULL, (double)count);
	} else if (outcome == DB_REJECTED && strcmp(segment->error.sqlstate, "55P03") != 0) {
		/* 55P03: another replica holds the head; it does the work */
		log_line(LOG_ERROR, "numbering failed", "sqlstate", segment->error.sqlstate,
			"message", segment->error.message, NULL);
	}
	if ((numbering.again && outcome == DB_DONE) || count == strtoul(MOST, NULL, 10))
		number();
}

static void submit(const char *name, const char *const *values,
	void (*on_done)(struct db_segment *segment, enum db_outcome outcome))
{
	const struct statement *statement = statement_find(name);

	CHECK(statement != NULL);
	numbering.numbering = true;
	numbering.segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, values } },
		.scope = "*",
		.actor = "ledger",
		.timeout_ms = 10000,
		.on_done = on_done,
	};
	db_submit(service_db(numbering.service), &numbering.segment);
}

/* The lock on the head is taken by the statement itself; of several ledgers one gets it, the others
 * hear 55P03 at once. */
static void number(void)
{
	static const char *const values[] = { MOST }; /* number.sql has one parameter */

	numbering.again = false;
	submit("number", values, on_numbered);
}

/* Kicks that come while a transaction is under way are one: it may have begun before their facts
 * were committed, so one more follows it. */
void numbering_kick(struct service *service)
{
	(void)service;
	if (numbering.ended)
		return;
	if (numbering.numbering || numbering.epoch[0] == '\0')
		numbering.again = true;
	else
		number();
}

/* ---- the head at the start, so that the first beacon is true */

static void on_head(struct db_segment *segment, enum db_outcome outcome)
{
	const struct db_rows *rows = outcome == DB_DONE ? segment->rows[0] : NULL;

	numbering.numbering = false;
	for (size_t column = 0; rows != NULL && column < db_columns(rows); column++) {
		const char *value = db_value(rows, 0, column);

		if (strcmp(db_column(rows, column), "seq") == 0)
			numbering.head = strtoull(value, NULL, 10);
		else if (strcmp(db_column(rows, column), "epoch") == 0)
			snprintf(numbering.epoch, sizeof(numbering.epoch), "%s", value);
	}
}

static void read_head(void)
{
	submit("get_head", NULL, on_head);
}

/* Also the way in: the first poll after the database is ready begins the work. Whoever drains polls
 * no more: the end waits for a quiet database, and looks as often as this does. What is pending
 * then is the next one's. */
static void on_poll(uv_timer_t *timer)
{
	(void)timer;
	if (!numbering.numbering && !service_is_draining(numbering.service) &&
		db_is_ready(service_db(numbering.service))) {
		if (numbering.epoch[0] == '\0')
			read_head();
		else
			number();
	}
	if (++numbering.polls % BEACON_POLLS == 0)
		publish_beacon();
}

void numbering_start(struct service *service)
{
	numbering.service = service;
	uv_timer_init(service_loop(service), &numbering.timer);
	uv_timer_start(&numbering.timer, on_poll, 0, POLL_MS);
}

/* The segment is ended by db_destroy, with nothing numbered or published. */
void numbering_stop(struct service *service)
{
	(void)service;
	numbering.ended = true;
	uv_close((uv_handle_t *)&numbering.timer, NULL);
}
