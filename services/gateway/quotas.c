/* Three tables of rates: users, operators and machines, addresses. A limit of 0 has no table. */
#include "quotas.h"

#include "core/catalogue.h"
#include "core/failure.h"
#include "core/rate.h"
#include "core/text.h"
#include "forwarded.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(RATE_KEY_SIZE == NETWORK_ADDRESS_SIZE && RATE_KEY_SIZE <= DIGEST_SIZE,
	"an address is a key, a digest is more than one");

struct quotas {
	struct rate_table *users, *loaders, *addresses;
	struct networks proxies;
	struct http_bounds bounds;
};

/* ---- life */

static struct rate_table *make_table(
	struct service *service, const char *rate_name, const char *burst_name)
{
	struct rate rate = {
		.per_s = (uint32_t)service_number(service, rate_name, 0, 1000000),
		.burst = (uint32_t)service_number(service, burst_name, 1, 1000000),
	};
	uint64_t secret[2];

	if (rate.per_s == 0)
		return NULL;
	CHECK(uv_random(NULL, NULL, secret, sizeof(secret), 0, NULL) == 0);
	return rate_table_new(&rate, QUOTAS_KEYS_MAX, secret);
}

static bool read_networks(struct service *service, const char *name, struct networks *out_networks)
{
	const char *wrong = NULL;

	if (networks_parse(service_setting(service, name), out_networks, &wrong))
		return true;
	fprintf(stderr, "%s: no address or range (10.0.0.0/8) at \"%.40s\"\n", name, wrong);
	return false;
}

/* A list may be full; then the rest of the other is left out, and its proxies have limits. */
static void append(struct networks *list, const struct networks *more)
{
	for (size_t i = 0; i < more->count && list->count < NETWORK_RANGES_MAX; i++)
		list->ranges[list->count++] = more->ranges[i];
}

struct quotas *quotas_new(struct service *service)
{
	struct quotas *quotas = calloc(1, sizeof(*quotas));

	CHECK(quotas != NULL);
	if (!read_networks(service, "ASSKOMM_TRUSTED_PROXY", &quotas->proxies) ||
		!read_networks(service, "ASSKOMM_LIMITS_EXEMPT", &quotas->bounds.exempt)) {
		free(quotas);
		return NULL;
	}
	append(&quotas->bounds.exempt, &quotas->proxies);
	quotas->bounds.connections = (size_t)service_number(
		service, "ASSKOMM_HTTP_CONNECTIONS", 1, HTTP_CONNECTIONS_MAX);
	quotas->bounds.per_address = (size_t)service_number(
		service, "ASSKOMM_HTTP_CONNECTIONS_ADDRESS", 0, HTTP_CONNECTIONS_MAX);
	quotas->users = make_table(service, "ASSKOMM_RATE_USER", "ASSKOMM_RATE_USER_BURST");
	quotas->loaders = make_table(service, "ASSKOMM_RATE_LOADER", "ASSKOMM_RATE_LOADER_BURST");
	quotas->addresses =
		make_table(service, "ASSKOMM_RATE_ADDRESS", "ASSKOMM_RATE_ADDRESS_BURST");
	return quotas;
}

void quotas_destroy(struct quotas **quotas)
{
	if (*quotas == NULL)
		return;
	rate_table_destroy(&(*quotas)->users);
	rate_table_destroy(&(*quotas)->loaders);
	rate_table_destroy(&(*quotas)->addresses);
	free(*quotas);
	*quotas = NULL;
}

struct http_bounds quotas_bounds(const struct quotas *quotas)
{
	return quotas->bounds;
}

/* ---- deciding */

static Asskomm__Failure *take(struct rate_table *table, const struct rate_key *key,
	const struct http_exchange *exchange, const char *by, const char *text)
{
	uint64_t wait_ns = rate_table_take(table, key, exchange->received_ns, 1);

	metrics_set("asskomm_http_rate_keys", "by", by, (double)rate_table_count(table));
	if (wait_ns == 0)
		return NULL;
	metrics_add("asskomm_http_limited_total", "by", by, 1);
	Asskomm__Failure *failure = failure_new(
		exchange->arena, FAILURE_TOO_MANY, "%s", say_text(exchange->arena, text));
	failure->retry_after_ms = (uint32_t)(wait_ns / 1000000) + 1;
	return failure;
}

/* The table of an address, NULL where none counts. */
static struct rate_table *table_of(struct quotas *quotas, const struct network_address *client)
{
	return networks_hold(&quotas->bounds.exempt, client) ? NULL : quotas->addresses;
}

static struct rate_key key_of(const struct network_address *client)
{
	struct network_address site = network_site(client);
	struct rate_key key;

	memcpy(key.bytes, site.bytes, sizeof(key.bytes));
	return key;
}

/* Doubt about who asks is refused, like every other doubt at this edge. */
Asskomm__Failure *quotas_arrival(struct quotas *quotas, const struct http_exchange *exchange,
	struct network_address *out_client)
{
	const char *why = NULL;

	if (!forwarded_client(&quotas->proxies, exchange, out_client, &why)) {
		log_line(LOG_INFO, "address not known", "why", why, NULL);
		return failure_new(exchange->arena, FAILURE_INVALID,
			"Who is asking is not clear: %s", say_text(exchange->arena, why));
	}
	struct rate_table *table = table_of(quotas, out_client);
	if (table == NULL)
		return NULL;
	struct rate_key key = key_of(out_client);
	return take(table, &key, exchange, "address",
		TEXT("Too many requests of this address; go on after Retry-After"));
}

bool quotas_loads_data(const Asskomm__Principal *principal)
{
	for (size_t i = 0; i < principal->n_roles; i++)
		if (principal->roles[i] == ASSKOMM__ROLE__ROLE_OPERATOR ||
			principal->roles[i] == ASSKOMM__ROLE__ROLE_MACHINE)
			return true;
	return false;
}

Asskomm__Failure *quotas_user(struct quotas *quotas, const struct http_exchange *exchange,
	const uint8_t subject[DIGEST_SIZE], bool loads_data)
{
	struct rate_table *table = loads_data ? quotas->loaders : quotas->users;
	struct rate_key key;

	if (table == NULL)
		return NULL;
	memcpy(key.bytes, subject, sizeof(key.bytes));
	return take(table, &key, exchange, "user",
		TEXT("Too many requests of this user; go on after Retry-After"));
}

void quotas_failed_login(struct quotas *quotas, const struct network_address *client)
{
	struct rate_table *table = table_of(quotas, client);

	if (table == NULL)
		return;
	struct rate_key key = key_of(client);
	rate_table_charge(table, &key, uv_hrtime(), QUOTAS_FAILED_LOGIN_COST);
}
