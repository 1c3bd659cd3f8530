/* The server under test with a handler that answers at once or holds requests for the test to
 * answer. Each test gets a fresh one; the teardown proves that all handles and memory came back. */
#ifndef ASSKOMM_TESTS_HTTP_SERVER_H
#define ASSKOMM_TESTS_HTTP_SERVER_H

#include "client.h"
#include "runtime/http_internal.h"

#define HELD_MAX 64

struct server {
	uv_loop_t loop;
	struct http_handler handler;
	struct http_server *http;
	int port;
	bool holds; /* requests are kept in held[] */
	struct http_exchange *held[HELD_MAX];
	size_t n_held;
	unsigned requests;
	unsigned gone;
	size_t last_body_len;
	const char *page; /* answered at once; NULL: "ok" */
	size_t page_len;
};

/* Only notes it: the test answers, as a handler would do later. */
static inline void server_on_gone(struct http_exchange *exchange)
{
	struct server *server = exchange->owner;
	assert_true(exchange->gone);
	server->gone++;
}

static inline void server_on_request(struct http_handler *handler, struct http_exchange *exchange)
{
	struct server *server = CONTAINER_OF(handler, struct server, handler);
	server->requests++;
	server->last_body_len = exchange->body_len;
	exchange->owner = server;
	exchange->on_gone = server_on_gone;
	if (!server->holds) {
		http_answer(exchange, 200, "text/plain", server->page ? server->page : "ok",
			server->page ? server->page_len : 2);
		return;
	}
	assert_true(server->n_held < HELD_MAX);
	server->held[server->n_held++] = exchange;
}

/* Answers a held request from memory that is overwritten right after: the body must be copied. */
static inline void server_answer(struct server *server, size_t index, const char *text)
{
	char body[64];
	size_t len = strlen(text);
	assert_true(len < sizeof(body));
	memcpy(body, text, len);
	http_answer(server->held[index], 200, "text/plain", body, len);
	memset(body, '#', sizeof(body));
	server->held[index] = NULL;
}

static inline int server_setup(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	uv_loop_init(&server->loop);
	server->handler.on_request = server_on_request;
	server->http = http_server_new(&server->loop, "127.0.0.1", 0, &server->handler);
	assert_non_null(server->http);
	server->port = http_server_port(server->http);
	*state = server;
	return 0;
}

static inline int server_teardown(void **state)
{
	struct server *server = *state;
	http_server_destroy(&server->http);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&server->loop), 0);
	free(server);
	return 0;
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, server_setup, server_teardown)

#endif
