/* HTTP/1.1 on the loop's own TCP, parsed by http-parser behind a strict gate: the edge and every
 * process's admin port. TLS and HTTP/2 end at the proxy in front. The only files that know
 * <http_parser.h> are http*.c. */
#ifndef ASSKOMM_RUNTIME_HTTP_H
#define ASSKOMM_RUNTIME_HTTP_H

#include "core/arena.h"
#include "core/check.h"
#include "core/network.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define HTTP_HEADERS_MAX 64
#define HTTP_HEADER_BYTES_MAX (16u * 1024)
#define HTTP_BODY_MAX (1024u * 1024)
#define HTTP_BODY_LARGE_MAX (4u * 1024 * 1024) /* where the handler says so */
#define HTTP_CONNECTIONS_MAX 4096
#define HTTP_PIPELINED_MAX 8
#define HTTP_STREAM_QUEUE_MAX (256u * 1024) /* that a reader of a stream may be behind */

struct http_server;

struct http_header {
	const char *name; /* lower case */
	const char *value;
};

/* One request and its answer. Lives until http_answer; if the client goes away before, `gone` is
 * set, on_gone (if set) is called once, and http_answer must still be called (it then only frees).
 */
struct http_exchange {
	struct arena *arena; /* dies with the exchange */
	const char *method;
	const char *target; /* raw, as received */
	const char *path;   /* percent-decoded, without query */
	const char *query;  /* raw, after '?', or "" */
	size_t n_headers;
	struct http_header headers[HTTP_HEADERS_MAX];
	const char *body;
	size_t body_len;
	uint64_t received_ns;
	struct network_address peer; /* who connected: a proxy, perhaps */
	bool gone;
	void (*on_gone)(struct http_exchange *exchange);
	/* Of a stream: the socket has taken all that was sent; or NULL. Never from inside a send.
	 */
	void (*on_drained)(struct http_exchange *exchange);
	void *owner;                        /* of the handler, untouched by http */
	struct http_connection *connection; /* private */
	struct http_exchange *next;         /* private */
};

struct http_handler {
	void (*on_request)(struct http_handler *handler, struct http_exchange *exchange);
	/* Whether the body of this request, whose head is there, may have HTTP_BODY_LARGE_MAX and
	 * not only HTTP_BODY_MAX; or NULL: never. */
	bool (*is_large)(struct http_handler *handler, const struct http_exchange *exchange);
	/* The language that the headers wish for, in which is refused what never becomes a request;
	 * or NULL: English. Of the exchange there are but headers, and maybe not all of them. */
	enum language (*language_of)(const struct http_exchange *exchange);
};

/* Listens on host:port (port 0: any free one, see http_server_port). NULL with the reason on
 * stderr when the address is taken. Limits: headers 16 KiB, 64 fields, 5 s; body 1 MiB at no less
 * than 1 KiB/s; idle 30 s; 8 pipelined. A request that breaks framing is answered 400 and closed.
 */
struct http_server *http_server_new(
	uv_loop_t *loop, const char *host, int port, struct http_handler *handler);
int http_server_port(const struct http_server *server);

/* How many connections at once, before any come. Who is over the total is answered 503; who is over
 * what one address may have (an IPv4 address, a /64 of IPv6) 429; then closed. */
struct http_bounds {
	size_t connections;     /* at most HTTP_CONNECTIONS_MAX, which is the default */
	size_t per_address;     /* 0, the default: no limit */
	struct networks exempt; /* have no limit of their own: proxies, this machine */
};
void http_server_bound(struct http_server *server, const struct http_bounds *bounds);

/* Stops listening, ends idle connections, lets running exchanges end. */
void http_server_drain(struct http_server *server);
size_t http_server_inflight(const struct http_server *server);

/* Closes everything; freed in the last close callback. */
void http_server_destroy(struct http_server **server);

/* A request header by lower-case name, or NULL. */
const char *http_header(const struct http_exchange *exchange, const char *name);

/* A query parameter, percent-decoded ('+' is a space), or NULL. http_query_next walks all of them:
 * start with *position = 0, false at the end; a malformed escape gives name NULL. */
const char *http_query(const struct http_exchange *exchange, const char *name);
bool http_query_next(const struct http_exchange *exchange, size_t *position, const char **out_name,
	const char **out_value);

/* Adds a header to the answer; name and value are copied. CR or LF in it is a bug of ours. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value);

/* Adds whole lines that were put together before, "Name: value\r\n" each: for an answer that is
 * given again and again. The first is Cache-Control; none says where the answer ends. */
void http_answer_lines(struct http_exchange *exchange, const char *lines);

/* Answers once and frees the exchange with its arena; the body is copied or written at once.
 * HEAD gets no body. */
void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type,
	const char *body, size_t body_len);

/* ---- an answer that goes on, in place of http_answer: begin, send as often as needed, end */

/* Whether a stream can begin: the client is there, and the request shares its connection with no
 * others (pipelining). */
bool http_stream_fits(const struct http_exchange *exchange);

/* Sends the head of an answer whose body ends with the connection. The connection takes no more
 * requests, and a client that closes its side is gone at once. False when
 * it does not fit or the client has just left: then http_answer it. Not for HEAD. */
bool http_stream_begin(
	struct http_exchange *exchange, unsigned status, const char *content_type) MUST_CHECK;

/* Sends bytes; copied as far as the socket does not take them at once. False when the client is
 * gone, or so slow that more than HTTP_STREAM_QUEUE_MAX would wait for it: its connection is closed
 * then, on_gone does not come, http_stream_end must still be called. */
bool http_stream_send(struct http_exchange *exchange, const char *bytes, size_t len) MUST_CHECK;

/* What waits to be taken by the socket, in bytes. */
size_t http_stream_queued(const struct http_exchange *exchange);

/* Ends the answer and its connection behind what is still to be written, and frees the exchange
 * with its arena. Also after on_gone. */
void http_stream_end(struct http_exchange *exchange);

#endif
