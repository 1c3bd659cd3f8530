/* ZeroMQ sockets on the loop.
 *
 * The descriptor of a ZeroMQ socket tells only that its state may have changed, once, and every
 * call on the socket may take that news away. So nothing is ever concluded from the descriptor: an
 * event or a call of ours marks the socket as dirty, and the loop does not sleep while anything is
 * dirty. prepare (just before the loop sleeps) asks dirty sockets for their real state and keeps
 * the loop awake when there is something to do; check (just after) receives until the socket says
 * that it is empty. Both questions make libzmq read its mailbox to the end; what comes after that
 * makes the descriptor readable again.
 *
 * A blocked send is tried again when something happened on the socket since (retry). The failed
 * send itself does not count, or a ROUTER with one slow peer among others would spin. */
#include "core/reflect.h"
#include "runtime/bus_internal.h"
#include <errno.h>
#include <string.h>

/* What one socket may do in one turn of the loop. */
#define FAIR_MESSAGES 64
#define FAIR_NS 2000000

/* CURVE adds 33 bytes to a frame; what is a little too large is answered, not cut off. */
#define FRAME_MAX ((int)BUS_MESSAGE_MAX + 1024)
#define SUBSCRIPTION_MAX (64 * 1024)
#define UNSET (-2)

/* To add one: a row. Set before bind and connect. No ZMTP heartbeats: libzmq 4.3.4 aborts when a
 * consumer with heartbeats stalls. libzmq's own attempts to connect stay under BUS_WAIT_MS, so that
 * requests that wait for a restarted service find it. A publication may be as large as a message:
 * the fact that the territory changed lists all of it. */
static const struct {
	int option;
	bool wide; /* int64_t */
	int values[BUS_SUB + 1];
} OPTIONS[] = {
	/* clang-format off */
	/*                                 ROUTER     DEALER     PUB               SUB */
	{ ZMQ_LINGER, false,             { 1000,      0,         1000,             0         } },
	{ ZMQ_SNDHWM, false,             { 1000,      256,       10000,            UNSET     } },
	{ ZMQ_RCVHWM, false,             { 1000,      256,       UNSET,            10000     } },
	{ ZMQ_MAXMSGSIZE, true,          { FRAME_MAX, FRAME_MAX, SUBSCRIPTION_MAX, FRAME_MAX } },
	{ ZMQ_HANDSHAKE_IVL, false,      { 5000,      5000,      5000,             5000      } },
	{ ZMQ_RECONNECT_IVL, false,      { UNSET,     100,       UNSET,            100       } },
	{ ZMQ_RECONNECT_IVL_MAX, false,  { UNSET,     1000,      UNSET,            1000      } },
	{ ZMQ_CONNECT_TIMEOUT, false,    { UNSET,     3000,      UNSET,            3000      } },
	{ ZMQ_IMMEDIATE, false,          { UNSET,     1,         UNSET,            UNSET     } },
	{ ZMQ_ROUTER_MANDATORY, false,   { 1,         UNSET,     UNSET,            UNSET     } },
	{ ZMQ_TCP_KEEPALIVE, false,      { 1,         1,         1,                1         } },
	{ ZMQ_TCP_KEEPALIVE_IDLE, false, { 30,        30,        30,               30        } },
	{ ZMQ_TCP_KEEPALIVE_INTVL, false,{ 10,        10,        10,               10        } },
	{ ZMQ_TCP_KEEPALIVE_CNT, false,  { 3,         3,         3,                3         } },
	{ ZMQ_TCP_MAXRT, false,          { 10000,     10000,     10000,            10000     } },
	{ ZMQ_BACKLOG, false,            { 256,       UNSET,     256,              UNSET     } },
	{ ZMQ_IPV6, false,               { 1,         1,         1,                1         } },
	/* clang-format on */
};

static const int TYPES[BUS_KINDS] = {
	[BUS_ROUTER] = ZMQ_ROUTER,
	[BUS_DEALER] = ZMQ_DEALER,
	[BUS_PUB] = ZMQ_PUB,
	[BUS_SUB] = ZMQ_SUB,
	[BUS_REP] = ZMQ_REP,
	[BUS_PAIR] = ZMQ_PAIR,
};

/* ---- frames */

void bus_frame_copy(const void *bytes, size_t len, zmq_msg_t *out_frame)
{
	CHECK(zmq_msg_init_size(out_frame, len) == 0);
	if (len > 0)
		memcpy(zmq_msg_data(out_frame), bytes, len);
}

/* Packed straight into the frame. */
void bus_frame_header(const Asskomm__Header *header, zmq_msg_t *out_frame)
{
	CHECK(zmq_msg_init_size(out_frame, asskomm__header__get_packed_size(header)) == 0);
	asskomm__header__pack(header, zmq_msg_data(out_frame));
}

void bus_frames_close(zmq_msg_t *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
}

Asskomm__Header *bus_header(struct arena *arena, zmq_msg_t *frame)
{
	size_t len = zmq_msg_size(frame);
	if (len > BUS_HEADER_MAX)
		return NULL;
	return (Asskomm__Header *)(void *)reflect_unpack(
		arena, &asskomm__header__descriptor, zmq_msg_data(frame), len);
}

/* Handlers may have moved frames out: those are empty then and may be closed all the same. */
static void close_message(struct bus_frames *message)
{
	bus_frames_close(
		message->frames, message->count < BUS_FRAMES_MAX ? message->count : BUS_FRAMES_MAX);
}

/* EINTR is no answer: a signal came while libzmq looked at its mailbox. */
static int receive_frame(struct bus_socket *socket, zmq_msg_t *frame)
{
	int received;
	do
		received = zmq_msg_recv(frame, socket->zmq, ZMQ_DONTWAIT);
	while (received < 0 && errno == EINTR);
	return received;
}

/* One message with all its frames, which always arrive together. False: there is none. */
static bool receive(struct bus_socket *socket, struct bus_frames *out_message)
{
	bool more = true;
	for (out_message->count = 0; more; out_message->count++) {
		zmq_msg_t frame;
		zmq_msg_init(&frame);
		if (receive_frame(socket, &frame) < 0) {
			zmq_msg_close(&frame);
			close_message(out_message);
			return false;
		}
		more = zmq_msg_more(&frame);
		if (out_message->count < BUS_FRAMES_MAX) {
			zmq_msg_init(&out_message->frames[out_message->count]);
			zmq_msg_move(&out_message->frames[out_message->count], &frame);
		}
		zmq_msg_close(&frame);
	}
	return true;
}

/* Later frames of a message can only fail when the peer went away in between: libzmq then throws
 * the message away as a whole. */
enum bus_sent bus_socket_send(struct bus_socket *socket, zmq_msg_t *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int flags = i + 1 < count ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT;
		int sent;
		do
			sent = zmq_msg_send(&frames[i], socket->zmq, flags);
		while (sent < 0 && errno == EINTR);
		if (sent < 0) {
			socket->dirty = true;
			return i == 0 && errno == EAGAIN ? BUS_BLOCKED : BUS_LOST;
		}
	}
	bus_socket_mark(socket);
	return BUS_SENT;
}

/* ---- the reactor */

void bus_socket_mark(struct bus_socket *socket)
{
	socket->dirty = true;
	socket->retry = true;
}

/* What the socket says of itself; makes libzmq read its mailbox. */
static int events_of(struct bus_socket *socket)
{
	int events = 0;
	size_t len = sizeof events;
	while (zmq_getsockopt(socket->zmq, ZMQ_EVENTS, &events, &len) != 0 && errno == EINTR)
		continue;
	return events;
}

static bool would_write(const struct bus_socket *socket, int events)
{
	return socket->wants_out && socket->retry && (events & ZMQ_POLLOUT);
}

/* An error on the descriptor is news too; libzmq will tell what it means. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	bus_socket_mark(CONTAINER_OF(poll, struct bus_socket, poll));
}

static void on_idle(uv_idle_t *idle)
{
	(void)idle; /* being active is all it does: the loop does not sleep */
}

/* Whether a dirty socket has something to do; else it is clean. */
static bool settle(struct bus_socket *socket)
{
	if (!socket->dirty || socket->zmq == NULL)
		return false;
	int events = events_of(socket);
	socket->dirty = (socket->on_message != NULL && (events & ZMQ_POLLIN)) ||
			would_write(socket, events);
	return socket->dirty;
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct bus *bus = CONTAINER_OF(prepare, struct bus, prepare);
	struct bus_socket *socket = bus->sockets;
	bool awake = false;
	if (socket != NULL) {
		do {
			awake = settle(socket) || awake;
			socket = socket->next;
		} while (socket != bus->sockets);
	}
	if (awake)
		uv_idle_start(&bus->idle, on_idle);
	else
		uv_idle_stop(&bus->idle);
}

/* Hands over what has arrived until the socket is empty (true), was closed by a handler, or had
 * its share. */
static bool serve_messages(struct bus_socket *socket)
{
	uint64_t start = uv_hrtime();
	for (size_t n = 0; n < FAIR_MESSAGES && uv_hrtime() - start < FAIR_NS; n++) {
		struct bus_frames message;
		if (!receive(socket, &message))
			return true;
		socket->on_message(socket, &message);
		close_message(&message);
		if (socket->zmq == NULL)
			return false;
	}
	return false;
}

static void serve(struct bus_socket *socket)
{
	socket->dirty = false;
	if (socket->on_message != NULL && !serve_messages(socket))
		socket->dirty = true;
	if (socket->zmq == NULL || !socket->wants_out)
		return;
	int events = events_of(socket);
	if (events & ZMQ_POLLIN)
		socket->dirty = true;
	if (would_write(socket, events)) {
		socket->wants_out = false;
		socket->retry = false;
		socket->on_writable(socket);
	}
}

/* Begins with another socket each time. Sockets that close meanwhile stay in the ring until their
 * close callback, so the walk holds. */
static void on_check(uv_check_t *check)
{
	struct bus *bus = CONTAINER_OF(check, struct bus, check);
	struct bus_socket *first = bus->sockets;
	if (first == NULL)
		return;
	bus->sockets = first->next;
	struct bus_socket *socket = first;
	do {
		if (socket->dirty && socket->zmq != NULL)
			serve(socket);
		socket = socket->next;
	} while (socket != first);
}

/* For a socket about to be closed: no fairness, but a limit. */
void bus_socket_empty(struct bus_socket *socket, size_t limit)
{
	struct bus_frames message;
	for (size_t n = 0; n < limit && socket->zmq != NULL && receive(socket, &message); n++) {
		socket->on_message(socket, &message);
		close_message(&message);
	}
}

void bus_reactor_start(struct bus *bus)
{
	uv_prepare_init(bus->loop, &bus->prepare);
	uv_check_init(bus->loop, &bus->check);
	uv_idle_init(bus->loop, &bus->idle);
	uv_prepare_start(&bus->prepare, on_prepare);
	uv_check_start(&bus->check, on_check);
	bus_hold(bus);
	bus_hold(bus);
	bus_hold(bus);
}

static void on_prepare_closed(uv_handle_t *handle)
{
	bus_let_go(CONTAINER_OF(handle, struct bus, prepare));
}

static void on_check_closed(uv_handle_t *handle)
{
	bus_let_go(CONTAINER_OF(handle, struct bus, check));
}

static void on_idle_closed(uv_handle_t *handle)
{
	bus_let_go(CONTAINER_OF(handle, struct bus, idle));
}

void bus_reactor_stop(struct bus *bus)
{
	uv_close((uv_handle_t *)&bus->prepare, on_prepare_closed);
	uv_close((uv_handle_t *)&bus->check, on_check_closed);
	uv_close((uv_handle_t *)&bus->idle, on_idle_closed);
}

/* ---- life */

/* All options are valid here: a refusal by libzmq is a bug of ours. */
static void set(void *zmq, int option, const void *value, size_t len)
{
	CHECK(zmq_setsockopt(zmq, option, value, len) == 0);
}

static void set_options(const struct bus *bus, enum bus_socket_kind kind, void *zmq)
{
	if (kind > BUS_SUB)
		return;
	for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
		int value = OPTIONS[i].values[kind];
		int64_t wide_value = value;
		bool is_water = OPTIONS[i].option == ZMQ_SNDHWM || OPTIONS[i].option == ZMQ_RCVHWM;
		if (value == UNSET)
			continue;
		if (is_water && bus->high_water > 0)
			value = bus->high_water;
		if (OPTIONS[i].wide)
			set(zmq, OPTIONS[i].option, &wide_value, sizeof wide_value);
		else
			set(zmq, OPTIONS[i].option, &value, sizeof value);
	}
}

/* Every socket that leaves the process speaks CURVE: who binds is the server. */
static void set_curve(
	const struct bus *bus, enum bus_socket_kind kind, const char *server_key, void *zmq)
{
	if (kind > BUS_SUB)
		return;
	int is_server = server_key == NULL;
	if (is_server) {
		set(zmq, ZMQ_CURVE_SERVER, &is_server, sizeof is_server);
		set(zmq, ZMQ_ZAP_DOMAIN, "asskomm", strlen("asskomm"));
	} else {
		set(zmq, ZMQ_CURVE_SERVERKEY, server_key, BUS_KEY_SIZE);
		set(zmq, ZMQ_CURVE_PUBLICKEY, bus->keys.public_key, BUS_KEY_SIZE);
	}
	set(zmq, ZMQ_CURVE_SECRETKEY, bus->keys.secret_key, BUS_KEY_SIZE);
}

/* Before bus->sockets is last in the ring. */
static void link_socket(struct bus *bus, struct bus_socket *socket)
{
	if (bus->sockets == NULL) {
		socket->next = socket->previous = socket;
		bus->sockets = socket;
		return;
	}
	socket->next = bus->sockets;
	socket->previous = bus->sockets->previous;
	socket->previous->next = socket;
	socket->next->previous = socket;
}

static void unlink_socket(struct bus *bus, struct bus_socket *socket)
{
	socket->previous->next = socket->next;
	socket->next->previous = socket->previous;
	if (bus->sockets == socket)
		bus->sockets = socket->next == socket ? NULL : socket->next;
}

bool bus_socket_open(struct bus *bus, enum bus_socket_kind kind, const char *server_key,
	struct bus_socket *socket)
{
	void *zmq = zmq_socket(bus->context, TYPES[kind]);
	if (zmq == NULL)
		return false;
	set_options(bus, kind, zmq);
	set_curve(bus, kind, server_key, zmq);
	if (kind == BUS_SUB)
		set(zmq, ZMQ_SUBSCRIBE, "", 0);
	int fd;
	size_t len = sizeof fd;
	CHECK(zmq_getsockopt(zmq, ZMQ_FD, &fd, &len) == 0);
	if (uv_poll_init(bus->loop, &socket->poll, fd) != 0) {
		zmq_close(zmq);
		return false;
	}
	CHECK(uv_poll_start(&socket->poll, UV_READABLE, on_poll) == 0);
	socket->bus = bus;
	socket->zmq = zmq;
	bus_hold(bus);
	link_socket(bus, socket);
	/* An inproc socket's descriptor only works after its state was asked for once. */
	bus_socket_mark(socket);
	return true;
}

bool bus_socket_bind(struct bus_socket *socket, const char *endpoint)
{
	bus_socket_mark(socket);
	return zmq_bind(socket->zmq, endpoint) == 0;
}

bool bus_socket_connect(struct bus_socket *socket, const char *endpoint)
{
	bus_socket_mark(socket);
	return zmq_connect(socket->zmq, endpoint) == 0;
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct bus_socket *socket = CONTAINER_OF(handle, struct bus_socket, poll);
	struct bus *bus = socket->bus;
	unlink_socket(bus, socket);
	if (socket->on_closed != NULL)
		socket->on_closed(socket);
	bus_let_go(bus);
}

/* uv_close stops watching the descriptor at once; only then may it go. */
void bus_socket_close(struct bus_socket *socket)
{
	if (socket->zmq == NULL)
		return;
	uv_close((uv_handle_t *)&socket->poll, on_poll_closed);
	zmq_close(socket->zmq);
	socket->zmq = NULL;
}
