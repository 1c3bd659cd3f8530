/* Publications: a PUB for what we say, a SUB for each publisher we listen to.
 *
 * PUB drops what a slow or absent subscriber does not take, without a word; whoever needs all of it
 * fills gaps by asking the publisher. A publisher sends a beacon each second. One that is silent
 * for five is not there, or the socket is deaf (refused once, libzmq does not try again): either
 * way it is made anew, with the name resolved anew. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS 1000

struct bus_feed {
	struct bus_socket socket;
	struct bus_subscription *subscription;
};

/* PUB never blocks: what a subscriber's queue cannot hold is dropped by libzmq. */
void bus_publish(struct bus *bus, const uint8_t *bytes, size_t len)
{
	if (bus->closing)
		return;
	CHECK(bus->publisher.zmq != NULL);
	zmq_msg_t frame;
	bus_frame_copy(bytes, len, &frame);
	if (bus_socket_send(&bus->publisher, &frame, 1) != BUS_SENT)
		bus_dropped("publication");
	bus_frames_close(&frame, 1);
}

/* ---- listening */

/* Beacons count as life like everything else. */
static void on_message(struct bus_socket *socket, struct bus_frames *message)
{
	struct bus_subscription *subscription =
		CONTAINER_OF(socket, struct bus_feed, socket)->subscription;
	if (message->count != 1) {
		bus_dropped("frames");
		return;
	}
	subscription->heard = true;
	subscription->due_ms = bus_now_ms() + BUS_SILENCE_MS;
	subscription->subscriber->on_message(subscription->subscriber,
		zmq_msg_data(&message->frames[0]), zmq_msg_size(&message->frames[0]));
}

/* The feed outlives its subscription's interest by the closing of its socket. */
static void on_closed(struct bus_socket *socket)
{
	free(CONTAINER_OF(socket, struct bus_feed, socket));
}

/* A feed that never heard anything may have had the wrong one of several keys. */
static void close_feed(struct bus_subscription *subscription)
{
	if (subscription->feed == NULL)
		return;
	if (!subscription->heard)
		subscription->attempts++; /* perhaps it has another key by now */
	bus_socket_close(&subscription->feed->socket);
	subscription->feed = NULL;
}

/* The subscriber stays the same, only the socket changes. */
static struct bus_feed *open_feed(struct bus_subscription *subscription)
{
	struct bus *bus = subscription->bus;
	bus_keys_refresh(&bus->keys);
	const char *key = bus_keys_of(&bus->keys, subscription->service, subscription->attempts);
	struct bus_feed *feed = calloc(1, sizeof *feed);
	CHECK(feed != NULL);
	feed->subscription = subscription;
	feed->socket.on_message = on_message;
	feed->socket.on_closed = on_closed;
	if (key != NULL && bus_socket_open(bus, BUS_SUB, key, &feed->socket))
		return feed;
	log_line(LOG_WARN, "cannot subscribe", "service", subscription->service, "why",
		key == NULL ? "no authorized key" : zmq_strerror(zmq_errno()), NULL);
	free(feed);
	return NULL;
}

/* All addresses on one socket: of a service with standbys only the active one publishes. */
static void on_resolved(
	struct bus_resolver *resolver, size_t count, char addresses[][BUS_ADDRESS_SIZE])
{
	struct bus_subscription *subscription =
		CONTAINER_OF(resolver, struct bus_subscription, resolver);
	close_feed(subscription);
	subscription->heard = false;
	subscription->feed = count == 0 ? NULL : open_feed(subscription);
	subscription->due_ms =
		bus_now_ms() + (subscription->feed == NULL ? AGAIN_MS : BUS_SILENCE_MS);
	for (size_t i = 0; subscription->feed != NULL && i < count; i++)
		if (!bus_socket_connect(&subscription->feed->socket, addresses[i]))
			log_line(LOG_WARN, "cannot connect", "address", addresses[i], NULL);
}

/* Names are asked for again each time: the publisher may have moved. */
void bus_subscriptions_tick(struct bus *bus, uint64_t now_ms)
{
	for (struct bus_subscription *subscription = bus->subscriptions; subscription != NULL;
		subscription = subscription->next) {
		if (now_ms < subscription->due_ms || bus->closing)
			continue;
		if (subscription->heard)
			log_line(LOG_WARN, "publisher silent", "service", subscription->service,
				NULL);
		subscription->due_ms = now_ms + BUS_SILENCE_MS;
		bus_resolver_ask(&subscription->resolver);
	}
}

/* An endpoint that is none is told once; the subscriber then lives by asking alone. */
void bus_subscribe(struct bus *bus, const char *service, const char *endpoint,
	struct bus_subscriber *subscriber)
{
	CHECK(strlen(service) < BUS_NAME_SIZE);
	struct bus_subscription *subscription = calloc(1, sizeof *subscription);
	CHECK(subscription != NULL);
	if (!bus_resolver_init(bus, endpoint, strlen(endpoint), &subscription->resolver)) {
		log_line(LOG_ERROR, "no endpoint", "service", service, "endpoint", endpoint, NULL);
		free(subscription);
		return;
	}
	subscription->resolver.on_resolved = on_resolved;
	subscription->bus = bus;
	subscription->subscriber = subscriber;
	snprintf(subscription->service, sizeof subscription->service, "%s", service);
	subscription->next = bus->subscriptions;
	bus->subscriptions = subscription;
	subscriber->subscription = subscription;
	bus_wake_by(bus, 0);
}

void bus_subscriptions_close(struct bus *bus)
{
	for (struct bus_subscription *subscription = bus->subscriptions; subscription != NULL;
		subscription = subscription->next)
		close_feed(subscription);
}

/* The subscribers are their owners'. */
void bus_subscriptions_free(struct bus *bus)
{
	struct bus_subscription *next;
	for (struct bus_subscription *subscription = bus->subscriptions; subscription != NULL;
		subscription = next) {
		next = subscription->next;
		free(subscription);
	}
	bus->subscriptions = NULL;
}
