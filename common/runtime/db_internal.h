/* What the parts of db share: the lane, which is one connection with its two queues.
 *
 *   db.c          the public side: accepts segments, keeps time, ends
 *   db_lane.c     one lane at work: states, sending, reading, losing the connection
 *   db_connect.c  one lane on its way: names, PQconnectPoll, preparing all statements
 *   db_hosts.c    the hosts of a conninfo
 *   db_result.c   rows and errors */
#ifndef ASSKOMM_RUNTIME_DB_INTERNAL_H
#define ASSKOMM_RUNTIME_DB_INTERNAL_H

#include "runtime/db.h"
#include <libpq-fe.h>

#define DB_LANES 2 /* when the settings say none */
#define DB_LANES_MAX 16
#define DB_WAITING_MAX 512   /* segments not sent yet, of all lanes */
#define DB_INFLIGHT_MAX 32   /* sent and not answered, per lane */
#define DB_TIMEOUT_MS 5000u  /* of a segment that says none */
#define DB_GRACE_MS 2000u    /* a server silent for longer than the timeout and this is frozen */
#define DB_TICK_MS 100u      /* how often deadlines are looked at */
#define DB_CONNECT_MS 5000u  /* for names, connecting, TLS and login together */
#define DB_PREPARE_MS 10000u /* for preparing all statements */
#define DB_REST_MIN_MS 200u  /* back-off between attempts */
#define DB_REST_MAX_MS 10000u
#define DB_REST_WANTED_MS 500u /* its ceiling while segments wait */
#define DB_STEADY_MS                                                                               \
	1000u /* ready for so long: the next loss is a new one, back-off starts anew               \
	       */
#define DB_WHY_MAX 400

/* Segments in order, linked by their `next`. */
struct fifo {
	struct db_segment *first, *last;
	size_t count;
};

static inline void fifo_push(struct fifo *fifo, struct db_segment *segment)
{
	segment->next = NULL;
	if (fifo->count++ == 0)
		fifo->first = segment;
	else
		fifo->last->next = segment;
	fifo->last = segment;
}

/* The oldest, or NULL. */
static inline struct db_segment *fifo_pop(struct fifo *fifo)
{
	struct db_segment *segment = fifo->first;

	if (segment != NULL) {
		fifo->first = segment->next;
		fifo->count--;
	}
	return segment;
}

/* The life of a lane; lane_move knows which moves are allowed. */
enum lane_state {
	LANE_RESTING,    /* waits for its back-off */
	LANE_RESOLVING,  /* host names become addresses */
	LANE_CONNECTING, /* PQconnectPoll */
	LANE_PREPARING,  /* the statements are on their way */
	LANE_READY,
	LANE_CLOSED, /* for ever: db_destroy */
};
#define LANE_STATES 6

/* One connection. Its watch and its attempt live on the heap, because libuv and the resolver may
 * let go of them only after the lane has gone on. */
struct lane {
	struct db *db;
	unsigned number;
	enum lane_state state;
	PGconn *pg;
	struct watch *watch;     /* the poll handle of the socket of this moment */
	struct attempt *attempt; /* while RESOLVING */
	uv_timer_t timer; /* RESTING: until the next attempt; before READY: the limit of this one */
	struct fifo waiting;
	struct fifo inflight;
	unsigned attempts;   /* since the lane was last steady */
	unsigned first_host; /* moves on after each attempt, so that a dead host is not always first
			      */
	uint64_t ready_ms;   /* since when */
	uint32_t silent_ms;  /* how long the server has said nothing while segments are in flight */
	size_t set_up_results;
	bool empty_before; /* the last PQgetResult gave NULL */
	bool broken;       /* to be dropped for `why` as soon as no caller is on the stack */
	char why[DB_WHY_MAX];
};

struct db {
	uv_loop_t *loop;
	char *conninfo;
	void (*on_change)(struct db *db);
	const struct statement *segment_statement;    /* sql/segment.sql */
	const struct statement *durability_statement; /* sql/durability.sql */
	struct fifo refused;                          /* to be ended by `soon` */
	size_t waiting;                               /* in all lanes */
	uv_timer_t tick;                              /* deadlines; runs while there are segments */
	uv_timer_t soon;                              /* what must not happen inside db_submit */
	unsigned open_handles;
	bool closing;
	char why_not[DB_WHY_MAX];
	unsigned n_lanes;
	struct lane lanes[];
};

/* Milliseconds of a clock that only goes forward. */
uint64_t now_ms(void);

/* ---- db.c */

/* Ends a segment: tells the caller, then frees the rows. The segment may be gone afterwards. */
void segment_end(struct db_segment *segment, enum db_outcome outcome);
/* Does what had to wait until no caller is on the stack. */
void db_soon(struct db *db);
/* Tells the owner that readiness may have changed. */
void db_changed(struct db *db);

/* ---- db_lane.c */

/* The only place where a lane's state changes. */
void lane_move(struct lane *lane, enum lane_state state);
void lane_init(struct lane *lane, struct db *db, unsigned number);
/* How long the lane may stay in its state, or rest. */
void lane_limit(struct lane *lane, uint64_t limit_ms);
/* Whether a segment can be sent at once without overtaking another one. */
bool lane_is_free(const struct lane *lane);
/* Sends one segment and puts it in flight; a failure to send breaks the lane later. */
void lane_send(struct lane *lane, struct db_segment *segment);
/* Gives up the connection: what is in flight ends as DB_UNAVAILABLE, the next attempt is planned.
 */
void lane_drop(struct lane *lane, const char *why);
/* Somebody waits for a resting lane: a long back-off is cut short. */
void lane_hurry(struct lane *lane);
/* Ends the overdue segments that wait, and the connection of a server that has frozen. */
void lane_tick(struct lane *lane, uint64_t now);
/* All statements are prepared: sends what waits. */
void lane_ready(struct lane *lane);
/* Closes the lane for ever and hands over what it held. */
void lane_close(struct lane *lane, struct fifo *out_left);
/* Calls `on_event` with the lane for events of the socket as it is now; false: no such socket. */
bool watch_open(struct lane *lane, int events,
	void (*on_event)(struct lane *lane, int status, int events)) MUST_CHECK;
/* Must happen before libpq may close the socket: its number can be another one's afterwards. */
void watch_close(struct lane *lane);
/* Breaks the lane: it takes no more segments, and is dropped by whoever is at the bottom of the
 * stack, or soon. The first reason stays. */
void lane_break(struct lane *lane, const char *why);
/* The handler of a lane that is PREPARING or READY. */
void lane_event(struct lane *lane, int status, int events);
/* Sends what libpq holds back and watches for what is needed now. */
void lane_flush(struct lane *lane);

/* ---- db_connect.c */

void lane_attempt(struct lane *lane);
/* One result while PREPARING; takes it. */
void lane_take_set_up(struct lane *lane, PGresult *result);
/* The resolver's answer is no longer wanted. */
void attempt_abandon(struct lane *lane);

/* ---- db_hosts.c */

#define HOSTS_MAX 16

struct host {
	char name[256];   /* or the folder of a socket, or "" for the default one */
	char address[48]; /* "" for libpq to find by itself (sockets) */
	char port[6];     /* "" for the default one */
};

struct hosts {
	size_t count; /* 0: the conninfo goes to libpq as it is */
	struct host host[HOSTS_MAX];
};

/* The three lists that libpq takes. */
struct host_lists {
	char names[HOSTS_MAX * 257];
	char addresses[HOSTS_MAX * 49];
	char ports[HOSTS_MAX * 7];
};

/* Reads `host` and `port` of a parsed conninfo. False: more or longer ones than there is room for.
 */
bool hosts_read(const PQconninfoOption *options, struct hosts *out_hosts) MUST_CHECK;
/* Whether the host is a name that must be resolved before libpq sees it. */
bool host_is_name(const struct host *host);
/* The lists, beginning with host `first` modulo their number. */
void hosts_join(const struct hosts *hosts, size_t first, struct host_lists *out_lists);
/* The value of an option of the conninfo, or NULL. */
const char *option_value(const PQconninfoOption *options, const char *keyword);

/* ---- db_result.c */

/* Nothing more can be expected of the connection: all in flight on it is DB_UNAVAILABLE. */
bool error_ends_connection(const PGresult *result);
/* Disk or memory ran out: rolled back, but not the statement's fault, so DB_UNAVAILABLE. */
bool error_is_passing(const struct db_error *error);
/* A commit was cancelled while it waited for the standby: PostgreSQL calls that a success. */
bool notice_means_doubt(const PGresult *result);
/* Takes over code, constraint and primary message. */
void error_read(const PGresult *result, struct db_error *out_error);
/* Copies a message of libpq as one line. */
void message_copy(char *target, size_t size, const char *message);

#endif
