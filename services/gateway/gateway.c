/* TABLE OF CONTENTS of the gateway: its settings, the services it asks, its life.
 *
 * It has no rpc and no database; what it serves is in the options of proto/. */
#include "gateway.h"

#include "edge.h"
#include "runtime/log.h"
#include "runtime/token.h"
#include <stdio.h>
#include <stdlib.h>

/* To add one: a row here. */
static struct setting settings[] = {
	{ "ASSKOMM_HTTP_HOST", "127.0.0.1", false, "address of the public port", NULL },
	{ "ASSKOMM_HTTP_PORT", "8080", false, "the public port, 0 is any", NULL },
	{ "ASSKOMM_HTTP_INFLIGHT", "1024", false, "requests at once, beyond: 503", NULL },
	{ "ASSKOMM_HTTP_CONNECTIONS", "4096", false, "connections at once, beyond: 503", NULL },
	{ "ASSKOMM_HTTP_CONNECTIONS_ADDRESS", "256", false,
		"connections of one address, beyond: 429; 0: no limit", NULL },
	{ "ASSKOMM_RATE_USER", "1000", false, "requests a second of one user; 0: no limit", NULL },
	{ "ASSKOMM_RATE_USER_BURST", "5000", false, "and so many at once", NULL },
	{ "ASSKOMM_RATE_LOADER", "0", false, "the same for operators and machines", NULL },
	{ "ASSKOMM_RATE_LOADER_BURST", "10000", false, "and so many at once", NULL },
	{ "ASSKOMM_RATE_ADDRESS", "2000", false, "requests a second of one address; 0: no limit",
		NULL },
	{ "ASSKOMM_RATE_ADDRESS_BURST", "10000", false, "and so many at once", NULL },
	{ "ASSKOMM_LIMITS_EXEMPT", "127.0.0.0/8, ::1", false,
		"addresses and ranges without a limit of their own", NULL },
	{ "ASSKOMM_TRUSTED_PROXY", "", false,
		"addresses and ranges of proxies whose Forwarded or X-Forwarded-For counts", NULL },
	{ "ASSKOMM_CORS_ORIGINS", "", false,
		"origins whose pages may call the API from a browser, by commas; empty: none",
		NULL },
	{ "ASSKOMM_CACHE_BYTES", "33554432", false, "of answers that are kept for reads; 0: none",
		NULL },
	{ "ASSKOMM_SSE_READERS", "2000", false, "readers of /events at once, beyond: 503", NULL },
	{ "ASSKOMM_SSE_READERS_USER", "20", false,
		"of one user, beyond: 429; operators and machines have no limit; 0: nobody has",
		NULL },
	{ "ASSKOMM_SSE_RECHECK_S", "60", false, "seconds until a reader's token is checked again",
		NULL },
	{ "ASSKOMM_JWKS", "", false, "file with the login's public keys (JWKS)", NULL },
	{ "ASSKOMM_TOKEN_ISSUER", "asskomm-demo", false, "iss of tokens by a key of the file",
		NULL },
	{ "ASSKOMM_TOKEN_AUDIENCE", "asskomm", false, "aud that tokens must have", NULL },
	{ "ASSKOMM_TOKEN_CLIENTS", "", false, "azp that tokens may have, by commas; empty: any",
		NULL },
	{ "ASSKOMM_TOKEN_ROLES", TOKEN_ROLES, false, "where roles are: JSON pointer", NULL },
	{ "ASSKOMM_TOKEN_SCOPES", TOKEN_SCOPES, false, "where scopes are: JSON pointer", NULL },
	{ "ASSKOMM_OIDC_ISSUER", "", false, "URL of the OpenID provider; empty: none", NULL },
	{ "ASSKOMM_OIDC_REFRESH_S", "600", false, "its keys are fetched this often", NULL },
	{ "ASSKOMM_OIDC_STALE_S", "86400", false, "its last keys count this long", NULL },
	{ "ASSKOMM_DEV", "0", false, "1: the provider may be http on this machine", NULL },
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
	return bus_peers_are_up(service_peer(service, "ledger")) ? edge_why_not(edge) : "no ledger";
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
