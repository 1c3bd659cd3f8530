/* Keys of commands are forgotten after some days, or their table would grow for ever. A small page
 * at a time, each a transaction of its own, and a pause behind it: nobody who waits for the
 * database waits for this. Replicas that prune at once share the work. */
#include "runtime/service_internal.h"

#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>

#define FIRST_LOOK_MS 2000u
#define LOOK_EVERY_MS 3600000u
#define PAUSE_MS 100u /* behind a full page */
#define MOST 500u     /* keys in one page */
#define DAYS_MAX 36500

struct pruning {
	struct service *service;
	uv_timer_t timer;
	struct db_segment segment;
	bool ended;
	char days[16], most[16];
	const char *values[2];
};

static void on_timer(uv_timer_t *timer);

static void sleep_for(struct pruning *pruning, uint64_t ms)
{
	uv_timer_start(&pruning->timer, on_timer, ms, 0);
}

/* A failure is left to the next look: the database may be away, or busy. */
static void on_pruned(struct db_segment *segment, enum db_outcome outcome)
{
	struct pruning *pruning = CONTAINER_OF(segment, struct pruning, segment);
	size_t count = outcome == DB_DONE ? db_count(segment->rows[0]) : 0;

	if (outcome == DB_REJECTED)
		log_line(LOG_ERROR, "old keys could not be forgotten", "sqlstate",
			segment->error.sqlstate, "message", segment->error.message, NULL);
	metrics_add("asskomm_keys_forgotten_total", NULL, NULL, (double)count);
	if (!pruning->ended)
		sleep_for(pruning, count == MOST ? PAUSE_MS : LOOK_EVERY_MS);
}

static void prune(struct pruning *pruning)
{
	const struct statement *statement = statement_find("idempotency.prune");

	CHECK(statement != NULL && statement->n_params == 2);
	pruning->segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, pruning->values } },
		.scope = "*",
		.actor = service_actor(pruning->service),
		.timeout_ms = 5000,
		.on_done = on_pruned,
	};
	db_submit(pruning->service->db, &pruning->segment);
}

/* Whoever drains begins nothing; while the database is away it is looked for soon again. */
static void on_timer(uv_timer_t *timer)
{
	struct pruning *pruning = timer->data;

	if (service_is_draining(pruning->service))
		return;
	if (db_is_ready(pruning->service->db))
		prune(pruning);
	else
		sleep_for(pruning, FIRST_LOOK_MS);
}

/* The statement names its parameters in the order of their places: days, most. */
void pruning_start(struct service *service)
{
	struct pruning *pruning = calloc(1, sizeof(*pruning));

	CHECK(pruning != NULL);
	pruning->service = service;
	snprintf(pruning->days, sizeof(pruning->days), "%ld",
		service_number(service, "ASSKOMM_IDEMPOTENCY_DAYS", 1, DAYS_MAX));
	snprintf(pruning->most, sizeof(pruning->most), "%u", MOST);
	pruning->values[0] = pruning->days;
	pruning->values[1] = pruning->most;
	uv_timer_init(&service->loop, &pruning->timer);
	pruning->timer.data = pruning;
	service->pruning = pruning;
	sleep_for(pruning, FIRST_LOOK_MS);
}

/* The segment that may be in flight is ended by db_destroy, which comes after; so the struct is
 * freed by pruning_destroy, when the loop has ended. */
void pruning_stop(struct service *service)
{
	if (service->pruning == NULL)
		return;
	service->pruning->ended = true;
	uv_close((uv_handle_t *)&service->pruning->timer, NULL);
}

void pruning_destroy(struct service *service)
{
	free(service->pruning);
	service->pruning = NULL;
}
