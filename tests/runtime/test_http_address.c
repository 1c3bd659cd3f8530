/* How many connections there may be, in all and of one address. */
#include "http/client.h"
#include "http/server.h"

static void connections_are_bounded(void **state)
{
	struct server *server = *state;
	server->http->bounds.connections = 3;
	struct client clients[3];
	for (int i = 0; i < 3; i++) {
		clients[i] = client_open(&server->loop, server->port);
		client_send(&clients[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		client_expect(&clients[i], 200);
	}
	struct client surplus = client_open(&server->loop, server->port);
	client_send(&surplus, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	client_expect(&surplus, 503);
	client_expect_end(&surplus);
	assert_false(surplus.reset);
	client_close(&surplus);
	client_close(&clients[0]);
	CLIENT_AWAIT(&clients[1], server->http->n_connections == 2);
	client_ask(&server->loop, server->port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200);
	client_close(&clients[1]);
	client_close(&clients[2]);
	assert_int_equal(server->requests, 4);
}

/* Opens a connection and asks; a refused one may be closed before it asked. */
static struct client asking_client(struct server *server, unsigned status)
{
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	client_expect(&client, status);
	return client;
}

static void connections_of_one_address_are_bounded(void **state)
{
	struct server *server = *state;
	enum { EACH = 2, SURPLUS = HTTP_ADDRESS_SURPLUS_MAX, ALL = EACH + SURPLUS };
	struct http_bounds bounds = { .connections = 100, .per_address = EACH };
	http_server_bound(server->http, &bounds);
	struct client clients[ALL];
	for (int i = 0; i < EACH; i++)
		clients[i] = asking_client(server, 200);
	/* A few are told why, while they linger; more are just closed. */
	for (int i = EACH; i < ALL; i++) {
		clients[i] = client_open(&server->loop, server->port);
		client_send(&clients[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		struct answer answer = client_answer(&clients[i]);
		assert_int_equal(answer.status, 429);
		assert_true(head_has(answer.head, "Retry-After", "1"));
		assert_non_null(strstr(answer.body, "TOO_MANY"));
		answer_release(&answer);
	}
	struct client flood = client_open(&server->loop, server->port);
	CLIENT_AWAIT(&flood, flood.ended);
	assert_int_equal(flood.len, 0);
	client_close(&flood);
	for (int i = 1; i < ALL; i++)
		client_close(&clients[i]);
	CLIENT_AWAIT(&clients[0], server->http->n_connections == 1);
	clients[1] = asking_client(server, 200);
	client_close(&clients[0]);
	client_close(&clients[1]);
	struct client idle = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&idle, server->http->n_connections == 0);
	for (int i = 0; i < HTTP_ADDRESS_PLACES; i++)
		assert_null(server->http->addresses[i]);
}

static void who_is_exempt_has_the_total_alone(void **state)
{
	struct server *server = *state;
	struct http_bounds bounds = { .connections = 4, .per_address = 1 };
	const char *wrong = NULL;
	assert_true(networks_parse("127.0.0.0/8", &bounds.exempt, &wrong));
	http_server_bound(server->http, &bounds);
	struct client clients[5];
	for (int i = 0; i < 4; i++)
		clients[i] = asking_client(server, 200);
	clients[4] = asking_client(server, 503);
	for (int i = 0; i < 5; i++)
		client_close(&clients[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(connections_are_bounded),
		SERVER_TEST(connections_of_one_address_are_bounded),
		SERVER_TEST(who_is_exempt_has_the_total_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
