/* Who may talk to whom: keys, and what happens when the guard itself is missing. */
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

static struct keys keys;
static uv_loop_t loop;
static struct echo echo;

static int start(void **state)
{
	(void)state;
	memset(&echo, 0, sizeof echo);
	keys_start(&keys);
	keys_add(&keys, "registry", "registry", NULL, NULL);
	keys_add(&keys, "gateway", "gateway", NULL, NULL);
	return uv_loop_init(&loop);
}

static int end(void **state)
{
	(void)state;
	bus_destroy(&echo.bus);
	loop_end(&loop);
	keys_end(&keys);
	return 0;
}

static bool can_start(const char *name)
{
	struct bus *bus = bus_new(
		&(struct bus_settings){ .loop = &loop, .name = name, .keys_dir = keys.folder });
	bool started = bus != NULL;
	bus_destroy(&bus);
	return started;
}

/* One question from a process with that name's keys. */
static void ask_as(const char *name, uint32_t timeout_ms, struct question *out_question)
{
	struct bus *asker = asker_new(&loop, &keys, name, 0);
	struct bus_peers *peers = bus_peers_new(asker, "registry", echo.endpoint);
	memset(out_question, 0, sizeof *out_question);
	question_ask(out_question, peers, 1, timeout_ms);
	RUN_UNTIL(&loop, out_question->answers > 0);
	bus_destroy(&asker);
}

static void a_secret_must_be_there_and_private(void **state)
{
	(void)state;
	char secret[41];
	assert_true(can_start("registry"));
	assert_false(can_start("nobody"));
	keys_add(&keys, "shared", NULL, NULL, secret);
	assert_true(can_start("shared"));
	keys_write(&keys, "shared.key", secret, 0640);
	assert_false(can_start("shared"));
	keys_write(&keys, "shared.key", secret, 0604);
	assert_false(can_start("shared"));
	keys_write(&keys, "shared.key", secret, 0620);
	assert_false(can_start("shared"));
	keys_write(&keys, "shared.key", "too short\n", 0600);
	assert_false(can_start("shared"));
	secret[7] = '"'; /* not of Z85 */
	keys_write(&keys, "shared.key", secret, 0600);
	assert_false(can_start("shared"));
}

static void a_taken_endpoint_is_refused(void **state)
{
	(void)state;
	struct bus_server server = { 0 };
	echo_start(&echo, &loop, &keys, "registry", 0);
	assert_null(bus_new(&(struct bus_settings){ .loop = &loop,
		.name = "registry",
		.keys_dir = keys.folder,
		.bind = echo.endpoint,
		.server = &server }));
}

static void an_unknown_key_reaches_nothing(void **state)
{
	(void)state;
	struct question question;
	double before = dropped("unknown_key");
	keys_add(&keys, "stranger", NULL, NULL, NULL);
	echo_start(&echo, &loop, &keys, "registry", 0);
	ask_as("stranger", 500, &question);
	assert_string_equal(question.code, "UNAVAILABLE");
	assert_true(dropped("unknown_key") > before);
	assert_int_equal(echo.arrived, 0);
	ask_as("gateway", 5000, &question);
	assert_string_equal(question.code, "");
	assert_int_equal(echo.arrived, 1);
}

/* The name comes from the key, not from what the caller calls itself. */
static void a_key_makes_the_name(void **state)
{
	(void)state;
	struct question question;
	keys_add(&keys, "gateway", "coaching", NULL, NULL);
	echo_start(&echo, &loop, &keys, "registry", 0);
	ask_as("gateway", 5000, &question);
	assert_string_equal(question.code, "");
	assert_string_equal(echo.peer, "coaching");
}

/* Asks again until it is answered like that: keys are read at most once a second. */
static void ask_until(const char *name, const char *code)
{
	struct question question;
	uint64_t began = now_ms();
	do
		ask_as(name, 500, &question);
	while (strcmp(question.code, code) != 0 && now_ms() - began < 10000);
	assert_string_equal(question.code, code);
}

static void keys_are_exchanged_while_running(void **state)
{
	(void)state;
	echo_start(&echo, &loop, &keys, "registry", 0);
	ask_until("gateway", "");
	/* a second key of the same service, made later */
	keys_add(&keys, "gateway", "gateway.2025", NULL, NULL);
	ask_until("gateway", "");
	assert_string_equal(echo.peer, "gateway");
	/* the retired one does not open a connection any more */
	keys_remove(&keys, "authorized/gateway.2025.pub");
	ask_until("gateway", "UNAVAILABLE");
}

/* A caller that knows two keys of a server finds out which one it has. */
static void a_server_may_have_several_keys(void **state)
{
	(void)state;
	struct question question;
	char public_key[41];
	echo_start(&echo, &loop, &keys, "registry", 0); /* has the first pair */
	for (size_t i = 0; i < 3; i++) {
		char file[64], secret[41];
		bus_keypair(public_key, secret);
		snprintf(file, sizeof file, "authorized/registry.%zu.pub", i);
		keys_write(&keys, file, public_key, 0644);
	}
	struct bus *asker = asker_new(&loop, &keys, "gateway", 0);
	struct bus_peers *peers = bus_peers_new(asker, "registry", echo.endpoint);
	RUN_UNTIL(&loop, bus_peers_are_up(peers));
	memset(&question, 0, sizeof question);
	question_ask(&question, peers, 1, 1000);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
	bus_destroy(&asker);
}

static void another_server_is_not_trusted(void **state)
{
	(void)state;
	struct question question;
	keys_add(&keys, "impostor", "impostor", NULL, NULL);
	echo_start(&echo, &loop, &keys, "impostor", 0);
	ask_as("gateway", 700, &question);
	assert_string_equal(question.code, "UNAVAILABLE");
	assert_int_equal(echo.arrived, 0);
}

/* libzmq lets everybody in when nobody answers its ZAP questions. Then the second net holds: such
 * messages carry no name. */
static void without_the_guard_nobody_has_a_name(void **state)
{
	(void)state;
	struct question question = { 0 };
	double before = dropped("no_identity");
	keys_add(&keys, "stranger", NULL, NULL, NULL);
	echo_start(&echo, &loop, &keys, "registry", 0);
	bus_socket_close(&echo.bus->zap);
	struct bus *stranger = asker_new(&loop, &keys, "stranger", 0);
	struct bus_peers *peers = bus_peers_new(stranger, "registry", echo.endpoint);
	RUN_UNTIL(
		&loop, bus_peers_are_up(peers)); /* the open door: should a libzmq close it, good */
	question_ask(&question, peers, 1, 300);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "DEADLINE");
	assert_true(dropped("no_identity") > before);
	assert_int_equal(echo.arrived, 0);
	bus_destroy(&stranger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_secret_must_be_there_and_private, start, end),
		cmocka_unit_test_setup_teardown(a_taken_endpoint_is_refused, start, end),
		cmocka_unit_test_setup_teardown(an_unknown_key_reaches_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_key_makes_the_name, start, end),
		cmocka_unit_test_setup_teardown(keys_are_exchanged_while_running, start, end),
		cmocka_unit_test_setup_teardown(a_server_may_have_several_keys, start, end),
		cmocka_unit_test_setup_teardown(another_server_is_not_trusted, start, end),
		cmocka_unit_test_setup_teardown(without_the_guard_nobody_has_a_name, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
