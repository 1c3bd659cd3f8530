/* What the parts of the edge share: edge.c (routes, pages, life), edge_door.c (who may come in),
 * edge_cache.c (reads that need no service) and edge_events.c (the live stream). Nobody else
 * includes this. */
#ifndef ASSKOMM_GATEWAY_EDGE_INTERNAL_H
#define ASSKOMM_GATEWAY_EDGE_INTERNAL_H

#include "cache.h"
#include "cors.h"
#include "edge.h"
#include "headers.h"
#include "quotas.h"
#include "route.h"
#include "stream.h"

struct edge {
	struct http_handler handler;
	struct service *service;
	struct http_server *server;
	struct auth *auth;
	struct quotas *quotas;
	struct cors *cors;
	struct askings askings;
	struct stream *stream;
	struct cache *cache;
	struct bus_peers *ledger;
	size_t inflight;
	size_t inflight_max;
};

struct edge_call {
	struct edge *edge;
	struct http_exchange *exchange;
	struct route route;
	struct trace trace;
	struct network_address client; /* that limits are about */
	bool is_known;                 /* the token holds; then: */
	struct auth_marks marks;       /* of the principal */
	Asskomm__Principal *principal; /* after edge_recognise */
	const char *why;               /* for the log, when it does not */
	struct jwks_wait wait;
	struct asking asking;
	struct cache_key key; /* of a plain read */
	struct cache_moment asked;
	bool is_plain_read; /* nothing but target and token tells what it wants */
	bool may_keep;      /* its answer can be another one's */
	bool is_change;     /* a command is under way */
};

/* Before each answer: writes the line of the log and counts. The call is over with it. */
void edge_end(struct edge_call *call, unsigned status);

/* Answers with a problem, whoever it comes from: the edge itself, or a service through the bus. */
void edge_fail(struct edge_call *call, const Asskomm__Failure *failure);

/* Whether the request may come in; if not, it has been answered: too many at once, too many of its
 * address, or a browser's question before the real request (CORS). */
bool edge_admit(struct edge_call *call);

/* Sets the principal of a known caller. The failure to answer with when the token does not hold or
 * has no role of the method, else NULL. */
Asskomm__Failure *edge_recognise(struct edge_call *call, const struct method_info *method);

/* Answers 304 to who has it already, else with the answer. */
void edge_give(struct edge_call *call, const struct cache_answer *answer);

/* ---- the cache: in the order of a call's life */

/* Answers from the cache, if it can. False: the call goes on as if there were none. */
bool edge_recall(struct edge_call *call) MUST_CHECK;

/* Before the question is sent. */
void edge_note_question(struct edge_call *call, const ProtobufCMessage *input);

/* The question ended, whatever came of it; before anybody is told. */
void edge_note_end(struct edge_call *call);

/* Fills in position and lines of the answer, of which the caller knows the rest; keeps it if it is
 * one to a read, and can be kept. */
void edge_note_answer(
	struct edge_call *call, const ProtobufCMessage *reply, struct cache_answer *answer);

/* GET /api/v1/events. */
void edge_serve_events(struct edge_call *call);

/* Whether the body of this request may be a large one. For http_handler. */
bool edge_is_large(struct http_handler *handler, const struct http_exchange *exchange);

#endif
