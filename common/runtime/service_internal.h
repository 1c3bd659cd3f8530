/* How the parts of a running service hang together; for common/runtime/service*.c, dispatch.c,
 * command.c, batch.c, query.c and listener.c alone. */
#ifndef ASSKOMM_RUNTIME_SERVICE_INTERNAL_H
#define ASSKOMM_RUNTIME_SERVICE_INTERNAL_H

#include "runtime/http.h"
#include "runtime/service.h"

/* All services of the suite ask at most each other; beyond is a bug of a table. */
#define SERVICE_PEERS_MAX 12

struct batcher;
struct listening;
struct pruning;

/* A service that is asked, with all its replicas. */
struct service_peer {
	const char *name;
	struct bus_peers *peers;
};

/* The process. Lies on the stack of service_main, so it outlives every handle of its loop. */
struct service {
	const struct service_table *table;
	uv_loop_t loop;
	struct setting *settings; /* the common ones and the table's own */
	size_t n_settings;
	struct bus *bus;
	struct db *db; /* NULL: the table says without_database */
	struct http_server *admin;
	struct bus_server server; /* what dispatch.c answers */
	struct http_handler admin_handler;
	struct service_peer peers[SERVICE_PEERS_MAX];
	size_t n_peers;
	struct batcher *batchers;    /* one per save statement that was used */
	struct listening *listening; /* NULL: the table has no listener */
	struct pruning *pruning;     /* NULL: the table has no commands */
	uv_signal_t on_term, on_interrupt;
	uv_prepare_t before_sleep; /* the log is written */
	uv_timer_t heartbeat;      /* loop lag, and the steps of an orderly end */
	uint64_t last_beat_ms;
	uint64_t loop_lag_ms; /* how late the last heartbeat was */
	uint64_t drain_since_ms;
	bool draining; /* SIGTERM came; never goes back */
};

/* Services act under names that no user can have: "service:monitor". Row-level security knows them
 * by that. */
#define SERVICE_ACTOR "service:"
const char *service_actor(const struct service *service);

/* ---- one request on its way through the service; lies in its own arena and ends with the answer
 */
struct call {
	struct service *service;
	struct bus_call *bus;
	const struct method_info *method; /* NULL: not known here */
	struct arena *arena;              /* of the bus call */
	Asskomm__Principal *principal; /* whose rights count: a user's, or the asking service's */
	const char *scope;             /* the principal's scopes, comma-separated */
	ProtobufCMessage *request;     /* unpacked and valid */
	uint64_t deadline_ns;          /* uv_hrtime */
};

/* Milliseconds until the deadline, 0 when it has passed. */
uint32_t call_remaining_ms(const struct call *call);

/* Answers exactly once, writes the log line, counts; frees the call with its arena. */
void call_refuse(struct call *call, const Asskomm__Failure *failure);
void call_answer(struct call *call, const uint8_t *body, size_t body_len);

/* A statement's parameter from the request's fields, or one of the runtime's own: actor, scope,
 * today. Allocates the array in the call's arena. */
const char *const *call_values(struct call *call, const struct statement *statement);

/* The column of a list's rows that is no field of an item: on the last row of a full page the
 * cursor of the page that follows, else NULL. */
#define NEXT_COLUMN "next"

/* Reads a row into a message of the call's arena by column name. NULL, or what to refuse with: a
 * stored value does not fit its field, which is logged and counted, and named in the failure. A
 * column without a field is a bug. */
Asskomm__Failure *row_read(struct call *call, const struct db_rows *rows, size_t row,
	ProtobufCMessage *message) MUST_CHECK;

/* ---- the three kinds of work */
/* Checks the table of contents and takes over the bus: a table with a gap stops the process. */
void dispatch_init(struct service *service);
/* Answer the call, now or later. */
void command_run(struct call *call, const struct command *command);
void query_run(struct call *call, const struct query *query);
/* Begins to fold, with the offset; goes on until listener_stop, through every failure. */
void listener_start(struct service *service);
/* Ends it; a transaction under way is committed or not, both are fine. */
void listener_stop(struct service *service);
/* The number of the last fact whose effect is committed, as this process knows it. */
uint64_t listener_offset(const struct service *service);
/* Why the listener cannot go on, or NULL. */
const char *listener_why_not(const struct service *service);
/* Calls back after the next commit of the listener; waiters end when the service ends. */
struct listener_waiter {
	void (*on_fold)(struct listener_waiter *waiter);
	struct listener_waiter *next;
};
void listener_wait(struct service *service, struct listener_waiter *waiter);
void listener_forget(struct service *service, struct listener_waiter *waiter);

/* ---- keys of commands */
/* Forgets those that are older than ASSKOMM_IDEMPOTENCY_DAYS, from time to time, until
 * pruning_stop; pruning_destroy comes after the loop has ended. Both take a service that never
 * began. */
void pruning_start(struct service *service);
void pruning_stop(struct service *service);
void pruning_destroy(struct service *service);

/* ---- admin port */
/* Opens /healthz, /readyz and /metrics; ends the process when the port is taken. */
void admin_init(struct service *service);

#endif
