/* Answers that go on: what the client gets, clients that leave, do not read or pipeline, and the
 * server's end. */
#include "http/client.h"
#include "http/server.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define PIECE 4096

/* A client whose request is a stream now, its head taken. */
static struct client open_stream(struct server *server)
{
	server->holds = true;
	size_t index = server->n_held;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET);
	CLIENT_AWAIT(&client, server->n_held == index + 1);
	assert_true(http_stream_begin(server->held[index], 200, "text/event-stream"));
	CLIENT_AWAIT(&client, strstr(client.input, "\r\n\r\n") != NULL);
	assert_int_equal(strncmp(client.input, "HTTP/1.1 200 OK\r\n", 17), 0);
	assert_true(head_has(client.input, "Content-Type", "text/event-stream"));
	assert_true(head_has(client.input, "Connection", "close"));
	assert_null(head_field(client.input, "Content-Length"));
	client.len = 0;
	client.input[0] = '\0';
	return client;
}

static void pieces_arrive_as_they_are_sent(void **state)
{
	struct server *server = *state;
	struct client client = open_stream(server);
	client_send(&client, GET); /* too late: dropped */
	assert_true(http_stream_send(server->held[0], "one", 3));
	CLIENT_AWAIT(&client, strcmp(client.input, "one") == 0);
	assert_true(http_stream_send(server->held[0], "two", 3));
	CLIENT_AWAIT(&client, strcmp(client.input, "onetwo") == 0);
	http_stream_end(server->held[0]);
	CLIENT_AWAIT(&client, client.ended);
	assert_string_equal(client.input, "onetwo");
	assert_false(client.reset);
	assert_int_equal(server->requests, 1);
	assert_int_equal(server->gone, 0);
	assert_int_equal(http_server_inflight(server->http), 0);
	client_close(&client);
}

/* On a connection that was used before, and no idle limit ends it. */
static void a_stream_outlives_the_limits(void **state)
{
	struct server *server = *state;
	server->http->limits.idle_ms = 100;
	server->http->limits.header_ms = 100;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET);
	client_expect(&client, 200);
	server->holds = true;
	client_send(&client, GET);
	CLIENT_AWAIT(&client, server->n_held == 1);
	assert_true(http_stream_begin(server->held[0], 200, "text/plain"));
	uint64_t end_ns = uv_hrtime() + 500000000;
	while (uv_hrtime() < end_ns)
		client_turn(&client, 50);
	assert_true(http_stream_send(server->held[0], "still here", 10));
	CLIENT_AWAIT(&client, strstr(client.input, "still here") != NULL);
	http_stream_end(server->held[0]);
	CLIENT_AWAIT(&client, client.ended);
	client_close(&client);
}

static void a_client_that_leaves_is_seen_at_once(void **state)
{
	struct server *server = *state;
	struct client polite = open_stream(server);
	struct client rude = open_stream(server);
	uint64_t start = uv_hrtime();
	client_close(&polite);
	client_reset(&rude);
	struct client watcher = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&watcher, server->gone == 2);
	assert_true(uv_hrtime() - start < 1000000000);
	for (int i = 0; i < 2; i++) {
		assert_true(server->held[i]->gone);
		assert_false(http_stream_send(server->held[i], "nobody", 6));
		assert_int_equal(http_stream_queued(server->held[i]), 0);
		http_stream_end(server->held[i]);
	}
}

static void who_does_not_read_is_closed_at_the_bound(void **state)
{
	struct server *server = *state;
	struct client client = open_stream(server);
	static char piece[PIECE];
	memset(piece, 'x', sizeof(piece));
	size_t sent = 0, most = 0;
	while (http_stream_send(server->held[0], piece, PIECE)) {
		size_t queued = http_stream_queued(server->held[0]);
		most = queued > most ? queued : most;
		assert_true(queued <= HTTP_STREAM_QUEUE_MAX);
		assert_true((sent += PIECE) < CLIENT_INPUT_MAX);
		uv_run(&server->loop, UV_RUN_NOWAIT);
	}
	assert_true(most > HTTP_STREAM_QUEUE_MAX - PIECE);
	assert_true(server->held[0]->gone);
	assert_int_equal(server->gone, 0); /* told by the answer of the send */
	http_stream_end(server->held[0]);
	CLIENT_AWAIT(&client, client.ended);
	client_close(&client);
}

static unsigned drained;

static void on_drained(struct http_exchange *exchange)
{
	assert_int_equal(http_stream_queued(exchange), 0);
	drained++;
}

static void a_queue_that_is_read_is_told(void **state)
{
	struct server *server = *state;
	struct client client = open_stream(server);
	static char piece[PIECE];
	memset(piece, 'y', sizeof(piece));
	drained = 0;
	server->held[0]->on_drained = on_drained;
	size_t sent = 0;
	while (http_stream_queued(server->held[0]) < HTTP_STREAM_QUEUE_MAX / 2) {
		assert_true(http_stream_send(server->held[0], piece, PIECE));
		sent += PIECE;
	}
	assert_int_equal(drained, 0);
	CLIENT_AWAIT(&client, drained == 1);
	CLIENT_AWAIT(&client, client.len == sent);
	/* The end comes behind all that waits. */
	for (int i = 0; i < 40; i++)
		assert_true(http_stream_send(server->held[0], piece, PIECE));
	http_stream_end(server->held[0]);
	CLIENT_AWAIT(&client, client.ended);
	assert_int_equal(client.len, sent + 40 * PIECE);
	assert_false(client.reset);
	client_close(&client);
}

static void a_stream_needs_a_connection_of_its_own(void **state)
{
	struct server *server = *state;
	server->holds = true;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET GET);
	CLIENT_AWAIT(&client, server->n_held == 2);
	assert_false(http_stream_begin(server->held[1], 200, "text/plain"));
	assert_false(http_stream_begin(server->held[0], 200, "text/plain"));
	server_answer(server, 0, "one");
	server_answer(server, 1, "two");
	client_expect(&client, 200);
	client_expect(&client, 200);
	client_close(&client);
}

static void a_client_that_left_before_the_beginning(void **state)
{
	struct server *server = *state;
	server->holds = true;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET);
	CLIENT_AWAIT(&client, server->n_held == 1);
	client_reset(&client);
	struct client watcher = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&watcher, server->gone == 1);
	assert_false(http_stream_begin(server->held[0], 200, "text/plain"));
	server_answer(server, 0, "nobody");
}

/* Draining leaves the end to the handler; destroying does not wait for it. */
static void the_end_of_the_server(void **state)
{
	struct server *server = *state;
	struct client ends = open_stream(server);
	struct client stays = open_stream(server);
	http_server_drain(server->http);
	assert_true(http_stream_send(server->held[0], "bye", 3));
	http_stream_end(server->held[0]);
	CLIENT_AWAIT(&ends, ends.ended);
	assert_string_equal(ends.input, "bye");
	assert_int_equal(http_server_inflight(server->http), 1);
	http_server_destroy(&server->http);
	assert_int_equal(server->gone, 1);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	http_stream_end(server->held[1]);
	client_close(&ends);
	client_close(&stays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(pieces_arrive_as_they_are_sent),
		SERVER_TEST(a_stream_outlives_the_limits),
		SERVER_TEST(a_client_that_leaves_is_seen_at_once),
		SERVER_TEST(who_does_not_read_is_closed_at_the_bound),
		SERVER_TEST(a_queue_that_is_read_is_told),
		SERVER_TEST(a_stream_needs_a_connection_of_its_own),
		SERVER_TEST(a_client_that_left_before_the_beginning),
		SERVER_TEST(the_end_of_the_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
