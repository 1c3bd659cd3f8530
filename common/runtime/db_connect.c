/* A lane on its way to be ready: RESOLVING -> CONNECTING -> PREPARING -> READY.
 *
 * Nothing here blocks. Names are resolved by libuv's threads and given to libpq as hostaddr;
 * PQconnectPoll may close its socket and open another one under the same number, so each of its
 * steps has a watch of its own. Then, in one pipeline: every statement is prepared, durability.sql
 * is asked, Sync. The first thing that fails is the reason why the lane is not ready, and the
 * attempt is repeated after a rest: the schema may be migrated by then. */
#include "runtime/db_internal.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64

/* What an attempt needs until libpq takes over. Outlives the lane's interest while the resolver is
 * at work: then `lane` is NULL. */
struct attempt {
	uv_getaddrinfo_t request;
	struct lane *lane;
	PQconninfoOption *options;
	struct hosts asked; /* as in the conninfo */
	struct hosts found; /* with addresses; a name can have several */
	size_t next;        /* of `asked` */
	bool resolving;
	char why[DB_WHY_MAX];
};

/* With what libpq parsed from the conninfo for it. */
static void attempt_free(struct attempt *attempt)
{
	PQconninfoFree(attempt->options);
	free(attempt);
}

/* While the resolver's thread is at work the attempt is its; the callback frees it then. */
void attempt_abandon(struct lane *lane)
{
	struct attempt *attempt = lane->attempt;

	if (attempt == NULL)
		return;
	lane->attempt = NULL;
	attempt->lane = NULL;
	if (attempt->resolving)
		uv_cancel((uv_req_t *)&attempt->request);
	else
		attempt_free(attempt);
}

/* ---- preparing */

/* Comes from inside libpq's calls: only noted here, dropped soon. */
static void on_notice(void *argument, const PGresult *result)
{
	struct lane *lane = argument;

	if (notice_means_doubt(result))
		lane_break(lane, "a commit was cancelled before the standby had it");
}

/* All in one round trip, however many statements a service has. */
static bool send_set_up(struct lane *lane)
{
	PGconn *pg = lane->pg;
	const struct statement *last = lane->db->durability_statement;

	if (PQsetnonblocking(pg, 1) != 0 || PQenterPipelineMode(pg) != 1)
		return false;
	for (size_t i = 0; i < STATEMENTS_COUNT; i++)
		if (PQsendPrepare(pg, STATEMENTS[i].name, STATEMENTS[i].text, 0, NULL) != 1)
			return false;
	return PQsendQueryPrepared(pg, last->name, 0, NULL, NULL, NULL, 0) == 1 &&
	       PQpipelineSync(pg) == 1;
}

/* The watch for reading stays from here on until the connection is lost. */
static void set_up(struct lane *lane)
{
	lane_move(lane, LANE_PREPARING);
	lane_limit(lane, DB_PREPARE_MS);
	lane->set_up_results = 0;
	lane->empty_before = false;
	lane->why[0] = '\0';
	if (!send_set_up(lane) || !watch_open(lane, UV_READABLE, lane_event))
		lane_drop(lane, PQerrorMessage(lane->pg));
	else
		lane_flush(lane);
}

/* remote_apply waits for more than "on" does; "local" and "remote_write" for less. */
static bool is_on(const PGresult *result, const char *name)
{
	const char *value = PQgetvalue(result, 0, PQfnumber(result, name));

	return strcmp(value, "on") == 0 ||
	       (strcmp(name, "synchronous_commit") == 0 && strcmp(value, "remote_apply") == 0);
}

/* A suite that answers "recorded" must not stand on a server that forgets at a power cut. */
static void check_durability(struct lane *lane, const PGresult *result)
{
	static const char *const NEEDED[] = { "fsync", "full_page_writes", "synchronous_commit" };

	for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++)
		if (lane->why[0] == '\0' && !is_on(result, NEEDED[i]))
			snprintf(lane->why, sizeof(lane->why),
				"the server may lose commits: %s is %s", NEEDED[i],
				PQgetvalue(result, 0, PQfnumber(result, NEEDED[i])));
}

/* The first error counts; the results after it are all ABORTED. */
static void note_error(struct lane *lane, const PGresult *result)
{
	size_t index = lane->set_up_results;
	struct db_error error;

	if (lane->why[0] != '\0')
		return;
	error_read(result, &error);
	snprintf(lane->why, sizeof(lane->why), "statement %s: %s (%s)",
		index < STATEMENTS_COUNT ? STATEMENTS[index].name : "durability", error.message,
		error.sqlstate);
}

void lane_take_set_up(struct lane *lane, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK)
		check_durability(lane, result);
	else if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC)
		note_error(lane, result);
	lane->set_up_results++;
	PQclear(result);
	if (status != PGRES_PIPELINE_SYNC)
		return;
	if (lane->why[0] == '\0' && lane->set_up_results != STATEMENTS_COUNT + 2)
		snprintf(lane->why, sizeof(lane->why), "not all statements were answered");
	if (lane->why[0] != '\0')
		lane_drop(lane, lane->why);
	else
		lane_ready(lane);
}

/* ---- connecting */

static void step(struct lane *lane);

/* A status below zero is an error of the socket, for example a refused connection: libpq must see
 * it, so that it goes on to the next host. */
static void on_connecting(struct lane *lane, int status, int events)
{
	(void)status;
	(void)events;
	step(lane);
}

/* One step of libpq's handshake; it says which event the next one needs. */
static void step(struct lane *lane)
{
	PostgresPollingStatusType status;

	watch_close(lane); /* before: libpq may close the socket and reuse its number */
	status = PQconnectPoll(lane->pg);
	if (status == PGRES_POLLING_OK)
		set_up(lane);
	else if (status != PGRES_POLLING_READING && status != PGRES_POLLING_WRITING)
		lane_drop(lane, PQerrorMessage(lane->pg));
	else if (!watch_open(lane, status == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE,
			 on_connecting))
		lane_drop(lane, "the socket cannot be watched");
}

/* Keywords and values for libpq, ended by NULL. */
struct parameters {
	const char *keywords[OPTIONS_MAX + 1];
	const char *values[OPTIONS_MAX + 1];
	size_t count;
};

/* libpq knows some fifty keywords; more would be a bug of ours. */
static void add_parameter(struct parameters *parameters, const char *keyword, const char *value)
{
	CHECK(parameters->count < OPTIONS_MAX);
	parameters->keywords[parameters->count] = keyword;
	parameters->values[parameters->count++] = value;
}

/* What is good for us unless the conninfo says otherwise: only a server that takes writes, and a
 * dead one is noticed within seconds even when nothing is under way. */
static void add_defaults(struct parameters *parameters, const PQconninfoOption *options)
{
	static const char *const DEFAULTS[][2] = { { "target_session_attrs", "read-write" },
		{ "keepalives_idle", "10" }, { "keepalives_interval", "3" },
		{ "keepalives_count", "3" }, { "tcp_user_timeout", "10000" },
		{ "client_encoding", "UTF8" }, { "fallback_application_name", "asskomm" } };

	for (size_t i = 0; i < sizeof(DEFAULTS) / sizeof(DEFAULTS[0]); i++)
		if (option_value(options, DEFAULTS[i][0]) == NULL)
			add_parameter(parameters, DEFAULTS[i][0], DEFAULTS[i][1]);
}

/* What hosts_join writes anew. */
static bool is_host_option(const char *keyword)
{
	return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
	       strcmp(keyword, "port") == 0;
}

/* With the addresses that were found, libpq never asks a name server itself; the names stay, since
 * TLS checks certificates by them. */
static void collect_parameters(const struct attempt *attempt, size_t first_host,
	struct host_lists *lists, struct parameters *out_parameters)
{
	bool own_hosts = attempt->found.count > 0;

	add_defaults(out_parameters, attempt->options);
	for (const PQconninfoOption *option = attempt->options; option->keyword != NULL; option++)
		if (option->val != NULL && !(own_hosts && is_host_option(option->keyword)))
			add_parameter(out_parameters, option->keyword, option->val);
	if (!own_hosts)
		return;
	hosts_join(&attempt->found, first_host, lists);
	add_parameter(out_parameters, "host", lists->names);
	add_parameter(out_parameters, "hostaddr", lists->addresses);
	add_parameter(out_parameters, "port", lists->ports);
}

/* libpq copies all parameters, so lists and attempt may go at once. */
static void connect_lane(struct lane *lane)
{
	struct parameters parameters = { 0 };
	struct host_lists lists;

	lane_move(lane, LANE_CONNECTING);
	collect_parameters(lane->attempt, lane->first_host++, &lists, &parameters);
	lane->pg = PQconnectStartParams(parameters.keywords, parameters.values, 0);
	attempt_abandon(lane);
	CHECK(lane->pg != NULL);
	PQsetNoticeReceiver(lane->pg, on_notice, lane);
	if (PQstatus(lane->pg) == CONNECTION_BAD)
		lane_drop(lane, PQerrorMessage(lane->pg));
	else if (!watch_open(lane, UV_WRITABLE, on_connecting))
		lane_drop(lane, "the socket cannot be watched");
}

/* ---- resolving */

/* What is too much is left out: there are addresses enough to try. */
static void add_host(struct hosts *hosts, const struct host *host)
{
	if (hosts->count < HOSTS_MAX)
		hosts->host[hosts->count++] = *host;
}

static void resolve_next(struct attempt *attempt);

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct attempt *attempt = CONTAINER_OF(request, struct attempt, request);
	struct host host;

	attempt->resolving = false;
	if (attempt->lane == NULL) {
		uv_freeaddrinfo(list);
		attempt_free(attempt);
		return;
	}
	host = attempt->asked.host[attempt->next++];
	if (status != 0)
		snprintf(attempt->why, sizeof(attempt->why), "host %s: %s", host.name,
			uv_strerror(status));
	for (const struct addrinfo *info = list; info != NULL; info = info->ai_next)
		if (getnameinfo(info->ai_addr, info->ai_addrlen, host.address, sizeof(host.address),
			    NULL, 0, NI_NUMERICHOST) == 0)
			add_host(&attempt->found, &host);
	uv_freeaddrinfo(list);
	resolve_next(attempt);
}

/* Goes on to the next name; without any left, to connecting. */
static void resolve_next(struct attempt *attempt)
{
	static const struct addrinfo HINTS = { .ai_socktype = SOCK_STREAM };
	struct lane *lane = attempt->lane;

	while (attempt->next < attempt->asked.count) {
		const struct host *host = &attempt->asked.host[attempt->next];

		if (host_is_name(host) && uv_getaddrinfo(lane->db->loop, &attempt->request,
						  on_resolved, host->name, NULL, &HINTS) == 0) {
			attempt->resolving = true;
			return;
		}
		if (!host_is_name(host))
			add_host(&attempt->found, host);
		attempt->next++;
	}
	if (attempt->asked.count > 0 && attempt->found.count == 0)
		lane_drop(lane, attempt->why[0] != '\0' ? attempt->why : "no host has an address");
	else
		connect_lane(lane);
}

void lane_attempt(struct lane *lane)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	char *error = NULL;

	CHECK(attempt != NULL);
	attempt->lane = lane;
	lane->attempt = attempt;
	lane_move(lane, LANE_RESOLVING);
	lane_limit(lane, DB_CONNECT_MS);
	attempt->options = PQconninfoParse(lane->db->conninfo, &error);
	if (attempt->options == NULL)
		lane_drop(lane, error != NULL ? error : "the conninfo cannot be read");
	else if (!hosts_read(attempt->options, &attempt->asked))
		lane_drop(lane, "the conninfo has too many or too long hosts, or as many ports");
	else
		resolve_next(attempt);
	PQfreemem(error);
}
