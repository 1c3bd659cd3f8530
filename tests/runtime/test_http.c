/* The HTTP server by what goes over the wire: real sockets on loopback, raw bytes. The bytes that
 * decide about framing stand in http/wire.tsv. */
#include "http/client.h"
#include "http/server.h"

#define ROW_MAX 8192

/* ---- the table */

struct row {
	char name[200];
	char bytes[ROW_MAX];
	size_t len;
	char statuses[64];
	char then[16];
	unsigned parsed;
};

static size_t unescape(const char *text, size_t len, char *out_bytes)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\\') {
			out_bytes[n++] = text[i];
			continue;
		}
		unsigned byte = (unsigned char)text[++i];
		switch (byte) {
		case 'r':
			byte = '\r';
			break;
		case 'n':
			byte = '\n';
			break;
		case 't':
			byte = '\t';
			break;
		case '0':
			byte = 0;
			break;
		case 'x':
			assert_int_equal(sscanf(text + i + 1, "%2x", &byte), 1);
			i += 2;
			break;
		default:
			assert_int_equal(byte, '\\');
		}
		out_bytes[n++] = (char)byte;
	}
	return n;
}

static void read_row(char *line, struct row *out_row)
{
	char *fields[5];
	for (size_t i = 0; i < 5; i++) {
		fields[i] = strsep(&line, "\t\n");
		if (!fields[i])
			fail_msg("row without five fields: %s", fields[0]);
	}
	snprintf(out_row->name, sizeof(out_row->name), "%s", fields[0]);
	out_row->len = unescape(fields[1], strlen(fields[1]), out_row->bytes);
	snprintf(out_row->statuses, sizeof(out_row->statuses), "%s", fields[2]);
	snprintf(out_row->then, sizeof(out_row->then), "%s", fields[3]);
	out_row->parsed = (unsigned)strtoul(fields[4], NULL, 10);
}

/* The table lies beside this file; tests run in the folder of the project. */
static FILE *open_table(void)
{
	FILE *file = fopen("tests/runtime/http/wire.tsv", "re");
	if (!file)
		fail_msg("tests/runtime/http/wire.tsv cannot be read");
	return file;
}

static bool is_one_of(const char *statuses, size_t len, unsigned status)
{
	char text[16];
	snprintf(text, sizeof(text), "%u", status);
	for (size_t i = 0; i + 3 <= len; i += 4)
		if (strncmp(statuses + i, text, 3) == 0)
			return true;
	return false;
}

static void expect_statuses(struct client *client, const struct row *row)
{
	bool is_head = strncmp(row->bytes, "HEAD", 4) == 0;
	const char *expected = row->statuses;
	while (*expected) {
		struct answer answer = { .status = 0 };
		CLIENT_AWAIT(client, client_take(client, is_head, &answer) || client->ended);
		if (answer.status == 0 && !client_take(client, is_head, &answer))
			fail_msg("%s: closed without an answer", row->name);
		size_t len = strcspn(expected, ",");
		if (!is_one_of(expected, len, answer.status))
			fail_msg("%s: %u instead of %s", row->name, answer.status, expected);
		if (answer.status >= 400)
			assert_true(
				head_has(answer.head, "Content-Type", "application/problem+json"));
		/* "200|100": the interim answer comes or not, by how the bytes arrived. */
		if (answer.status != 100)
			expected += len + (expected[len] == ',');
		else
			expected = strchr(expected, ',') + 1;
		if (answer.status == 200 && strchr(row->statuses, '|'))
			expected = "";
		answer_release(&answer);
	}
}

static void run_row(struct server *server, const struct row *row, bool bytewise)
{
	struct client client = client_open(&server->loop, server->port);
	server->requests = 0;
	if (!bytewise)
		client_send_len(&client, row->bytes, row->len);
	for (size_t i = 0; bytewise && i < row->len; i++) {
		client_send_len(&client, row->bytes + i, 1);
		client_turn(&client, 0);
	}
	expect_statuses(&client, row);
	if (strcmp(row->then, "close") == 0) {
		CLIENT_AWAIT(&client, client.ended);
		if (client.reset || client.len > 0)
			fail_msg("%s: reset, or more: %s", row->name, client.input);
	} else {
		/* What loopback carries is there at once: a few turns show all that will come. */
		for (int i = 0; i < 5; i++)
			client_turn(&client, 0);
		if (client.ended || client.len > 0)
			fail_msg("%s: closed, or more: %s", row->name, client.input);
	}
	if (server->requests != row->parsed)
		fail_msg("%s: %u requests", row->name, server->requests);
	if (strcmp(row->then, "open") == 0) {
		client_send(&client, "GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
		client_expect(&client, 200);
	}
	client_close(&client);
}

static void run_table(struct server *server, bool bytewise)
{
	FILE *table = open_table();
	static char line[ROW_MAX];
	static struct row row;
	unsigned rows = 0;
	while (fgets(line, sizeof(line), table)) {
		if (line[0] == '#')
			continue;
		read_row(line, &row);
		run_row(server, &row, bytewise);
		rows++;
	}
	fclose(table);
	assert_true(rows > 200);
	/* Nothing is left behind. */
	struct client client = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&client, server->http->n_connections == 0);
	assert_int_equal(http_server_inflight(server->http), 0);
	assert_int_equal(server->http->body_bytes, 0);
}

static void the_table_at_once(void **state)
{
	run_table(*state, false);
}

static void the_table_byte_by_byte(void **state)
{
	run_table(*state, true);
}

/* ---- what a handler sees */

static void the_request_is_taken_apart(void **state)
{
	struct server *server = *state;
	struct client client = client_open(&server->loop, server->port);
	server->holds = true;
	client_send(&client,
		"POST /b%C3%BCrger%20x?q=%C3%A4+b&n&bad=%zz&nul=%00&&q=2&e=%3D%26 HTTP/1.1\r\n"
		"Host: A.example\r\nX-Two:  a b\t\r\nx-tWo: second\r\nEmpty:\r\nContent-Length: "
		"3\r\n\r\n"
		"a\0b");
	client_send_len(&client, "\0b", 2);
	CLIENT_AWAIT(&client, server->n_held == 1);
	struct http_exchange *exchange = server->held[0];
	assert_string_equal(exchange->method, "POST");
	assert_string_equal(exchange->path, "/bürger x");
	assert_string_equal(exchange->query, "q=%C3%A4+b&n&bad=%zz&nul=%00&&q=2&e=%3D%26");
	assert_string_equal(
		exchange->target, "/b%C3%BCrger%20x?q=%C3%A4+b&n&bad=%zz&nul=%00&&q=2&e=%3D%26");
	assert_int_equal(exchange->n_headers, 5);
	assert_string_equal(exchange->headers[0].name, "host");
	assert_string_equal(http_header(exchange, "host"), "A.example");
	assert_string_equal(http_header(exchange, "x-two"), "a b");
	assert_string_equal(exchange->headers[2].value, "second");
	assert_string_equal(http_header(exchange, "empty"), "");
	assert_string_equal(http_header(exchange, "content-length"), "3");
	assert_null(http_header(exchange, "X-Two"));
	assert_int_equal(exchange->body_len, 3);
	assert_memory_equal(exchange->body, "a\0b", 4);
	assert_true(exchange->received_ns > 0);

	assert_string_equal(http_query(exchange, "q"), "ä b");
	assert_string_equal(http_query(exchange, "n"), "");
	assert_string_equal(http_query(exchange, "e"), "=&");
	assert_null(http_query(exchange, "bad"));
	assert_null(http_query(exchange, "absent"));
	static const char *const names[] = { "q", "n", NULL, NULL, "q", "e" };
	size_t position = 0;
	const char *name, *value;
	for (size_t i = 0; i < 6; i++) {
		assert_true(http_query_next(exchange, &position, &name, &value));
		if (names[i])
			assert_string_equal(name, names[i]);
		else
			assert_null(name);
	}
	assert_false(http_query_next(exchange, &position, &name, &value));
	server_answer(server, 0, "");
	client_expect(&client, 200);
	client_close(&client);
}

static void an_answer_has_its_headers(void **state)
{
	struct server *server = *state;
	struct client client = client_open(&server->loop, server->port);
	server->holds = true;
	client_send(&client,
		"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
		"HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\nDELETE /4 HTTP/1.1\r\nHost: a\r\n\r\n");
	CLIENT_AWAIT(&client, server->n_held == 4);
	http_answer_header(server->held[1], "ETag", "\"7\"");
	http_answer_header(server->held[1], "cache-control", "max-age=60");
	server_answer(server, 0, "hello");
	server_answer(server, 1, "world!");
	server_answer(server, 2, "nobody");
	http_answer(server->held[3], 204, NULL, NULL, 0);

	struct answer answer = client_answer(&client);
	assert_string_equal(answer.body, "hello");
	assert_true(head_has(answer.head, "Content-Type", "text/plain"));
	assert_true(head_has(answer.head, "Content-Length", "5"));
	assert_true(head_has(answer.head, "X-Content-Type-Options", "nosniff"));
	assert_true(head_has(answer.head, "Cache-Control", "no-store"));
	assert_null(head_field(answer.head, "Connection"));
	assert_non_null(strstr(head_field(answer.head, "Date"), " GMT\r\n"));
	answer_release(&answer);

	answer = client_answer(&client);
	assert_true(head_has(answer.head, "ETag", "\"7\""));
	assert_true(head_has(answer.head, "Cache-Control", "max-age=60"));
	assert_null(strstr(answer.head, "no-store"));
	answer_release(&answer);

	struct answer head = { .status = 0 };
	CLIENT_AWAIT(&client, client_take(&client, true, &head));
	assert_true(head_has(head.head, "Content-Length", "6"));
	answer_release(&head);
	answer = client_answer(&client);
	assert_int_equal(answer.status, 204);
	assert_null(head_field(answer.head, "Content-Length"));
	assert_null(head_field(answer.head, "Content-Type"));
	answer_release(&answer);
	assert_int_equal(client.len, 0);
	client_close(&client);
}

static void a_refusal_is_a_problem_document(void **state)
{
	struct server *server = *state;
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, "GET / HTTP/1.1\r\n\r\n");
	struct answer answer = client_answer(&client);
	assert_string_equal(answer.body,
		"{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
		"\"code\":\"INVALID\",\"detail\":\"Host is missing.\"}");
	assert_true(head_has(answer.head, "Connection", "close"));
	answer_release(&answer);
	client_close(&client);
}

/* ---- order and limits */

static void answers_keep_the_order_of_the_requests(void **state)
{
	struct server *server = *state;
	struct client client = client_open(&server->loop, server->port);
	server->holds = true;
	for (int i = 0; i < 20; i++)
		client_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	CLIENT_AWAIT(&client, server->n_held == HTTP_PIPELINED_MAX);
	for (int i = 0; i < 5; i++)
		client_turn(&client, 0);
	assert_int_equal(server->n_held, HTTP_PIPELINED_MAX);
	/* Backwards: nothing may leave before the first is answered. */
	for (size_t i = HTTP_PIPELINED_MAX - 1; i > 0; i--)
		server_answer(server, i, (char[]){ (char)('a' + i), '\0' });
	for (int i = 0; i < 5; i++)
		client_turn(&client, 0);
	assert_int_equal(client.len, 0);
	server_answer(server, 0, "a");
	for (int i = 0; i < HTTP_PIPELINED_MAX; i++) {
		struct answer answer = client_answer(&client);
		assert_string_equal(answer.body, ((char[]){ (char)('a' + i), '\0' }));
		answer_release(&answer);
	}
	/* The rest comes now that there is room again. */
	CLIENT_AWAIT(&client, server->n_held == 2 * HTTP_PIPELINED_MAX);
	server->holds = false;
	for (size_t i = HTTP_PIPELINED_MAX; i < 2 * HTTP_PIPELINED_MAX; i++)
		server_answer(server, i, "late");
	for (int i = HTTP_PIPELINED_MAX; i < 20; i++)
		client_expect(&client, 200);
	assert_int_equal(server->requests, 20);
	client_close(&client);
}

static char *request_of(const char *start, char filling, size_t n, const char *end)
{
	size_t start_len = strlen(start), end_len = strlen(end);
	char *request = malloc(start_len + n + end_len + 1);
	memcpy(request, start, start_len);
	memset(request + start_len, filling, n);
	memcpy(request + start_len + n, end, end_len + 1);
	return request;
}

static void a_head_has_16_kib_and_64_fields(void **state)
{
	struct server *server = *state;
	const char *start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
	size_t room = HTTP_HEADER_BYTES_MAX - strlen(start) - 4;
	char *fits = request_of(start, 'x', room, "\r\n\r\n");
	char *does_not = request_of(start, 'x', room + 1, "\r\n\r\n");
	char *endless = request_of(start, 'x', 100000, "");
	client_ask(&server->loop, server->port, fits, 200);
	client_ask(&server->loop, server->port, does_not, 431);
	client_ask(&server->loop, server->port, endless, 431);
	free(fits);
	free(does_not);
	free(endless);

	char request[1024];
	size_t len = (size_t)snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 1; i < HTTP_HEADERS_MAX; i++)
		len += (size_t)snprintf(request + len, sizeof(request) - len, "A: b\r\n");
	snprintf(request + len, sizeof(request) - len, "\r\n");
	client_ask(&server->loop, server->port, request, 200);
	snprintf(request + len, sizeof(request) - len, "A: b\r\n\r\n");
	client_ask(&server->loop, server->port, request, 431);
}

static void a_body_has_1_mib(void **state)
{
	struct server *server = *state;
	char head[256];
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
		HTTP_BODY_MAX);
	char *whole = request_of(head, 'b', HTTP_BODY_MAX, "");
	client_ask(&server->loop, server->port, whole, 200);
	assert_int_equal(server->last_body_len, HTTP_BODY_MAX);
	free(whole);
	const char *chunked =
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n";
	whole = request_of(chunked, 'b', HTTP_BODY_MAX, "\r\n0\r\n\r\n");
	client_ask(&server->loop, server->port, whole, 200);
	assert_int_equal(server->last_body_len, HTTP_BODY_MAX);
	free(whole);
	whole = request_of(chunked, 'b', HTTP_BODY_MAX, "\r\n1\r\n");
	client_ask(&server->loop, server->port, whole, 413);
	free(whole);
	/* The client sends it all without looking: the answer still reaches it. */
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
		8 * HTTP_BODY_MAX);
	whole = request_of(head, 'b', 8 * HTTP_BODY_MAX, "");
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, whole);
	client_expect(&client, 413);
	client_expect_end(&client);
	assert_false(client.reset);
	client_close(&client);
	free(whole);
	assert_int_equal(server->requests, 2);
}

static void bodies_are_bounded_together(void **state)
{
	struct server *server = *state;
	enum { CLIENTS = HTTP_BODIES_MAX / HTTP_BODY_MAX + 1 };
	static struct client clients[CLIENTS];
	char head[256];
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
		HTTP_BODY_MAX);
	char *most = request_of(head, 'b', HTTP_BODY_MAX - 1, "");
	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i] = client_open(&server->loop, server->port);
		client_send(&clients[i], most);
		for (int j = 0; j < 5; j++)
			client_turn(&clients[i], 0);
		assert_true(server->http->body_bytes <= HTTP_BODIES_MAX);
	}
	struct answer answer = client_answer(&clients[CLIENTS - 1]);
	assert_int_equal(answer.status, 503);
	assert_true(head_has(answer.head, "Retry-After", "1"));
	answer_release(&answer);
	for (size_t i = 0; i < CLIENTS; i++)
		client_close(&clients[i]);
	free(most);
	struct client idle = { .loop = &server->loop, .ended = true };
	CLIENT_AWAIT(&idle, server->http->body_bytes == 0);
}

static void go_on_is_said_when_the_body_is_awaited(void **state)
{
	struct server *server = *state;
	static const char EXPECTING[] =
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	struct client client = client_open(&server->loop, server->port);
	client_send(&client, EXPECTING);
	client_expect(&client, 100);
	client_send(&client, "ab");
	client_expect(&client, 200);
	/* Not before the answer that is due first. */
	server->holds = true;
	client_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	CLIENT_AWAIT(&client, server->n_held == 1);
	client_send(&client, EXPECTING);
	for (int i = 0; i < 5; i++)
		client_turn(&client, 0);
	assert_int_equal(client.len, 0);
	server->holds = false;
	server_answer(server, 0, "first");
	client_expect(&client, 200);
	client_expect(&client, 100);
	client_send(&client, "ab");
	client_expect(&client, 200);
	client_close(&client);
	/* Not to HTTP/1.0, not when it is refused. */
	client_ask(&server->loop, server->port,
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
		"9999999\r\n\r\n",
		413);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(the_table_at_once),
		SERVER_TEST(the_table_byte_by_byte),
		SERVER_TEST(the_request_is_taken_apart),
		SERVER_TEST(an_answer_has_its_headers),
		SERVER_TEST(a_refusal_is_a_problem_document),
		SERVER_TEST(answers_keep_the_order_of_the_requests),
		SERVER_TEST(a_head_has_16_kib_and_64_fields),
		SERVER_TEST(a_body_has_1_mib),
		SERVER_TEST(bodies_are_bounded_together),
		SERVER_TEST(go_on_is_said_when_the_body_is_awaited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
