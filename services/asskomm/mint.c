/* Mints a token with the demo suite's own key; issuer and audience are those the gateway expects.
 */
#include "mint.h"
#include "runtime/token.h"
#include "wait.h"
#include <stdlib.h>

#define DEFAULT_ISSUER "asskomm-demo"
#define DEFAULT_AUDIENCE "asskomm"

/* Empty is as good as not set, as everywhere in the suite. */
static const char *environment(const char *name, const char *fallback)
{
	const char *value = getenv(name);
	return value != NULL && value[0] != '\0' ? value : fallback;
}

/* Must agree with the gateway's settings of the same names; otherwise every request is answered
 * 401. */
char *mint_token(struct arena *arena, const struct mint *mint)
{
	return token_mint(arena, mint->private_key,
		environment("ASSKOMM_TOKEN_ISSUER", DEFAULT_ISSUER),
		environment("ASSKOMM_TOKEN_AUDIENCE", DEFAULT_AUDIENCE), mint->subject, mint->roles,
		mint->n_roles, mint->scopes, mint->n_scopes, wait_unix_us() / 1000000,
		mint->lifetime_s);
}
