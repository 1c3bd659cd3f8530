/* JSON Web Tokens: verified against a JWKS, minted for the local demo suite. The only file that
 * knows <cjose/cjose.h> is token.c. */
#ifndef ASSKOMM_RUNTIME_TOKEN_H
#define ASSKOMM_RUNTIME_TOKEN_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct token_keys; /* a parsed JWKS */

/* Reads a JWKS file (public keys; EC P-256, RSA >= 2048 bits). NULL with the reason on stderr. */
struct token_keys *token_keys_read(const char *path);
/* The same from text that came from outside. NULL with *out_problem, a constant text. */
struct token_keys *token_keys_parse(const char *text, size_t len, const char **out_problem);
void token_keys_destroy(struct token_keys **keys);

/* What a token is held against; the texts are the caller's. */
struct token_expectation {
	const char *issuer;
	const char *audience;
	const char *clients; /* comma-separated: who may have asked for it; "" is anybody */
	const char *roles;   /* JSON pointers (RFC 6901) to the two lists in the claims */
	const char *scopes;
	int64_t now_s;
};

#define TOKEN_ROLES "/roles" /* as token_mint writes them */
#define TOKEN_SCOPES "/scopes"

/* Whether a text is a JSON pointer to something inside of an object. */
bool token_is_pointer(const char *pointer);

/* The reason of token_verify for a well-formed token whose key is not in the set, by its address:
 * a newer set may have it. */
extern const char TOKEN_UNKNOWN_KEY[];

/* Verifies a compact JWS: at most 8 KiB; alg RS256, PS256 or ES256 and equal to the key's kind;
 * kid in the set, use not "enc"; typ JWT, at+jwt or none; no crit, jku, jwk, x5u, x5c; strict
 * base64url without padding; ES256 signatures of exactly 64 bytes; iss and aud equal; exp required,
 * nbf honoured, 60 s leeway; sub not empty; no duplicate members. With several audiences, or with
 * clients expected, the token must name its client (azp, else client_id), which must be one of
 * them. Gives the principal: roles (array of role names) and scopes (array of key prefixes); and
 * the second from which it counts no more (exp and leeway), so that a cache can forget it. False:
 * *out_reason says why, a constant text for the log only. `keys` may be NULL: a set without keys.
 */
bool token_verify(const struct token_keys *keys, struct arena *arena, const char *token,
	const struct token_expectation *expected, Asskomm__Principal **out_principal,
	int64_t *out_expires_s, const char **out_reason) MUST_CHECK;

/* Makes a new ES256 key: writes the private JWK to `private_path` (0400) and a JWKS with the public
 * half to `jwks_path`. An existing file is never overwritten. False with the reason on stderr. */
bool token_keys_make(const char *private_path, const char *jwks_path) MUST_CHECK;

/* Mints a token for the local demo suite with the private JWK, which nobody but its owner may be
 * able to read. NULL with the reason on stderr. */
char *token_mint(struct arena *arena, const char *private_path, const char *issuer,
	const char *audience, const char *subject, const char *const *roles, size_t n_roles,
	const char *const *scopes, size_t n_scopes, int64_t now_s, int64_t lifetime_s);

#endif
