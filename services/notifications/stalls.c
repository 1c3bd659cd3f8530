/* One look at a time: ask for a page, tell what stalls in it, ask for the next. What fails is
 * looked for again at the next look; nothing is lost by that, because stalls last. */
#include "stalls.h"

#include "core/reflect.h"
#include "core/text.h"
#include "rules/rules.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#define FIRST_LOOK_MS 1000 /* and while the database is not ready */
#define AGAIN_MS 30000     /* at the latest, after a look that failed */
#define DAY_S 86400
#define PAGE 200 /* coachings; some kilobytes each at the most */
#define PAGE_ARENA (16u * 1024 * 1024)
#define ASK_TIMEOUT_MS 5000

/* Its own and coaching's names of things. */
#define METHOD "asskomm.coaching.v1.Coaching/ListCoachings"
#define STATEMENT "tell_stalls"

enum watch_state { WATCH_IDLE, WATCH_ASKING, WATCH_TELLING };

static struct watch {
	struct service *service;
	uv_timer_t timer;
	uint64_t every_ms;
	enum watch_state state;
	struct arena *arena; /* of the page */
	struct arena *asked; /* of the request, which may outlive its page */
	struct bus_request request;
	struct db_segment segment;
	char next[64]; /* cursor of the page that follows */
	bool ended;
} watch; /* one per process */

static void ask_page(void);
static void on_timer(uv_timer_t *timer);

/* The next look is set when this one ends, so that looks never overlap. */
static void end_look(const char *why)
{
	uint64_t wait_ms = why != NULL && watch.every_ms > AGAIN_MS ? AGAIN_MS : watch.every_ms;

	if (why != NULL)
		log_line(LOG_WARN, "stalled coachings were not looked for", "why", why, NULL);
	arena_destroy(&watch.arena);
	arena_destroy(&watch.asked);
	watch.state = WATCH_IDLE;
	if (!watch.ended)
		uv_timer_start(&watch.timer, on_timer, wait_ms, 0);
}

static void go_on(void)
{
	if (watch.next[0] == '\0' || service_is_draining(watch.service))
		end_look(NULL);
	else
		ask_page();
}

/* ---- telling */

static void on_told(struct db_segment *segment, enum db_outcome outcome)
{
	if (outcome != DB_DONE || watch.ended) {
		end_look(outcome != DB_DONE ? segment->error.message : NULL);
		return;
	}
	go_on();
}

/* As the service itself: what may be told is bounded by each subscription's scopes. */
static void tell_page(const Notifications__StallNotices *notices)
{
	const struct statement *statement = statement_find(STATEMENT);
	const char **values = NEW_ARRAY(watch.arena, const char *, 1);

	CHECK(statement != NULL && statement->n_params == 1);
	values[0] = reflect_get_text(watch.arena, &notices->base, "notices");
	watch.state = WATCH_TELLING;
	watch.segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, values } },
		.scope = "*",
		.actor = "service:notifications",
		.timeout_ms = ASK_TIMEOUT_MS,
		.on_done = on_told,
	};
	metrics_add("asskomm_stall_notices_total", NULL, NULL, (double)notices->n_notices);
	db_submit(service_db(watch.service), &watch.segment);
}

/* ---- asking */

static void on_page(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	const ProtobufCMessage *message;
	const Coaching__CoachingList *list;
	const Notifications__StallNotices *notices;

	(void)request;
	if (failure != NULL || watch.ended) {
		end_look(failure != NULL ? failure->text : NULL);
		return;
	}
	watch.arena = arena_new(PAGE_ARENA);
	message = reflect_unpack(watch.arena, &coaching__coaching_list__descriptor, body, body_len);
	if (message == NULL) {
		end_look("coaching answered something else");
		return;
	}
	list = AS(Coaching__CoachingList, coaching__coaching_list, message);
	snprintf(watch.next, sizeof(watch.next), "%s", list->next);
	notices = stall_notices(watch.arena, list);
	if (notices->n_notices > 0)
		tell_page(notices);
	else
		go_on();
}

/* In German, the language of those who subscribe. */
static void ask_page(void)
{
	Coaching__ListCoachingsRequest *question;

	arena_destroy(&watch.arena);
	arena_destroy(&watch.asked);
	watch.asked = arena_new(BUS_MESSAGE_MAX);
	question = NEW(watch.asked, Coaching__ListCoachingsRequest);
	coaching__list_coachings_request__init(question);
	question->open = true;
	question->limit = PAGE;
	question->cursor = text_copy(watch.asked, watch.next);
	asskomm__header__init(&watch.request.header);
	watch.request.header.method = text_copy(watch.asked, METHOD);
	watch.request.header.timeout_ms = ASK_TIMEOUT_MS;
	watch.request.header.language = text_copy(watch.asked, "de");
	watch.request.body = reflect_pack(watch.asked, &question->base, &watch.request.body_len);
	watch.request.on_reply = on_page;
	watch.state = WATCH_ASKING;
	bus_ask(service_peer(watch.service, "coaching"), &watch.request);
}

/* ---- life */

static void on_timer(uv_timer_t *timer)
{
	if (service_is_draining(watch.service))
		return;
	if (!db_is_ready(service_db(watch.service))) {
		uv_timer_start(timer, on_timer, FIRST_LOOK_MS, 0);
		return;
	}
	watch.next[0] = '\0';
	ask_page();
}

void stalls_start(struct service *service)
{
	watch.service = service;
	watch.every_ms =
		(uint64_t)service_number(service, "ASSKOMM_STALLS_EVERY_S", 1, DAY_S) * 1000;
	uv_timer_init(service_loop(service), &watch.timer);
	uv_timer_start(&watch.timer, on_timer, FIRST_LOOK_MS, 0);
}

bool stalls_is_quiet(struct service *service)
{
	(void)service;
	return watch.state == WATCH_IDLE;
}

/* A page that was asked for and has not come is nobody's any more. */
void stalls_stop(struct service *service)
{
	(void)service;
	watch.ended = true;
	uv_close((uv_handle_t *)&watch.timer, NULL);
	if (watch.state == WATCH_ASKING) {
		bus_forget(&watch.request);
		end_look(NULL);
	}
}
