/* ZeroMQ on the loop: CURVE, our own ZAP handler, requests, publications. The only file that knows
 * <zmq.h> is bus.c (and its parts bus_*.c).
 *
 * Each service binds one ROUTER; a caller holds one DEALER per replica. Two frames after the
 * routing id: packed Header, packed body. Peers are known by their CURVE key: a file
 * keys/authorized/<service>.pub names the service. PUB is a hint, the ledger's replay is the truth.
 * No ZMTP heartbeats (libzmq 4.3.4 aborts with them): own PING and PONG. */
#ifndef ASSKOMM_RUNTIME_BUS_H
#define ASSKOMM_RUNTIME_BUS_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define BUS_MESSAGE_MAX (4u * 1024 * 1024)
#define BUS_HEADER_MAX (64u * 1024)
#define BUS_INFLIGHT_MAX 1024 /* requests being answered at once, beyond: TOO_MANY */

struct bus;

struct bus_settings {
	uv_loop_t *loop;
	const char *name;          /* own service name: the identity behind the CURVE key */
	const char *keys_dir;      /* <name>.key (secret, Z85) and authorized/<service>.pub (Z85) */
	const char *bind;          /* "tcp://127.0.0.1:7101" for the ROUTER, or NULL: only calls */
	const char *publish;       /* endpoint for the PUB, or NULL */
	struct bus_server *server; /* who answers; needed with bind */
	int high_water; /* messages queued towards one peer; 0: as in the table of bus_socket.c */
};

/* ---- answering */

/* What an answer to a query knows of the ledger, as envelope.proto says; all zero: nothing. */
struct bus_knowledge {
	uint64_t ledger_seq;
	bool committed;
};

/* One request that arrived. Freed by bus_answer. */
struct bus_call {
	struct bus *bus;
	struct arena *arena; /* dies with the call; ceiling 16 MiB */
	const char *peer;    /* service name by its key */
	Asskomm__Header *header;
	const uint8_t *body;
	size_t body_len;
	uint64_t received_ns;         /* uv_hrtime */
	struct bus_knowledge knows;   /* to be set before a successful answer, by who can */
	struct bus_call_route *route; /* private */
};

/* Callbacks of the answering side. A message without an authenticated peer, with other than two
 * frames, with a header that does not unpack or of another version never arrives here; it is
 * dropped and counted, or answered UNIMPLEMENTED. */
struct bus_server {
	void (*on_request)(struct bus_server *server, struct bus_call *call);
	void (*on_kick)(struct bus_server *server, const char *peer); /* NULL: ignored */
};

/* Answers exactly once and frees the call with its arena. `failure` NULL is success with the body.
 */
void bus_answer(struct bus_call *call, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len);

/* ---- asking */

struct bus_peers; /* the replicas of one service, as one callee */

/* A callee by a comma-separated list of endpoints ("tcp://host:port"); host names are resolved by
 * us, again every 5 s. `service` names the authorized/<service>.pub whose key the server must have.
 */
struct bus_peers *bus_peers_new(struct bus *bus, const char *service, const char *endpoints);

/* Whether a replica is connected and shook hands. */
bool bus_peers_are_up(const struct bus_peers *peers);

/* One request of ours. The caller fills in the upper part (header: method, timeout_ms, principal,
 * idempotency_key, traceparent, claim; v, kind and correlation are set by bus) and keeps it alive
 * until on_reply, which comes exactly once and never from inside bus_ask. */
struct bus_request {
	Asskomm__Header header;
	const uint8_t *body;
	size_t body_len;
	/* `failure` NULL is success. header, failure and body are valid during the call only. */
	void (*on_reply)(struct bus_request *request, const Asskomm__Failure *failure,
		const uint8_t *body, size_t body_len);
	struct bus_knowledge knows; /* of the answer, for on_reply */

	/* private */
	struct bus_request *next, *previous; /* by expires_ms */
	struct bus_peers *peers;
	struct bus_peer *peer; /* that it was sent to; NULL: not sent */
	uint64_t deadline_ms;
	uint64_t expires_ms; /* when its present wait ends */
	bool done;
};

/* Sends to the replica with the fewer outstanding of two; at most 512 outstanding per replica.
 * While no replica is up the request waits for one, at most 1 s and 512 of them per callee.
 * No replica, full, or lost on the way: UNAVAILABLE; too late: DEADLINE; larger than
 * BUS_MESSAGE_MAX or its header than BUS_HEADER_MAX: TOO_LARGE. A timeout_ms of 0 is 5000. */
void bus_ask(struct bus_peers *peers, struct bus_request *request);

/* The caller is no longer interested: on_reply will not come, the request may be freed. */
void bus_forget(struct bus_request *request);

/* One-way "there is work"; lost when nobody listens. */
void bus_kick(struct bus_peers *peers);

/* ---- publishing facts */

/* Publishes one packed Fact; never waits. */
void bus_publish(struct bus *bus, const uint8_t *bytes, size_t len);

struct bus_subscriber {
	/* A packed message from the publisher: Fact, or a beacon (Fact with seq = head and no
	 * type). */
	void (*on_message)(struct bus_subscriber *subscriber, const uint8_t *bytes, size_t len);
	/* private */
	struct bus_subscription *subscription;
};

/* Subscribes to everything `service` publishes; silent for 5 s means the socket is made anew. */
void bus_subscribe(struct bus *bus, const char *service, const char *endpoint,
	struct bus_subscriber *subscriber);

/* ---- life */

/* Binds ZAP first, then the rest. NULL with the reason on stderr when keys are missing or
 * world-readable, or an endpoint is taken. */
struct bus *bus_new(const struct bus_settings *settings);

/* Announces GOAWAY to callers and takes no new requests. */
void bus_drain(struct bus *bus);

/* Requests that are being answered now. */
size_t bus_inflight(const struct bus *bus);

/* Closes all sockets, ends outstanding requests with UNAVAILABLE, frees in the last close callback;
 * a watchdog ends the process after 5 s if libzmq hangs. */
void bus_destroy(struct bus **bus);

/* Makes a key pair for `asskomm keys`: Z85, 41 bytes each with NUL. */
void bus_keypair(char out_public[41], char out_secret[41]);

#endif
