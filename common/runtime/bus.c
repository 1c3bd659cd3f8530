/* The bus as a whole: opening and closing it in the right order, and its one timer.
 *
 * Everything that waits for time (deadlines, connecting again, pings, silence) names the moment
 * with bus_wake_by; the timer comes at the earliest of them and asks every part.
 *
 * Closing takes a few turns of the loop. Sockets and handles go first; when the last of them is
 * closed, the ZeroMQ context is ended on a thread of libuv's pool, because that waits until the
 * last answers are on their way (LINGER) while other things on the loop may still want to run. The
 * memory goes last. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCHDOG_MS 5000

/* libuv's clock, which is also its timers', but of this moment: the loop's own time stands still
 * while callbacks run. */
uint64_t bus_now_ms(void)
{
	return uv_hrtime() / 1000000;
}

void bus_dropped(const char *reason)
{
	metrics_add("asskomm_bus_dropped_total", "reason", reason, 1);
}

/* splitmix64: good enough to choose a replica by. */
uint64_t bus_random(struct bus *bus)
{
	bus->random += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t mixed = bus->random;
	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

/* ---- time */

static void on_timer(uv_timer_t *timer);

/* A moment in the past is the next turn of the loop. */
static void arm(struct bus *bus)
{
	uint64_t now = uv_now(bus->loop);
	uv_timer_start(&bus->timer, on_timer, bus->wake_ms > now ? bus->wake_ms - now : 0, 0);
}

void bus_wake_by(struct bus *bus, uint64_t at_ms)
{
	if (bus->closing || at_ms >= bus->wake_ms)
		return;
	bus->wake_ms = at_ms;
	arm(bus);
}

static void on_timer(uv_timer_t *timer)
{
	struct bus *bus = CONTAINER_OF(timer, struct bus, timer);
	uint64_t now = bus_now_ms();
	/* Rests first: each part may then ask for an earlier time. */
	bus->wake_ms = now + BUS_REST_MS;
	arm(bus);
	bus_client_tick(bus, now);
	bus_peers_tick(bus, now);
	bus_server_tick(bus, now);
	bus_subscriptions_tick(bus, now);
}

/* ---- the end */

/* Nothing is left on the loop. Whoever asked again while the bus was closing is told now. */
static void on_watchdog_closed(uv_handle_t *handle)
{
	struct bus *bus = CONTAINER_OF(handle, struct bus, watchdog);
	bus_client_close(bus);
	bus_server_free(bus);
	bus_peers_free(bus);
	bus_subscriptions_free(bus);
	explicit_bzero(&bus->keys, sizeof bus->keys);
	free(bus);
}

static void on_ended(uv_work_t *work, int status)
{
	(void)status;
	struct bus *bus = CONTAINER_OF(work, struct bus, ending);
	uv_close((uv_handle_t *)&bus->watchdog, on_watchdog_closed);
}

/* On a thread of the pool: touches nothing but the context, whose sockets are all closed. */
static void end_context(uv_work_t *work)
{
	struct bus *bus = CONTAINER_OF(work, struct bus, ending);
	while (zmq_ctx_term(bus->context) != 0 && errno == EINTR)
		continue;
}

/* The answers are lost then, but a process that does not end would block its successor. */
static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	log_line(LOG_ERROR, "ZeroMQ does not end; leaving", NULL);
	_exit(1);
}

/* Every part that libuv or a handler still knows of holds the bus; the last one to let go of a
 * closing bus ends it. */
void bus_hold(struct bus *bus)
{
	bus->references++;
}

void bus_let_go(struct bus *bus)
{
	CHECK(bus->references > 0);
	bus->references--;
	if (bus->references > 0 || !bus->closing)
		return;
	uv_timer_init(bus->loop, &bus->watchdog);
	uv_timer_start(&bus->watchdog, on_watchdog, WATCHDOG_MS, 0);
	CHECK(uv_queue_work(bus->loop, &bus->ending, end_context, on_ended) == 0);
}

static void on_timer_closed(uv_handle_t *handle)
{
	bus_let_go(CONTAINER_OF(handle, struct bus, timer));
}

void bus_destroy(struct bus **bus)
{
	struct bus *gone = *bus;
	if (gone == NULL)
		return;
	*bus = NULL;
	gone->closing = true;
	/* Callers hear of it while everything they may touch is still there. */
	bus_client_close(gone);
	bus_peers_close(gone);
	bus_subscriptions_close(gone);
	bus_socket_close(&gone->router);
	bus_socket_close(&gone->publisher);
	/* Last, as it came first: no socket is ever without its guard. */
	bus_socket_close(&gone->zap);
	bus_reactor_stop(gone);
	uv_close((uv_handle_t *)&gone->timer, on_timer_closed);
}

/* ---- the start */

/* Opens and binds one of our own sockets, unless there is no endpoint for it. */
static bool bind_socket(
	struct bus *bus, enum bus_socket_kind kind, const char *endpoint, struct bus_socket *socket)
{
	if (endpoint == NULL)
		return true;
	if (!bus_socket_open(bus, kind, NULL, socket)) {
		log_line(LOG_ERROR, "no ZeroMQ socket", "why", zmq_strerror(errno), NULL);
		return false;
	}
	if (bus_socket_bind(socket, endpoint))
		return true;
	log_line(LOG_ERROR, "cannot bind", "endpoint", endpoint, "why", zmq_strerror(errno), NULL);
	return false;
}

static void start(struct bus *bus, const struct bus_settings *settings)
{
	bus->loop = settings->loop;
	bus->server = settings->server;
	bus->high_water = settings->high_water;
	bus->random = uv_hrtime() ^ (uint64_t)getpid() << 32;
	bus->context = zmq_ctx_new();
	CHECK(bus->context != NULL);
	/* A socket without a LINGER of its own must not keep the process from ending. */
	CHECK(zmq_ctx_set(bus->context, ZMQ_BLOCKY, 0) == 0);
	uv_timer_init(bus->loop, &bus->timer);
	bus_hold(bus);
	bus->wake_ms = bus_now_ms() + BUS_REST_MS;
	arm(bus);
	bus_reactor_start(bus);
}

struct bus *bus_new(const struct bus_settings *settings)
{
	CHECK(settings->bind == NULL || settings->server != NULL);
	CHECK(strlen(settings->name) < BUS_NAME_SIZE);
	struct bus *bus = calloc(1, sizeof *bus);
	CHECK(bus != NULL);
	snprintf(bus->name, sizeof bus->name, "%s", settings->name);
	if (!bus_keys_load(settings->keys_dir, settings->name, &bus->keys)) {
		free(bus);
		return NULL;
	}
	start(bus, settings);
	bus->router.on_message = bus_server_message;
	bus->router.on_writable = bus_server_writable;
	/* Without a ZAP handler libzmq lets every key in: it comes first, or nothing does. */
	if (!bus_zap_open(bus) || !bind_socket(bus, BUS_ROUTER, settings->bind, &bus->router) ||
		!bind_socket(bus, BUS_PUB, settings->publish, &bus->publisher))
		bus_destroy(&bus);
	return bus;
}

void bus_drain(struct bus *bus)
{
	bus_server_drain(bus);
}

size_t bus_inflight(const struct bus *bus)
{
	return bus->inflight;
}

void bus_keypair(char out_public[41], char out_secret[41])
{
	CHECK(zmq_curve_keypair(out_public, out_secret) == 0);
}
