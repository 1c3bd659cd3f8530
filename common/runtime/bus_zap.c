/* Who may connect: libzmq asks here (RFC 27, ZAP) about every CURVE handshake of this context, and
 * we answer with the name of the service that the key belongs to. The name travels as User-Id on
 * every message of that connection.
 *
 * libzmq 4.3.4 lets everybody in when nobody answers here. So this socket is bound before all
 * others, and bus_server.c looks at the User-Id of each message once more. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <errno.h>
#include <string.h>

/* A request: version, request id, domain, address, routing id, mechanism, key. */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, ROUTING_ID, MECHANISM, KEY, REQUEST_FRAMES };

#define ANSWER_FRAMES 6
#define KEY_BYTES 32
#define LOG_EVERY_MS 1000

static bool frame_is(zmq_msg_t *frame, const char *text)
{
	size_t len = strlen(text);
	return zmq_msg_size(frame) == len && memcmp(zmq_msg_data(frame), text, len) == 0;
}

/* A scan of the network must not fill the log. */
static void log_denied(struct bus *bus, zmq_msg_t *address)
{
	char text[64];
	uint64_t now = bus_now_ms();
	size_t len = zmq_msg_size(address);
	bus_dropped("unknown_key");
	if (now - bus->denied_ms < LOG_EVERY_MS)
		return;
	bus->denied_ms = now;
	len = len < sizeof text - 1 ? len : sizeof text - 1;
	memcpy(text, zmq_msg_data(address), len);
	text[len] = '\0';
	log_line(LOG_WARN, "unknown key refused", "address", text, NULL);
}

/* The service that asks to be let in, or NULL. */
static const char *identify(struct bus *bus, struct bus_frames *request)
{
	if (request->count != REQUEST_FRAMES || !frame_is(&request->frames[VERSION], "1.0") ||
		!frame_is(&request->frames[MECHANISM], "CURVE") ||
		zmq_msg_size(&request->frames[KEY]) != KEY_BYTES)
		return NULL;
	bus_keys_refresh(&bus->keys);
	return bus_keys_service(&bus->keys, zmq_msg_data(&request->frames[KEY]));
}

static void on_request(struct bus_socket *socket, struct bus_frames *request)
{
	/* Only libzmq itself can reach an inproc socket of our context. */
	CHECK(request->count > ADDRESS && request->count <= BUS_FRAMES_MAX);
	const char *service = identify(socket->bus, request);
	if (service == NULL)
		log_denied(socket->bus, &request->frames[ADDRESS]);
	zmq_msg_t answer[ANSWER_FRAMES];
	const char *status = service == NULL ? "400" : "200";
	const char *user_id = service == NULL ? "" : service;
	bus_frame_copy("1.0", 3, &answer[0]);
	bus_frame_copy(zmq_msg_data(&request->frames[REQUEST_ID]),
		zmq_msg_size(&request->frames[REQUEST_ID]), &answer[1]);
	bus_frame_copy(status, strlen(status), &answer[2]);
	bus_frame_copy("", 0, &answer[3]);
	bus_frame_copy(user_id, strlen(user_id), &answer[4]);
	bus_frame_copy("", 0, &answer[5]);
	if (bus_socket_send(socket, answer, ANSWER_FRAMES) != BUS_SENT)
		bus_dropped("handshake"); /* whoever shook hands has gone */
	bus_frames_close(answer, ANSWER_FRAMES);
}

bool bus_zap_open(struct bus *bus)
{
	bus->zap.on_message = on_request;
	if (bus_socket_open(bus, BUS_REP, NULL, &bus->zap) &&
		bus_socket_bind(&bus->zap, "inproc://zeromq.zap.01"))
		return true;
	log_line(LOG_ERROR, "no ZAP handler", "why", zmq_strerror(errno), NULL);
	return false;
}
