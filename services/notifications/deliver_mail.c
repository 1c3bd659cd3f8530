/* The mail worker: claim one under a lease, send it, write down how it fared, look again.
 *
 * A crash between the server's 250 and our commit sends the mail again, with the same Message-ID:
 * never none, never for a fact that was not committed, twice only in that window. */
#include "deliver_mail.h"

#include "core/text.h"
#include "runtime/fetch.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A mail may wait for its time or for its lease to run out, which nobody announces. */
#define LOOK_MS 1000
#define SEND_TIMEOUT_MS 30000
#define MAIL_ARENA (256u * 1024)

/* Seconds to wait after the n-th failed try; after the last the mail is dead. */
static const char *const WAITS[] = { "60", "300", "1800", "7200", "28800", "86400" };
#define N_WAITS (sizeof(WAITS) / sizeof(WAITS[0]))

/* One mail at a time: a relay takes some hundred a minute from one connection, the alliance sends a
 * few a day. */
enum worker_state { WORKER_IDLE, WORKER_CLAIMING, WORKER_SENDING, WORKER_FINISHING };

static struct worker {
	struct service *service;
	struct fetch *fetch;
	uv_timer_t timer;
	enum worker_state state;
	struct db_segment segment;
	struct arena *arena;
	struct fetch_mail mail;
	const char *id;
	unsigned long attempts;
	bool ended;
} worker; /* one per process */

/* As the service itself, with the scope of everything: deliveries are nobody's request. */
static void submit(const char *name, const char *const *values,
	void (*on_done)(struct db_segment *segment, enum db_outcome outcome))
{
	worker.segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement_find(name), values } },
		.scope = "*",
		.actor = "service:notifications",
		.timeout_ms = 5000,
		.on_done = on_done,
	};
	db_submit(service_db(worker.service), &worker.segment);
}

/* ---- how it fared */

/* When it could not be noted, looking again at once would find nothing: the lease still runs. */
static void on_finished(struct db_segment *segment, enum db_outcome outcome)
{
	if (outcome != DB_DONE)
		log_line(LOG_WARN, "delivery not noted; its lease will run out", "message",
			segment->error.message, NULL);
	else if (db_count(segment->rows[0]) == 0)
		log_line(LOG_WARN, "delivery not noted; another sender has it", "delivery",
			worker.id, NULL);
	arena_destroy(&worker.arena);
	worker.state = WORKER_IDLE;
	if (outcome == DB_DONE)
		deliver_look(worker.service);
}

/* The statement's parameters by name. A dead letter keeps its last reason for an operator to see.
 */
static const char *finish_value(
	const char *name, enum fetch_outcome outcome, const char *why, bool dead)
{
	if (strcmp(name, "id") == 0)
		return worker.id;
	if (strcmp(name, "state") == 0)
		return outcome == FETCH_DONE ? "done" : dead ? "dead" : "waiting";
	if (strcmp(name, "last_error") == 0)
		return outcome == FETCH_DONE ? NULL : text_copy(worker.arena, why);
	if (strcmp(name, "attempts") == 0)
		return text_format(worker.arena, "%lu", worker.attempts);
	CHECK(strcmp(name, "wait_seconds") == 0);
	return outcome == FETCH_DONE || dead ? "0" : WAITS[worker.attempts - 1];
}

/* What the relay refuses for good is dead at once; the rest until the waits are used up, some 36
 * hours after the first try. */
static void on_sent(struct fetch_mail *mail, enum fetch_outcome outcome, const char *why)
{
	static const char *const outcomes[] = { "done", "later", "never" };
	const struct statement *statement = statement_find("finish_delivery");
	const char **values = NEW_ARRAY(worker.arena, const char *, statement->n_params);
	bool dead = outcome == FETCH_NEVER || (outcome == FETCH_LATER && worker.attempts > N_WAITS);

	(void)mail;
	metrics_add("asskomm_mails_total", "outcome", outcomes[outcome], 1);
	if (outcome != FETCH_DONE)
		log_line(LOG_WARN, dead ? "mail is dead" : "mail waits", "delivery", worker.id,
			"why", why, NULL);
	for (size_t i = 0; i < statement->n_params; i++)
		values[i] = finish_value(statement->params[i], outcome, why, dead);
	worker.state = WORKER_FINISHING;
	submit("finish_delivery", values, on_finished);
}

/* ---- sending */

/* RFC 5322. Names of days and months are English here, since the process never sets a locale. */
static char *date_now(struct arena *arena)
{
	char text[64];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &utc);
	return text_copy(arena, text);
}

/* The message id follows from the delivery, so a mail that is sent twice can be known as one. */
static void send_row(const struct db_rows *rows)
{
	struct arena *arena = worker.arena = arena_new(MAIL_ARENA);

	worker.id = text_copy(arena, db_value(rows, 0, 0));
	worker.attempts = strtoul(db_value(rows, 0, 4), NULL, 10);
	worker.mail = (struct fetch_mail){
		.url = service_setting(worker.service, "ASSKOMM_SMTP_URL"),
		.from = service_setting(worker.service, "ASSKOMM_MAIL_FROM"),
		.to = text_copy(arena, db_value(rows, 0, 1)),
		.subject = text_copy(arena, db_value(rows, 0, 2)),
		.text = text_copy(arena, db_value(rows, 0, 3)),
		.message_id = text_format(arena, "<%s@asskomm>", worker.id),
		.date = date_now(arena),
		.timeout_ms = SEND_TIMEOUT_MS,
		.on_done = on_sent,
	};
	worker.state = WORKER_SENDING;
	fetch_send_mail(worker.fetch, &worker.mail);
}

/* A claim that came too late for this process is left to its lease. */
static void on_claimed(struct db_segment *segment, enum db_outcome outcome)
{
	if (outcome == DB_DONE && db_count(segment->rows[0]) == 1 && !worker.ended)
		send_row(segment->rows[0]);
	else
		worker.state = WORKER_IDLE;
}

/* Without a relay mails wait, claimed by nobody and with no try used up. */
void deliver_look(struct service *service)
{
	if (worker.state != WORKER_IDLE || worker.ended || service_is_draining(service) ||
		service_setting(service, "ASSKOMM_SMTP_URL")[0] == '\0' ||
		!db_is_ready(service_db(service)))
		return;
	worker.state = WORKER_CLAIMING;
	submit("claim_delivery", NULL, on_claimed);
}

/* ---- life */

static void on_timer(uv_timer_t *timer)
{
	(void)timer;
	deliver_look(worker.service);
}

/* Before the database is ready; the first looks find that and leave. */
void deliver_start(struct service *service)
{
	worker.service = service;
	worker.fetch = fetch_new(service_loop(service));
	uv_timer_init(service_loop(service), &worker.timer);
	uv_timer_start(&worker.timer, on_timer, LOOK_MS, LOOK_MS);
}

/* The service's end waits for the mail on its way, which would be sent twice else. */
bool deliver_is_quiet(struct service *service)
{
	(void)service;
	return worker.state == WORKER_IDLE;
}

/* fetch_destroy tells what was on its way as failed; that can no longer be noted, so the lease
 * decides. */
void deliver_stop(struct service *service)
{
	(void)service;
	worker.ended = true;
	uv_close((uv_handle_t *)&worker.timer, NULL);
	fetch_destroy(&worker.fetch);
}
