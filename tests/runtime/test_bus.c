/* The bus between processes that are well: many round trips, limits, deadlines, who gets what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include "bus_support.h"
#include "runtime/bus_internal.h"
#include <poll.h>

#define ROUND_TRIPS 20000
#define WINDOW 500

static struct keys keys;
static uv_loop_t loop;
static struct echo echo;
static struct bus *asker;
static struct bus_peers *peers;

static int start_keys(void **state)
{
	(void)state;
	keys_start(&keys);
	keys_add(&keys, "registry", "registry", NULL, NULL);
	keys_add(&keys, "gateway", "gateway", NULL, NULL);
	return 0;
}

static int end_keys(void **state)
{
	(void)state;
	keys_end(&keys);
	return 0;
}

static void start(int high_water)
{
	memset(&echo, 0, sizeof echo);
	assert_int_equal(uv_loop_init(&loop), 0);
	echo_start(&echo, &loop, &keys, "registry", high_water);
	asker = asker_new(&loop, &keys, "gateway", high_water);
	peers = bus_peers_new(asker, "registry", echo.endpoint);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
}

static void end(void)
{
	echo_release(&echo);
	bus_destroy(&asker);
	bus_destroy(&echo.bus);
	loop_end(&loop);
}

/* ---- many */

static struct question window[WINDOW];
static uint64_t asked, answered;

static void ask_next(struct question *question)
{
	uint64_t number = ++asked;
	question->on_answer = NULL;
	question_init(question, number, 20000);
}

static void on_answer(struct question *question)
{
	assert_string_equal(question->code, "");
	assert_int_equal(question->reply_len, sizeof question->body);
	assert_memory_equal(question->reply, question->body, sizeof question->body);
	answered++;
	if (asked == ROUND_TRIPS)
		return;
	ask_next(question);
	question->on_answer = on_answer;
	bus_ask(peers, &question->request);
}

static void round_trips(int high_water)
{
	start(high_water);
	asked = answered = 0;
	for (size_t i = 0; i < WINDOW; i++) {
		ask_next(&window[i]);
		window[i].on_answer = on_answer;
		bus_ask(peers, &window[i].request);
	}
	RUN_UNTIL(&loop, answered == ROUND_TRIPS);
	assert_int_equal(echo.arrived, ROUND_TRIPS);
	end();
}

static void many_round_trips_on_one_loop(void **state)
{
	(void)state;
	round_trips(0);
}

/* Both sides meet full queues all the time. */
static void many_round_trips_through_small_queues(void **state)
{
	(void)state;
	round_trips(4);
}

/* ---- the reactor's two traps, one step at a time: the server turns on a loop of its own */

static uv_loop_t server_loop;

static void start_apart(void)
{
	memset(&echo, 0, sizeof echo);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(uv_loop_init(&server_loop), 0);
	echo_start(&echo, &server_loop, &keys, "registry", 0);
	asker = asker_new(&loop, &keys, "gateway", 0);
	peers = bus_peers_new(asker, "registry", echo.endpoint);
	while (!bus_peers_are_up(peers)) {
		uv_run(&server_loop, UV_RUN_NOWAIT);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
}

static void end_apart(void)
{
	bus_destroy(&asker);
	loop_end(&loop);
	echo_release(&echo);
	bus_destroy(&echo.bus);
	loop_end(&server_loop);
}

/* Until something lies in the asker's mailbox that its loop has not seen. */
static void wait_for_arrival(void)
{
	struct pollfd poll_fd = { .events = POLLIN };
	size_t len = sizeof poll_fd.fd;
	void *dealer = peers->replicas[0]->link->dealer.zmq;
	assert_int_equal(zmq_getsockopt(dealer, ZMQ_FD, &poll_fd.fd, &len), 0);
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
}

/* Sending reads the mailbox: the descriptor says nothing any more about the reply that came. */
static void a_send_does_not_swallow_a_reply(void **state)
{
	(void)state;
	struct question answered_one = { 0 }, held[3];
	memset(held, 0, sizeof held);
	start_apart();
	for (size_t i = 0; i < 3; i++) {
		RUN_UNTIL(&loop, true); /* nothing old is left */
		echo.holds = false;
		question_ask(&answered_one, peers, 1, 20000);
		uv_run(&loop, UV_RUN_NOWAIT);
		RUN_UNTIL(&server_loop, echo.arrived == 2 * i + 1);
		echo.holds = true;
		wait_for_arrival();
		/* libzmq looks into the mailbox at most once a millisecond when it sends */
		for (uint64_t began = uv_hrtime(); uv_hrtime() - began < 5000000;)
			continue;
		question_ask(&held[i], peers, 2, 20000);
		uint64_t began = now_ms();
		while (answered_one.answers == 0 && now_ms() - began < 1000)
			uv_run(&loop, UV_RUN_ONCE);
		assert_int_equal(answered_one.answers, 1);
		assert_true(now_ms() - began < 200);
		RUN_UNTIL(&server_loop, echo.arrived == 2 * i + 2);
	}
	end_apart();
}

/* The loop must not sleep on what it left for its next turn. */
static void the_loop_does_not_sleep_on_messages(void **state)
{
	(void)state;
	enum { MANY = 200 };
	struct question many[MANY];
	memset(many, 0, sizeof many);
	start_apart();
	echo.holds = true;
	for (size_t i = 0; i < MANY; i++)
		question_ask(&many[i], peers, i, 20000);
	RUN_UNTIL(&server_loop, echo.arrived == MANY);
	echo_release(&echo);
	RUN_UNTIL(&server_loop, true);
	wait_for_arrival();
	uint64_t began = now_ms();
	while (many[MANY - 1].answers == 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(now_ms() - began < 200);
	end_apart();
}

/* ---- one */

static void a_request_arrives_as_it_was_sent(void **state)
{
	(void)state;
	struct question question = { 0 };
	start(0);
	question_ask(&question, peers, 7, 1000);
	assert_int_equal(question.answers, 0);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	assert_string_equal(echo.peer, "gateway");
	assert_string_equal(echo.method, "test.Echo/Say");
	assert_in_range(echo.timeout_ms, 900, 1000);
	assert_int_equal(bus_inflight(echo.bus), 0);
	end();
}

static void a_failure_arrives_whole(void **state)
{
	(void)state;
	struct question question = { 0 };
	start(0);
	question_init(&question, 1, 1000);
	question.request.header.method = (char *)(uintptr_t) "test.Echo/Refuse";
	bus_ask(peers, &question.request);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "CONFLICT");
	assert_string_equal(question.text, "no");
	assert_int_equal(question.violations, 1);
	assert_int_equal(question.reply_len, 0);
	end();
}

static void a_large_body_passes(void **state)
{
	(void)state;
	struct question question = { 0 };
	uint8_t *body = calloc(1, BUS_MESSAGE_MAX);
	start(0);
	question_init(&question, 1, 10000);
	question.request.body = body;
	question.request.body_len = BUS_MESSAGE_MAX;
	bus_ask(peers, &question.request);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	assert_int_equal(question.reply_len, BUS_MESSAGE_MAX);
	free(body);
	end();
}

static void what_is_too_large_is_not_sent(void **state)
{
	(void)state;
	struct question large = { 0 }, wordy = { 0 };
	uint8_t *body = calloc(1, BUS_MESSAGE_MAX + 1);
	char *key = malloc(BUS_HEADER_MAX + 1);
	start(0);
	question_init(&large, 1, 1000);
	large.request.body = body;
	large.request.body_len = BUS_MESSAGE_MAX + 1;
	bus_ask(peers, &large.request);
	memset(key, 'k', BUS_HEADER_MAX);
	key[BUS_HEADER_MAX] = '\0';
	question_init(&wordy, 1, 1000);
	wordy.request.header.idempotency_key = key;
	bus_ask(peers, &wordy.request);
	assert_int_equal(large.answers + wordy.answers, 0);
	RUN_UNTIL(&loop, large.answers > 0 && wordy.answers > 0);
	assert_string_equal(large.code, "TOO_LARGE");
	assert_string_equal(wordy.code, "TOO_LARGE");
	assert_int_equal(echo.arrived, 0);
	free(body);
	free(key);
	end();
}

/* ---- time */

static void a_deadline_ends_a_request(void **state)
{
	(void)state;
	struct question slow = { 0 }, later = { 0 };
	double late = dropped("correlation");
	start(0);
	echo.holds = true;
	uint64_t began = now_ms();
	question_ask(&later, peers, 1, 300);
	question_ask(&slow, peers, 2, 100);
	RUN_UNTIL(&loop, slow.answers > 0);
	assert_string_equal(slow.code, "DEADLINE");
	assert_in_range(slow.answered_ms - began, 95, 250);
	assert_int_equal(later.answers, 0);
	RUN_UNTIL(&loop, later.answers > 0);
	assert_string_equal(later.code, "DEADLINE");
	/* what comes too late is thrown away */
	echo_release(&echo);
	RUN_UNTIL(&loop, dropped("correlation") == late + 2);
	assert_int_equal(slow.answers + later.answers, 2);
	end();
}

static void a_forgotten_request_stays_silent(void **state)
{
	(void)state;
	struct question *forgotten = calloc(1, sizeof *forgotten);
	struct question other = { 0 };
	start(0);
	echo.holds = true;
	question_ask(forgotten, peers, 1, 1000);
	question_ask(&other, peers, 2, 1000);
	RUN_UNTIL(&loop, echo.arrived == 2);
	bus_forget(&forgotten->request);
	bus_forget(&forgotten->request);
	assert_int_equal(forgotten->answers, 0);
	free(forgotten); /* the sanitizer sees whoever touches it now */
	echo_release(&echo);
	RUN_UNTIL(&loop, other.answers > 0);
	assert_string_equal(other.code, "");
	end();
}

/* ---- limits */

static void a_replica_takes_512_at_once(void **state)
{
	(void)state;
	struct question *many = calloc(BUS_INFLIGHT_MAX, sizeof *many);
	size_t refused = 0;
	start(0);
	echo.holds = true;
	for (size_t i = 0; i < 513; i++)
		question_ask(&many[i], peers, i, 10000);
	RUN_UNTIL(&loop, echo.arrived == 512 && many[512].answers > 0);
	for (size_t i = 0; i < 513; i++)
		refused += many[i].answers;
	assert_int_equal(refused, 1);
	assert_string_equal(many[512].code, "UNAVAILABLE");
	echo.holds = false;
	echo_release(&echo);
	RUN_UNTIL(&loop, many[0].answers > 0 && many[511].answers > 0);
	free(many);
	end();
}

static size_t refusals;

static void on_refusal(struct question *question)
{
	assert_string_equal(question->code, "TOO_MANY");
	assert_true(question->retry_after_ms > 0);
	refusals++;
}

static void a_server_answers_1024_at_once(void **state)
{
	(void)state;
	enum { EACH = 400, ASKERS = 3, TOO_MANY = EACH * ASKERS - BUS_INFLIGHT_MAX };
	struct question *many = calloc(EACH * ASKERS, sizeof *many);
	struct bus *others[ASKERS];
	start(0);
	echo.holds = true;
	refusals = 0;
	for (size_t i = 0; i < EACH * ASKERS; i++) {
		static struct bus_peers *callee;
		if (i % EACH == 0) {
			others[i / EACH] = asker_new(&loop, &keys, "gateway", 0);
			callee = bus_peers_new(others[i / EACH], "registry", echo.endpoint);
			RUN_UNTIL(&loop, bus_peers_are_up(callee));
		}
		many[i].on_answer = on_refusal;
		question_ask(&many[i], callee, i, 20000);
	}
	RUN_UNTIL(&loop, echo.arrived == BUS_INFLIGHT_MAX && refusals == TOO_MANY);
	assert_int_equal(bus_inflight(echo.bus), BUS_INFLIGHT_MAX);
	for (size_t i = 0; i < EACH * ASKERS; i++)
		many[i].on_answer = NULL;
	echo_release(&echo);
	assert_int_equal(bus_inflight(echo.bus), 0);
	for (size_t i = 0; i < ASKERS; i++)
		bus_destroy(&others[i]);
	end();
	free(many);
}

/* ---- replicas */

static size_t answers_of(const struct question *questions, size_t count)
{
	size_t answers = 0;
	for (size_t i = 0; i < count; i++)
		answers += questions[i].answers;
	return answers;
}

static void the_less_busy_replica_is_preferred(void **state)
{
	(void)state;
	static struct echo stuck;
	struct question asked_of_both[200];
	char endpoints[2 * SERVE_ENDPOINT_SIZE + 2];
	memset(&stuck, 0, sizeof stuck);
	memset(asked_of_both, 0, sizeof asked_of_both);
	start(0);
	stuck.holds = true;
	echo_start(&stuck, &loop, &keys, "registry", 0);
	snprintf(endpoints, sizeof endpoints, "%s, %s", echo.endpoint, stuck.endpoint);
	struct bus_peers *both = bus_peers_new(asker, "registry", endpoints);
	for (size_t i = 0; i < 200; i++) {
		question_ask(&asked_of_both[i], both, i, 30000);
		RUN_UNTIL(&loop, echo.arrived + stuck.arrived == i + 1 &&
					 answers_of(asked_of_both, i + 1) == echo.arrived);
	}
	/* the stuck one got only what chance gave it twice: a quarter */
	assert_true(stuck.arrived > 0);
	assert_in_range(echo.arrived, 120, 199);
	echo_release(&stuck);
	RUN_UNTIL(&loop, asked_of_both[199].answers > 0);
	bus_destroy(&stuck.bus);
	end();
}

static void a_kick_arrives(void **state)
{
	(void)state;
	start(0);
	bus_kick(peers);
	RUN_UNTIL(&loop, echo.kicks == 1);
	assert_string_equal(echo.peer, "gateway");
	assert_int_equal(echo.arrived, 0);
	end();
}

static void a_name_is_resolved(void **state)
{
	(void)state;
	struct question question = { 0 };
	char endpoint[SERVE_ENDPOINT_SIZE];
	start(0);
	snprintf(endpoint, sizeof endpoint, "tcp://localhost:%s", strrchr(echo.endpoint, ':') + 1);
	struct bus_peers *named = bus_peers_new(asker, "registry", endpoint);
	question_ask(&question, named, 1, 5000);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	end();
}

static void bad_endpoints_reach_nobody(void **state)
{
	(void)state;
	static const char *const BAD[] = { "", "tcp://", "tcp://host", "tcp://:1",
		"tcp://host:", "tcp://host:port", "ipc://x:1", "tcp://[]:1", ",, ," };
	struct question questions[sizeof BAD / sizeof BAD[0]] = { 0 };
	start(0);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct bus_peers *nobody = bus_peers_new(asker, "registry", BAD[i]);
		question_ask(&questions[i], nobody, i, 50);
		RUN_UNTIL(&loop, questions[i].answers > 0);
		assert_string_equal(questions[i].code, "UNAVAILABLE");
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_round_trips_on_one_loop),
		cmocka_unit_test(many_round_trips_through_small_queues),
		cmocka_unit_test(a_send_does_not_swallow_a_reply),
		cmocka_unit_test(the_loop_does_not_sleep_on_messages),
		cmocka_unit_test(a_request_arrives_as_it_was_sent),
		cmocka_unit_test(a_failure_arrives_whole),
		cmocka_unit_test(a_large_body_passes),
		cmocka_unit_test(what_is_too_large_is_not_sent),
		cmocka_unit_test(a_deadline_ends_a_request),
		cmocka_unit_test(a_forgotten_request_stays_silent),
		cmocka_unit_test(a_replica_takes_512_at_once),
		cmocka_unit_test(a_server_answers_1024_at_once),
		cmocka_unit_test(the_less_busy_replica_is_preferred),
		cmocka_unit_test(a_kick_arrives),
		cmocka_unit_test(a_name_is_resolved),
		cmocka_unit_test(bad_endpoints_reach_nobody),
	};
	return cmocka_run_group_tests(tests, start_keys, end_keys);
}
