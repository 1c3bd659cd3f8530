/* What the parts of the bus know of each other; nobody else includes this.
 *
 *   bus.c          life: opening, draining, closing; the one timer
 *   bus_socket.c   options table, the reactor, frames
 *   bus_keys.c     CURVE keys in files
 *   bus_zap.c      who may connect
 *   bus_server.c   ROUTER: requests in, answers out
 *   bus_client.c   requests out, answers in: correlation, deadlines, waiting
 *   bus_peers.c    one callee: which replicas there are
 *   bus_peer.c     one replica: its DEALER, its monitor, its states
 *   bus_resolve.c  host names, without ever blocking
 *   bus_publish.c  PUB and SUB
 *
 * All of it belongs to the loop's thread. */
#ifndef ASSKOMM_RUNTIME_BUS_INTERNAL_H
#define ASSKOMM_RUNTIME_BUS_INTERNAL_H

#include "runtime/bus.h"
#include <netdb.h>
#include <zmq.h>

#define BUS_VERSION 1
#define BUS_NAME_SIZE 64
#define BUS_HOST_SIZE 256
#define BUS_ADDRESS_SIZE 96 /* "tcp://[address%scope]:port" */
#define BUS_KEY_SIZE 41     /* Z85 and its NUL */
#define BUS_KEYS_MAX 256
#define BUS_FRAMES_MAX 8        /* kept of one message; a ZAP request has 7 */
#define BUS_ENDPOINTS_MAX 16    /* of one callee */
#define BUS_REPLICAS_MAX 32     /* of one callee */
#define BUS_OUTSTANDING_MAX 512 /* per replica; a power of two */
#define BUS_WAITING_MAX 512     /* requests per callee that wait for a replica */
#define BUS_WAIT_MS 1000        /* and for how long */
#define BUS_TIMEOUT_MS 5000     /* of a request that names none */
#define BUS_STEP_MS 10          /* resolution of deadlines */
#define BUS_REST_MS 250         /* the timer comes at least this often */
#define BUS_CALLERS_MAX 256     /* that are told of a GOAWAY */
#define BUS_BLOCKED_MAX 1024    /* answers that wait for a slow caller */
#define BUS_BLOCKED_BYTES (64u * 1024 * 1024)
#define BUS_BLOCKED_MS 10000
#define BUS_INFLIGHT_BYTES (256u * 1024 * 1024) /* of request bodies being answered */
#define BUS_SILENCE_MS 5000                     /* of a publisher that sends beacons each second */

/* ---- keys */

/* One authorized public key. A service may have several: that is how keys are rotated. */
struct bus_key {
	char service[BUS_NAME_SIZE];
	char text[BUS_KEY_SIZE];
	uint8_t bytes[32];
};

/* The own pair and all that are authorized, as read at read_ms. */
struct bus_keys {
	char folder[1024];
	char public_key[BUS_KEY_SIZE];
	char secret_key[BUS_KEY_SIZE];
	uint64_t read_ms;
	size_t count;
	struct bus_key keys[BUS_KEYS_MAX];
};

/* Reads <folder>/<name>.key and <folder>/authorized. False after a line on stderr when the secret
 * is missing, malformed, or readable by others. */
bool bus_keys_load(const char *folder, const char *name, struct bus_keys *out_keys) MUST_CHECK;

/* Reads the authorized keys again when they were read more than a second ago. */
void bus_keys_refresh(struct bus_keys *keys);

/* The service that a key (32 bytes) belongs to, or NULL. */
const char *bus_keys_service(const struct bus_keys *keys, const uint8_t *bytes);

/* A key of that service: counts through them by `attempt`. NULL when it has none. */
const char *bus_keys_of(const struct bus_keys *keys, const char *service, unsigned attempt);

/* ---- sockets on the reactor */

/* Up to BUS_SUB they leave the process; the last two stay inside. */
enum bus_socket_kind { BUS_ROUTER, BUS_DEALER, BUS_PUB, BUS_SUB, BUS_REP, BUS_PAIR, BUS_KINDS };

/* A message that arrived. `count` may exceed BUS_FRAMES_MAX: the others were thrown away. */
struct bus_frames {
	size_t count;
	zmq_msg_t frames[BUS_FRAMES_MAX];
};

/* One ZeroMQ socket. Embed it and set the callbacks (NULL: nothing to do), then open. Its memory
 * must live until on_closed, or as long as the bus, which an open socket holds. Only bus_socket.c
 * sends and receives: a call that forgets to mark would stall. */
struct bus_socket {
	struct bus *bus;
	void *zmq; /* NULL: closed */
	uv_poll_t poll;
	bool dirty;                         /* may hold messages that no event will announce */
	bool retry;                         /* something happened since the last blocked send */
	bool wants_out;                     /* call on_writable when it can send */
	struct bus_socket *next, *previous; /* ring */
	void (*on_message)(struct bus_socket *socket, struct bus_frames *message);
	void (*on_writable)(struct bus_socket *socket);
	void (*on_closed)(struct bus_socket *socket);
};

/* Handed to libzmq; the peer's queue is full, try later; the peer has gone. */
enum bus_sent { BUS_SENT, BUS_BLOCKED, BUS_LOST };

/* Starts and ends the reactor's handles. */
void bus_reactor_start(struct bus *bus);
void bus_reactor_stop(struct bus *bus);

/* Opens a socket with the options of its kind and our keys; `server_key` (Z85) makes it a CURVE
 * client. False (and nothing to close) when the system has no more descriptors. */
bool bus_socket_open(struct bus *bus, enum bus_socket_kind kind, const char *server_key,
	struct bus_socket *socket) MUST_CHECK;

/* False with errno, which zmq_strerror knows. Only literal addresses. */
bool bus_socket_bind(struct bus_socket *socket, const char *endpoint) MUST_CHECK;
bool bus_socket_connect(struct bus_socket *socket, const char *endpoint) MUST_CHECK;

/* Sends all frames or none, never waits. BUS_BLOCKED leaves the frames as they were; the caller
 * closes them in every case. */
enum bus_sent bus_socket_send(struct bus_socket *socket, zmq_msg_t *frames, size_t count);

/* The next check looks at the socket. */
void bus_socket_mark(struct bus_socket *socket);

/* Hands over what has already arrived, now, at most `limit` messages. */
void bus_socket_empty(struct bus_socket *socket, size_t limit);

/* Takes the socket off the loop and closes it; on_closed follows when its memory may go. Takes a
 * closed one. */
void bus_socket_close(struct bus_socket *socket);

/* A frame with a copy of the bytes, or with the packed header. */
void bus_frame_copy(const void *bytes, size_t len, zmq_msg_t *out_frame);
void bus_frame_header(const Asskomm__Header *header, zmq_msg_t *out_frame);
void bus_frames_close(zmq_msg_t *frames, size_t count);

/* The header in a frame, unpacked into the arena, or NULL: too large or no header. */
Asskomm__Header *bus_header(struct arena *arena, zmq_msg_t *frame);

/* ---- host names */

/* Finds the addresses of one "tcp://host:port". */
struct bus_resolver {
	struct bus *bus;
	char host[BUS_HOST_SIZE];
	char port[8];
	bool literal; /* an address already: there is nothing to ask */
	bool busy;
	uv_getaddrinfo_t request;
	/* `count` 0: not known at present. */
	void (*on_resolved)(
		struct bus_resolver *resolver, size_t count, char addresses[][BUS_ADDRESS_SIZE]);
};

/* Splits the endpoint. False when it is none. */
bool bus_resolver_init(struct bus *bus, const char *endpoint, size_t len,
	struct bus_resolver *resolver) MUST_CHECK;

/* Asks; on_resolved comes later, for a literal address at once. Nothing when busy. */
void bus_resolver_ask(struct bus_resolver *resolver);

/* ---- asking */

/* To add one: here, its row in MOVES, a case in bus_peer_tick. */
enum bus_peer_state {
	PEER_APART,      /* no socket; tries again at retry_ms */
	PEER_CONNECTING, /* socket, no handshake yet */
	PEER_UP,
	PEER_LEAVING, /* said GOAWAY: answers still, gets nothing new */
	PEER_STATES
};

/* The sockets of one connection; frees itself when both are closed. */
struct bus_link {
	struct bus_socket dealer;
	struct bus_socket monitor;
	struct bus_peer *peer;
	unsigned open; /* sockets whose memory is in use */
};

/* One replica of a callee. */
struct bus_peer {
	struct bus_peers *peers;
	const struct bus_resolver *source; /* the endpoint that named it */
	char address[BUS_ADDRESS_SIZE];
	bool wanted; /* still named; else it gets nothing new */
	enum bus_peer_state state;
	struct bus_link *link;
	unsigned attempts; /* connections tried; chooses among several keys */
	uint64_t backoff_ms;
	uint64_t retry_ms;
	uint64_t heard_ms;
	uint64_t ping_ms;
	unsigned missed; /* PINGs without any sign of life */
	size_t outstanding;
	struct bus_request *slots[BUS_OUTSTANDING_MAX]; /* the low bits of a correlation */
	uint16_t vacant[BUS_OUTSTANDING_MAX];           /* stack of free slots */
};

/* One endpoint of a callee; a name is asked for again at due_ms. */
struct bus_endpoint {
	struct bus_resolver resolver;
	struct bus_peers *peers;
	uint64_t due_ms;
};

/* One callee. */
struct bus_peers {
	struct bus *bus;
	struct bus_peers *next;
	char service[BUS_NAME_SIZE];
	size_t n_endpoints;
	struct bus_endpoint endpoints[BUS_ENDPOINTS_MAX];
	size_t n_replicas;
	struct bus_peer *replicas[BUS_REPLICAS_MAX];
	size_t n_waiting;
	struct bus_request *waiting[BUS_WAITING_MAX]; /* oldest first */
};

struct bus_peer *bus_peer_new(struct bus_peers *peers, const char *address);
/* What time brings: connecting again, pinging, giving up. */
void bus_peer_tick(struct bus_peer *peer, uint64_t now_ms);
/* Ends the connection; every outstanding request gets UNAVAILABLE. */
void bus_peer_down(struct bus_peer *peer, const char *why);
/* It said GOAWAY. */
void bus_peer_leave(struct bus_peer *peer);
/* Sends one message, never waits. */
enum bus_sent bus_peer_send(
	struct bus_peer *peer, const Asskomm__Header *header, const uint8_t *body, size_t body_len);

/* All callees: what time brings, the end of connections, the end of memory. */
void bus_peers_tick(struct bus *bus, uint64_t now_ms);
void bus_peers_close(struct bus *bus);
void bus_peers_free(struct bus *bus);

/* Whether new requests may go there. */
bool bus_peer_is_up(const struct bus_peer *peer);

/* A message from a replica; one that can take waiting requests; one whose requests are lost. */
void bus_client_message(struct bus_peer *peer, struct bus_frames *message);
void bus_client_flush(struct bus_peers *peers);
void bus_client_lose(struct bus_peer *peer);
/* Ends what expired; all of it when the bus closes. */
void bus_client_tick(struct bus *bus, uint64_t now_ms);
void bus_client_close(struct bus *bus);

/* ---- answering */

struct bus_call_route {
	zmq_msg_t id;   /* ROUTER's name for the caller */
	zmq_msg_t body; /* keeps call->body alive */
};

/* Who connected, to be told when we leave. */
struct bus_caller {
	uint8_t id[32];
	size_t id_len;
};

/* An answer that its caller could not take yet. */
struct bus_blocked {
	struct bus_blocked *next;
	uint64_t since_ms;
	size_t bytes;
	zmq_msg_t frames[3];
};

/* A message to the ROUTER; it can send again; what time brings; GOAWAY to all; the end of memory.
 */
void bus_server_message(struct bus_socket *router, struct bus_frames *message);
void bus_server_writable(struct bus_socket *router);
void bus_server_tick(struct bus *bus, uint64_t now_ms);
void bus_server_drain(struct bus *bus);
void bus_server_free(struct bus *bus);

/* ---- who may connect */

/* Binds the ZAP handler of this bus's context. Before any other socket. */
bool bus_zap_open(struct bus *bus) MUST_CHECK;

/* ---- publications */

struct bus_feed; /* a SUB, from opening to closed */

/* One publisher that we listen to. It outlives its sockets. */
struct bus_subscription {
	struct bus *bus;
	struct bus_subscription *next;
	struct bus_subscriber *subscriber;
	char service[BUS_NAME_SIZE];
	struct bus_resolver resolver;
	struct bus_feed *feed;
	unsigned attempts;
	bool heard;      /* on this feed */
	uint64_t due_ms; /* then the socket is made anew */
};

/* All subscriptions: what time brings, the end of sockets, the end of memory. */
void bus_subscriptions_tick(struct bus *bus, uint64_t now_ms);
void bus_subscriptions_close(struct bus *bus);
void bus_subscriptions_free(struct bus *bus);

/* ---- the bus */

/* All of it. */
struct bus {
	uv_loop_t *loop;
	char name[BUS_NAME_SIZE];
	void *context;
	int high_water;
	struct bus_keys keys;
	size_t references; /* open handles, asked names, unanswered calls: the bus outlives them */
	bool closing;

	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	struct bus_socket *sockets; /* ring; where the next check starts */

	uv_timer_t timer;
	uint64_t wake_ms; /* when the timer comes */
	uv_work_t ending;
	uv_timer_t watchdog;

	struct bus_socket zap;
	uint64_t denied_ms; /* when a refused key was last logged */

	struct bus_server *server;
	struct bus_socket router;
	bool draining;
	size_t inflight;
	size_t inflight_bytes;
	size_t n_callers, next_caller;
	struct bus_caller callers[BUS_CALLERS_MAX];
	size_t n_blocked, blocked_bytes;
	struct bus_blocked *first_blocked, *last_blocked;

	struct bus_peers *peers;
	uint64_t correlations;
	uint64_t monitors;
	uint64_t random;
	struct bus_request *first_request, *last_request; /* by expires_ms */

	struct bus_socket publisher;
	struct bus_subscription *subscriptions;
};

/* Monotonic. */
uint64_t bus_now_ms(void);

/* The timer comes at that moment at the latest. */
void bus_wake_by(struct bus *bus, uint64_t at_ms);

/* For choosing, not for secrets. */
uint64_t bus_random(struct bus *bus);

/* The bus lives until everybody who held it has let it go. */
void bus_hold(struct bus *bus);
void bus_let_go(struct bus *bus);

/* Counts a message that was thrown away, by reason. */
void bus_dropped(const char *reason);

#endif
