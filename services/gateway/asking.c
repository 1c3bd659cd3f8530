/* Asking again.
 *
 * A service that is killed under load is back within a second; its callers should see that as
 * latency, not as errors. So what the service did not do, or may have done under the same
 * idempotency key, is asked again: at most three times, later each time and spread by chance, and
 * only while a third of the deadline is left for the service to work in. While no replica is
 * connected nothing is sent and no attempt is used up. How many may wait is bounded over all
 * services, so that a dead one cannot take the edge down with it. */
#include "asking.h"

#include "core/check.h"
#include "core/failure.h"
#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define RECONNECT_POLL_MS 25 /* while no replica is connected */

/* The pause before each repetition lies between the two, in milliseconds. */
static const struct pause {
	uint32_t least, most;
} PAUSES[ASKING_REPEATS_MAX] = { { 25, 200 }, { 200, 500 }, { 500, 1000 } };

/* By chance, so that all who were interrupted by one failure do not come back in one moment. */
static uint32_t between(struct pause pause)
{
	uint32_t chance = 0;

	CHECK(uv_random(NULL, NULL, &chance, sizeof(chance), 0, NULL) == 0);
	return pause.least + chance % (pause.most - pause.least + 1);
}

/* 0 when the deadline has passed; never an underflow. */
static uint64_t remaining_ms(const struct asking *asking, uint64_t now_ns)
{
	uint64_t passed = (now_ns - asking->began_ns) / NS_PER_MS;

	return passed < asking->deadline_ms ? asking->deadline_ms - passed : 0;
}

/* ---- the list of all */

/* At the front: the order among questions means nothing, each has its own time. */
static void link_up(struct askings *askings, struct asking *asking)
{
	asking->askings = askings;
	asking->previous = NULL;
	asking->next = askings->first;
	if (askings->first != NULL)
		askings->first->previous = asking;
	askings->first = asking;
}

/* Before on_answer: the caller may free the question in there. */
static void leave(struct asking *asking)
{
	if (asking->previous != NULL)
		asking->previous->next = asking->next;
	else
		asking->askings->first = asking->next;
	if (asking->next != NULL)
		asking->next->previous = asking->previous;
	if (asking->due_ns != 0)
		asking->askings->n_waiting--;
}

/* ---- waiting */

/* Nothing of the question is touched after on_answer. */
static void finish(struct asking *asking, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	leave(asking);
	asking->on_answer(asking, failure, body, body_len);
}

static void on_due(uv_timer_t *timer);

/* One timer for all; the waiting ones are at most ASKING_WAITING_MAX, so looking through them is
 * cheap. One millisecond more, because a timer may not fire before its time. */
static void set_timer(struct askings *askings)
{
	uint64_t now_ns = uv_hrtime(), first_ns = UINT64_MAX;

	for (struct asking *each = askings->first; each != NULL; each = each->next)
		if (each->due_ns != 0 && each->due_ns < first_ns)
			first_ns = each->due_ns;
	if (first_ns == UINT64_MAX) {
		uv_timer_stop(&askings->timer);
		return;
	}
	uint64_t wait_ns = first_ns > now_ns ? first_ns - now_ns : 0;
	uv_timer_start(&askings->timer, on_due, wait_ns / NS_PER_MS + 1, 0);
}

/* Whether the question may wait that long and still leave the service a third of the deadline. */
static bool wait_for(struct asking *asking, uint32_t pause_ms)
{
	struct askings *askings = asking->askings;
	uint64_t now_ns = uv_hrtime();

	if (askings->ending || askings->n_waiting >= ASKING_WAITING_MAX ||
		remaining_ms(asking, now_ns) < pause_ms + asking->deadline_ms / 3)
		return false;
	asking->due_ns = now_ns + pause_ms * NS_PER_MS;
	askings->n_waiting++;
	return true;
}

/* ---- asking */

/* The service may ask for a longer pause than ours, never for a shorter one. */
static void on_reply(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	struct asking *asking = CONTAINER_OF(request, struct asking, request);
	enum failure_code code = failure == NULL ? FAILURE_INVALID : failure_code_of(failure);
	unsigned repeats = asking->attempts - 1;

	/* After DEADLINE no time is left, so it is not among those that are repeated. */
	if (failure != NULL && failure_is_retryable(code) && code != FAILURE_DEADLINE &&
		repeats < ASKING_REPEATS_MAX) {
		uint32_t pause_ms = between(PAUSES[repeats]);
		if (pause_ms < failure->retry_after_ms)
			pause_ms = failure->retry_after_ms;
		if (wait_for(asking, pause_ms)) {
			set_timer(asking->askings);
			return;
		}
	}
	finish(asking, failure, body, body_len);
}

/* Sends the question, or waits for a replica to send it to. */
static void ask(struct asking *asking)
{
	if (!bus_peers_are_up(asking->peers) && wait_for(asking, RECONNECT_POLL_MS))
		return;
	asking->attempts++;
	asking->request.header.timeout_ms = (uint32_t)remaining_ms(asking, uv_hrtime());
	asking->request.on_reply = on_reply;
	bus_ask(asking->peers, &asking->request);
}

/* Found anew each time: answering one question may end others. */
static struct asking *first_due(struct askings *askings, uint64_t now_ns)
{
	for (struct asking *each = askings->first; each != NULL; each = each->next)
		if (each->due_ns != 0 && each->due_ns <= now_ns)
			return each;
	return NULL;
}

/* Whatever waits again in here waits from now on, so the loop ends. */
static void on_due(uv_timer_t *timer)
{
	struct askings *askings = CONTAINER_OF(timer, struct askings, timer);
	uint64_t now_ns = uv_hrtime();

	for (struct asking *asking; (asking = first_due(askings, now_ns)) != NULL;) {
		asking->due_ns = 0;
		askings->n_waiting--;
		ask(asking);
	}
	set_timer(askings);
}

/* bus_ask never answers from inside, so on_answer does not come before this returns. */
void asking_start(struct askings *askings, struct asking *asking)
{
	link_up(askings, asking);
	asking->began_ns = uv_hrtime();
	asking->due_ns = 0;
	asking->attempts = 0;
	ask(asking);
	if (asking->due_ns != 0)
		set_timer(askings);
}

/* A question that waits is known to nobody but this list. */
void asking_cancel(struct asking *asking)
{
	if (asking->due_ns == 0)
		bus_forget(&asking->request);
	leave(asking);
}

void askings_init(struct askings *askings, uv_loop_t *loop)
{
	CHECK(uv_timer_init(loop, &askings->timer) == 0);
}

/* As UNAVAILABLE, which is retryable: another gateway may be there already. */
void askings_end(struct askings *askings)
{
	struct asking *asking = NULL;

	askings->ending = true;
	while ((asking = askings->first) != NULL) {
		if (asking->due_ns == 0)
			bus_forget(&asking->request);
		finish(asking,
			failure_new(asking->arena, FAILURE_UNAVAILABLE, "The gateway is ending"),
			NULL, 0);
	}
	uv_timer_stop(&askings->timer);
}
