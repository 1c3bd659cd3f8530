/* Publications: everything that was said while one listened, and finding the publisher again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include "bus_support.h"

/* Remembers the numbers it heard. */
struct listener {
	struct bus_subscriber subscriber;
	size_t heard;
	uint64_t first, last;
	bool is_dense;
	size_t largest;
};

static struct keys keys;
static char endpoint[SERVE_ENDPOINT_SIZE];
static uv_loop_t loop;
static struct bus *publisher, *subscribed;
static struct listener listener;

static void on_message(struct bus_subscriber *subscriber, const uint8_t *bytes, size_t len)
{
	struct listener *heard = CONTAINER_OF(subscriber, struct listener, subscriber);
	uint64_t number;
	assert_true(len >= sizeof number);
	memcpy(&number, bytes, sizeof number);
	if (heard->heard == 0)
		heard->first = number;
	else if (number != heard->last + 1)
		heard->is_dense = false;
	heard->last = number;
	heard->heard++;
	heard->largest = len > heard->largest ? len : heard->largest;
}

/* Turns the loop while a predecessor on the same endpoint is still closing. */
static void publisher_start(void)
{
	struct bus_settings settings = {
		.loop = &loop, .name = "ledger", .keys_dir = keys.folder, .publish = endpoint
	};
	RUN_UNTIL(&loop, (publisher = bus_new(&settings)) != NULL);
}

static int start(void **state)
{
	(void)state;
	keys_start(&keys);
	keys_add(&keys, "ledger", "ledger", NULL, NULL);
	free_endpoint(endpoint);
	CHECK(uv_loop_init(&loop) == 0);
	memset(&listener, 0, sizeof listener);
	listener.is_dense = true;
	listener.subscriber.on_message = on_message;
	return 0;
}

static int end(void **state)
{
	(void)state;
	bus_destroy(&subscribed);
	bus_destroy(&publisher);
	loop_end(&loop);
	keys_end(&keys);
	return 0;
}

static void subscribe(void)
{
	subscribed = asker_new(&loop, &keys, "monitor", 0);
	bus_subscribe(subscribed, "ledger", endpoint, &listener.subscriber);
}

static void publish(uint64_t number)
{
	bus_publish(publisher, (const uint8_t *)&number, sizeof number);
}

/* Says something each time round, until somebody hears it. */
static uint64_t publish_until_heard(uint64_t number)
{
	size_t before = listener.heard;
	do {
		publish(++number);
		RUN_UNTIL(&loop, true);
		uv_run(&loop, UV_RUN_ONCE);
	} while (listener.heard == before);
	return number;
}

static void publications_arrive_in_order(void **state)
{
	(void)state;
	enum { MANY = 5000 };
	keys_add(&keys, "monitor", "monitor", NULL, NULL);
	publisher_start();
	subscribe();
	uint64_t number = publish_until_heard(0);
	for (size_t i = 0; i < MANY; i++)
		publish(++number);
	RUN_UNTIL(&loop, listener.last == number);
	assert_true(listener.is_dense);
	assert_true(listener.heard > MANY);
}

static void a_large_publication_arrives(void **state)
{
	(void)state;
	uint8_t *bytes = calloc(1, BUS_MESSAGE_MAX);
	keys_add(&keys, "monitor", "monitor", NULL, NULL);
	publisher_start();
	subscribe();
	publish_until_heard(0);
	bus_publish(publisher, bytes, BUS_MESSAGE_MAX);
	RUN_UNTIL(&loop, listener.largest == BUS_MESSAGE_MAX);
	free(bytes);
}

static void a_publisher_that_comes_back_is_heard_again(void **state)
{
	(void)state;
	keys_add(&keys, "monitor", "monitor", NULL, NULL);
	subscribe(); /* before there is anybody */
	publisher_start();
	publish_until_heard(0);
	bus_destroy(&publisher);
	publisher_start();
	size_t before = listener.heard;
	publish_until_heard(100000);
	assert_true(listener.heard > before);
}

/* libzmq does not try again where it was refused: the silence makes us begin anew. */
static void who_was_refused_tries_again(void **state)
{
	(void)state;
	char public_key[41], secret_key[41];
	double refused = dropped("unknown_key");
	keys_add(&keys, "monitor", NULL, public_key, secret_key);
	publisher_start();
	subscribe();
	RUN_UNTIL(&loop, dropped("unknown_key") > refused);
	publish(1);
	assert_int_equal(listener.heard, 0);
	keys_write(&keys, "authorized/monitor.pub", public_key, 0644);
	uint64_t began = now_ms();
	publish_until_heard(1);
	assert_in_range(now_ms() - began, 2000, 9000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(publications_arrive_in_order, start, end),
		cmocka_unit_test_setup_teardown(a_large_publication_arrives, start, end),
		cmocka_unit_test_setup_teardown(
			a_publisher_that_comes_back_is_heard_again, start, end),
		cmocka_unit_test_setup_teardown(who_was_refused_tries_again, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
