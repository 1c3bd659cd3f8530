/* A refresh has two steps, discovery and key set, each of them one document that is judged as
 * hostile: what is not exactly as it must be changes nothing. One that was asked for by an unknown
 * key passes over discovery while it is known where the keys are.
 *
 * A timer ticks all the time: for the age, and to see what is due. Times are those of the
 * monotonic clock: who turns the wall clock does not make keys young or old. */
#include "jwks.h"

#include "core/text.h"
#include "runtime/digest.h"
#include "runtime/fetch.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 250
#define RETRY_MS 30000      /* after a failure */
#define RETRY_EMPTY_MS 5000 /* after a failure, while there are no keys at all */
#define URL_BYTES_MAX 2000u
#define WELL_KNOWN "/.well-known/openid-configuration"

enum jwks_state { RESTING, DISCOVERING, FETCHING };

struct jwks {
	struct jwks_settings settings;
	uv_timer_t timer;
	struct fetch *fetch;
	enum jwks_state state;
	struct fetch_get get;
	char discovery[URL_BYTES_MAX + 1];
	char address[URL_BYTES_MAX + 1]; /* of the keys; "": not known */
	struct token_keys *keys;
	uint8_t digest[DIGEST_SIZE]; /* of the text that the keys were read from */
	uint64_t generation;
	uint64_t began_ms; /* the refresh under way */
	uint64_t good_ms;  /* the last one that succeeded; 0: none */
	uint64_t asked_ms; /* the last one for an unknown key; 0: none */
	uint64_t due_ms;
	struct jwks_wait *waiting;
	size_t n_waiting;
};

static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ---- those who wait */

void jwks_leave(struct jwks_wait *wait)
{
	if (wait->jwks == NULL)
		return;
	wait->jwks->n_waiting--;
	*wait->at = wait->next;
	if (wait->next != NULL)
		wait->next->at = wait->at;
	wait->jwks = NULL;
}

static void join(struct jwks *jwks, struct jwks_wait *wait)
{
	wait->jwks = jwks;
	wait->next = jwks->waiting;
	wait->at = &jwks->waiting;
	if (wait->next != NULL)
		wait->next->at = &wait->next;
	jwks->waiting = wait;
	jwks->n_waiting++;
}

/* Who begins to wait meanwhile waits for the next refresh, and who leaves is not told: both are why
 * the list gets a head of its own here. */
static void tell_all(struct jwks *jwks)
{
	struct jwks_wait *told = jwks->waiting;

	jwks->waiting = NULL;
	if (told != NULL)
		told->at = &told;
	while (told != NULL) {
		struct jwks_wait *wait = told;
		jwks_leave(wait);
		wait->on_refreshed(wait);
	}
}

/* ---- the end of a refresh */

static void replace(struct jwks *jwks, struct token_keys *keys)
{
	token_keys_destroy(&jwks->keys);
	jwks->keys = keys;
	jwks->generation++;
}

static void rest(struct jwks *jwks, const char *outcome, uint64_t pause_ms)
{
	jwks->state = RESTING;
	jwks->due_ms = now_ms() + pause_ms;
	metrics_add("asskomm_jwks_fetches_total", "outcome", outcome, 1);
	tell_all(jwks);
}

static void fail(struct jwks *jwks, const char *why)
{
	uint64_t usual_ms = (uint64_t)jwks->settings.refresh_s * 1000;
	uint64_t retry_ms = jwks->keys == NULL ? RETRY_EMPTY_MS : RETRY_MS;

	log_line(LOG_WARN, "keys of the login not fetched, the old ones stay", "issuer",
		jwks->settings.issuer, "why", why, NULL);
	/* The keys may have moved: next time from the beginning. */
	jwks->address[0] = '\0';
	rest(jwks, "failed", retry_ms < usual_ms ? retry_ms : usual_ms);
}

static void succeed(struct jwks *jwks, struct token_keys *keys, const char *body, size_t len)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(body, len, digest);
	/* The same text again would only make everybody's tokens be verified anew. */
	if (jwks->keys != NULL && memcmp(digest, jwks->digest, DIGEST_SIZE) == 0) {
		token_keys_destroy(&keys);
	} else {
		replace(jwks, keys);
		memcpy(jwks->digest, digest, DIGEST_SIZE);
		log_line(LOG_INFO, "new keys of the login", "issuer", jwks->settings.issuer, NULL);
	}
	jwks->good_ms = now_ms();
	metrics_set("asskomm_jwks_age_seconds", NULL, NULL, 0);
	rest(jwks, "ok", (uint64_t)jwks->settings.refresh_s * 1000);
}

/* ---- the two steps */

/* The next document, in what is left of the refresh's time. */
static void get(struct jwks *jwks, enum jwks_state state, const char *url,
	void (*on_done)(struct fetch_get *, enum fetch_outcome, const char *, size_t, const char *))
{
	uint64_t took_ms = now_ms() - jwks->began_ms;

	jwks->state = state;
	jwks->get = (struct fetch_get){
		.url = url,
		.timeout_ms = took_ms < JWKS_REFRESH_MS ? (uint32_t)(JWKS_REFRESH_MS - took_ms) : 1,
		.len_max = JWKS_BYTES_MAX,
		.loopback_http = jwks->settings.loopback_http,
		.on_done = on_done,
	};
	fetch_get(jwks->fetch, &jwks->get);
}

static void on_keys(struct fetch_get *fetched, enum fetch_outcome outcome, const char *body,
	size_t len, const char *why)
{
	struct jwks *jwks = CONTAINER_OF(fetched, struct jwks, get);
	struct token_keys *keys = NULL;

	if (outcome == FETCH_DONE)
		keys = token_keys_parse(body, len, &why);
	if (keys == NULL)
		fail(jwks, why);
	else
		succeed(jwks, keys, body, len);
}

/* Where the document says the keys are. NULL with the reason: one that speaks for another issuer
 * could hand us keys of somebody who may sign there but not here. */
static const char *address_of_keys(
	const json_t *document, const char *issuer, const char **out_problem)
{
	const char *named = json_string_value(json_object_get(document, "issuer"));
	const json_t *address = json_object_get(document, "jwks_uri");

	if (named == NULL)
		*out_problem = "no discovery document";
	else if (strcmp(named, issuer) != 0)
		*out_problem = "the discovery document is of another issuer";
	else if (!json_is_string(address) || json_string_length(address) > URL_BYTES_MAX)
		*out_problem = "the discovery document does not say where the keys are";
	else
		return json_string_value(address);
	return NULL;
}

static void on_discovered(struct fetch_get *fetched, enum fetch_outcome outcome, const char *body,
	size_t len, const char *why)
{
	struct jwks *jwks = CONTAINER_OF(fetched, struct jwks, get);
	json_t *document = NULL;
	const char *address = NULL;

	if (outcome == FETCH_DONE) {
		document = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
		address = address_of_keys(document, jwks->settings.issuer, &why);
	}
	if (address != NULL)
		snprintf(jwks->address, sizeof(jwks->address), "%s", address);
	json_decref(document);
	if (address == NULL)
		fail(jwks, why);
	else
		get(jwks, FETCHING, jwks->address, on_keys);
}

static void refresh(struct jwks *jwks)
{
	jwks->began_ms = now_ms();
	if (jwks->address[0] == '\0')
		get(jwks, DISCOVERING, jwks->discovery, on_discovered);
	else
		get(jwks, FETCHING, jwks->address, on_keys);
}

bool jwks_await(struct jwks *jwks, struct jwks_wait *wait)
{
	uint64_t now = now_ms();

	if (jwks->n_waiting >= JWKS_WAITING_MAX)
		return false;
	if (jwks->state == RESTING) {
		if (jwks->asked_ms != 0 && now < jwks->asked_ms + JWKS_ASKED_EVERY_MS)
			return false;
		jwks->asked_ms = now;
		refresh(jwks);
	}
	join(jwks, wait);
	return true;
}

/* ---- as time goes by */

static void on_tick(uv_timer_t *timer)
{
	struct jwks *jwks = CONTAINER_OF(timer, struct jwks, timer);
	uint64_t now = now_ms(), age_ms = now - jwks->good_ms;

	if (jwks->good_ms != 0)
		metrics_set("asskomm_jwks_age_seconds", NULL, NULL, (double)(age_ms / 1000));
	if (jwks->keys != NULL && age_ms > (uint64_t)jwks->settings.stale_s * 1000) {
		log_line(LOG_ERROR, "keys of the login too old, its tokens are refused", "issuer",
			jwks->settings.issuer, NULL);
		replace(jwks, NULL);
	}
	if (jwks->state == RESTING && now >= jwks->due_ms) {
		jwks->address[0] = '\0';
		refresh(jwks);
	}
}

const struct token_keys *jwks_keys(const struct jwks *jwks)
{
	return jwks->keys;
}

uint64_t jwks_generation(const struct jwks *jwks)
{
	return jwks->generation;
}

/* ---- life */

static bool is_issuer(const struct jwks_settings *settings)
{
	const char *issuer = settings->issuer;
	bool is_web = strncmp(issuer, "https://", 8) == 0 ||
		      (settings->loopback_http && strncmp(issuer, "http://", 7) == 0);

	return is_web && strpbrk(issuer, "?# ") == NULL &&
	       strlen(issuer) + strlen(WELL_KNOWN) <= URL_BYTES_MAX;
}

struct jwks *jwks_new(uv_loop_t *loop, const struct jwks_settings *settings)
{
	size_t len = strlen(settings->issuer);

	if (!is_issuer(settings)) {
		fprintf(stderr, "ASSKOMM_OIDC_ISSUER=%s is no https URL of an issuer\n",
			settings->issuer);
		return NULL;
	}
	struct jwks *jwks = calloc(1, sizeof(*jwks));
	CHECK(jwks != NULL);
	jwks->settings = *settings;
	/* OpenID Connect Discovery 1.0, 4.1: without the slash that the issuer may end with. */
	snprintf(jwks->discovery, sizeof(jwks->discovery), "%.*s%s",
		(int)(settings->issuer[len - 1] == '/' ? len - 1 : len), settings->issuer,
		WELL_KNOWN);
	jwks->fetch = fetch_new(loop);
	CHECK(uv_timer_init(loop, &jwks->timer) == 0);
	CHECK(uv_timer_start(&jwks->timer, on_tick, TICK_MS, TICK_MS) == 0);
	refresh(jwks);
	return jwks;
}

static void on_closed(uv_handle_t *handle)
{
	free(CONTAINER_OF(handle, struct jwks, timer));
}

void jwks_destroy(struct jwks **jwks)
{
	if (*jwks == NULL)
		return;
	struct jwks *ended = *jwks;
	*jwks = NULL;
	while (ended->waiting != NULL)
		jwks_leave(ended->waiting);
	fetch_destroy(&ended->fetch);
	token_keys_destroy(&ended->keys);
	uv_close((uv_handle_t *)&ended->timer, on_closed);
}
