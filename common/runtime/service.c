/* service_main: the life of every process, from settings to the orderly end.
 *
 * The order matters: bus before everything that asks (ZAP first), database before the first
 * request, readiness only when both are there. At the end the other way round. */
#include "runtime/service_internal.h"

#include "runtime/batch.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEARTBEAT_MS 100
#define DRAIN_FOR_MS 15000 /* longest wait for what is in flight */
#define GOODBYE_MS 300     /* how long callers may still send after GOAWAY */
#define WATCHDOG_SECONDS 25
#define LANES_MAX 16 /* of db: more connections help nobody on one loop */

/* To add one for all services: a row here. */
static const struct setting COMMON_SETTINGS[] = {
	{ "ASSKOMM_DATABASE", "", true, "libpq connection string", NULL },
	{ "ASSKOMM_LANES", "2", false, "connections to the database", NULL },
	{ "ASSKOMM_KEYS", "keys", false, "folder with CURVE keys (asskomm keys)", NULL },
	{ "ASSKOMM_BUS", "", false, "endpoint to answer on, tcp://127.0.0.1:7101", NULL },
	{ "ASSKOMM_PUBLISH", "", false, "endpoint to publish facts on (ledger)", NULL },
	{ "ASSKOMM_LEDGER_EVENTS", "", false, "endpoint the ledger publishes on", NULL },
	{ "ASSKOMM_ADMIN_HOST", "127.0.0.1", false, "address of the admin port", NULL },
	{ "ASSKOMM_ADMIN_PORT", "0", false, "port for /healthz /readyz /metrics, 0 is any", NULL },
	{ "ASSKOMM_PEER_REGISTRY", "", false, "endpoints of registry, comma-separated", NULL },
	{ "ASSKOMM_PEER_COACHING", "", false, "… of coaching", NULL },
	{ "ASSKOMM_PEER_ANALYSIS", "", false, "… of analysis", NULL },
	{ "ASSKOMM_PEER_FUNDING", "", false, "… of funding", NULL },
	{ "ASSKOMM_PEER_NOTIFICATIONS", "", false, "… of notifications", NULL },
	{ "ASSKOMM_PEER_MONITOR", "", false, "… of monitor", NULL },
	{ "ASSKOMM_PEER_LEDGER", "", false, "… of ledger", NULL },
	{ "ASSKOMM_IDEMPOTENCY_DAYS", "90", false, "days that an Idempotency-Key is remembered",
		NULL },
	{ "ASSKOMM_LOG", "info", false, "error, warn, info or debug", NULL },
};
#define COMMON_COUNT (sizeof(COMMON_SETTINGS) / sizeof(COMMON_SETTINGS[0]))

uv_loop_t *service_loop(struct service *service)
{
	return &service->loop;
}

struct db *service_db(struct service *service)
{
	return service->db;
}

struct bus *service_bus(struct service *service)
{
	return service->bus;
}

bool service_is_draining(const struct service *service)
{
	return service->draining;
}

const char *service_setting(struct service *service, const char *name)
{
	return settings_get(service->settings, service->n_settings, name);
}

long service_number(struct service *service, const char *name, long least, long most)
{
	const char *text = service_setting(service, name);
	char *rest = NULL;
	long number = strtol(text, &rest, 10);

	if (rest == text || *rest != '\0' || number < least || number > most) {
		fprintf(stderr, "%s: %s is not a number from %ld to %ld\n", service->table->name,
			name, least, most);
		exit(2);
	}
	return number;
}

/* NULL for a service that the table does not name. */
struct bus_peers *service_peer(struct service *service, const char *name)
{
	for (size_t i = 0; i < service->n_peers; i++)
		if (strcmp(service->peers[i].name, name) == 0)
			return service->peers[i].peers;
	return NULL;
}

/* One service per process, so one name. */
const char *service_actor(const struct service *service)
{
	static char actor[64];

	if (actor[0] == '\0')
		snprintf(actor, sizeof(actor), SERVICE_ACTOR "%s", service->table->name);
	return actor;
}

/* ---- start */

/* The common ones first, so that --help shows what all services share in one order. Copied, because
 * loading writes the values. */
static void gather_settings(struct service *service)
{
	size_t own = 0;

	while (service->table->settings != NULL && service->table->settings[own].name != NULL)
		own++;
	service->n_settings = COMMON_COUNT + own;
	service->settings = calloc(service->n_settings, sizeof(struct setting));
	CHECK(service->settings != NULL);
	memcpy(service->settings, COMMON_SETTINGS, sizeof(COMMON_SETTINGS));
	if (own > 0)
		memcpy(service->settings + COMMON_COUNT, service->table->settings,
			own * sizeof(struct setting));
}

/* An unknown level is `info`: too much in the log is better than no start for the log's sake. */
static enum log_level log_level_of(const char *name)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

/* "registry" is set by ASSKOMM_PEER_REGISTRY. Whom a service asks is not optional, so an empty one
 * ends the start. */
static void add_peer(struct service *service, const char *name)
{
	char setting[64];
	size_t at = (size_t)snprintf(setting, sizeof(setting), "ASSKOMM_PEER_%s", name);

	for (size_t i = sizeof("ASSKOMM_PEER_") - 1; i < at; i++)
		setting[i] = (char)(setting[i] >= 'a' && setting[i] <= 'z' ? setting[i] - 32
									   : setting[i]);
	const char *endpoints = service_setting(service, setting);
	if (endpoints[0] == '\0') {
		fprintf(stderr, "%s: %s is not set\n", service->table->name, setting);
		exit(2);
	}
	CHECK(service->n_peers < SERVICE_PEERS_MAX);
	service->peers[service->n_peers++] =
		(struct service_peer){ name, bus_peers_new(service->bus, name, endpoints) };
}

/* The ledger is a peer of everybody who records or listens, whether the table names it or not.
 * Without a descriptor there is nothing to answer, so nothing is bound. */
static void start_bus(struct service *service)
{
	const struct service_table *table = service->table;
	const char *bind = service_setting(service, "ASSKOMM_BUS");
	const char *publish = service_setting(service, "ASSKOMM_PUBLISH");

	service->bus = bus_new(&(struct bus_settings){
		.loop = &service->loop,
		.name = table->name,
		.keys_dir = service_setting(service, "ASSKOMM_KEYS"),
		.bind = table->descriptor != NULL ? bind : NULL,
		.publish = table->publishes ? publish : NULL,
		.server = &service->server,
	});
	if (service->bus == NULL)
		exit(1); /* bus_new said why */
	for (size_t i = 0; table->peers != NULL && table->peers[i] != NULL; i++)
		add_peer(service, table->peers[i]);
	if ((table->commands != NULL || table->listener != NULL) &&
		service_peer(service, "ledger") == NULL)
		add_peer(service, "ledger");
}

/* Connecting goes on in the background; readiness waits for it, the start does not. */
static void start_database(struct service *service)
{
	if (service->table->without_database)
		return;
	service->db = db_new(&(struct db_settings){
		.loop = &service->loop,
		.conninfo = service_setting(service, "ASSKOMM_DATABASE"),
		.lanes = (unsigned)service_number(service, "ASSKOMM_LANES", 1, LANES_MAX),
	});
}

/* ---- end */

/* What uses others ends before what it uses. The loop ends by itself when the last handle is
 * closed. */
static void finish(struct service *service)
{
	uv_timer_stop(&service->heartbeat);
	if (service->table->on_end != NULL)
		service->table->on_end(service);
	if (service->listening != NULL)
		listener_stop(service);
	pruning_stop(service);
	http_server_destroy(&service->admin);
	db_destroy(&service->db);
	bus_destroy(&service->bus);
	log_gather(false);
	uv_close((uv_handle_t *)&service->before_sleep, NULL);
	uv_close((uv_handle_t *)&service->heartbeat, NULL);
	uv_close((uv_handle_t *)&service->on_term, NULL);
	uv_close((uv_handle_t *)&service->on_interrupt, NULL);
}

/* The watchdog of alarm(2) is for a bug: an end that hangs. It needs no handler, the default ends
 * the process. */
static void on_signal(uv_signal_t *handle, int number)
{
	struct service *service = handle->data;

	(void)number;
	log_flush();
	if (service->draining)
		_exit(0); /* asked twice: at once */
	service->draining = true;
	service->drain_since_ms = uv_now(&service->loop);
	alarm(WATCHDOG_SECONDS);
	log_line(LOG_INFO, "draining", NULL);
	bus_drain(service->bus);
	if (service->table->on_drain != NULL)
		service->table->on_drain(service);
}

/* Nothing that somebody waits for: requests, statements, and what the service itself knows of. */
static bool is_quiet(struct service *service)
{
	return bus_inflight(service->bus) == 0 &&
	       (service->db == NULL || db_depth(service->db) == 0) &&
	       (service->table->is_quiet == NULL || service->table->is_quiet(service));
}

/* A timer that comes late shows how long the loop was away. While draining, it is also the clock of
 * the end: quiet for long enough, or out of patience. */
static void on_heartbeat(uv_timer_t *timer)
{
	struct service *service = timer->data;
	uint64_t now = uv_now(&service->loop);

	service->loop_lag_ms = now - service->last_beat_ms > HEARTBEAT_MS
				       ? now - service->last_beat_ms - HEARTBEAT_MS
				       : 0;
	service->last_beat_ms = now;
	metrics_set("asskomm_loop_lag_ms", NULL, NULL, (double)service->loop_lag_ms);
	if (!service->draining)
		return;
	uint64_t waited = now - service->drain_since_ms;
	if ((waited > GOODBYE_MS && is_quiet(service)) || waited > DRAIN_FOR_MS)
		finish(service);
}

/* Many requests of one turn of the loop are one write. */
static void on_before_sleep(uv_prepare_t *handle)
{
	(void)handle;
	log_flush();
}

/* SIGPIPE is ignored for the whole process: a peer that leaves is an error of write(2), not ours.
 */
static void start_handles(struct service *service)
{
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(&service->loop, &service->on_term);
	uv_signal_init(&service->loop, &service->on_interrupt);
	uv_timer_init(&service->loop, &service->heartbeat);
	uv_prepare_init(&service->loop, &service->before_sleep);
	uv_prepare_start(&service->before_sleep, on_before_sleep);
	service->on_term.data = service->on_interrupt.data = service->heartbeat.data = service;
	uv_signal_start(&service->on_term, on_signal, SIGTERM);
	uv_signal_start(&service->on_interrupt, on_signal, SIGINT);
	service->last_beat_ms = uv_now(&service->loop);
	uv_timer_start(&service->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
}

/* Needs no settings: help must come also on a machine where nothing is set. */
static int print_help(struct service *service)
{
	printf("asskomm-%s: the %s service of the ASSKomm suite\n\n"
	       "usage: asskomm-%s [--help | --check]\n"
	       "  --check  load the settings, print them (secrets masked) and end\n\n"
	       "Settings come from the environment, or from the file named by <NAME>_FILE.\n\n",
		service->table->name, service->table->name, service->table->name);
	settings_print(service->settings, service->n_settings, false);
	return 0;
}

/* Tables are checked before anything is opened; the service's own parts come last, when all that
 * they stand on is there. */
static void run(struct service *service)
{
	uv_loop_init(&service->loop);
	log_init(service->table->name, log_level_of(service_setting(service, "ASSKOMM_LOG")));
	start_handles(service);
	dispatch_init(service);
	start_bus(service);
	start_database(service);
	admin_init(service);
	if (service->table->listener != NULL)
		listener_start(service);
	if (service->table->commands != NULL)
		pruning_start(service);
	if (service->table->on_start != NULL)
		service->table->on_start(service);
	log_line(LOG_INFO, "started", "bus", service_setting(service, "ASSKOMM_BUS"), NULL);
	log_gather(true);
	uv_run(&service->loop, UV_RUN_DEFAULT); /* until finish() closed the last handle */
	batch_destroy(service);
	pruning_destroy(service);
	CHECK(uv_loop_close(&service->loop) == 0);
	log_line(LOG_INFO, "ended", NULL);
}

/* --check loads and prints and does nothing else: an installation can be tried while another runs.
 */
int service_main(int argc, char **argv, const struct service_table *table)
{
	struct service service = { .table = table };

	gather_settings(&service);
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return print_help(&service);
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--check") != 0)) {
		fprintf(stderr, "asskomm-%s: unknown argument, see --help\n", table->name);
		return 2;
	}
	if (!settings_load(service.settings, service.n_settings))
		return 2;
	if (argc == 2) {
		settings_print(service.settings, service.n_settings, true);
		return 0;
	}
	run(&service);
	free(service.settings);
	return 0;
}
