/* One look at a time: the database names up to a hundred contacts, each is erased by the command
 * that people use, asked of any replica of the registry (this one, mostly) in the registry's own
 * name. So the erasure is a fact like any other, and two replicas that look at once do no harm: the
 * second one finds it done. */
#include "retention.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include "runtime/statement.h"
#include <string.h>

#define FIRST_LOOK_MS 2000u
#define ERASE_TIMEOUT_MS 5000u
#define LOOK_ARENA (1024u * 1024)
#define DUE_MAX 100u /* contact.due.sql */

enum retention_state { RETENTION_IDLE, RETENTION_LOOKING, RETENTION_ERASING };

static struct retention {
	struct service *service;
	uv_timer_t timer;
	enum retention_state state;
	struct db_segment segment;
	struct bus_request request;
	struct arena *arena; /* of one look */
	size_t n_due, next;
	char *due[DUE_MAX];
	size_t failed;
	bool ended;
} retention; /* one per process */

static void erase_next(void);
static void look(void);

/* A full page means that there may be more; one that fails is left to the next look. */
static void end_look(void)
{
	bool again = retention.n_due == DUE_MAX && retention.failed == 0;

	if (retention.n_due > 0)
		log_line(retention.failed > 0 ? LOG_WARN : LOG_INFO, "contacts erased", "due",
			text_format(retention.arena, "%zu", retention.n_due), "failed",
			text_format(retention.arena, "%zu", retention.failed), NULL);
	arena_destroy(&retention.arena);
	retention.state = RETENTION_IDLE;
	if (again)
		look();
}

/* The contact's id alone would do no harm in the log, but helps nobody either. */
static void on_erased(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	(void)request, (void)body, (void)body_len;
	metrics_add(
		"asskomm_contacts_erased_total", "outcome", failure == NULL ? "done" : "failed", 1);
	if (failure != NULL)
		retention.failed++;
	erase_next();
}

/* Without a key: a repetition finds the contact erased. */
static void erase(char *id)
{
	Registry__EraseContactRequest wish = REGISTRY__ERASE_CONTACT_REQUEST__INIT;
	static char method[] = "asskomm.registry.v1.Registry/EraseContact";

	wish.id = id;
	wish.ground = REGISTRY__ERASURE_GROUND__RETENTION_ENDED;
	asskomm__header__init(&retention.request.header);
	retention.request.header.method = method;
	retention.request.header.timeout_ms = ERASE_TIMEOUT_MS;
	retention.request.body =
		reflect_pack(retention.arena, &wish.base, &retention.request.body_len);
	retention.request.on_reply = on_erased;
	bus_ask(service_peer(retention.service, "registry"), &retention.request);
}

/* One after the other: nobody waits for it. */
static void erase_next(void)
{
	if (retention.next < retention.n_due && !retention.ended &&
		!service_is_draining(retention.service))
		erase(retention.due[retention.next++]);
	else
		end_look();
}

static void on_due(struct db_segment *segment, enum db_outcome outcome)
{
	retention.n_due = outcome == DB_DONE ? db_count(segment->rows[0]) : 0;
	if (outcome == DB_REJECTED)
		log_line(LOG_ERROR, "contacts that are due could not be read", "message",
			segment->error.message, NULL);
	CHECK(retention.n_due <= DUE_MAX);
	for (size_t i = 0; i < retention.n_due; i++)
		retention.due[i] = text_copy(retention.arena, db_value(segment->rows[0], i, 0));
	retention.state = RETENTION_ERASING;
	erase_next();
}

/* As the service itself: what is past its day is so for every scope. */
static void look(void)
{
	if (retention.state != RETENTION_IDLE || retention.ended ||
		service_is_draining(retention.service) ||
		!db_is_ready(service_db(retention.service)))
		return;
	retention.arena = arena_new(LOOK_ARENA);
	retention.state = RETENTION_LOOKING;
	retention.next = retention.n_due = retention.failed = 0;
	retention.segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement_find("contact.due"), NULL } },
		.scope = "*",
		.actor = "service:registry",
		.timeout_ms = 5000,
		.on_done = on_due,
	};
	db_submit(service_db(retention.service), &retention.segment);
}

/* While the database is away a look leaves at once; the next one comes. */
static void on_timer(uv_timer_t *timer)
{
	(void)timer;
	look();
}

void retention_start(struct service *service)
{
	uint64_t every_ms =
		1000u * (uint64_t)service_number(service, "ASSKOMM_RETENTION_CHECK_S", 1, 86400);

	retention.service = service;
	uv_timer_init(service_loop(service), &retention.timer);
	uv_timer_start(&retention.timer, on_timer,
		every_ms < FIRST_LOOK_MS ? every_ms : FIRST_LOOK_MS, every_ms);
}

bool retention_is_quiet(struct service *service)
{
	(void)service;
	return retention.state == RETENTION_IDLE;
}

void retention_stop(struct service *service)
{
	(void)service;
	retention.ended = true;
	uv_close((uv_handle_t *)&retention.timer, NULL);
}
