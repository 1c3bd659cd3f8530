/* What the parts of the HTTP server share: http.c (the server's life), http_connection.c (one
 * connection's state), http_address.c (how many an address has), http_intake.c (what comes in),
 * http_gate.c (what may reach the parser), http_message.c (from bytes to an exchange, by
 * http-parser), http_exchange.c (answers) and http_stream.c (answers that go on). Nobody else
 * includes this, but their tests. */
#ifndef ASSKOMM_RUNTIME_HTTP_INTERNAL_H
#define ASSKOMM_RUNTIME_HTTP_INTERNAL_H

#include "runtime/http.h"
#include <http_parser.h>

/* All bodies that are held at one time, over all connections of a server; beyond: 503. */
#define HTTP_BODIES_MAX (64u * 1024 * 1024)
/* What may wait to be written before a connection takes no further request. */
#define HTTP_WRITE_QUEUE_MAX (256u * 1024)
/* Of an exchange's arena. */
#define HTTP_ARENA_CEILING (16u * 1024 * 1024)
/* Connections beyond the limit that still get a 503; further ones are just closed. */
#define HTTP_SURPLUS_MAX 64
/* The same for those of one address, with a 429. */
#define HTTP_ADDRESS_SURPLUS_MAX 8
#define HTTP_ADDRESS_PLACES 1024
/* Input buffers kept for the next connection that reads. */
#define HTTP_SPARE_MAX 64

/* ---- the gate: pure functions over bytes, stricter than the parser behind it */

enum http_scan { HTTP_SCAN_MORE, HTTP_SCAN_COMPLETE, HTTP_SCAN_BROKEN };

/* Looks for the end of a head in `len` bytes. *scanned remembers between calls where to go on
 * (start with 0) and is the head's length when COMPLETE. BROKEN: a bare CR or LF. */
enum http_scan http_gate_scan(const char *bytes, size_t len, size_t *scanned);

/* The verdict on a complete head, and what follows it. */
struct http_gate {
	unsigned status;    /* 0: may pass; else to be answered, then close */
	const char *detail; /* why not */
	uint64_t content_length;
	bool chunked;
	bool expects_continue;
	char languages[128]; /* Accept-Language, also of a head that may not pass; "" when longer */
};
struct http_gate http_gate_head(const char *head, size_t len);

/* Where in a chunked body the next byte stands. */
enum http_chunk_place {
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK_EXTENSION,
	HTTP_CHUNK_SIZE_LF,
	HTTP_CHUNK_DATA,
	HTTP_CHUNK_DATA_CR,
	HTTP_CHUNK_DATA_LF,
	HTTP_CHUNK_TRAILER, /* at the start of a line */
	HTTP_CHUNK_NAME,
	HTTP_CHUNK_VALUE,
	HTTP_CHUNK_TRAILER_LF,
	HTTP_CHUNK_LAST_LF,
	HTTP_CHUNK_END,       /* behind the message */
	HTTP_CHUNK_BROKEN,    /* 400 */
	HTTP_CHUNK_TOO_LARGE, /* 413 */
};

struct http_chunks {
	enum http_chunk_place place;
	uint64_t max;   /* that the body may have */
	uint64_t size;  /* of this chunk; then what is left of it */
	uint64_t total; /* of all sizes so far */
	size_t digits;
	size_t overhead; /* bytes of extensions and trailers so far */
};

/* Walks over `len` bytes and gives how many of them belong to the body; stops behind the message
 * or at the first byte that breaks it. Start with a zeroed struct. */
size_t http_gate_chunks(struct http_chunks *chunks, const char *bytes, size_t len);

/* ---- one request and its answer */

/* The public exchange and what http needs to answer it in its turn. In its own arena. */
struct http_turn {
	struct http_exchange exchange;
	struct http_server *server; /* counts it; NULL when it was given up */
	bool keeps_alive;           /* by version and Connection of the request */
	bool is_old;                /* HTTP/1.0 */
	bool is_stream;             /* it goes on: no length, no keep-alive, not in http_answer */
	bool is_answered;           /* what follows is set */
	unsigned status;
	const char *content_type;
	const char *body;
	size_t body_len;
	char *kept;         /* a copy of the body, when it could not be written at once */
	struct text *added; /* header lines of the handler; NULL: none */
	bool has_cache_control;
	size_t body_capacity; /* of the request's body */
	uv_write_t write;
};

/* A turn in an arena of its own, counted by the server until it is destroyed. */
struct http_turn *http_turn_new(struct http_server *server);
void http_turn_destroy(struct http_turn **turn);

/* Fills in an answer of the server itself, a problem document. */
void http_turn_refuse(struct http_turn *turn, unsigned status, const char *detail);

/* Appends to the request's body. False when the server holds too many bodies already. `expected`
 * is what the body will have at most. */
bool http_turn_append(
	struct http_turn *turn, const char *bytes, size_t len, size_t expected) MUST_CHECK;

/* ---- one connection */

enum connection_state {
	CONNECTION_IDLE,   /* nothing received, nothing to answer */
	CONNECTION_HEAD,   /* a head is coming in */
	CONNECTION_BODY,   /* a body is coming in */
	CONNECTION_BUSY,   /* requests are being answered, nothing of the next one has come */
	CONNECTION_PAUSED, /* no more requests for now: reading is stopped */
	CONNECTION_STREAM, /* one answer goes on; what comes in is dropped */
	CONNECTION_LAST,   /* no more requests; what comes in is dropped; answers are still due */
	CONNECTION_HALF,   /* the same, and the client has closed its side */
	/* Our side closes behind the last answer; what comes in is dropped, so that the answer is
	 * not lost to a reset. */
	CONNECTION_LINGER,
	CONNECTION_ENDING,  /* the same, and the client has closed its side */
	CONNECTION_CLOSING, /* uv_close was called */
};

/* Freed in its close callback. What it holds of one message (parser, gate, chunks) is set anew for
 * each. */
struct http_connection {
	uv_tcp_t tcp;
	struct http_server *server;
	struct network_address peer;
	struct http_address *address; /* that counts it; NULL: none does */
	struct http_connection *next, *previous;
	enum connection_state state;
	uint64_t since_ms; /* when the wait began that the state's time limit is about */

	char *input; /* HTTP_HEADER_BYTES_MAX from the server's pool, NULL while there is nothing */
	size_t start, len;
	size_t scanned;
	bool asks_head; /* the request that is coming in: its answer has no body, also a refusal */

	struct http_turn *incoming; /* in CONNECTION_BODY */
	http_parser parser;
	struct http_gate gate;
	struct http_chunks chunks;
	uint64_t received; /* bytes of the body as they came in */
	bool is_complete;  /* the parser saw the end of the message */

	struct http_turn *first, *last; /* to be answered, in order */
	unsigned waiting;
	size_t stalled_len; /* the write queue, when it last changed */
	uint64_t stalled_ms;
	uv_shutdown_t shutdown;
};

/* A connection that uv_accept may fill; counted by the server. */
struct http_connection *http_connection_new(struct http_server *server);
/* Begins to read. */
void http_connection_start(struct http_connection *connection);

/* Answers with a problem after what is still to be answered, then ends the connection. */
void http_connection_refuse(
	struct http_connection *connection, unsigned status, const char *detail);

/* Takes no more requests; ends when all is answered. */
void http_connection_drain(struct http_connection *connection);

/* Judges the time limits. */
void http_connection_sweep(struct http_connection *connection, uint64_t now_ms);

/* In CONNECTION_STREAM: the stream is at its end, and with it the connection. */
void http_connection_end_stream(struct http_connection *connection);

/* Ends at once; exchanges that are not answered yet are gone. */
void http_connection_close(struct http_connection *connection);

/* Something was answered: write what is next in order, then go on. */
void http_connection_flush(struct http_connection *connection);

/* The only way from state to state; a move that the table does not allow is a bug. */
void http_connection_move(struct http_connection *connection, enum connection_state state);

/* Hands a complete request to the handler, which may answer it before this returns. */
void http_connection_dispatch(struct http_connection *connection, struct http_turn *turn);

/* Gives the input buffer back. */
void http_connection_release_input(struct http_connection *connection);

/* ---- what has come in (http_intake.c) */

/* Takes as many requests out of the input as there are. */
void http_intake(struct http_connection *connection);

/* In CONNECTION_BODY: says "100 Continue" if the client waits for it and no answer is due. */
void http_intake_invite(struct http_connection *connection);

/* ---- bytes to exchanges, by http-parser (http_message.c) */

/* Reads a head that passed the gate. NULL when the parser refuses it: 400. */
struct http_turn *http_message_head(
	struct http_connection *connection, const char *head, size_t len);

/* Reads bytes of the body, at most up to its end. 0, or the status to refuse with. */
unsigned http_message_body(struct http_connection *connection, const char *bytes, size_t len);

/* "Not Found", or "" for a status that nobody knows. */
const char *http_message_reason(unsigned status);

/* The head of the turn's answer, in its arena, with room for `spare` bytes behind it. */
char *http_turn_head(const struct http_turn *turn, bool closes, size_t spare, size_t *out_len);

/* Writes an answered turn, which must be the next in order. Destroys it, at once or when all is
 * written. False when the connection is broken. */
bool http_turn_write(
	struct http_turn *turn, struct http_connection *connection, bool closes) MUST_CHECK;

/* ---- how many connections an address has (http_address.c) */

/* Made with the first connection of an address, freed with its last. */
struct http_address {
	struct network_address site;
	size_t connections;
	struct http_address *next; /* in the same place of the table */
};

/* Counts a connection, whose peer is known, unless its address has no limit. */
void http_address_enter(struct http_connection *connection);
void http_address_leave(struct http_connection *connection);

/* ---- the server */

/* How long which wait may take; the table of the defaults is in http.c. */
struct http_limits {
	uint64_t header_ms;     /* from the first byte of a head to its last */
	uint64_t body_grace_ms; /* before the rate of a body is judged */
	uint64_t idle_ms;
	uint64_t half_closed_ms; /* a client that closed its side is gone after it */
	uint64_t linger_ms;
	uint64_t stalled_ms; /* nothing of an answer could be written */
};

/* Draining takes no connections and ends those that have nothing to do; ending waits only for
 * libuv to give the handles back. */
enum http_server_state { HTTP_LISTENING, HTTP_DRAINING, HTTP_ENDING };

struct http_server {
	uv_loop_t *loop;
	uv_tcp_t listener;
	uv_timer_t sweep;
	unsigned handles; /* that libuv still knows; the server is freed after the last */
	enum http_server_state state;
	int port;
	struct http_handler *handler;
	struct http_limits limits; /* tests make them shorter */
	struct http_bounds bounds;
	struct http_address *addresses[HTTP_ADDRESS_PLACES];
	struct http_connection *connections;
	size_t n_connections;
	size_t inflight;   /* turns, from the end of their head to the end of their answer */
	size_t body_bytes; /* of all turns, never more than HTTP_BODIES_MAX */
	char *spare[HTTP_SPARE_MAX];
	size_t n_spare;
	time_t date_second;
	char date[32];
};

/* An input buffer, and back. */
char *http_server_take_buffer(struct http_server *server);
void http_server_give_buffer(struct http_server *server, char *buffer);

/* A connection was closed and is freed by its caller. */
void http_server_forget(struct http_server *server, struct http_connection *connection);

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
const char *http_server_date(struct http_server *server);

#endif
