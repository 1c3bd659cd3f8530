/* Natural batching: one batcher per save statement, at most one statement of it in flight.
 *
 * A batch holds commands of one scope and no aggregate twice, in id order, so that two batches
 * cannot lock the same rows in different orders. A statement that fails as a whole is repeated
 * row by row: only the guilty row fails. */
#include "runtime/batch.h"

#include "core/reflect.h"
#include "core/text.h"
#include "runtime/metrics.h"
#include "runtime/service_internal.h"
#include <stdlib.h>
#include <string.h>

#define BATCH_ARENA (64u * 1024 * 1024)
/* The rows of a batch hold no more than this in their calls' arenas: that bounds their parameters,
 * which are copied, escaped and put into arrays in the batch's arena (at most three times). */
#define BATCH_BYTES (32u * 1024 * 1024)

struct batcher {
	struct batcher *next;
	struct service *service;
	const struct statement *statement;
	struct save *waiting, **last;
	bool flying;
	size_t singles; /* so many rows go one by one: the last batch failed as a whole */
	/* of the batch in flight */
	struct arena *arena;
	struct db_segment segment;
	struct save *rows[BATCH_MAX];
	size_t n_rows;
};

static void flush(struct batcher *batcher);

/* Made at the first save of its kind and kept: there are as many as a service has save statements.
 */
static struct batcher *batcher_of(struct service *service, const struct statement *statement)
{
	struct batcher *batcher = service->batchers;

	while (batcher != NULL && batcher->statement != statement)
		batcher = batcher->next;
	if (batcher != NULL)
		return batcher;
	batcher = calloc(1, sizeof(*batcher));
	CHECK(batcher != NULL);
	batcher->service = service;
	batcher->statement = statement;
	batcher->last = &batcher->waiting;
	batcher->next = service->batchers;
	service->batchers = batcher;
	return batcher;
}

/* ---- choosing the rows of a batch */

/* `bytes` is what the rows that were chosen before hold. The first row always fits: one call is
 * bounded by its own arena. */
static bool fits(const struct batcher *batcher, const struct save *save, size_t bytes)
{
	if (batcher->n_rows == 0)
		return true;
	if (save->dry || batcher->rows[0]->dry || bytes + arena_used(save->arena) > BATCH_BYTES)
		return false;
	if (strcmp(batcher->rows[0]->scope, save->scope) != 0)
		return false;
	for (size_t i = 0; i < batcher->n_rows; i++)
		if (strcmp(batcher->rows[i]->id, save->id) == 0 ||
			(save->idempotency_key != NULL &&
				batcher->rows[i]->idempotency_key != NULL &&
				strcmp(batcher->rows[i]->idempotency_key, save->idempotency_key) ==
					0))
			return false;
	return true;
}

/* Takes in the order of arrival what fits and leaves the rest where it is. The first one always
 * goes, so nobody waits for ever. After a failure as a whole the rows of that batch, which were put
 * back in front, go out one by one. */
static void choose_rows(struct batcher *batcher)
{
	size_t most = batcher->singles > 0 ? 1 : BATCH_MAX, bytes = 0;
	struct save **link = &batcher->waiting;

	batcher->n_rows = 0;
	while (*link != NULL && batcher->n_rows < most) {
		struct save *save = *link;

		if (fits(batcher, save, bytes)) {
			*link = save->next;
			batcher->rows[batcher->n_rows++] = save;
			bytes += arena_used(save->arena);
		} else {
			link = &save->next;
		}
	}
	batcher->last = &batcher->waiting;
	while (*batcher->last != NULL)
		batcher->last = &(*batcher->last)->next;
	if (batcher->singles > 0)
		batcher->singles--;
}

/* Locks are taken in this order, here and in the SQL: two batches cannot wait for each other. */
static int by_id(const void *a, const void *b)
{
	const struct save *const *left = a, *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

/* ---- parameters */

/* A parameter that the save statement names: of the run, or else the aggregate's field of that
 * name. reflect_get_text gives NULL for a field that the aggregate does not have, as for one that
 * is empty; tests/sql holds the names against the messages. */
static const char *row_value(struct batcher *batcher, size_t row, const char *name)
{
	const struct save *save = batcher->rows[row];

	if (strcmp(name, "ordinal") == 0)
		return text_format(batcher->arena, "%zu", row);
	if (strcmp(name, "id") == 0)
		return save->id;
	if (strcmp(name, "actor") == 0)
		return save->actor;
	if (strcmp(name, "idempotency_key") == 0)
		return save->idempotency_key;
	if (strcmp(name, "request_hash") == 0)
		return save->request_hash;
	if (strcmp(name, "reply") == 0)
		return save->reply;
	if (strcmp(name, "claimed") == 0)
		return save->claimed ? "true" : "false";
	return reflect_get_text(batcher->arena, save->aggregate, name);
}

/* Facts are a flat list over all rows; `fact_ordinal` says to which row each belongs. */
static const char *fact_value(
	struct batcher *batcher, size_t row, const struct saved_fact *fact, const char *name)
{
	if (strcmp(name, "fact_ordinal") == 0)
		return text_format(batcher->arena, "%zu", row);
	if (strcmp(name, "fact_id") == 0)
		return fact->id;
	if (strcmp(name, "fact_type") == 0)
		return fact->type;
	if (strcmp(name, "fact_header") == 0)
		return fact->header;
	if (strcmp(name, "fact_payload") == 0)
		return fact->payload;
	if (strcmp(name, "fact_participants") == 0)
		return fact->participants;
	CHECK(strcmp(name, "fact_recorded_on") == 0);
	return batcher->rows[row]->recorded_on;
}

/* One parameter of all rows, in their order. */
static const char *rows_array(struct batcher *batcher, const char *name)
{
	const char *items[BATCH_MAX];

	for (size_t row = 0; row < batcher->n_rows; row++)
		items[row] = row_value(batcher, row, name);
	return db_array(batcher->arena, batcher->n_rows, items);
}

/* One parameter of all facts of all rows. No facts make an empty array, which unnests to nothing.
 */
static const char *facts_array(struct batcher *batcher, const char *name)
{
	size_t count = 0, at = 0;

	for (size_t row = 0; row < batcher->n_rows; row++)
		count += batcher->rows[row]->n_facts;
	const char **items = NEW_ARRAY(batcher->arena, const char *, count + 1);
	for (size_t row = 0; row < batcher->n_rows; row++)
		for (size_t i = 0; i < batcher->rows[row]->n_facts; i++)
			items[at++] = fact_value(batcher, row, &batcher->rows[row]->facts[i], name);
	return db_array(batcher->arena, count, items);
}

/* The statement says by the names of its parameters which it wants; none but those are made. */
static const char *const *batch_values(struct batcher *batcher)
{
	const struct statement *statement = batcher->statement;
	const char **values = NEW_ARRAY(batcher->arena, const char *, statement->n_params + 1);

	for (size_t i = 0; i < statement->n_params; i++)
		values[i] = strncmp(statement->params[i], "fact_", 5) == 0
				    ? facts_array(batcher, statement->params[i])
				    : rows_array(batcher, statement->params[i]);
	return values;
}

/* ---- the statement's way */

static void put_back(struct batcher *batcher)
{
	/* in front of what waits, so that nobody is overtaken for ever */
	for (size_t i = batcher->n_rows; i-- > 0;) {
		batcher->rows[i]->next = batcher->waiting;
		batcher->waiting = batcher->rows[i];
	}
	batcher->singles = batcher->n_rows;
}

/* The same outcome for everybody: nothing was committed, or nobody knows. */
static void tell_all(struct batcher *batcher, enum save_outcome outcome)
{
	for (size_t i = 0; i < batcher->n_rows; i++)
		batcher->rows[i]->on_saved(batcher->rows[i], outcome, &batcher->segment.error);
}

/* The statement returns the ordinals that its guarded write reached. What is not among them found
 * another version, or its key used: that row wrote nothing, the others did. */
static void tell_each(struct batcher *batcher)
{
	bool written[BATCH_MAX] = { false };
	const struct db_rows *rows = batcher->segment.rows[0];

	for (size_t i = 0; i < db_count(rows); i++)
		written[strtoul(db_value(rows, i, 0), NULL, 10) % BATCH_MAX] = true;
	for (size_t i = 0; i < batcher->n_rows; i++)
		batcher->rows[i]->on_saved(batcher->rows[i], written[i] ? SAVE_DONE : SAVE_STALE,
			&batcher->segment.error);
}

/* What ends a rehearsal was reached, and so rolled it back. */
static bool is_rehearsed(const struct batcher *batcher)
{
	return batcher->rows[0]->dry && strcmp(batcher->segment.error.sqlstate, "AK020") == 0;
}

/* Every row hears exactly once, except when all are put back; then they hear after their own try.
 * The waiting ones go out when the arena that held the parameters before is gone. */
static void on_done(struct db_segment *segment, enum db_outcome outcome)
{
	struct batcher *batcher = CONTAINER_OF(segment, struct batcher, segment);

	if (outcome == DB_DONE)
		tell_each(batcher);
	else if (outcome == DB_UNAVAILABLE)
		tell_all(batcher, SAVE_UNAVAILABLE);
	else if (batcher->n_rows == 1)
		tell_all(batcher, is_rehearsed(batcher) ? SAVE_DONE : SAVE_REJECTED);
	else
		put_back(batcher);
	arena_destroy(&batcher->arena);
	/* Only now: whoever was told may have submitted again, which must not choose rows over
	 * those that are still being told. */
	batcher->flying = false;
	flush(batcher);
}

/* The scope is that of all rows (fits), the actor is the first one's: the statement takes each
 * row's own from its parameters. The lane follows from the statement, so that batches of one kind
 * keep their order and different kinds use different connections. */
static void flush(struct batcher *batcher)
{
	if (batcher->flying || batcher->waiting == NULL)
		return;
	choose_rows(batcher);
	qsort(batcher->rows, batcher->n_rows, sizeof(batcher->rows[0]), by_id);
	batcher->flying = true;
	batcher->arena = arena_new(BATCH_ARENA);
	batcher->segment = (struct db_segment){
		.n_calls = batcher->rows[0]->dry ? 2 : 1,
		.calls = { { batcher->statement, batch_values(batcher) },
			{ statement_find("rehearsal"), NULL } },
		.scope = batcher->rows[0]->scope,
		.actor = batcher->rows[0]->actor,
		.timeout_ms = batcher->rows[0]->timeout_ms,
		.lane = (uint32_t)(uintptr_t)batcher->statement >> 4,
		.on_done = on_done,
	};
	metrics_add("asskomm_save_batches_total", "statement", batcher->statement->name, 1);
	metrics_add("asskomm_save_rows_total", "statement", batcher->statement->name,
		(double)batcher->n_rows);
	db_submit(batcher->service->db, &batcher->segment);
}

/* `last` may have been left behind by put_back, so the end is looked for: a few steps at the most.
 */
void batch_submit(struct service *service, struct save *save)
{
	struct batcher *batcher = batcher_of(service, save->statement);

	save->next = NULL;
	while (*batcher->last != NULL)
		batcher->last = &(*batcher->last)->next;
	*batcher->last = save;
	batcher->last = &save->next;
	flush(batcher);
}

void batch_destroy(struct service *service)
{
	while (service->batchers != NULL) {
		struct batcher *batcher = service->batchers;

		service->batchers = batcher->next;
		free(batcher);
	}
}
