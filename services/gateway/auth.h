/* Who is calling: the bearer token of a request, verified against the key set of the login.
 *
 * The key set is a file (JWKS) that the login's operator replaces as a whole. It is looked at for
 * every token that is not remembered, and read again when it is another file: a new key works at
 * once, a removed one at the latest after 60 s, and nobody restarts anything. */
#ifndef ASSKOMM_GATEWAY_AUTH_H
#define ASSKOMM_GATEWAY_AUTH_H

#include "asskomm/envelope.pb-c.h"
#include "runtime/http.h"

struct auth;

/* What a token is held against. The texts must outlive the auth. */
struct auth_settings {
	const char *jwks_path;
	const char *issuer;
	const char *audience;
};

/* Reads the key set. NULL with the reason on stderr: without a key nobody could sign in. */
struct auth *auth_new(const struct auth_settings *settings);
void auth_destroy(struct auth **auth);

/* The principal of the request, in its arena; or NULL with the reason, for the log alone: "no
 * token" when there is none. A verified token is remembered for at most 60 s, and no longer than
 * it is valid; a changed key set is read again and all that was remembered is forgotten. */
Asskomm__Principal *auth_check(
	struct auth *auth, const struct http_exchange *exchange, const char **out_reason);

/* The value of WWW-Authenticate for a 401 answer (RFC 6750): says whether a token was there, but
 * not what is wrong with it. */
const char *auth_challenge(const struct http_exchange *exchange);

#endif
