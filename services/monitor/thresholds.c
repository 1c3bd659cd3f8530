/* The settings of this process are written into a table once, at its start: SQL derives what is
 * stalled, and has to know from when on. The last process that was started decides. */
#include "thresholds.h"

#include "core/text.h"
#include "runtime/statement.h"
#include <stdio.h>

#define LOOK_MS 100
#define DAYS_MAX 36500 /* a hundred years: never */

/* In the order of the statement's parameters. To add one: a row here, in monitor.c's settings and
 * in set_thresholds.sql. */
static const char *const SETTINGS[] = { "ASSKOMM_COACHING_COACH_DAYS",
	"ASSKOMM_COACHING_SESSION_DAYS", "ASSKOMM_COACHING_REVIEW_DAYS",
	"ASSKOMM_COACHING_COACH_CHANGES", "ASSKOMM_MEASURE_DAYS", "ASSKOMM_DORMANT_DAYS" };
#define SETTING_COUNT (sizeof(SETTINGS) / sizeof(SETTINGS[0]))

static struct writer {
	struct service *service;
	uv_timer_t timer;
	struct db_segment segment;
	char days[SETTING_COUNT][8];
	const char *values[SETTING_COUNT];
	bool busy, done, ended;
} writer; /* one per process */

/* A failure leaves the timer running, and the next look tries again. */
static void on_written(struct db_segment *segment, enum db_outcome outcome)
{
	(void)segment;
	writer.busy = false;
	writer.done = outcome == DB_DONE;
	if (writer.done && !writer.ended)
		uv_timer_stop(&writer.timer);
}

/* Again until it has worked. */
static void on_timer(uv_timer_t *timer)
{
	(void)timer;
	if (writer.busy || writer.ended || !db_is_ready(service_db(writer.service)))
		return;
	writer.busy = true;
	writer.segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement_find("set_thresholds"), writer.values } },
		.scope = "*",
		.actor = "service:monitor",
		.timeout_ms = 5000,
		.on_done = on_written,
	};
	db_submit(service_db(writer.service), &writer.segment);
}

/* A setting that is no number ends the process here, before anything is answered. */
void thresholds_start(struct service *service)
{
	writer.service = service;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		snprintf(writer.days[i], sizeof(writer.days[i]), "%ld",
			service_number(service, SETTINGS[i], 0, DAYS_MAX));
		writer.values[i] = writer.days[i];
	}
	uv_timer_init(service_loop(service), &writer.timer);
	uv_timer_start(&writer.timer, on_timer, LOOK_MS, LOOK_MS);
}

const char *thresholds_why_not(struct service *service)
{
	(void)service;
	return writer.done ? NULL : "the thresholds are not written yet";
}

bool thresholds_are_quiet(struct service *service)
{
	(void)service;
	return !writer.busy;
}

void thresholds_stop(struct service *service)
{
	(void)service;
	writer.ended = true;
	uv_close((uv_handle_t *)&writer.timer, NULL);
}
