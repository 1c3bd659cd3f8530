/* The key set of an OpenID provider: found by discovery, fetched, kept fresh.
 *
 * It is fetched at the start, then every refresh_s, and when a token names a key that is not in it,
 * but for that reason at most once in 30 s: strangers can make up key names at will. What is
 * fetched replaces the old set only when it is a usable key set of the very issuer; the last good
 * one survives an outage for stale_s. One line in the log for each change and failure; metrics:
 * asskomm_jwks_age_seconds (since the last good fetch), asskomm_jwks_fetches_total. */
#ifndef ASSKOMM_GATEWAY_JWKS_H
#define ASSKOMM_GATEWAY_JWKS_H

#include "core/check.h"
#include "runtime/token.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define JWKS_BYTES_MAX (1024u * 1024) /* of the discovery document and of the key set */
#define JWKS_REFRESH_MS 5000          /* for one refresh: both of them together */
#define JWKS_ASKED_EVERY_MS 30000     /* between refreshes for the sake of an unknown key */
#define JWKS_WAITING_MAX 256          /* requests that wait for a refresh at one time */

struct jwks;

/* The text must outlive the jwks. */
struct jwks_settings {
	const char *issuer;
	bool loopback_http; /* for development: a provider on this machine without TLS */
	uint32_t refresh_s;
	uint32_t stale_s;
};

/* Somebody who waits for the refresh under way. */
struct jwks_wait {
	void (*on_refreshed)(struct jwks_wait *wait);

	/* private */
	struct jwks *jwks; /* NULL: does not wait */
	struct jwks_wait *next, **at;
};

/* Begins the first refresh. NULL with the reason on stderr for an issuer that is no https URL (or
 * http, with loopback_http), or has a query. */
struct jwks *jwks_new(uv_loop_t *loop, const struct jwks_settings *settings);

/* What waits is forgotten, nobody is told. Freed in the last close callback. */
void jwks_destroy(struct jwks **jwks);

/* The keys in force; NULL when there are none yet, or when the last good ones are too old. */
const struct token_keys *jwks_keys(const struct jwks *jwks);

/* Counts the changes of the keys in force: what was concluded from the former ones is void. */
uint64_t jwks_generation(const struct jwks *jwks);

/* A token names a key that is not in the set. True: a refresh is under way, on_refreshed comes once
 * and at most JWKS_REFRESH_MS later, however it ended, and never from inside this call. False: none
 * is allowed now, or too many wait. */
bool jwks_await(struct jwks *jwks, struct jwks_wait *wait) MUST_CHECK;

/* Waits no longer; nothing happens when it did not. */
void jwks_leave(struct jwks_wait *wait);

#endif
