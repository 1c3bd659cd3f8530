/* JSON Web Tokens: verified against a JWKS, minted for the local demo suite. The only file that
 * knows <cjose/cjose.h> is token.c. */
#ifndef ASSKOMM_RUNTIME_TOKEN_H
#define ASSKOMM_RUNTIME_TOKEN_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stdint.h>

struct token_keys; /* a parsed JWKS */

/* Reads a JWKS file (public keys; EC P-256, RSA >= 2048 bits). NULL with the reason on stderr. */
struct token_keys *token_keys_read(const char *path);
void token_keys_destroy(struct token_keys **keys);

/* Verifies a compact JWS: at most 8 KiB; alg RS256, PS256 or ES256 and equal to the key's kind;
 * kid in the set, use not "enc"; no crit, jku, jwk, x5u, x5c; strict base64url without padding;
 * ES256 signatures of exactly 64 bytes; iss and aud equal; exp required, nbf honoured, 60 s leeway;
 * sub not empty; no duplicate members. Gives the principal: claim "roles" (array of role names) and
 * "scopes" (array of key prefixes); and the second from which it counts no more (exp and leeway),
 * so that a cache can forget it. False: *out_reason says why, for the log only. */
bool token_verify(const struct token_keys *keys, struct arena *arena, const char *token,
	const char *issuer, const char *audience, int64_t now_s, Asskomm__Principal **out_principal,
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
