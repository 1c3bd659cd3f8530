/* The door: what is decided about a request before anybody looks at what it wants. */
#include "edge_internal.h"
#include "route.h"

#include "core/failure.h"
#include "pages.h"
#include <string.h>

/* The methods of an address, as the real request would find them; NULL: there is none. */
static const char *methods_of(struct http_exchange *exchange)
{
	if (strcmp(exchange->path, ROUTE_PREFIX "/events") == 0)
		return "GET";
	if (pages_find(exchange->path) != NULL)
		return "GET, HEAD";
	return route_find(exchange->arena, exchange->method, exchange->path).allow;
}

/* A browser asks without a token, so that an address exists is told to all; it is no secret. */
static void answer_question(struct edge_call *call)
{
	struct http_exchange *exchange = call->exchange;
	const char *methods = methods_of(exchange);

	if (methods == NULL) {
		edge_fail(call, failure_new(exchange->arena, FAILURE_NOT_FOUND,
					"There is nothing at this address"));
		return;
	}
	cors_allow(exchange, methods);
	edge_end(call, 204);
	http_answer(exchange, 204, NULL, NULL, 0);
}

/* CORS comes first: a page may read why it was refused. */
bool edge_admit(struct edge_call *call)
{
	struct edge *edge = call->edge;
	struct http_exchange *exchange = call->exchange;
	Asskomm__Failure *failure = NULL;

	cors_mark(edge->cors, exchange);
	if (edge->inflight > edge->inflight_max)
		failure = failure_new(exchange->arena, FAILURE_UNAVAILABLE,
			"Too many requests at once; try again");
	else
		failure = quotas_arrival(edge->quotas, exchange, &call->client);
	if (failure != NULL)
		edge_fail(call, failure);
	else if (cors_asks(edge->cors, exchange))
		answer_question(call);
	else
		return true;
	return false;
}

/* By the route alone, before anybody is known: what comes is still little, and few such bodies fit
 * the server at once. */
bool edge_is_large(struct http_handler *handler, const struct http_exchange *exchange)
{
	const struct route route = route_find(exchange->arena, exchange->method, exchange->path);

	(void)handler;
	return route.method != NULL && route.method->large;
}
