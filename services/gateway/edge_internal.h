/* What the parts of the edge share: edge.c (routes, pages, life) and edge_events.c (the live
 * stream). Nobody else includes this. */
#ifndef ASSKOMM_GATEWAY_EDGE_INTERNAL_H
#define ASSKOMM_GATEWAY_EDGE_INTERNAL_H

#include "edge.h"
#include "headers.h"
#include "route.h"
#include "stream.h"

struct edge {
	struct http_handler handler;
	struct service *service;
	struct http_server *server;
	struct auth *auth;
	struct askings askings;
	struct stream *stream;
	size_t inflight;
	size_t inflight_max;
};

struct edge_call {
	struct edge *edge;
	struct http_exchange *exchange;
	struct route route;
	struct trace trace;
	Asskomm__Principal *principal; /* NULL: nobody was recognised */
	const char *why;               /* for the log */
	struct jwks_wait wait;
	struct asking asking;
};

/* Before each answer: writes the line of the log and counts. The call is over with it. */
void edge_end(struct edge_call *call, unsigned status);

/* Answers with a problem, whoever it comes from: the edge itself, or a service through the bus. */
void edge_fail(struct edge_call *call, const Asskomm__Failure *failure);

/* Sets the principal by the token. The failure to answer with when it is not valid or has no role
 * of the method, else NULL. */
Asskomm__Failure *edge_recognise(struct edge_call *call, const struct method_info *method);

/* GET /api/v1/events. */
void edge_serve_events(struct edge_call *call);

#endif
