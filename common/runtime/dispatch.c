/* What arrives on the bus, checked in a fixed order and handed to a command or a query: method
 * known here, peer allowed, principal credible, role allowed, deadline not passed, form valid. */
#include "runtime/service_internal.h"

#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t call_remaining_ms(const struct call *call)
{
	uint64_t now = uv_hrtime();

	return now >= call->deadline_ns ? 0 : (uint32_t)((call->deadline_ns - now) / 1000000);
}

/* ---- answering */

/* The one line per call, and its two metrics. No subject, no body: the trace is enough to find the
 * edge's line. */
static void note(const struct call *call, const char *code)
{
	const char *method = call->method != NULL ? call->method->rpc : "unknown";
	uint64_t ns = uv_hrtime() - call->bus->received_ns;
	char ms[32];

	metrics_add("asskomm_rpc_total", "code", code, 1);
	metrics_observe_ns("asskomm_rpc_seconds", "method", method, ns);
	snprintf(ms, sizeof(ms), "%.3f", (double)ns / 1e6);
	log_line(LOG_INFO, "handled", "method", method, "peer", call->bus->peer, "code", code, "ms",
		ms, "trace", call->bus->header->traceparent, NULL);
}

/* After bus_answer the call is gone, so what is noted comes first. */
void call_refuse(struct call *call, const Asskomm__Failure *failure)
{
	note(call, failure->code);
	bus_answer(call->bus, failure, NULL, 0);
}

void call_answer(struct call *call, const uint8_t *body, size_t body_len)
{
	note(call, "OK");
	bus_answer(call->bus, NULL, body, body_len);
}

/* ---- values for SQL */

/* "adviser,police"; of a service's own call: nothing. For what a list shows to some roles only. */
static const char *role_names(const struct call *call)
{
	const Asskomm__Principal *principal = call->principal;
	const char *names = "";

	for (size_t i = 0; i < principal->n_roles; i++)
		names = text_format(call->arena, "%s%s%s", names, i > 0 ? "," : "",
			may_role_name(principal->roles[i]));
	return names;
}

/* Names that the runtime knows go before fields of the same name: a request cannot set its own
 * scope. */
const char *const *call_values(struct call *call, const struct statement *statement)
{
	const char **values = NEW_ARRAY(call->arena, const char *, statement->n_params + 1);
	char *today = arena_alloc(call->arena, CIVIL_DATE_SIZE);

	clock_today(today);
	for (size_t i = 0; i < statement->n_params; i++) {
		const char *name = statement->params[i];

		if (strcmp(name, "actor") == 0)
			values[i] = call->principal->subject;
		else if (strcmp(name, "scope") == 0)
			values[i] = call->scope;
		else if (strcmp(name, "roles") == 0)
			values[i] = role_names(call);
		else if (strcmp(name, "today") == 0)
			values[i] = today;
		else
			values[i] = reflect_get_text(call->arena, call->request, name);
	}
	return values;
}

/* ---- checking */

/* Default deny: the gateway only for what has a route, a service only where the method names it. */
static bool is_peer_allowed(const struct method_info *method, const char *peer)
{
	if (strcmp(peer, "gateway") == 0)
		return method->gateway;
	for (size_t i = 0; method->peers != NULL && method->peers[i] != NULL; i++)
		if (strcmp(method->peers[i], peer) == 0)
			return true;
	return false;
}

/* A user comes from the gateway, or is passed on by a service the method names; anything else acts
 * as the service it is, with everything in reach. */
static Asskomm__Principal *principal_of(struct call *call)
{
	Asskomm__Principal *given = call->bus->header->principal;
	static char everything[] = "*";
	char **scopes;

	if (given != NULL && given->kind == ASSKOMM__PRINCIPAL__KIND__USER &&
		given->subject[0] != '\0')
		/* a user with a service's name would be taken for it by row-level security */
		return strncmp(given->subject, SERVICE_ACTOR, strlen(SERVICE_ACTOR)) == 0 ? NULL
											  : given;
	if (strcmp(call->bus->peer, "gateway") == 0)
		return NULL;
	Asskomm__Principal *self = (Asskomm__Principal *)(void *)reflect_new(
		call->arena, &asskomm__principal__descriptor);
	scopes = NEW_ARRAY(call->arena, char *, 1);
	scopes[0] = everything;
	self->kind = ASSKOMM__PRINCIPAL__KIND__SERVICE;
	self->subject = text_format(call->arena, SERVICE_ACTOR "%s", call->bus->peer);
	self->n_scopes = 1;
	self->scopes = scopes;
	return self;
}

/* As row-level security reads it. More than fits is "", which sees nothing: cutting the list would
 * show a part that looks like the whole. */
static const char *scope_of(struct call *call)
{
	struct text scope;

	text_init(&scope, call->arena, 4096);
	for (size_t i = 0; i < call->principal->n_scopes; i++) {
		/* a comma inside a scope would add another one */
		if (strchr(call->principal->scopes[i], ',') != NULL)
			continue;
		if (scope.len > 0)
			text_append(&scope, ",");
		text_append(&scope, call->principal->scopes[i]);
	}
	return scope.overflown ? "" : scope.bytes;
}

/* The order is that of what a stranger may learn: first whether there is such a method, last what a
 * role may do. A user who is passed on by a peer was checked where the request came in. */
static Asskomm__Failure *check_caller(struct call *call)
{
	const struct method_info *method = call->method;

	if (method == NULL || strcmp(method->service, call->service->table->name) != 0)
		return failure_new(call->arena, FAILURE_UNIMPLEMENTED,
			"%s does not know this method", call->service->table->name);
	if (!is_peer_allowed(method, call->bus->peer))
		return failure_new(call->arena, FAILURE_FORBIDDEN, "%s may not call %s",
			call->bus->peer, method->rpc);
	call->principal = principal_of(call);
	if (call->principal == NULL)
		return failure_new(call->arena, FAILURE_UNAUTHENTICATED, "no user was asserted");
	if (call->principal->kind == ASSKOMM__PRINCIPAL__KIND__USER && method->gateway &&
		!may_call(call->principal, method))
		return failure_new(
			call->arena, FAILURE_FORBIDDEN, "your role may not call %s", method->rpc);
	if (!may_decide(call->principal, method))
		return failure_new(call->arena, FAILURE_FORBIDDEN,
			"%s is about the state as a whole, which your scope does not cover",
			method->rpc);
	return NULL;
}

/* The deadline counts from the arrival on the socket, not from here: what waited in the queue has
 * less time left. The method's own deadline is the most that anybody gets. */
static Asskomm__Failure *check_request(struct call *call)
{
	uint32_t timeout = call->bus->header->timeout_ms;

	if (timeout == 0 || timeout > call->method->deadline_ms)
		timeout = call->method->deadline_ms;
	call->deadline_ns = call->bus->received_ns + (uint64_t)timeout * 1000000;
	if (call_remaining_ms(call) == 0)
		return failure_new(
			call->arena, FAILURE_DEADLINE, "the deadline had passed on arrival");
	call->scope = scope_of(call);
	call->request = reflect_unpack(
		call->arena, call->method->input, call->bus->body, call->bus->body_len);
	if (call->request == NULL)
		return failure_new(call->arena, FAILURE_INVALID, "the body is no %s",
			call->method->input->name);
	return validate(call->arena, call->request);
}

/* Behind the form: a value that has none is told before anything about who may ask for it. */
static Asskomm__Failure *check_person(struct call *call)
{
	Asskomm__Failure *failure;

	if (may_ask(call->principal, call->request))
		return NULL;
	failure = failure_new(call->arena, FAILURE_FORBIDDEN,
		"how much somebody has to do is shown to that person and to the role lead alone");
	failure_add(call->arena, failure, may_person(call->request), "person",
		"give your own name, or none");
	return failure;
}

/* Two dozen comparisons of short texts; an index would be one more thing to keep right. */
static void run_method(struct call *call)
{
	const struct service_table *table = call->service->table;

	for (const struct command *c = table->commands; c != NULL && c->rpc != NULL; c++)
		if (strcmp(c->rpc, call->method->rpc) == 0) {
			command_run(call, c);
			return;
		}
	for (const struct query *q = table->queries; q != NULL && q->rpc != NULL; q++)
		if (strcmp(q->rpc, call->method->rpc) == 0) {
			query_run(call, q);
			return;
		}
	CHECK(!"each rpc has a row: dispatch_init looked");
}

/* The call's struct lies in the arena of the bus call, which bus_answer frees. */
static void on_request(struct bus_server *server, struct bus_call *bus_call)
{
	struct call *call = NEW(bus_call->arena, struct call);
	Asskomm__Failure *failure;

	call->service = CONTAINER_OF(server, struct service, server);
	call->bus = bus_call;
	call->arena = bus_call->arena;
	call->method = tables_method(bus_call->header->method);
	failure = check_caller(call);
	if (failure == NULL)
		failure = check_request(call);
	if (failure == NULL)
		failure = check_person(call);
	if (failure != NULL)
		call_refuse(call, failure);
	else
		run_method(call);
}

/* Who kicks does not matter: a kick says that there may be work and nothing else. */
static void on_kick(struct bus_server *server, const char *peer)
{
	struct service *service = CONTAINER_OF(server, struct service, server);

	(void)peer;
	if (service->table->on_kick != NULL && !service->draining)
		service->table->on_kick(service);
}

/* ---- the table of contents must be whole */

/* Of commands or queries; an rpc that stood in both would be answered by the first. */
static bool has_row(const struct service_table *table, const char *rpc)
{
	for (const struct command *c = table->commands; c != NULL && c->rpc != NULL; c++)
		if (strcmp(c->rpc, rpc) == 0)
			return true;
	for (const struct query *q = table->queries; q != NULL && q->rpc != NULL; q++)
		if (strcmp(q->rpc, rpc) == 0)
			return true;
	return false;
}

/* At start and not at the first call: a misspelt name must not wait for its first user. */
static void check_statement(const char *name)
{
	if (name != NULL && statement_find(name) == NULL) {
		fprintf(stderr, "there is no sql/%s.sql\n", name);
		abort();
	}
}

/* The other direction: a row whose rpc was renamed in proto/ would never be found again. */
static void check_rows(const struct service_table *table)
{
	for (const struct command *c = table->commands; c != NULL && c->rpc != NULL; c++) {
		CHECK(protobuf_c_service_descriptor_get_method_by_name(table->descriptor, c->rpc) !=
			NULL);
		check_statement(c->load);
		check_statement(c->save);
	}
	for (const struct query *q = table->queries; q != NULL && q->rpc != NULL; q++) {
		CHECK(protobuf_c_service_descriptor_get_method_by_name(table->descriptor, q->rpc) !=
			NULL);
		check_statement(q->sql);
	}
	if (table->listener != NULL) {
		check_statement(table->listener->sql);
		check_statement(table->listener->pass);
	}
}

/* Stops the process with the name of what is missing; no test of the service can pass then. */
void dispatch_init(struct service *service)
{
	const struct service_table *table = service->table;

	service->server.on_request = on_request;
	service->server.on_kick = on_kick;
	if (table->descriptor == NULL)
		return;
	for (unsigned i = 0; i < table->descriptor->n_methods; i++)
		if (!has_row(table, table->descriptor->methods[i].name)) {
			fprintf(stderr, "%s: %s has no row\n", table->name,
				table->descriptor->methods[i].name);
			abort();
		}
	check_rows(table);
}
