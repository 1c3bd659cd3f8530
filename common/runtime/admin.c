/* The admin port of every process: is it alive, is it ready, how does it fare. */
#include "runtime/service_internal.h"

#include "core/text.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A loop that was away for so long is as good as stuck: whoever asks /healthz may start another
 * process. Well above what a large message or a slow disk costs. */
#define LAG_LIMIT_MS 5000

/* The first reason not to be ready, or NULL. */
static const char *why_not_ready(struct service *service)
{
	const char *why = NULL;

	if (service->draining)
		return "draining";
	if (service->db != NULL && !db_is_ready(service->db))
		return db_why_not(service->db);
	if (service->listening != NULL)
		why = listener_why_not(service);
	if (why == NULL && service->table->why_not != NULL)
		why = service->table->why_not(service);
	return why;
}

/* The second number of statm, in pages. 0 where it cannot be read: a missing figure is no reason to
 * fail the page that shows the others. */
static double resident_bytes(void)
{
	unsigned long size = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "r");

	if (statm == NULL)
		return 0;
	if (fscanf(statm, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(statm);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void answer_text(struct http_exchange *exchange, unsigned status, const char *text)
{
	http_answer(exchange, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* Gauges are set when somebody looks, not when they change: between two looks nobody misses them.
 */
static void answer_metrics(struct service *service, struct http_exchange *exchange)
{
	metrics_set("process_resident_memory_bytes", NULL, NULL, resident_bytes());
	metrics_set("asskomm_bus_inflight", NULL, NULL, (double)bus_inflight(service->bus));
	if (service->db != NULL)
		metrics_set("asskomm_db_depth", NULL, NULL, (double)db_depth(service->db));
	metrics_set("asskomm_log_dropped", NULL, NULL, (double)log_dropped());
	char *page = metrics_print(exchange->arena);
	http_answer(exchange, 200, "text/plain; version=0.0.4", page, strlen(page));
}

/* Whether to restart the process (healthz) and whether to send it requests (readyz) are different
 * questions: a service without a database is alive, and restarting it would help nobody. */
static void on_request(struct http_handler *handler, struct http_exchange *exchange)
{
	struct service *service = CONTAINER_OF(handler, struct service, admin_handler);
	const char *why;

	if (strcmp(exchange->path, "/healthz") == 0) {
		bool alive = service->loop_lag_ms < LAG_LIMIT_MS;
		answer_text(exchange, alive ? 200 : 503, alive ? "alive\n" : "the loop is late\n");
	} else if (strcmp(exchange->path, "/readyz") == 0) {
		why = why_not_ready(service);
		answer_text(exchange, why == NULL ? 200 : 503,
			why == NULL ? "ready\n" : text_format(exchange->arena, "%s\n", why));
	} else if (strcmp(exchange->path, "/metrics") == 0) {
		answer_metrics(service, exchange);
	} else {
		answer_text(exchange, 404, "/healthz /readyz /metrics\n");
	}
}

/* Before the listener and the service's own parts, so that a process which cannot start its work
 * can still be asked why. */
void admin_init(struct service *service)
{
	service->admin_handler.on_request = on_request;
	service->admin =
		http_server_new(&service->loop, service_setting(service, "ASSKOMM_ADMIN_HOST"),
			(int)service_number(service, "ASSKOMM_ADMIN_PORT", 0, 65535),
			&service->admin_handler);
	if (service->admin == NULL)
		exit(1); /* http_server_new said why */
}
