/* The server's life: listening, taking connections up to the limit, one timer that judges the time
 * limits of all of them, draining, ending.
 *
 * Ten sweeps a second over at most some thousand connections cost less than arming a timer for each
 * state of each request. Input buffers are lent to a connection only while bytes of it are waiting,
 * so idle connections hold none. */
#include "runtime/http_internal.h"
#include "core/catalogue.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define BACKLOG 1024
#define SWEEP_MS 100
/* All connections, and as many again as everything else in a process may need. */
#define DESCRIPTORS_WANTED (2u * HTTP_CONNECTIONS_MAX)

/* Five seconds are plenty for a head on any line; a client that holds a connection longer without
 * asking anything keeps others out. */
static const struct http_limits LIMITS = {
	.header_ms = 5000,
	.body_grace_ms = 5000,
	.idle_ms = 30000,
	.half_closed_ms = 2000,
	.linger_ms = 2000,
	.stalled_ms = 30000,
};

/* ---- what connections share */

char *http_server_take_buffer(struct http_server *server)
{
	if (server->n_spare > 0)
		return server->spare[--server->n_spare];
	char *buffer = malloc(HTTP_HEADER_BYTES_MAX);
	CHECK(buffer);
	return buffer;
}

void http_server_give_buffer(struct http_server *server, char *buffer)
{
	if (server->n_spare < HTTP_SPARE_MAX)
		server->spare[server->n_spare++] = buffer;
	else
		free(buffer);
}

/* Printed once a second at most. */
const char *http_server_date(struct http_server *server)
{
	time_t now = time(NULL);
	if (now != server->date_second) {
		struct tm utc;
		gmtime_r(&now, &utc);
		strftime(server->date, sizeof(server->date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
		server->date_second = now;
	}
	return server->date;
}

/* ---- the end */

/* Listener, timer and connections are parts of the server or point to it, and libuv uses them until
 * their close callbacks: the last of these frees the server. */
static void release_handle(struct http_server *server)
{
	if (--server->handles > 0 || server->state != HTTP_ENDING)
		return;
	while (server->n_spare > 0)
		free(server->spare[--server->n_spare]);
	free(server);
}

static void on_listener_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct http_server, listener));
}

static void on_sweep_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct http_server, sweep));
}

void http_server_forget(struct http_server *server, struct http_connection *connection)
{
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	server->n_connections--;
	http_address_leave(connection);
	metrics_add("asskomm_http_connections", NULL, NULL, -1);
	/* Without connections there is nothing to sweep, and the process may sleep. */
	if (server->n_connections == 0 && server->state != HTTP_ENDING)
		uv_timer_stop(&server->sweep);
	release_handle(server);
}

/* The listener first, so that no connection slips in between. */
void http_server_drain(struct http_server *server)
{
	if (server->state != HTTP_LISTENING)
		return;
	server->state = HTTP_DRAINING;
	uv_close((uv_handle_t *)&server->listener, on_listener_closed);
	for (struct http_connection *each = server->connections; each; each = each->next)
		http_connection_drain(each);
}

size_t http_server_inflight(const struct http_server *server)
{
	return server->inflight;
}

void http_server_destroy(struct http_server **server)
{
	if (!*server)
		return;
	struct http_server *ended = *server;
	*server = NULL;
	if (ended->state == HTTP_LISTENING)
		uv_close((uv_handle_t *)&ended->listener, on_listener_closed);
	ended->state = HTTP_ENDING;
	uv_close((uv_handle_t *)&ended->sweep, on_sweep_closed);
	for (struct http_connection *each = ended->connections; each; each = each->next)
		http_connection_close(each);
}

/* ---- connections */

static void on_sweep(uv_timer_t *timer)
{
	struct http_server *server = CONTAINER_OF(timer, struct http_server, sweep);
	uint64_t now_ms = uv_now(server->loop);
	/* Closing only unlinks later, from the loop, so that the next one is still there. */
	for (struct http_connection *each = server->connections; each; each = each->next)
		http_connection_sweep(each, now_ms);
}

/* Counted from the first moment, as closing it, for whatever reason, counts it out. */
static void link_connection(struct http_server *server, struct http_connection *connection)
{
	connection->next = server->connections;
	if (connection->next)
		connection->next->previous = connection;
	server->connections = connection;
	server->handles++;
	metrics_add("asskomm_http_connections", NULL, NULL, 1);
	if (server->n_connections++ == 0)
		uv_timer_start(&server->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
}

/* By how much `count` is over the limit; a limit of 0 is none. */
static size_t over(size_t count, size_t limit)
{
	return limit > 0 && count > limit ? count - limit : 0;
}

/* Whoever is a little too much is told so; a flood is just closed. */
static void admit(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	http_address_enter(connection);
	size_t surplus = over(server->n_connections, server->bounds.connections);
	size_t of_address = connection->address ? over(connection->address->connections,
							  server->bounds.per_address)
						: 0;
	if (surplus > HTTP_SURPLUS_MAX || of_address > HTTP_ADDRESS_SURPLUS_MAX) {
		metrics_add("asskomm_http_refused_total", "status", "closed", 1);
		http_connection_close(connection);
		return;
	}
	/* Reads even if it is to be refused: unread bytes would turn the farewell into a reset. */
	http_connection_start(connection);
	if (connection->state != CONNECTION_IDLE)
		return;
	if (surplus > 0)
		http_connection_refuse(connection, 503, TEXT("Too many connections"));
	else if (of_address > 0)
		http_connection_refuse(
			connection, 429, TEXT("Too many connections of this address"));
}

/* One that is too many is taken nevertheless: left in the backlog it would wait for nothing. */
static void on_connection(uv_stream_t *listener, int status)
{
	struct http_server *server = CONTAINER_OF(listener, struct http_server, listener);
	if (status < 0) {
		log_line(LOG_WARN, "connection not taken", "why", uv_strerror(status), NULL);
		return;
	}
	struct http_connection *connection = http_connection_new(server);
	link_connection(server, connection);
	if (uv_accept(listener, (uv_stream_t *)&connection->tcp) == 0)
		admit(connection);
	else
		http_connection_close(connection);
}

/* ---- the beginning */

/* Binds and listens; 0 or a libuv error. Looking up the name blocks, but nothing runs yet. */
static int listen_on(struct http_server *server, const char *host, int port)
{
	char service[16];
	snprintf(service, sizeof(service), "%d", port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *found = NULL;
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return UV_EAI_NONAME;
	int error = uv_tcp_bind(&server->listener, found->ai_addr, 0);
	freeaddrinfo(found);
	if (error == 0)
		error = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
	return error;
}

static int bound_port(const struct http_server *server)
{
	struct sockaddr_storage address;
	int len = sizeof(address);
	CHECK(uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &len) == 0);
	return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
					     : ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* The limit that a shell gives is made for programs with few files; the hard one is what the
 * machine's owner allows. A process that may open fewer says so by refusing connections. */
static void raise_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct http_server *http_server_new(
	uv_loop_t *loop, const char *host, int port, struct http_handler *handler)
{
	/* Writing to a client that is gone must be an error, not the end. */
	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	struct http_server *server = calloc(1, sizeof(*server));
	CHECK(server);
	server->loop = loop;
	server->handler = handler;
	server->limits = LIMITS;
	server->bounds.connections = HTTP_CONNECTIONS_MAX;
	server->handles = 2;
	CHECK(uv_tcp_init(loop, &server->listener) == 0);
	CHECK(uv_timer_init(loop, &server->sweep) == 0);
	/* Half-built is fine for destroy: the handles are initialised, nothing else is needed. */
	int error = listen_on(server, host, port);
	if (error != 0) {
		log_line(LOG_ERROR, "cannot listen", "host", host, "why", uv_strerror(error), NULL);
		http_server_destroy(&server);
		return NULL;
	}
	server->port = bound_port(server);
	return server;
}

void http_server_bound(struct http_server *server, const struct http_bounds *bounds)
{
	CHECK(bounds->connections > 0 && bounds->connections <= HTTP_CONNECTIONS_MAX);
	CHECK(server->n_connections == 0);
	server->bounds = *bounds;
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}
