/* Bearer tokens and a bounded memory of those that were verified.
 *
 * A signature costs some 60 µs, a look into the memory one. The memory is a table of slots, each
 * for the last token whose digest fell there: bounded without any bookkeeping. Its key is the whole
 * SHA-256, so no token can pass for another. Only verified tokens enter. */
#include "auth.h"

#include "core/text.h"
#include "headers.h"
#include "quotas.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/token.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define AUTH_SLOTS 4096 /* a power of two */
#define AUTH_REMEMBER_S 60
#define AUTH_REREAD_AFTER_S 10 /* a key set that cannot be read is tried again this late */

struct slot {
	int64_t until_s; /* 0: empty */
	struct auth_marks marks;
	uint8_t *principal; /* packed */
	size_t len;
};

struct auth {
	struct auth_settings settings;
	struct token_keys *keys; /* of the file; NULL: there is none */
	struct stat file;        /* as it was when the keys were read */
	int64_t failed_s;        /* when it could not be read the last time */
	struct jwks *provider;   /* NULL: none */
	uint64_t generation;     /* of the provider's keys that the memory is from */
	struct slot slots[AUTH_SLOTS];
};

/* Principals are packed and owned by their slots. */
static void forget_all(struct auth *auth)
{
	for (size_t i = 0; i < AUTH_SLOTS; i++) {
		free(auth->slots[i].principal);
		auth->slots[i] = (struct slot){ 0 };
	}
}

/* A setting that cannot be, for stderr; NULL: all can. */
static const char *settings_problem(const struct auth_settings *settings)
{
	if (settings->jwks_path[0] == '\0' && settings->provider.issuer[0] == '\0')
		return "one of ASSKOMM_JWKS and ASSKOMM_OIDC_ISSUER must be given";
	if (!token_is_pointer(settings->roles) || !token_is_pointer(settings->scopes))
		return "ASSKOMM_TOKEN_ROLES and ASSKOMM_TOKEN_SCOPES must be JSON pointers";
	return NULL;
}

/* Unlike later, a set that cannot be read now ends the start: there is no old one to go on with. */
static bool read_file(struct auth *auth)
{
	/* Looked at before reading: what changes in between is read once too often, never missed.
	 */
	if (stat(auth->settings.jwks_path, &auth->file) != 0)
		auth->file = (struct stat){ 0 };
	auth->keys = token_keys_read(auth->settings.jwks_path);
	return auth->keys != NULL;
}

struct auth *auth_new(uv_loop_t *loop, const struct auth_settings *settings)
{
	const char *problem = settings_problem(settings);

	if (problem != NULL) {
		fprintf(stderr, "%s\n", problem);
		return NULL;
	}
	struct auth *auth = calloc(1, sizeof(*auth));
	CHECK(auth != NULL);
	auth->settings = *settings;
	bool is_sound = settings->jwks_path[0] == '\0' || read_file(auth);
	if (is_sound && settings->provider.issuer[0] != '\0') {
		auth->provider = jwks_new(loop, &settings->provider);
		is_sound = auth->provider != NULL;
	}
	if (!is_sound)
		auth_destroy(&auth);
	return auth;
}

void auth_destroy(struct auth **auth)
{
	if (*auth == NULL)
		return;
	forget_all(*auth);
	token_keys_destroy(&(*auth)->keys);
	jwks_destroy(&(*auth)->provider);
	free(*auth);
	*auth = NULL;
}

/* ---- the key set on disk */

/* A rename gives another inode, an edit in place another time or size. */
static bool is_same_file(const struct stat *one, const struct stat *other)
{
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev &&
	       one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
	       one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

/* Reads the key set again when the file is another one. A call of stat per token that is not in
 * memory is cheaper than what follows it; a set that cannot be read leaves the old one in force. */
static void refresh(struct auth *auth, int64_t now_s)
{
	struct stat file;

	if (auth->keys == NULL || stat(auth->settings.jwks_path, &file) != 0 ||
		is_same_file(&file, &auth->file) || now_s < auth->failed_s + AUTH_REREAD_AFTER_S)
		return;
	struct token_keys *keys = token_keys_read(auth->settings.jwks_path);
	if (keys == NULL) {
		auth->failed_s = now_s;
		log_line(LOG_WARN, "key set not readable, the old one stays", NULL);
		return;
	}
	token_keys_destroy(&auth->keys);
	forget_all(auth);
	auth->keys = keys;
	auth->file = file;
	log_line(LOG_INFO, "key set read again", NULL);
}

/* ---- memory */

/* What the provider withdrew counts no more, at once. */
static void forget_withdrawn(struct auth *auth)
{
	if (auth->provider == NULL || auth->generation == jwks_generation(auth->provider))
		return;
	auth->generation = jwks_generation(auth->provider);
	forget_all(auth);
}

/* Twelve bits of a digest: even by nature, and nobody can choose them for a token that verifies. */
static struct slot *slot_of(struct auth *auth, const uint8_t digest[DIGEST_SIZE])
{
	size_t index = ((size_t)digest[0] << 8 | digest[1]) & (AUTH_SLOTS - 1);

	return &auth->slots[index];
}

static bool recall(struct auth *auth, const uint8_t digest[DIGEST_SIZE], int64_t now_s,
	struct auth_marks *out_marks)
{
	const struct slot *slot = slot_of(auth, digest);

	if (now_s >= slot->until_s || memcmp(slot->marks.token, digest, DIGEST_SIZE) != 0)
		return false;
	*out_marks = slot->marks;
	return true;
}

/* Apart from the check: what is answered from the edge's memory needs the marks alone. What we
 * packed ourselves needs no other check. */
Asskomm__Principal *auth_principal(
	struct auth *auth, const struct auth_marks *marks, struct arena *arena)
{
	const struct slot *slot = slot_of(auth, marks->token);

	CHECK(memcmp(slot->marks.token, marks->token, DIGEST_SIZE) == 0);
	return asskomm__principal__unpack(arena_allocator(arena), slot->len, slot->principal);
}

/* Takes the place of whatever token was there: two that meet in a slot are only slower. */
static void keep(struct auth *auth, const Asskomm__Principal *principal,
	const struct auth_marks *marks, int64_t until_s)
{
	struct slot *slot = slot_of(auth, marks->token);
	size_t len = asskomm__principal__get_packed_size(principal);
	uint8_t *bytes = malloc(len > 0 ? len : 1);

	CHECK(bytes != NULL);
	asskomm__principal__pack(principal, bytes);
	free(slot->principal);
	*slot = (struct slot){
		.until_s = until_s, .marks = *marks, .principal = bytes, .len = len
	};
}

static void mark(struct arena *arena, const uint8_t token[DIGEST_SIZE],
	const Asskomm__Principal *principal, struct auth_marks *out_marks)
{
	memcpy(out_marks->token, token, DIGEST_SIZE);
	digest_sha256(principal->subject, strlen(principal->subject), out_marks->subject);
	cache_rights(arena, principal, out_marks->rights);
	out_marks->loads_data = quotas_loads_data(principal);
	snprintf(out_marks->mask, sizeof(out_marks->mask), "%.*s", AUTH_MASK_SIZE - 1,
		text_hex(arena, out_marks->subject, DIGEST_SIZE));
}

/* ---- checking */

/* The token of "Bearer …", or NULL. */
static const char *token_of(const struct http_exchange *exchange, const char **out_reason)
{
	static const char SCHEME[] = "Bearer ";
	const char *value = NULL;
	size_t count = headers_count(exchange, "authorization", &value);

	if (count != 1 || strncasecmp(value, SCHEME, sizeof(SCHEME) - 1) != 0) {
		*out_reason = count == 0 ? "no token" : "not one bearer token";
		return NULL;
	}
	return value + sizeof(SCHEME) - 1;
}

/* Against the keys of one source, which vouches for one issuer. Where the other source gave a
 * reason already, only one that says more takes its place. */
static Asskomm__Principal *verify_by(const struct auth *auth, const struct token_keys *keys,
	const char *issuer, struct arena *arena, const char *token, int64_t now_s,
	int64_t *out_expires_s, const char **out_reason)
{
	const struct auth_settings *settings = &auth->settings;
	const struct token_expectation expected = { issuer, settings->audience, settings->clients,
		settings->roles, settings->scopes, now_s };
	Asskomm__Principal *principal = NULL;
	const char *reason = NULL;

	if (token_verify(keys, arena, token, &expected, &principal, out_expires_s, &reason))
		return principal;
	if (*out_reason == NULL || *out_reason == TOKEN_UNKNOWN_KEY)
		*out_reason = reason;
	return NULL;
}

/* Only what is not remembered comes here, so a new key file is noticed within a minute at the
 * latest. */
static Asskomm__Principal *verify(struct auth *auth, struct arena *arena, const char *token,
	int64_t now_s, int64_t *out_expires_s, const char **out_reason)
{
	Asskomm__Principal *principal = NULL;

	refresh(auth, now_s);
	*out_reason = NULL;
	if (auth->keys != NULL)
		principal = verify_by(auth, auth->keys, auth->settings.issuer, arena, token, now_s,
			out_expires_s, out_reason);
	if (principal == NULL && auth->provider != NULL)
		principal =
			verify_by(auth, jwks_keys(auth->provider), auth->settings.provider.issuer,
				arena, token, now_s, out_expires_s, out_reason);
	return principal;
}

/* Remembered for a minute at most, so that a key which was taken out of the set soon counts no
 * more. */
bool auth_check(struct auth *auth, const struct http_exchange *exchange,
	struct auth_marks *out_marks, const char **out_reason)
{
	const char *token = token_of(exchange, out_reason);
	uint8_t digest[DIGEST_SIZE];
	int64_t now_s = clock_now_us() / 1000000, expires_s = 0;

	if (token == NULL)
		return false;
	forget_withdrawn(auth);
	digest_sha256(token, strlen(token), digest);
	if (recall(auth, digest, now_s, out_marks))
		return true;
	const Asskomm__Principal *principal =
		verify(auth, exchange->arena, token, now_s, &expires_s, out_reason);
	if (principal == NULL)
		return false;
	int64_t until_s = now_s + AUTH_REMEMBER_S;
	mark(exchange->arena, digest, principal, out_marks);
	keep(auth, principal, out_marks, until_s < expires_s ? until_s : expires_s);
	return true;
}

bool auth_await(struct auth *auth, const char *reason, struct jwks_wait *wait)
{
	return auth->provider != NULL && reason == TOKEN_UNKNOWN_KEY &&
	       jwks_await(auth->provider, wait);
}

const char *auth_why_not(const struct auth *auth)
{
	return auth->keys != NULL || jwks_keys(auth->provider) != NULL ? NULL
								       : "no keys of the login";
}

const char *auth_challenge(const struct http_exchange *exchange)
{
	return http_header(exchange, "authorization") == NULL
		       ? "Bearer realm=\"asskomm\""
		       : "Bearer realm=\"asskomm\", error=\"invalid_token\"";
}
