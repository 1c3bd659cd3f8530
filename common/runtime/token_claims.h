/* The parts of a token that need no cryptography: strict base64url, strict JSON, and what the
 * claims must say. Used by token.c alone; apart, so that the file that knows <cjose/cjose.h>
 * stays small. */
#ifndef ASSKOMM_RUNTIME_TOKEN_CLAIMS_H
#define ASSKOMM_RUNTIME_TOKEN_CLAIMS_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include "runtime/token.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_LEEWAY_S 60
#define TOKEN_SUBJECT_MAX 200 /* bytes */
#define TOKEN_SCOPES_MAX 100
#define TOKEN_SCOPE_BYTES_MAX 64

/* Decodes base64url as RFC 7515 wants it and no looser: no padding, no white space, no other
 * alphabet, no set bits behind the last byte. The bytes come from the arena. False for anything
 * else, also for nothing, and when the arena is full. */
bool token_base64url(struct arena *arena, const char *text, size_t len, uint8_t **out_bytes,
	size_t *out_len) MUST_CHECK;

/* Parses a base64url part that holds a JSON object without duplicate members. NULL when it is
 * none; the caller owns the reference. */
json_t *token_json(struct arena *arena, const char *part, size_t len);

/* Claims read: iss, aud, azp, client_id, exp, nbf, iat, sub, and roles and scopes where they are
 * expected; others are passed over. A scope is "*"
 * or letters, digits and dashes: it travels on in a comma-separated list. Roles that we do not
 * know are left out.
 *
 * NULL when the claims of a verified token say what they must: then *out_principal (arena) is who
 * they name and *out_expires_s the second from which the token counts no more, leeway included.
 * Else the reason, a constant text for the log. */
const char *token_claims(struct arena *arena, const json_t *claims,
	const struct token_expectation *expected, Asskomm__Principal **out_principal,
	int64_t *out_expires_s) MUST_CHECK;

#endif
