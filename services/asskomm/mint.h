/* Tokens for the local demo suite, whose signing key lies in its keys folder. A real suite trusts
 * the ministry's login; nobody outside it holds a key to sign with, and this does nothing there. */
#ifndef ASSKOMM_MINT_H
#define ASSKOMM_MINT_H

#include "core/arena.h"
#include <stddef.h>
#include <stdint.h>

struct mint {
	const char *private_key; /* path of token.key */
	const char *subject;
	const char *const *roles; /* "adviser" */
	size_t n_roles;
	const char *const *scopes; /* prefixes of keys, or "*" */
	size_t n_scopes;
	int64_t lifetime_s;
};

/* The token, or NULL with the reason on stderr. Issuer and audience are $ASSKOMM_TOKEN_ISSUER and
 * $ASSKOMM_TOKEN_AUDIENCE, with the gateway's defaults. */
char *mint_token(struct arena *arena, const struct mint *mint);

#endif
