/* Who is calling: the bearer token of a request, verified against the keys of the login.
 *
 * Keys come from a file (JWKS), from an OpenID provider (jwks.h), or from both; each of the two
 * vouches for its own issuer alone. The file is one that the login's operator replaces as a whole.
 * It is looked at for every token that is not remembered, and read again when it is another file: a
 * new key works at once, a removed one at the latest after 60 s, and nobody restarts anything. */
#ifndef ASSKOMM_GATEWAY_AUTH_H
#define ASSKOMM_GATEWAY_AUTH_H

#include "asskomm/envelope.pb-c.h"
#include "cache.h"
#include "jwks.h"
#include "runtime/digest.h"
#include "runtime/http.h"

struct auth;

#define AUTH_MASK_SIZE 17

/* What is derived from a principal once, when its token is verified. */
struct auth_marks {
	uint8_t token[DIGEST_SIZE];        /* of the token */
	uint8_t subject[DIGEST_SIZE];      /* of the subject */
	uint8_t rights[CACHE_RIGHTS_SIZE]; /* as in cache.h */
	bool loads_data;                   /* as in quotas.h */
	char mask[AUTH_MASK_SIZE]; /* always the same for one subject, and does not tell who it is
				    */
};

/* What a token is held against. The texts must outlive the auth. */
struct auth_settings {
	const char *jwks_path; /* "": no file */
	const char *issuer;    /* of tokens signed with a key of the file */
	const char *audience;
	const char *clients;           /* as in struct token_expectation */
	const char *roles, *scopes;    /* likewise */
	struct jwks_settings provider; /* issuer "": none */
};

/* Reads the file, and begins to ask the provider. NULL with the reason on stderr: a setting that
 * cannot be, no file and no provider, or a file without a key. */
struct auth *auth_new(uv_loop_t *loop, const struct auth_settings *settings);
void auth_destroy(struct auth **auth);

/* Whether the request's token holds, with the marks of its principal; or the reason why not, for
 * the log alone: "no token" when there is none. A verified token is remembered for at most 60 s,
 * and no longer than it is valid; a changed key set is read again and all that was remembered is
 * forgotten. The exchange's arena is for what is needed meanwhile. */
bool auth_check(struct auth *auth, const struct http_exchange *exchange,
	struct auth_marks *out_marks, const char **out_reason) MUST_CHECK;

/* The principal of the token that auth_check has just taken, with no other call of it since. NULL
 * when the arena is full. */
Asskomm__Principal *auth_principal(
	struct auth *auth, const struct auth_marks *marks, struct arena *arena);

/* Whether the refused token may be good by a newer key set of the provider, which is on its way:
 * then on_refreshed comes (see jwks.h), and auth_check can be asked once more. `reason` is that of
 * auth_check. */
bool auth_await(struct auth *auth, const char *reason, struct jwks_wait *wait) MUST_CHECK;

/* Why nobody can be recognised at all; NULL: there are keys. */
const char *auth_why_not(const struct auth *auth);

/* The value of WWW-Authenticate for a 401 answer (RFC 6750): says whether a token was there, but
 * not what is wrong with it. */
const char *auth_challenge(const struct http_exchange *exchange);

#endif
