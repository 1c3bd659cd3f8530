/* The bus while its processes come and go: killed, stopped, drained, not yet there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include "bus_support.h"
#include <signal.h>

static struct keys keys;
static char endpoint[SERVE_ENDPOINT_SIZE];
static uv_loop_t loop;
static struct bus *asker;
static struct bus_peers *peers;

static int start(void **state)
{
	(void)state;
	keys_start(&keys);
	keys_add(&keys, "registry", "registry", NULL, NULL);
	keys_add(&keys, "gateway", "gateway", NULL, NULL);
	free_endpoint(endpoint);
	CHECK(uv_loop_init(&loop) == 0);
	asker = asker_new(&loop, &keys, "gateway", 0);
	peers = bus_peers_new(asker, "registry", endpoint);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bus_destroy(&asker);
	loop_end(&loop);
	keys_end(&keys);
	return 0;
}

static void assert_answered(uint32_t timeout_ms)
{
	struct question question = { 0 };
	question_ask(&question, peers, 1, timeout_ms);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
}

/* ---- suddenly */

static void a_killed_server_is_noticed_and_found_again(void **state)
{
	(void)state;
	struct question lost[20];
	memset(lost, 0, sizeof lost);
	for (size_t round = 0; round < 3; round++) {
		pid_t pid = serve_start(&keys, "registry", endpoint, true);
		RUN_UNTIL(&loop, bus_peers_are_up(peers));
		for (size_t i = 0; i < 20; i++)
			question_ask(&lost[i], peers, i, 25000);
		uv_run(&loop, UV_RUN_NOWAIT);
		uint64_t killed = now_ms();
		serve_kill(pid, SIGKILL);
		RUN_UNTIL(&loop, lost[19].answers > 0);
		for (size_t i = 0; i < 20; i++) {
			assert_int_equal(lost[i].answers, 1);
			assert_string_equal(lost[i].code, "UNAVAILABLE");
			assert_true(lost[i].answered_ms - killed < 1000);
		}
		assert_false(bus_peers_are_up(peers));
	}
	pid_t pid = serve_start(&keys, "registry", endpoint, false);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	assert_answered(1000);
	serve_kill(pid, SIGKILL);
}

/* A stopped process keeps its connections: only its silence tells. */
static void a_silent_server_is_given_up(void **state)
{
	(void)state;
	struct question question = { 0 };
	pid_t pid = serve_start(&keys, "registry", endpoint, false);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	assert_answered(1000);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	uint64_t stopped = now_ms();
	question_ask(&question, peers, 1, 25000);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "UNAVAILABLE");
	assert_in_range(question.answered_ms - stopped, 5000, 12000);
	assert_int_equal(kill(pid, SIGCONT), 0);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	assert_answered(1000);
	serve_kill(pid, SIGKILL);
}

/* ---- not yet there */

static void a_request_waits_for_a_service_that_starts(void **state)
{
	(void)state;
	struct question question = { 0 };
	question_ask(&question, peers, 1, 5000);
	pid_t pid = serve_start(&keys, "registry", endpoint, false);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	serve_kill(pid, SIGKILL);
}

static void a_request_does_not_wait_for_long(void **state)
{
	(void)state;
	enum { MANY = 520 };
	struct question *many = calloc(MANY, sizeof *many);
	struct question hasty = { 0 };
	uint64_t began = now_ms();
	question_ask(&hasty, peers, 1, 200);
	for (size_t i = 0; i < MANY; i++)
		question_ask(&many[i], peers, i, 20000);
	RUN_UNTIL(&loop, many[MANY - 1].answers > 0);
	assert_true(now_ms() - began < 150); /* more than 512 do not even wait */
	assert_int_equal(many[0].answers, 0);
	RUN_UNTIL(&loop, hasty.answers > 0);
	assert_in_range(hasty.answered_ms - began, 195, 400);
	assert_string_equal(hasty.code, "UNAVAILABLE");
	RUN_UNTIL(&loop, many[0].answers > 0);
	assert_in_range(many[0].answered_ms - began, 995, 1400);
	assert_string_equal(many[0].code, "UNAVAILABLE");
	free(many);
}

static void closing_ends_what_is_outstanding(void **state)
{
	(void)state;
	struct question sent = { 0 }, waiting = { 0 }, forgotten = { 0 };
	static struct echo echo;
	memset(&echo, 0, sizeof echo);
	echo.holds = true;
	echo_start(&echo, &loop, &keys, "registry", 0);
	struct bus *other = asker_new(&loop, &keys, "gateway", 0);
	struct bus_peers *held = bus_peers_new(other, "registry", echo.endpoint);
	struct bus_peers *nobody = bus_peers_new(other, "registry", endpoint);
	question_ask(&sent, held, 1, 20000);
	RUN_UNTIL(&loop, echo.arrived == 1);
	question_ask(&waiting, nobody, 1, 20000);
	question_ask(&forgotten, nobody, 1, 20000);
	bus_forget(&forgotten.request);
	bus_destroy(&other);
	assert_int_equal(sent.answers + waiting.answers, 2);
	assert_string_equal(sent.code, "UNAVAILABLE");
	assert_string_equal(waiting.code, "UNAVAILABLE");
	/* a server may be closed before its last call is answered */
	bus_destroy(&echo.bus);
	uv_run(&loop, UV_RUN_NOWAIT);
	echo_release(&echo);
}

/* ---- in order */

static struct question load[64];
static size_t load_done, load_failed;
static bool load_ends;

static void on_load(struct question *question)
{
	load_done++;
	if (question->code[0] != '\0')
		load_failed++;
	question->on_answer = on_load;
	if (!load_ends)
		question_ask(question, peers, load_done, 5000);
}

/* Replicas are exchanged under load and nobody notices: requests that a leaving one did not touch
 * go to the other one. */
static void draining_loses_nothing(void **state)
{
	(void)state;
	static struct echo echoes[2];
	char both[2 * SERVE_ENDPOINT_SIZE + 2];
	memset(echoes, 0, sizeof echoes);
	load_done = load_failed = 0;
	load_ends = false;
	for (size_t i = 0; i < 2; i++)
		echo_start(&echoes[i], &loop, &keys, "registry", 0);
	snprintf(both, sizeof both, "%s,%s", echoes[0].endpoint, echoes[1].endpoint);
	peers = bus_peers_new(asker, "registry", both);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	memset(load, 0, sizeof load);
	for (size_t i = 0; i < 64; i++) {
		load[i].on_answer = on_load;
		question_ask(&load[i], peers, i, 5000);
	}
	for (size_t round = 0; round < 6; round++) {
		struct echo *leaving = &echoes[round % 2], *staying = &echoes[1 - round % 2];
		size_t before = staying->arrived;
		RUN_UNTIL(&loop, staying->arrived > before + 100);
		bus_drain(leaving->bus);
		size_t arrived = leaving->arrived;
		before = load_done;
		RUN_UNTIL(&loop, load_done > before + 500);
		assert_int_equal(leaving->arrived, arrived);
		bus_destroy(&leaving->bus);
		echo_start(leaving, &loop, &keys, "registry", 0);
		RUN_UNTIL(&loop, leaving->arrived > arrived + 100);
	}
	load_ends = true;
	RUN_UNTIL(&loop, load_done > 0 && bus_inflight(echoes[0].bus) == 0);
	assert_int_equal(load_failed, 0);
	for (size_t i = 0; i < 2; i++)
		bus_destroy(&echoes[i].bus);
}

/* Only one replica: what it does not take any more waits for its successor. */
static void a_restart_loses_nothing(void **state)
{
	(void)state;
	static struct echo echo;
	struct question question = { 0 };
	memset(&echo, 0, sizeof echo);
	snprintf(echo.endpoint, sizeof echo.endpoint, "%s", endpoint);
	echo_start(&echo, &loop, &keys, "registry", 0);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	bus_drain(echo.bus);
	question_ask(&question, peers, 1, 5000); /* sent before GOAWAY is read */
	assert_true(bus_peers_are_up(peers));
	RUN_UNTIL(&loop, !bus_peers_are_up(peers));
	RUN_UNTIL(&loop, question.request.peer == NULL); /* given back: the news may come first */
	assert_int_equal(question.answers, 0);
	bus_destroy(&echo.bus);
	echo_start(&echo, &loop, &keys, "registry", 0);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	assert_int_equal(echo.arrived, 1);
	bus_destroy(&echo.bus);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_killed_server_is_noticed_and_found_again, start, end),
		cmocka_unit_test_setup_teardown(a_silent_server_is_given_up, start, end),
		cmocka_unit_test_setup_teardown(
			a_request_waits_for_a_service_that_starts, start, end),
		cmocka_unit_test_setup_teardown(a_request_does_not_wait_for_long, start, end),
		cmocka_unit_test_setup_teardown(closing_ends_what_is_outstanding, start, end),
		cmocka_unit_test_setup_teardown(draining_loses_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_restart_loses_nothing, start, end),
	};
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return serve_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
