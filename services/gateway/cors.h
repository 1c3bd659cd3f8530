/* CORS: which pages of other origins may call the API from a browser. Off unless origins are named;
 * then nothing of it is in any answer. Tokens travel in Authorization, so cookies are never
 * allowed (no Access-Control-Allow-Credentials). */
#ifndef ASSKOMM_GATEWAY_CORS_H
#define ASSKOMM_GATEWAY_CORS_H

#include "runtime/http.h"

#define CORS_ORIGINS_MAX 32

struct cors;

/* A list of origins with commas between, each exactly as a browser writes it:
 * "https://portal.example.org", with a port unless it is the scheme's own. No patterns, no "*", no
 * "null". "" is off. NULL with the reason on stderr. */
struct cors *cors_new(const char *origins);
void cors_destroy(struct cors **cors);

/* To every answer: Vary, and for an origin of the list that it may read it. Before the answer. */
void cors_mark(const struct cors *cors, struct http_exchange *exchange);

/* Whether this is a browser's question before the real request, from an origin of the list. */
bool cors_asks(const struct cors *cors, const struct http_exchange *exchange);

/* What such a question is told: the methods of the address ("GET, HEAD") and our headers. To be
 * answered with 204. */
void cors_allow(struct http_exchange *exchange, const char *methods);

#endif
