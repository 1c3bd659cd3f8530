/* How connections to the HTTP server end: time limits (made short), clients that close, vanish or
 * do not read, draining, destroying. */
#include "http/client.h"
#include "http/server.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
/* More than the kernel takes from a writer whose reader sleeps. */
#define HUGE_PAGE (32u * 1024 * 1024)
#define SHORT_MS 300
/* The sweep's step, and a loaded machine. */
#define LATE_MS 2000

static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ---- time limits */

static void a_slow_head_is_answered_408(void **state)
{
	struct server *server = *state;
	server->http->limits.header_ms = SHORT_MS;
	struct client client = client_open(&server->loop, server->port);
	uint64_t start = now_ms();
	client_send(&client, "GET / HTTP/1.1\r\n");
	/* Bytes that drip in do not prolong it. */
	struct answer answer = { .status = 0 };
	for (uint64_t next = start; !client_take(&client, false, &answer);) {
		if (now_ms() >= next) {
			client_send(&client, "A");
			next += SHORT_MS / 10;
		}
		client_turn(&client, SHORT_MS / 10);
		assert_true(now_ms() - start < SHORT_MS + LATE_MS);
	}
	assert_int_equal(answer.status, 408);
	assert_true(now_ms() - start >= SHORT_MS);
	answer_release(&answer);
	client_close(&client);
	assert_int_equal(server->requests, 0);
}

static void a_slow_body_is_answered_408(void **state)
{
	struct server *server = *state;
	server->http->limits.body_grace_ms = SHORT_MS;
	struct client slow = client_open(&server->loop, server->port);
	struct client quick = client_open(&server->loop, server->port);
	static const char HEAD[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n";
	static char body[4096];
	memset(body, 'b', sizeof(body));
	client_send(&slow, HEAD);
	client_send(&quick, HEAD);
	client_send_len(&quick, body, 4000); /* earns four seconds */
	client_expect(&slow, 408);
	client_expect_end(&slow);
	client_send_len(&quick, body + 4000, 96);
	client_expect(&quick, 200);
	client_close(&slow);
	client_close(&quick);
	assert_int_equal(server->http->body_bytes, 0);
}

static void an_idle_connection_ends_and_a_busy_one_does_not(void **state)
{
	struct server *server = *state;
	server->http->limits.idle_ms = SHORT_MS;
	server->holds = true;
	struct client idle = client_open(&server->loop, server->port);
	struct client busy = client_open(&server->loop, server->port);
	client_send(&busy, GET);
	CLIENT_AWAIT(&busy, server->n_held == 1);
	uint64_t start = now_ms();
	client_expect_end(&idle);
	assert_false(idle.reset);
	assert_true(now_ms() - start >= SHORT_MS / 2);
	client_close(&idle);
	CLIENT_AWAIT(&busy, server->http->n_connections == 1);
	server_answer(server, 0, "late");
	client_expect(&busy, 200);
	client_expect_end(&busy);
	client_close(&busy);
}

/* ---- clients that go */

static void a_reset_is_seen_at_once(void **state)
{
	struct server *server = *state;
	server->holds = true;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET GET);
	CLIENT_AWAIT(&client, server->n_held == 2);
	client_reset(&client);
	struct client watcher = { .loop = &server->loop, .ended = true };
	uint64_t start = now_ms();
	CLIENT_AWAIT(&watcher, server->gone == 2);
	assert_true(now_ms() - start < 1000);
	assert_int_equal(http_server_inflight(server->http), 0);
	assert_true(server->held[0]->gone && server->held[1]->gone);
	server_answer(server, 1, "nobody");
	server_answer(server, 0, "nobody");
}

static void half_closed_and_answered_in_time(void **state)
{
	struct server *server = *state;
	server->holds = true;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET GET);
	shutdown(client.fd, SHUT_WR);
	CLIENT_AWAIT(&client, server->n_held == 2);
	CLIENT_AWAIT(&client, server->http->connections->state == CONNECTION_HALF);
	server_answer(server, 0, "one");
	server_answer(server, 1, "two");
	struct answer answer = client_answer(&client);
	assert_null(head_field(answer.head, "Connection"));
	answer_release(&answer);
	answer = client_answer(&client);
	assert_true(head_has(answer.head, "Connection", "close"));
	answer_release(&answer);
	client_expect_end(&client);
	assert_false(client.reset);
	assert_int_equal(server->gone, 0);
	client_close(&client);
}

static void half_closed_for_too_long_is_gone(void **state)
{
	struct server *server = *state;
	server->http->limits.half_closed_ms = SHORT_MS;
	server->holds = true;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET);
	CLIENT_AWAIT(&client, server->n_held == 1);
	client_close(&client);
	struct client watcher = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&watcher, server->gone == 1);
	server_answer(server, 0, "nobody");
	CLIENT_AWAIT(&watcher, server->http->n_connections == 0);
}

static void half_a_request_is_answered_400(void **state)
{
	struct server *server = *state;
	static const char *const HALVES[] = { "GET / HT",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell" };
	for (int i = 0; i < 2; i++) {
		struct client client = client_open(&server->loop, server->port);
		client_send(&client, HALVES[i]);
		shutdown(client.fd, SHUT_WR);
		client_expect(&client, 400);
		client_expect_end(&client);
		client_close(&client);
	}
	assert_int_equal(server->requests, 0);
}

/* A body behind the head of that answer would be taken for the next answer. */
static void a_refused_head_gets_no_body(void **state)
{
	struct server *server = *state;
	static const char *const REFUSED[] = { "HEAD / HTTP/1.1\r\n\r\n",
		"HEAD / HTTP/1.1\nHost: a\r\n\r\n", "\r\nHEAD /.. HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n", "HEAD / HT",
		"HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx" };
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
		struct client client = client_open(&server->loop, server->port);
		client_send(&client, REFUSED[i]);
		shutdown(client.fd, SHUT_WR);
		struct answer answer = { .status = 0 };
		CLIENT_AWAIT(&client, client_take(&client, true, &answer));
		assert_in_range(answer.status, 400, 499);
		answer_release(&answer);
		client_expect_end(&client);
		client_close(&client);
	}
}

/* ---- clients that do not read */

static char *big_page(struct server *server, size_t len)
{
	char *page = malloc(len);
	for (size_t i = 0; i < len; i++)
		page[i] = (char)('a' + i % 23);
	server->page = page;
	server->page_len = len;
	return page;
}

static void a_slow_reader_gets_all_of_it(void **state)
{
	struct server *server = *state;
	enum { PAGE = 2000000, PAGES = 12 };
	char *page = big_page(server, PAGE);
	struct client client = client_open(&server->loop, server->port);
	for (int i = 0; i < PAGES; i++)
		client_send(&client, GET);
	/* Without anybody reading, the server stops taking requests after some that fill the queue.
	 */
	for (int i = 0; i < 200; i++)
		uv_run(&server->loop, UV_RUN_NOWAIT);
	assert_true(server->requests < PAGES);
	for (int i = 0; i < PAGES; i++) {
		struct answer answer = client_answer(&client);
		assert_int_equal(answer.body_len, PAGE);
		assert_memory_equal(answer.body, page, PAGE);
		answer_release(&answer);
	}
	client_close(&client);
	free(page);
}

static void who_never_reads_is_closed(void **state)
{
	struct server *server = *state;
	server->http->limits.stalled_ms = SHORT_MS;
	char *page = big_page(server, HUGE_PAGE);
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, GET);
	uint64_t start = now_ms();
	while (server->requests == 0 || server->http->n_connections > 0) {
		poll(&(struct pollfd){ .fd = uv_backend_fd(&server->loop), .events = POLLIN }, 1,
			20);
		uv_run(&server->loop, UV_RUN_NOWAIT);
		assert_true(now_ms() - start < SHORT_MS + LATE_MS);
	}
	client_close(&client);
	free(page);
}

/* ---- the server's end */

static void draining_lets_running_requests_end(void **state)
{
	struct server *server = *state;
	server->holds = true;
	struct client idle = client_open(&server->loop, server->port);
	struct client busy = client_open(&server->loop, server->port);
	struct client sending = client_open(&server->loop, server->port);
	client_send(&busy, GET GET);
	client_send(&sending, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
	CLIENT_AWAIT(&busy, server->n_held == 2 && server->http->inflight == 3);
	http_server_drain(server->http);
	http_server_drain(server->http);
	client_expect_end(&idle);
	assert_int_equal(http_server_inflight(server->http), 3);

	/* Nothing listens any more. */
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)server->port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client_turn(&busy, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	close(fd);

	client_send(&busy, GET); /* too late: dropped */
	server_answer(server, 0, "one");
	server_answer(server, 1, "two");
	struct answer answer = client_answer(&busy);
	assert_null(head_field(answer.head, "Connection"));
	answer_release(&answer);
	answer = client_answer(&busy);
	assert_true(head_has(answer.head, "Connection", "close"));
	answer_release(&answer);
	client_expect_end(&busy);
	assert_false(busy.reset);

	client_send(&sending, "llo");
	CLIENT_AWAIT(&sending, server->n_held == 3);
	server_answer(server, 2, "three");
	answer = client_answer(&sending);
	assert_int_equal(answer.status, 200);
	assert_true(head_has(answer.head, "Connection", "close"));
	answer_release(&answer);
	client_expect_end(&sending);
	assert_int_equal(http_server_inflight(server->http), 0);
	client_close(&idle);
	client_close(&busy);
	client_close(&sending);
	struct client watcher = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&watcher, server->http->n_connections == 0);
}

/* With requests held, bodies coming in, answers half written: the teardown sees whether anything
 * stays behind. */
static void destroying_gives_everything_back(void **state)
{
	struct server *server = *state;
	char *page = big_page(server, HUGE_PAGE);
	struct client clients[5];
	for (int i = 0; i < 5; i++)
		clients[i] = client_open(&server->loop, server->port);
	client_send(&clients[0], GET); /* does not read */
	for (int i = 0; i < 20 || server->requests == 0; i++)
		uv_run(&server->loop, UV_RUN_NOWAIT);
	server->holds = true;
	client_send(&clients[1], GET GET GET);
	client_send(&clients[2], "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
	client_send(&clients[3], "GET / HT");
	CLIENT_AWAIT(&clients[4], server->n_held == 3 && server->http->inflight == 5);
	server_answer(server, 1, "answered, but not its turn yet");
	http_server_destroy(&server->http);
	assert_null(server->http);
	assert_int_equal(server->gone, 2);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	/* Handlers may still be at work after the server is gone. */
	server_answer(server, 0, "nobody");
	server_answer(server, 2, "nobody");
	for (int i = 0; i < 5; i++)
		client_close(&clients[i]);
	free(page);
}

static void a_taken_port_is_refused(void **state)
{
	struct server *server = *state;
	fflush(NULL);
	int saved = dup(STDERR_FILENO);
	FILE *scratch = tmpfile();
	dup2(fileno(scratch), STDERR_FILENO);
	struct http_server *second =
		http_server_new(&server->loop, "127.0.0.1", server->port, &server->handler);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_null(second);
	char line[500] = "";
	rewind(scratch);
	assert_non_null(fgets(line, sizeof(line), scratch));
	assert_non_null(strstr(line, "address already in use"));
	fclose(scratch);
	assert_null(http_server_new(&server->loop, "no such host", 0, &server->handler));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(a_slow_head_is_answered_408),
		SERVER_TEST(a_slow_body_is_answered_408),
		SERVER_TEST(an_idle_connection_ends_and_a_busy_one_does_not),
		SERVER_TEST(a_reset_is_seen_at_once),
		SERVER_TEST(half_closed_and_answered_in_time),
		SERVER_TEST(half_closed_for_too_long_is_gone),
		SERVER_TEST(half_a_request_is_answered_400),
		SERVER_TEST(a_refused_head_gets_no_body),
		SERVER_TEST(a_slow_reader_gets_all_of_it),
		SERVER_TEST(who_never_reads_is_closed),
		SERVER_TEST(draining_lets_running_requests_end),
		SERVER_TEST(destroying_gives_everything_back),
		SERVER_TEST(a_taken_port_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
