/* How much one caller may ask: requests a second for each user, and for each address that requests
 * come from. No honest user meets these limits; who does gets 429 and when to come back.
 *
 * Operators and machines, who load data, have a limit of their own. What this machine and trusted
 * proxies ask is held against no address: there the user's limit alone counts. */
#ifndef ASSKOMM_GATEWAY_QUOTAS_H
#define ASSKOMM_GATEWAY_QUOTAS_H

#include "asskomm/envelope.pb-c.h"
#include "core/network.h"
#include "runtime/digest.h"
#include "runtime/http.h"
#include "runtime/service.h"

/* Users, and addresses, that are remembered; beyond, the one silent longest is forgotten. */
#define QUOTAS_KEYS_MAX 8192
/* A token that does not hold costs an address as much as so many requests. */
#define QUOTAS_FAILED_LOGIN_COST 10

struct quotas;

/* By the settings of the service (gateway.c); NULL with the reason on stderr. */
struct quotas *quotas_new(struct service *service);
void quotas_destroy(struct quotas **quotas);

/* Before anything else of a request. Finds out its address, for quotas_failed_login. TOO_MANY when
 * the address asks too much, INVALID when a trusted proxy does not say who it is; else NULL. */
Asskomm__Failure *quotas_arrival(struct quotas *quotas, const struct http_exchange *exchange,
	struct network_address *out_client) MUST_CHECK;

/* As soon as the user is known: the digest of the subject, and quotas_loads_data of it. TOO_MANY,
 * or NULL. */
Asskomm__Failure *quotas_user(struct quotas *quotas, const struct http_exchange *exchange,
	const uint8_t subject[DIGEST_SIZE], bool loads_data) MUST_CHECK;

/* A token was refused. */
void quotas_failed_login(struct quotas *quotas, const struct network_address *client);

/* What the server may take of connections. */
struct http_bounds quotas_bounds(const struct quotas *quotas);

/* Operators and machines, who load data: limits for people do not hold for them. */
bool quotas_loads_data(const Asskomm__Principal *principal);

#endif
