/* The HTTP client of the command line: one connection that is kept alive, one request at a time.
 * The only file here that knows <curl/curl.h> is client.c. */
#ifndef ASSKOMM_CLIENT_H
#define ASSKOMM_CLIENT_H

#include "core/arena.h"
#include "core/check.h"
#include "core/language.h"
#include <stdbool.h>
#include <stddef.h>

#define CLIENT_HEADERS_MAX 8
#define CLIENT_REPLY_MAX (64u * 1024 * 1024)
#define CLIENT_CONNECT_TIMEOUT_MS 5000L
#define CLIENT_TIMEOUT_MS 60000L

struct client;

struct client_request {
	const char *method; /* "GET" */
	const char *path;   /* appended to the client's base as it is: escaped, with its query */
	const char *body;   /* JSON text, or NULL */
	size_t n_headers;
	const char *headers[CLIENT_HEADERS_MAX]; /* "Name: value", without CR and LF */
};

/* What came back. `status` 0 is no answer at all; `error` says why then. */
struct client_reply {
	long status;
	const char *type; /* content type without parameters, "" when there is none */
	const char *body; /* NUL-terminated */
	size_t len;
	long retry_after_s; /* 0 when not given */
	const char *error;
};

/* A client for everything below `base` ("http://127.0.0.1:8080/api/v1"). Only http and https, no
 * redirects. A server on this machine is asked directly, whatever proxy the environment names. */
struct client *client_new(const char *base);

/* The language of the environment, in which the suite is asked to answer: German when the first of
 * LC_ALL, LC_MESSAGES and LANG that is set begins with "de". */
enum language client_language(void);

/* Closes the connection, frees all and sets client to NULL. Takes NULL. */
void client_destroy(struct client **client);

/* The bearer token from now on; NULL for none. Copied. */
void client_set_token(struct client *client, const char *token);

/* Sends and waits for the answer, which lies in the arena. False when there was none: not
 * reachable, too late, or more than CLIENT_REPLY_MAX. */
bool client_send(struct client *client, struct arena *arena, const struct client_request *request,
	struct client_reply *out_reply) MUST_CHECK;

#endif
