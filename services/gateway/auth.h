/* Who is calling: the bearer token of a request, verified against the key set of the login. */
#ifndef ASSKOMM_GATEWAY_AUTH_H
#define ASSKOMM_GATEWAY_AUTH_H

#include "asskomm/envelope.pb-c.h"
#include "runtime/http.h"

struct auth;

struct auth_settings {
	const char *jwks_path;
	const char *issuer;
	const char *audience;
};

/* Reads the key set; NULL with the reason on stderr. The settings' texts must outlive it. */
struct auth *auth_new(const struct auth_settings *settings);
void auth_destroy(struct auth **auth);

/* The principal of the request, in its arena; or NULL with the reason, for the log alone: "no
 * token" when there is none. A verified token is remembered for at most 60 s, and no longer than
 * it is valid; a changed key set is read again and all that was remembered is forgotten. */
Asskomm__Principal *auth_check(
	struct auth *auth, const struct http_exchange *exchange, const char **out_reason);

/* The challenge for a 401 answer. */
const char *auth_challenge(const struct http_exchange *exchange);

#endif
