/* What happens to a request, in this order: admission, the few pages of the edge itself, route,
 * token, role, headers and form, the question on the bus, the answer. Each step can end it with a
 * failure; every way out passes through `end`, which writes the one line of the log.
 *
 * Who may come in at all is decided in edge_door.c. A call lives in the arena of its exchange and
 * so dies with the answer. */
#include "edge_internal.h"

#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include "headers.h"
#include "input.h"
#include "language.h"
#include "pages.h"
#include "problem.h"
#include "route.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include "versions.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the ways out */

/* Every answer leaves by one of the functions here: edge_fail, answer_page, answer_reply, and
 * on_gone, where nobody is left to answer. */

/* So many tenths of a millisecond, by hand: printf takes longer than finding a kept answer. */
static const char *in_ms(char text[24], uint64_t tenths)
{
	char *at = text + 23;

	*at = '\0';
	*--at = (char)('0' + tenths % 10);
	*--at = '.';
	for (tenths /= 10; tenths >= 10; tenths /= 10)
		*--at = (char)('0' + tenths % 10);
	*--at = (char)('0' + tenths);
	return at;
}

/* Every exchange counts from its arrival to its one end. */
static void count_inflight(struct edge *edge, int change)
{
	edge->inflight += (size_t)change;
	metrics_set("asskomm_http_inflight", NULL, NULL, (double)edge->inflight);
}

/* Before each answer: the exchange is gone after it. */
void edge_end(struct edge_call *call, unsigned status)
{
	struct http_exchange *exchange = call->exchange;
	const struct method_info *method = call->route.method;
	uint64_t took_ns = uv_hrtime() - exchange->received_ns;
	const char status_text[] = { (char)('0' + status / 100), (char)('0' + status / 10 % 10),
		(char)('0' + status % 10), '\0' };
	char took_text[24];

	log_line(LOG_INFO, "request", "method", exchange->method, "route",
		method == NULL ? NULL : method->path, "status", status_text, "ms",
		in_ms(took_text, (took_ns + 50000) / 100000), "trace", call->trace.id, "subject",
		call->is_known ? call->marks.mask : NULL, NULL);
	metrics_add("asskomm_http_requests_total", "status", status_text, 1);
	if (method != NULL)
		metrics_observe_ns("asskomm_http_seconds", "rpc", method->rpc, took_ns);
	http_answer_header(exchange, "traceparent", call->trace.parent);
	count_inflight(call->edge, -1);
}

/* A problem, whoever it comes from: the edge itself, or a service through the bus. */
void edge_fail(struct edge_call *call, const Asskomm__Failure *failure)
{
	struct http_exchange *exchange = call->exchange;

	edge_end(call, failure_status(failure_code_of(failure)));
	problem_answer(exchange, failure, call->trace.id);
}

/* Fixed pages are told as routeless in the log. */
static void answer_page(struct edge_call *call, const char *type, const char *page)
{
	struct http_exchange *exchange = call->exchange;

	edge_end(call, 200);
	http_answer(exchange, 200, type, page, strlen(page));
}

/* What the client has still holds. */
static void answer_unchanged(struct edge_call *call)
{
	struct http_exchange *exchange = call->exchange;

	edge_end(call, 304);
	http_answer(exchange, 304, NULL, NULL, 0);
}

/* The client left while a service was at work. A command may still take effect there; the same key
 * will tell. */
static void on_gone(struct http_exchange *exchange)
{
	struct edge_call *call = exchange->owner;

	asking_cancel(&call->asking);
	edge_note_end(call);
	edge_end(call, 499); /* nobody reads it; the log does */
	http_answer(exchange, 499, NULL, NULL, 0);
}

/* ---- the answer of a service */

/* Nothing was made: no place where it could be read, and no version to hold on to. */
static void answer_dry_run(struct edge_call *call, const ProtobufCMessage *reply)
{
	struct http_exchange *exchange = call->exchange;
	const char *text = reflect_to_json_text(exchange->arena, reply);

	http_answer_header(exchange, "Cache-Control", "no-store");
	edge_end(call, 200);
	http_answer(exchange, 200, "application/json", text, strlen(text));
}

static void answer_reply(struct edge_call *call, const ProtobufCMessage *reply)
{
	const struct method_info *method = call->route.method;
	struct http_exchange *exchange = call->exchange;
	struct arena *arena = exchange->arena;
	const char *type = "application/json", *text = NULL, *location = NULL;

	/* Some replies are one text for people; their route says which field it is. */
	if (method->text_field != NULL) {
		type = method->text_type != NULL ? method->text_type : "text/plain; charset=utf-8";
		text = reflect_get_text(arena, reply, method->text_field);
	} else {
		text = reflect_to_json_text(arena, reply);
	}
	if (method->success == 201)
		location = route_location(arena, method, reflect_get_text(arena, reply, "id"));
	if (location != NULL)
		http_answer_header(exchange, "Location", location);
	if (text == NULL)
		text = "";
	struct cache_answer answer = { .method = method,
		.type = type,
		.tag = versions_tag(arena, reply, text),
		.body = text,
		.body_len = strlen(text) };
	edge_note_answer(call, reply, &answer);
	edge_give(call, &answer);
}

static void on_answer(struct asking *asking, const Asskomm__Failure *failure, const uint8_t *body,
	size_t body_len)
{
	struct edge_call *call = CONTAINER_OF(asking, struct edge_call, asking);
	struct arena *arena = call->exchange->arena;

	/* From here on the exchange is answered at once; what a client that leaves now would cancel
	 * has ended. */
	call->exchange->on_gone = NULL;
	edge_note_end(call);
	if (failure != NULL) {
		edge_fail(call, failure);
		return;
	}
	/* The body came from a peer of ours, but a peer may be of another version. */
	ProtobufCMessage *reply = reflect_unpack(arena, call->route.method->output, body, body_len);
	if (reply == NULL) {
		log_line(LOG_ERROR, "unreadable reply", "method", call->route.method->name, NULL);
		edge_fail(call, failure_new(arena, FAILURE_INTERNAL, "The answer was unreadable"));
		return;
	}
	if (asking->request.header.dry_run)
		answer_dry_run(call, reply);
	else
		answer_reply(call, reply);
}

/* ---- the question to a service */

/* What the headers of a command ask for. */
struct wishes {
	const char *key;
	struct version_wish version;
	Asskomm__Claim *claim;
	protobuf_c_boolean dry_run;
};

static void ask(struct edge_call *call, const ProtobufCMessage *input, const struct wishes *wishes)
{
	const struct method_info *method = call->route.method;
	struct arena *arena = call->exchange->arena;
	struct asking *asking = &call->asking;
	Asskomm__Header *header = &asking->request.header;

	asskomm__header__init(header);
	header->method = text_copy(arena, method->name);
	header->principal = call->principal;
	header->idempotency_key = text_copy(arena, wishes->key);
	header->traceparent = text_copy(arena, call->trace.parent);
	header->language = text_copy(arena, language_tag(arena_language(arena)));
	header->claim = wishes->claim;
	header->expected_version = wishes->version.version;
	header->expected_new = wishes->version.is_new;
	header->dry_run = wishes->dry_run;
	asking->request.body = reflect_pack(arena, input, &asking->request.body_len);
	asking->peers = service_peer(call->edge->service, method->service);
	CHECK(asking->peers != NULL); /* gateway.c names every service */
	asking->arena = arena;
	asking->deadline_ms = method->deadline_ms;
	asking->on_answer = on_answer;
	edge_note_question(call, input);
	/* Only from here on is there something to cancel. */
	call->exchange->owner = call;
	call->exchange->on_gone = on_gone;
	asking_start(&call->edge->askings, asking);
}

/* Key, version and claim belong to commands: a query changes nothing that they could speak of. */
static Asskomm__Failure *read_headers(struct edge_call *call, struct wishes *out_wishes)
{
	struct http_exchange *exchange = call->exchange;
	Asskomm__Failure *failure = headers_claim(exchange, call->principal, &out_wishes->claim);

	if (failure == NULL && call->route.method->command)
		failure = headers_key(exchange, &out_wishes->key);
	if (failure == NULL && call->route.method->command)
		failure = versions_wish(exchange, &out_wishes->version);
	if (failure == NULL && call->route.method->command)
		failure = headers_dry_run(exchange, &out_wishes->dry_run);
	if (failure != NULL)
		return failure;
	if (out_wishes->claim != NULL && !call->route.method->command)
		return failure_new(exchange->arena, FAILURE_INVALID,
			"Only what changes something can claim when it was recorded");
	return NULL;
}

/* ---- who, and what */

/* Why a token was refused stands in the log alone: the caller learns only that it was, so that no
 * attempt teaches the next one. */
Asskomm__Failure *edge_recognise(struct edge_call *call, const struct method_info *method)
{
	struct http_exchange *exchange = call->exchange;

	if (call->is_known)
		call->principal = auth_principal(call->edge->auth, &call->marks, exchange->arena);
	if (call->principal == NULL) {
		log_line(LOG_INFO, "not recognised", "why", call->why, "trace", call->trace.id,
			NULL);
		quotas_failed_login(call->edge->quotas, &call->client);
		http_answer_header(exchange, "WWW-Authenticate", auth_challenge(exchange));
		return failure_new(exchange->arena, FAILURE_UNAUTHENTICATED,
			"Send a valid token: Authorization: Bearer …");
	}
	if (!may_call(call->principal, method))
		return failure_new(exchange->arena, FAILURE_FORBIDDEN, "Your role may not call %s",
			method->rpc);
	if (!may_decide(call->principal, method))
		return failure_new(exchange->arena, FAILURE_FORBIDDEN,
			"%s is about the state as a whole, which your scope does not cover",
			method->rpc);
	return NULL;
}

/* Before the token: that an address exists is no secret, openapi.json tells it to all. */
static Asskomm__Failure *find_route(struct edge_call *call)
{
	struct http_exchange *exchange = call->exchange;

	call->route = route_find(exchange->arena, exchange->method, exchange->path);
	if (call->route.method != NULL)
		return NULL;
	if (call->route.allow == NULL)
		return failure_new(exchange->arena, FAILURE_NOT_FOUND,
			"There is nothing at this address; see /api/v1/openapi.json");
	http_answer_header(exchange, "Allow", call->route.allow);
	return failure_new(exchange->arena, FAILURE_METHOD_NOT_ALLOWED,
		"This address answers to %s", call->route.allow);
}

static void serve(struct edge_call *call)
{
	/* The order is that of the answers a caller should get: 404, 401, 403, then what is wrong
	 * with the request itself. A stranger never gets to see the rules of a form. */
	struct wishes wishes = { NULL, { 0, false }, NULL, false };
	ProtobufCMessage *input = NULL;

	if (edge_recall(call))
		return;
	Asskomm__Failure *failure = find_route(call);
	if (failure == NULL)
		failure = edge_recognise(call, call->route.method);
	if (failure == NULL)
		failure = read_headers(call, &wishes);
	if (failure == NULL)
		failure = input_read(call->exchange, &call->route, &input);
	if (failure != NULL)
		edge_fail(call, failure);
	else
		ask(call, input, &wishes);
}

/* ---- pages of the edge itself */

static void serve_page(struct edge_call *call, struct page *page)
{
	struct http_exchange *exchange = call->exchange;

	if (strcmp(exchange->method, "GET") != 0 && strcmp(exchange->method, "HEAD") != 0) {
		http_answer_header(exchange, "Allow", "GET, HEAD");
		edge_fail(call, failure_new(exchange->arena, FAILURE_METHOD_NOT_ALLOWED,
					"This address answers to GET"));
		return;
	}
	if (pages_tag(page, exchange))
		answer_unchanged(call);
	else
		answer_page(call, pages_type(page), pages_content(page));
}

/* ---- keys that are on their way */

/* The caller is known, or known to be nobody. */
static void serve_known(struct edge_call *call)
{
	Asskomm__Failure *failure = NULL;

	if (call->is_known)
		failure = quotas_user(call->edge->quotas, call->exchange, call->marks.subject,
			call->marks.loads_data);
	if (failure != NULL)
		edge_fail(call, failure);
	else if (strcmp(call->exchange->path, ROUTE_PREFIX "/events") == 0)
		edge_serve_events(call);
	else
		serve(call);
}

static void on_refreshed(struct jwks_wait *wait)
{
	struct edge_call *call = CONTAINER_OF(wait, struct edge_call, wait);

	call->exchange->on_gone = NULL;
	call->is_known = auth_check(call->edge->auth, call->exchange, &call->marks, &call->why);
	serve_known(call);
}

/* The client left while the keys of the login were fetched. */
static void on_gone_waiting(struct http_exchange *exchange)
{
	struct edge_call *call = exchange->owner;

	jwks_leave(&call->wait);
	edge_end(call, 499);
	http_answer(exchange, 499, NULL, NULL, 0);
}

/* Looks at the token first of all; one that newer keys may prove good waits for them, once. */
static void begin(struct edge_call *call)
{
	struct auth *auth = call->edge->auth;
	struct http_exchange *exchange = call->exchange;

	call->is_known = auth_check(auth, exchange, &call->marks, &call->why);
	call->wait.on_refreshed = on_refreshed;
	if (call->is_known || !auth_await(auth, call->why, &call->wait)) {
		serve_known(call);
		return;
	}
	exchange->owner = call;
	exchange->on_gone = on_gone_waiting;
}

static void on_request(struct http_handler *handler, struct http_exchange *exchange)
{
	struct edge *edge = CONTAINER_OF(handler, struct edge, handler);
	struct edge_call *call = NEW(exchange->arena, struct edge_call);
	struct page *page = pages_find(exchange->path);

	call->edge = edge;
	call->exchange = exchange;
	/* First of all, so that also a refusal at the door can be found by its trace and read. */
	arena_set_language(exchange->arena, language_wanted(exchange));
	headers_trace(exchange, &call->trace);
	count_inflight(edge, 1);
	if (!edge_admit(call))
		return;
	if (page != NULL)
		serve_page(call, page);
	else
		begin(call);
}

/* ---- life */

static struct auth *make_auth(struct service *service)
{
	return auth_new(service_loop(service),
		&(struct auth_settings){
			.jwks_path = service_setting(service, "ASSKOMM_JWKS"),
			.issuer = service_setting(service, "ASSKOMM_TOKEN_ISSUER"),
			.audience = service_setting(service, "ASSKOMM_TOKEN_AUDIENCE"),
			.clients = service_setting(service, "ASSKOMM_TOKEN_CLIENTS"),
			.roles = service_setting(service, "ASSKOMM_TOKEN_ROLES"),
			.scopes = service_setting(service, "ASSKOMM_TOKEN_SCOPES"),
			.provider.issuer = service_setting(service, "ASSKOMM_OIDC_ISSUER"),
			.provider.loopback_http =
				strcmp(service_setting(service, "ASSKOMM_DEV"), "1") == 0,
			.provider.refresh_s = (uint32_t)service_number(
				service, "ASSKOMM_OIDC_REFRESH_S", 1, 86400),
			.provider.stale_s = (uint32_t)service_number(
				service, "ASSKOMM_OIDC_STALE_S", 1, 604800),
		});
}

/* Settings that are no numbers end the process in here; nothing is open then. */
struct edge *edge_new(struct service *service)
{
	struct edge *edge = calloc(1, sizeof(*edge));
	uv_loop_t *loop = service_loop(service);

	CHECK(edge != NULL);
	edge->service = service;
	edge->ledger = service_peer(service, "ledger");
	edge->handler.on_request = on_request;
	edge->handler.language_of = language_wanted;
	edge->handler.is_large = edge_is_large;
	edge->inflight_max = (size_t)service_number(service, "ASSKOMM_HTTP_INFLIGHT", 0, 1000000);
	size_t cache_bytes_max =
		(size_t)service_number(service, "ASSKOMM_CACHE_BYTES", 0, 1024L * 1024 * 1024);
	edge->quotas = quotas_new(service);
	edge->cors = cors_new(service_setting(service, "ASSKOMM_CORS_ORIGINS"));
	if (edge->quotas != NULL && edge->cors != NULL)
		edge->auth = make_auth(service);
	if (edge->auth != NULL)
		edge->server = http_server_new(loop, service_setting(service, "ASSKOMM_HTTP_HOST"),
			(int)service_number(service, "ASSKOMM_HTTP_PORT", 0, 65535),
			&edge->handler);
	if (edge->server == NULL) {
		auth_destroy(&edge->auth);
		cors_destroy(&edge->cors);
		quotas_destroy(&edge->quotas);
		free(edge);
		return NULL;
	}
	struct http_bounds bounds = quotas_bounds(edge->quotas);
	http_server_bound(edge->server, &bounds);
	/* Last: a timer that was initialised can only be freed in its close callback. */
	askings_init(&edge->askings, loop);
	edge->cache = cache_new(cache_bytes_max);
	edge->stream = stream_new(service, edge->auth, &edge->askings, edge->cache);
	return edge;
}

int edge_port(const struct edge *edge)
{
	return http_server_port(edge->server);
}

void edge_drain(struct edge *edge)
{
	http_server_drain(edge->server);
	stream_drain(edge->stream);
}

size_t edge_inflight(const struct edge *edge)
{
	return edge->inflight;
}

const char *edge_why_not(const struct edge *edge)
{
	return auth_why_not(edge->auth);
}

static void on_closed(uv_handle_t *handle)
{
	struct edge *edge = CONTAINER_OF(handle, struct edge, askings.timer);

	cache_destroy(&edge->cache);
	free(edge);
}

void edge_destroy(struct edge **edge)
{
	if (*edge == NULL)
		return;
	/* Answers first, then the server, which would declare every client gone. */
	askings_end(&(*edge)->askings);
	stream_destroy(&(*edge)->stream);
	http_server_destroy(&(*edge)->server);
	auth_destroy(&(*edge)->auth);
	cors_destroy(&(*edge)->cors);
	quotas_destroy(&(*edge)->quotas);
	uv_close((uv_handle_t *)&(*edge)->askings.timer, on_closed);
	*edge = NULL;
}
