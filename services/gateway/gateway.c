/* TABLE OF CONTENTS of the gateway: its settings, the services it asks, its life.
 *
 * It has no rpc and no database; what it serves is in the options of proto/. */
#include "gateway.h"

#include "edge.h"
#include "runtime/log.h"
#include <stdio.h>
#include <stdlib.h>

/* To add one: a row here. */
static struct setting settings[] = {
	{ "ASSKOMM_HTTP_HOST", "127.0.0.1", false, "address of the public port", NULL },
	{ "ASSKOMM_HTTP_PORT", "8080", false, "the public port, 0 is any", NULL },
	{ "ASSKOMM_HTTP_INFLIGHT", "1024", false, "requests at once, beyond: 503", NULL },
	{ "ASSKOMM_JWKS", NULL, false, "file with the login's public keys (JWKS)", NULL },
	{ "ASSKOMM_TOKEN_ISSUER", "asskomm-demo", false, "iss that tokens must have", NULL },
	{ "ASSKOMM_TOKEN_AUDIENCE", "asskomm", false, "aud that tokens must have", NULL },
	{ 0 },
};

static const char *const peers[] = { "registry", "coaching", "analysis", "funding", "notifications",
	"monitor", "ledger", NULL };

/* The one edge of this process: service_main knows nothing of it. */
static struct edge *edge;

/* The bus is there by now; the edge can ask from its first request on. */
static void on_start(struct service *service)
{
	char port[12];

	edge = edge_new(service);
	if (edge == NULL)
		exit(1); /* edge_new said why */
	snprintf(port, sizeof(port), "%d", edge_port(edge));
	log_line(LOG_INFO, "open", "host", service_setting(service, "ASSKOMM_HTTP_HOST"), "port",
		port, NULL);
}

/* Stops new connections; what runs has the time that service_main gives. */
static void on_drain(struct service *service)
{
	(void)service;
	edge_drain(edge);
}

/* Requests at the edge outlive those on the bus by their answers. */
static bool is_quiet(struct service *service)
{
	(void)service;
	return edge_inflight(edge) == 0;
}

static void on_end(struct service *service)
{
	(void)service;
	edge_destroy(&edge);
}

/* Without the ledger nothing can be recorded and nothing answered rightly for long. A part that
 * is missing alone is answered UNAVAILABLE where it is asked. */
static const char *why_not(struct service *service)
{
	return bus_peers_are_up(service_peer(service, "ledger")) ? NULL : "no ledger";
}

const struct service_table gateway = {
	.name = "gateway",
	.peers = peers,
	.on_start = on_start,
	.on_drain = on_drain,
	.is_quiet = is_quiet,
	.on_end = on_end,
	.why_not = why_not,
	.settings = settings,
	.without_database = true,
};
