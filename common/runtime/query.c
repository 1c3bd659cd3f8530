/* The one runner of all queries: wait for a fact if asked, one SELECT, rows to reply by column
 * name, and where the table says so a pure function that makes the reply from the row. */
#include "runtime/log.h"
#include "runtime/service_internal.h"

#include "core/catalogue.h"
#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define AFTER_FACT_MS 2000 /* longest wait for a fact to be folded */

struct run {
	struct call *call;
	const struct query *query;
	struct db_segment segment;
	struct listener_waiter waiter;
	uv_timer_t *timer; /* only while waiting */
	uint64_t wait_until_ns;
	uint64_t offset;            /* the listener's when the fact was looked for */
	struct bus_knowledge knows; /* that the answer will have at least */
};

static void look_for_fact(struct run *run);

/* For what the runner says in its own words. */
static void refuse_run(struct run *run, enum failure_code code, const char *text)
{
	call_refuse(run->call,
		failure_new(run->call->arena, code, "%s", say_text(run->call->arena, text)));
}

/* ---- rows to reply */

/* The reply's repeated `items`, or NULL: then one row is the reply itself. */
static const ProtobufCFieldDescriptor *items_of(const struct run *run)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field_by_name(run->call->method->output, "items");

	return field != NULL && field->label == PROTOBUF_C_LABEL_REPEATED ? field : NULL;
}

/* Lists that come in pages tell where the next one begins. */
static void set_next(struct arena *arena, ProtobufCMessage *reply, const struct db_rows *rows)
{
	for (size_t column = 0; column < db_columns(rows); column++)
		if (strcmp(db_column(rows, column), NEXT_COLUMN) == 0 && db_count(rows) > 0) {
			const char *next = db_value(rows, db_count(rows) - 1, column);

			CHECK(reflect_set_text(
				arena, reply, NEXT_COLUMN, next != NULL ? next : ""));
		}
}

/* The list is written into the reply as a whole: its length is known, so nothing need grow. */
static Asskomm__Failure *list_reply(struct run *run, const struct db_rows *rows,
	const ProtobufCFieldDescriptor *items, ProtobufCMessage **out_reply)
{
	struct arena *arena = run->call->arena;
	ProtobufCMessage *reply = reflect_new(arena, run->call->method->output);
	size_t count = db_count(rows);
	ProtobufCMessage **list = NEW_ARRAY(arena, ProtobufCMessage *, count + 1);

	for (size_t i = 0; i < count; i++) {
		list[i] = reflect_new(arena, items->descriptor);
		Asskomm__Failure *failure = row_read(run->call, rows, i, list[i]);
		if (failure != NULL)
			return failure;
	}
	*(size_t *)(void *)((char *)reply + items->quantifier_offset) = count;
	*(ProtobufCMessage ***)(void *)((char *)reply + items->offset) = list;
	set_next(arena, reply, rows);
	*out_reply = reply;
	return NULL;
}

/* With `present` the row has a type of its own, which the pure function turns into the reply. */
static Asskomm__Failure *row_reply(
	struct run *run, const struct db_rows *rows, ProtobufCMessage **out_reply)
{
	struct arena *arena = run->call->arena;
	const ProtobufCMessageDescriptor *descriptor =
		run->query->present != NULL ? run->query->rows : run->call->method->output;
	ProtobufCMessage *row = reflect_new(arena, descriptor);
	Asskomm__Failure *failure = row_read(run->call, rows, 0, row);

	if (failure != NULL)
		return failure;
	if (reflect_field(descriptor, NEXT_COLUMN) != NULL)
		set_next(arena, row, rows);
	*out_reply = run->query->present != NULL
			     ? run->query->present(arena, row, run->call->request)
			     : row;
	return NULL;
}

/* An empty list is an answer, a missing resource is not. may() is asked of what would be shown, as
 * the scope in SQL and row-level security were before: each is a net under the other. */
static void answer_rows(struct run *run, const struct db_rows *rows)
{
	/* a pure function makes the list as a whole, from one row */
	const ProtobufCFieldDescriptor *items = run->query->present == NULL ? items_of(run) : NULL;
	ProtobufCMessage *reply = NULL;
	Asskomm__Failure *failure;
	uint8_t *bytes;
	size_t len;

	if (items == NULL && db_count(rows) == 0) {
		refuse_run(run, FAILURE_NOT_FOUND, "not known, or not in your scope");
		return;
	}
	failure =
		items != NULL ? list_reply(run, rows, items, &reply) : row_reply(run, rows, &reply);
	if (failure != NULL) {
		call_refuse(run->call, failure);
		return;
	}
	if (!may(run->call->principal, run->call->method, reply)) {
		refuse_run(run, FAILURE_NOT_FOUND, "not known, or not in your scope");
		return;
	}
	bytes = reflect_pack(run->call->arena, reply, &len);
	run->call->bus->knows = run->knows;
	call_answer(run->call, bytes, len);
}

/* An error of SQL in a query is a bad value that no rule caught, a time-out, or a bug. */
static void answer_rejected(struct run *run)
{
	const struct db_error *error = &run->segment.error;

	if (strcmp(error->sqlstate, "57014") == 0) {
		refuse_run(run, FAILURE_DEADLINE, "the database took too long");
		return;
	}
	if (strcmp(error->sqlstate, "P0002") == 0) { /* no_data_found, raised on purpose */
		refuse_run(run, FAILURE_NOT_FOUND, "not known, or not in your scope");
		return;
	}
	if (strncmp(error->sqlstate, "22", 2) == 0) {
		refuse_run(run, FAILURE_INVALID, "a value of the request cannot be read");
		return;
	}
	log_line(LOG_ERROR, "query failed", "method", run->call->method->rpc, "sqlstate",
		error->sqlstate, "message", error->message, NULL);
	refuse_run(run, FAILURE_INTERNAL, "the query failed");
}

/* A query that was not answered changed nothing: the caller may simply ask again. */
static void on_rows(struct db_segment *segment, enum db_outcome outcome)
{
	struct run *run = CONTAINER_OF(segment, struct run, segment);

	switch (outcome) {
	case DB_DONE:
		answer_rows(run, segment->rows[0]);
		return;
	case DB_REJECTED:
		answer_rejected(run);
		return;
	case DB_UNAVAILABLE:
		refuse_run(run, FAILURE_UNAVAILABLE, "the database does not answer; try again");
		return;
	}
}

/* On any lane: queries need no order among each other, and the clock spreads them well enough. */
static void submit(struct run *run, const char *name,
	void (*on_done)(struct db_segment *segment, enum db_outcome outcome))
{
	const struct statement *statement = statement_find(name);
	uint32_t remaining = call_remaining_ms(run->call);

	CHECK(statement != NULL);
	run->segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, call_values(run->call, statement) } },
		.scope = run->call->scope,
		.actor = run->call->principal->subject,
		.timeout_ms = remaining > 0 ? remaining : 1,
		.lane = (uint32_t)uv_hrtime(),
		.on_done = on_done,
	};
	db_submit(run->call->service->db, &run->segment);
}

/* ---- afterFact: read your own writes across services */

/* The timer is on the heap because its handle outlives the call, whose arena it would lie in. */
static void on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

/* By the fact or by the clock, whatever comes first; the other must not come any more. */
static void stop_waiting(struct run *run)
{
	if (run->timer == NULL)
		return;
	listener_forget(run->call->service, &run->waiter);
	uv_close((uv_handle_t *)run->timer, on_timer_closed);
	run->timer = NULL;
}

static void on_too_late(uv_timer_t *timer)
{
	struct run *run = timer->data;

	stop_waiting(run);
	refuse_run(run, FAILURE_UNAVAILABLE, "the fact of afterFact is not counted yet; try again");
}

/* Something was committed; whether it was our fact, only the database can tell. */
static void on_fold(struct listener_waiter *waiter)
{
	struct run *run = CONTAINER_OF(waiter, struct run, waiter);

	stop_waiting(run);
	look_for_fact(run);
}

/* What was folded while the look was under way may be missing in it, and has woken nobody: then it
 * is looked for once more. On another replica it may be folded at any time; the timer ends that. */
static void wait_for_fold(struct run *run)
{
	uint64_t now = uv_hrtime();

	if (now >= run->wait_until_ns) {
		refuse_run(run, FAILURE_UNAVAILABLE,
			"the fact of afterFact is not counted yet; try again");
		return;
	}
	if (listener_offset(run->call->service) != run->offset) {
		look_for_fact(run);
		return;
	}
	run->timer = calloc(1, sizeof(*run->timer));
	CHECK(run->timer != NULL);
	uv_timer_init(&run->call->service->loop, run->timer);
	run->timer->data = run;
	uv_timer_start(run->timer, on_too_late, (run->wait_until_ns - now) / 1000000 + 1, 0);
	run->waiter.on_fold = on_fold;
	listener_wait(run->call->service, &run->waiter);
}

/* What is known is noted before the SELECT, which may see more and never less. */
static void select_rows(struct run *run)
{
	const struct service *service = run->call->service;

	if (service->listening != NULL)
		run->knows.ledger_seq = listener_offset(service);
	else
		run->knows.committed = true;
	submit(run, run->query->sql, on_rows);
}

/* has_fact gives a row when the fact's number is at most the offset. */
static void on_fact_looked_for(struct db_segment *segment, enum db_outcome outcome)
{
	struct run *run = CONTAINER_OF(segment, struct run, segment);

	if (outcome == DB_DONE && db_count(segment->rows[0]) == 0)
		wait_for_fold(run);
	else if (outcome == DB_DONE)
		select_rows(run);
	else
		on_rows(segment, outcome);
}

static void look_for_fact(struct run *run)
{
	run->offset = listener_offset(run->call->service);
	submit(run, "has_fact", on_fact_looked_for);
}

/* What remains of the deadline after the wait must do for the query itself. */
void query_run(struct call *call, const struct query *query)
{
	struct run *run = NEW(call->arena, struct run);
	uint64_t limit = uv_hrtime() + (uint64_t)AFTER_FACT_MS * 1000000;

	run->call = call;
	run->query = query;
	run->wait_until_ns = limit < call->deadline_ns ? limit : call->deadline_ns;
	if (reflect_get_text(call->arena, call->request, "after_fact") != NULL)
		look_for_fact(run);
	else
		select_rows(run);
}
