/* See bus_support.h. */
#include "bus_support.h"
#include "core/failure.h"
#include "runtime/metrics.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 30000
#define TURN_MS 20

extern char **environ;

uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ---- keys */

void keys_start(struct keys *keys)
{
	char folder[96];
	snprintf(keys->folder, sizeof keys->folder, "/tmp/asskomm-bus-XXXXXX");
	CHECK(mkdtemp(keys->folder) != NULL);
	snprintf(folder, sizeof folder, "%s/authorized", keys->folder);
	CHECK(mkdir(folder, 0700) == 0);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	return remove(path);
}

void keys_end(struct keys *keys)
{
	CHECK(nftw(keys->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

void keys_write(const struct keys *keys, const char *file, const char *text, unsigned mode)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", keys->folder, file);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
}

void keys_remove(const struct keys *keys, const char *file)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", keys->folder, file);
	CHECK(unlink(path) == 0);
}

void keys_add(const struct keys *keys, const char *name, const char *as, char *out_public,
	char *out_secret)
{
	char public_key[41], secret_key[41], line[48], file[128];
	bus_keypair(public_key, secret_key);
	if (out_public != NULL)
		memcpy(out_public, public_key, sizeof public_key);
	if (out_secret != NULL)
		memcpy(out_secret, secret_key, sizeof secret_key);
	snprintf(line, sizeof line, "%s\n", secret_key);
	snprintf(file, sizeof file, "%s.key", name);
	keys_write(keys, file, line, 0600);
	if (as == NULL)
		return;
	snprintf(file, sizeof file, "authorized/%s.pub", as);
	snprintf(line, sizeof line, "%s\n", public_key);
	keys_write(keys, file, line, 0644);
}

void free_endpoint(char out_endpoint[SERVE_ENDPOINT_SIZE])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(fd, (struct sockaddr *)&address, len) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	close(fd);
	snprintf(out_endpoint, SERVE_ENDPOINT_SIZE, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
}

/* ---- the loop */

static void on_turn(uv_timer_t *timer)
{
	(void)timer;
}

void patience_start(uv_loop_t *loop, struct patience *patience)
{
	patience->loop = loop;
	patience->until_ms = now_ms() + PATIENCE_MS;
	uv_timer_init(loop, &patience->timer);
	uv_timer_start(&patience->timer, on_turn, TURN_MS, TURN_MS);
}

void patience_turn(struct patience *patience, const char *expr, const char *file, int line)
{
	uv_run(patience->loop, UV_RUN_ONCE);
	if (now_ms() > patience->until_ms)
		check_failed(expr, file, line);
}

static void on_patience_closed(uv_handle_t *handle)
{
	CONTAINER_OF(handle, struct patience, timer)->closed = true;
}

void patience_end(struct patience *patience)
{
	patience->closed = false;
	uv_close((uv_handle_t *)&patience->timer, on_patience_closed);
	while (!patience->closed)
		uv_run(patience->loop, UV_RUN_NOWAIT);
}

void loop_end(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(loop) == 0);
}

/* ---- a server */

static void echo_answer(struct bus_call *call)
{
	if (strcmp(call->header->method, "test.Echo/Refuse") != 0) {
		bus_answer(call, NULL, call->body, call->body_len);
		return;
	}
	Asskomm__Failure *failure = failure_new(call->arena, FAILURE_CONFLICT, "no");
	failure_add(call->arena, failure, "accessions[0]", "unknown", "not known");
	bus_answer(call, failure, NULL, 0);
}

static void on_request(struct bus_server *server, struct bus_call *call)
{
	struct echo *echo = CONTAINER_OF(server, struct echo, server);
	echo->arrived++;
	snprintf(echo->peer, sizeof echo->peer, "%s", call->peer);
	snprintf(echo->method, sizeof echo->method, "%s", call->header->method);
	echo->timeout_ms = call->header->timeout_ms;
	if (echo->holds)
		echo->held[echo->n_held++] = call;
	else
		echo_answer(call);
}

static void on_kick(struct bus_server *server, const char *peer)
{
	struct echo *echo = CONTAINER_OF(server, struct echo, server);
	echo->kicks++;
	snprintf(echo->peer, sizeof echo->peer, "%s", peer);
}

void echo_start(struct echo *echo, uv_loop_t *loop, const struct keys *keys, const char *name,
	int high_water)
{
	if (echo->endpoint[0] == '\0')
		free_endpoint(echo->endpoint);
	echo->server.on_request = on_request;
	echo->server.on_kick = on_kick;
	struct bus_settings settings = { .loop = loop,
		.name = name,
		.keys_dir = keys->folder,
		.bind = echo->endpoint,
		.server = &echo->server,
		.high_water = high_water };
	RUN_UNTIL(loop, (echo->bus = bus_new(&settings)) != NULL);
}

void echo_release(struct echo *echo)
{
	size_t count = echo->n_held;
	echo->n_held = 0;
	for (size_t i = 0; i < count; i++)
		echo_answer(echo->held[i]);
}

/* ---- questions */

static void on_reply(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	struct question *question = CONTAINER_OF(request, struct question, request);
	question->answers++;
	question->answered_ms = now_ms();
	snprintf(question->code, sizeof question->code, "%s", failure == NULL ? "" : failure->code);
	snprintf(question->text, sizeof question->text, "%s", failure == NULL ? "" : failure->text);
	question->retry_after_ms = failure == NULL ? 0 : failure->retry_after_ms;
	question->violations = failure == NULL ? 0 : failure->n_violations;
	question->reply_len = body_len;
	if (body_len > 0 && body_len <= sizeof question->reply)
		memcpy(question->reply, body, body_len);
	if (question->on_answer != NULL)
		question->on_answer(question);
}

void question_init(struct question *question, uint64_t number, uint32_t timeout_ms)
{
	asskomm__header__init(&question->request.header);
	question->request.header.method = (char *)(uintptr_t) "test.Echo/Say";
	question->request.header.timeout_ms = timeout_ms;
	memcpy(question->body, &number, sizeof number);
	question->request.body = question->body;
	question->request.body_len = sizeof question->body;
	question->request.on_reply = on_reply;
	question->answers = 0;
}

void question_ask(
	struct question *question, struct bus_peers *peers, uint64_t number, uint32_t timeout_ms)
{
	question_init(question, number, timeout_ms);
	bus_ask(peers, &question->request);
}

struct bus *asker_new(uv_loop_t *loop, const struct keys *keys, const char *name, int high_water)
{
	struct bus *bus = bus_new(&(struct bus_settings){
		.loop = loop, .name = name, .keys_dir = keys->folder, .high_water = high_water });
	CHECK(bus != NULL);
	return bus;
}

double dropped(const char *reason)
{
	char series[96];
	struct arena *arena = arena_new(4u * 1024 * 1024);
	snprintf(series, sizeof series, "asskomm_bus_dropped_total{reason=\"%s\"} ", reason);
	const char *found = strstr(metrics_print(arena), series);
	double n = found == NULL ? 0 : strtod(found + strlen(series), NULL);
	arena_destroy(&arena);
	return n;
}

/* ---- a server in a process of its own */

int serve_main(int argc, char **argv)
{
	static struct echo echo;
	struct keys keys;
	uv_loop_t loop;
	CHECK(argc == 6);
	uv_loop_init(&loop);
	snprintf(keys.folder, sizeof keys.folder, "%s", argv[2]);
	snprintf(echo.endpoint, sizeof echo.endpoint, "%s", argv[4]);
	echo.holds = strcmp(argv[5], "holds") == 0;
	echo_start(&echo, &loop, &keys, argv[3], 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	return 0;
}

pid_t serve_start(const struct keys *keys, const char *name, const char *endpoint, bool holds)
{
	char *arguments[] = { (char *)(uintptr_t) "bus", (char *)(uintptr_t) "serve",
		(char *)(uintptr_t)keys->folder, (char *)(uintptr_t)name,
		(char *)(uintptr_t)endpoint, (char *)(uintptr_t)(holds ? "holds" : "echoes"),
		NULL };
	pid_t pid;
	CHECK(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ) == 0);
	return pid;
}

void serve_kill(pid_t pid, int signal)
{
	int status;
	CHECK(kill(pid, signal) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
}
