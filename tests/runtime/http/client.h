/* A raw HTTP client for the tests of the server: bytes out, answers in, on a non-blocking socket in
 * the same process. Whoever waits for something lets the server's loop run meanwhile. */
#ifndef ASSKOMM_TESTS_HTTP_CLIENT_H
#define ASSKOMM_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#define CLIENT_WAIT_MS 10000
#define CLIENT_INPUT_MAX (4u * 1024 * 1024)

struct client {
	int fd;
	uv_loop_t *loop;
	char *input; /* what came and was not taken yet, NUL-terminated */
	size_t len;
	bool ended; /* the server closed its side, or reset */
	bool reset;
};

struct answer {
	unsigned status;
	char head[4096]; /* with its empty line */
	char *body;      /* NUL-terminated, freed by answer_release */
	size_t body_len;
};

static inline struct client client_open(uv_loop_t *loop, int port)
{
	struct client client = { .loop = loop };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	fcntl(client.fd, F_SETFL, O_NONBLOCK);
	client.input = calloc(1, CLIENT_INPUT_MAX + 1);
	return client;
}

static inline void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	free(client->input);
	client->input = NULL;
}

/* Closes with a reset, as a client does that dies with unread bytes. */
static inline void client_reset(struct client *client)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	client_close(client);
}

/* Reads what is there. */
static inline void client_read(struct client *client)
{
	while (!client->ended && client->len < CLIENT_INPUT_MAX) {
		ssize_t n = recv(
			client->fd, client->input + client->len, CLIENT_INPUT_MAX - client->len, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			client->ended = true;
			client->reset = n < 0;
			return;
		}
		client->len += (size_t)n;
		client->input[client->len] = '\0';
	}
}

/* One round: whatever is ready in the loop or at the client, at most `timeout_ms` later. */
static inline void client_turn(struct client *client, int timeout_ms)
{
	int loop_ms = uv_backend_timeout(client->loop);
	if (loop_ms >= 0 && loop_ms < timeout_ms)
		timeout_ms = loop_ms;
	struct pollfd fds[2] = { { .fd = uv_backend_fd(client->loop), .events = POLLIN },
		{ .fd = client->ended ? -1 : client->fd, .events = POLLIN } };
	poll(fds, 2, timeout_ms);
	uv_run(client->loop, UV_RUN_NOWAIT);
	client_read(client);
}

/* Runs the loop and the client until the condition holds; fails after CLIENT_WAIT_MS. */
#define CLIENT_AWAIT(client, condition)                                                            \
	do {                                                                                       \
		uint64_t until_ = uv_hrtime() + CLIENT_WAIT_MS * 1000000ull;                       \
		while (!(condition)) {                                                             \
			if (uv_hrtime() > until_)                                                  \
				fail_msg("waited in vain for: %s", #condition);                    \
			client_turn((client), 100);                                                \
		}                                                                                  \
	} while (0)

static inline void client_send_len(struct client *client, const char *bytes, size_t len)
{
	for (size_t sent = 0; sent < len;) {
		ssize_t n = send(client->fd, bytes + sent, len - sent, MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			client_turn(client, 10);
		else
			return; /* closed by the server: what came of it is in the answers */
	}
}

static inline void client_send(struct client *client, const char *text)
{
	client_send_len(client, text, strlen(text));
}

/* The value of a header line in a head, up to its end; NULL when absent. */
static inline const char *head_field(const char *head, const char *name)
{
	size_t len = strlen(name);
	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0 && strncmp(line + 2 + len, ": ", 2) == 0)
			return line + len + 4;
	return NULL;
}

static inline bool head_has(const char *head, const char *name, const char *value)
{
	const char *found = head_field(head, name);
	return found && strncmp(found, value, strlen(value)) == 0 &&
	       strncmp(found + strlen(value), "\r\n", 2) == 0;
}

/* Whether a whole answer has come; then it is moved from the input to *answer. Each final one must
 * have a length. */
static inline bool client_take(struct client *client, bool is_head, struct answer *answer)
{
	char *end = strstr(client->input, "\r\n\r\n");
	if (!end)
		return false;
	size_t head_len = (size_t)(end + 4 - client->input);
	assert_true(head_len < sizeof(answer->head));
	memcpy(answer->head, client->input, head_len);
	answer->head[head_len] = '\0';
	int version_end = 0;
	sscanf(answer->head, "HTTP/1.1 %3u %n", &answer->status, &version_end);
	assert_int_equal(version_end, 13);
	const char *length = head_field(answer->head, "content-length");
	assert_true(
		length || answer->status == 100 || answer->status == 204 || answer->status == 304);
	answer->body_len = length && !is_head ? strtoul(length, NULL, 10) : 0;
	if (client->len < head_len + answer->body_len)
		return false;
	answer->body = calloc(1, answer->body_len + 1);
	memcpy(answer->body, client->input + head_len, answer->body_len);
	client->len -= head_len + answer->body_len;
	memmove(client->input, client->input + head_len + answer->body_len, client->len + 1);
	return true;
}

static inline void answer_release(struct answer *answer)
{
	free(answer->body);
	answer->body = NULL;
}

/* Waits for the next answer. */
static inline struct answer client_answer(struct client *client)
{
	struct answer answer = { .status = 0 };
	CLIENT_AWAIT(client, client_take(client, false, &answer) || client->ended);
	if (answer.status == 0 && !client_take(client, false, &answer))
		fail_msg("closed without an answer; had: %s", client->input);
	return answer;
}

/* Waits for the next answer, whose status must be this one. */
static inline void client_expect(struct client *client, unsigned status)
{
	struct answer answer = client_answer(client);
	if (answer.status != status)
		fail_msg("status %u instead of %u: %s", answer.status, status, answer.body);
	answer_release(&answer);
}

static inline void client_expect_end(struct client *client)
{
	CLIENT_AWAIT(client, client->ended);
	if (client->len > 0)
		fail_msg("more came before the end: %s", client->input);
}

/* A client, a request, its status, the end of it. */
static inline void client_ask(uv_loop_t *loop, int port, const char *request, unsigned status)
{
	struct client client = client_open(loop, port);
	client_send(&client, request);
	client_expect(&client, status);
	client_close(&client);
}

#endif
