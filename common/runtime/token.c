/* JSON Web Tokens with libcjose.
 *
 * libcjose checks the signature and nothing else for us. What it lets through is stopped here
 * before it sees a token: loose base64, an ES256 signature of another length than 64 bytes, a key
 * that is not for signing, an algorithm that is not the key's. The algorithm is never taken from
 * the token: it must be on our list and fit the key that the kid names. */
#include "runtime/token.h"

#include "core/text.h"
#include "runtime/token_claims.h"
#include <cjose/cjose.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_MAX 64
#define JWKS_BYTES_MAX (256u * 1024)
#define KEY_ID_MAX 200
#define TOKEN_BYTES_MAX 8192u
#define RSA_BYTES_MIN 256u /* 2048 bits */
#define RSA_BYTES_MAX 1024u
#define RSA_EXPONENT_BYTES_MIN 3u /* 65537 or more */
#define ES256_BYTES 64u

struct token_key {
	char *id;
	char *algorithm; /* the only one it is for, or NULL */
	size_t signature_len;
	cjose_jwk_t *jwk;
};

struct token_keys {
	size_t count;
	struct token_key keys[KEYS_MAX];
};

/* To add one: a row here; the signature's length must follow from the key. */
static const struct algorithm {
	const char *name;
	cjose_jwk_kty_t kind;
} ALGORITHMS[] = {
	{ "ES256", CJOSE_JWK_KTY_EC },
	{ "RS256", CJOSE_JWK_KTY_RSA },
	{ "PS256", CJOSE_JWK_KTY_RSA },
};

/* NULL when it is missing or no text: both are no value. */
static const char *text_member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool is(const char *text, const char *wanted)
{
	return text != NULL && strcmp(text, wanted) == 0;
}

/* ---- key sets */

/* Reads at most `max_len` bytes; the caller frees the text. NULL with the reason on stderr for what
 * is no file, cannot be read or is longer. */
static char *read_file(const char *path, size_t max_len, size_t *out_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = calloc(1, max_len + 1);
	CHECK(text != NULL);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;
	while (n > 0 && len < max_len) {
		n = read(fd, text + len, max_len - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	if (n != 0) { /* an error, or longer than allowed */
		fprintf(stderr, "%s: %s\n", path, n < 0 ? strerror(errno) : "too long");
		free(text);
		return NULL;
	}
	*out_len = len;
	return text;
}

/* Keys of a set that are there for something else are passed over, as RFC 7517 wants. */
static bool is_for_verifying(const json_t *key)
{
	const json_t *use = json_object_get(key, "use");
	const json_t *operations = json_object_get(key, "key_ops");
	bool verify = operations == NULL;
	for (size_t i = 0; i < json_array_size(operations); i++)
		verify = verify || is(json_string_value(json_array_get(operations, i)), "verify");
	return verify && (use == NULL || is(json_string_value(use), "sig"));
}

/* The length of a base64url member of a key, 0 when it is none. */
static size_t number_len(struct arena *arena, const json_t *key, const char *name)
{
	const char *text = text_member(key, name);
	uint8_t *bytes = NULL;
	size_t len = 0;
	if (text == NULL || !token_base64url(arena, text, strlen(text), &bytes, &len))
		return 0;
	return bytes[0] == 0 && len % 2 == 1 ? len - 1 : len;
}

/* The signature length that the key makes, or 0 when it is not a kind of key that we take. */
static size_t signature_len(struct arena *arena, const json_t *key)
{
	if (is(text_member(key, "kty"), "EC") && is(text_member(key, "crv"), "P-256"))
		return number_len(arena, key, "x") + number_len(arena, key, "y") == ES256_BYTES
			       ? ES256_BYTES
			       : 0;
	size_t modulus = number_len(arena, key, "n");
	bool fits = is(text_member(key, "kty"), "RSA") && modulus >= RSA_BYTES_MIN &&
		    modulus <= RSA_BYTES_MAX &&
		    number_len(arena, key, "e") >= RSA_EXPONENT_BYTES_MIN;
	return fits ? modulus : 0;
}

/* Sets have a few keys; kids are public, so comparing need not take constant time. */
static const struct token_key *find_key(const struct token_keys *keys, const char *id)
{
	for (size_t i = 0; keys != NULL && i < keys->count; i++)
		if (strcmp(keys->keys[i].id, id) == 0)
			return &keys->keys[i];
	return NULL;
}

/* libcjose sees the members that were looked at and no others: base64url with padding in its midst
 * would end the process. It checks that the point lies on the curve. */
static cjose_jwk_t *import_key(const json_t *key)
{
	static const char *const MEMBERS[] = { "kty", "crv", "x", "y", "n", "e" };
	json_t *bare = json_object();
	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++)
		json_object_set(bare, MEMBERS[i], json_object_get(key, MEMBERS[i]));
	cjose_jwk_t *jwk = cjose_jwk_import_json((cjose_header_t *)bare, NULL);
	json_decref(bare);
	return jwk;
}

/* Adds one key of the set. Gives the reason when the set as a whole must not be used. */
static const char *add_key(struct token_keys *keys, struct arena *arena, json_t *key)
{
	const char *id = text_member(key, "kid");
	size_t len = signature_len(arena, key);
	/* A secret in a public file is a leak that somebody must hear of, so nothing goes on. */
	if (json_object_get(key, "d") != NULL || is(text_member(key, "kty"), "oct"))
		return "holds a secret key";
	if (id == NULL || id[0] == '\0' || strlen(id) > KEY_ID_MAX || !is_for_verifying(key) ||
		len == 0)
		return NULL;
	/* Two keys of one name: which of them counts would depend on the order in the file. */
	if (find_key(keys, id) != NULL || keys->count == KEYS_MAX)
		return "two keys with one kid, or too many keys";
	cjose_jwk_t *jwk = import_key(key);
	if (jwk == NULL)
		return "holds a broken key";
	const char *algorithm = text_member(key, "alg");
	struct token_key *added = &keys->keys[keys->count++];
	added->id = strdup(id);
	added->algorithm = algorithm == NULL ? NULL : strdup(algorithm);
	added->signature_len = len;
	added->jwk = jwk;
	CHECK(added->id != NULL && (algorithm == NULL || added->algorithm != NULL));
	return NULL;
}

/* A set without a usable key would lock everybody out, and silently; it is refused as a whole. */
static const char *add_keys(struct token_keys *keys, const json_t *set)
{
	struct arena *arena = arena_new(JWKS_BYTES_MAX);
	const json_t *list = json_object_get(set, "keys");
	const char *problem = json_is_array(list) ? NULL : "is no JWKS";
	for (size_t i = 0; problem == NULL && i < json_array_size(list); i++)
		problem = add_key(keys, arena, json_array_get(list, i));
	arena_destroy(&arena);
	return problem == NULL && keys->count == 0 ? "has no key that we can use" : problem;
}

struct token_keys *token_keys_parse(const char *text, size_t len, const char **out_problem)
{
	struct token_keys *keys = calloc(1, sizeof(*keys));
	CHECK(keys != NULL);
	json_t *set = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *problem = add_keys(keys, set);
	json_decref(set);
	if (problem != NULL) {
		*out_problem = problem;
		token_keys_destroy(&keys);
	}
	return keys;
}

/* The old set stays the caller's until the new one is complete: see auth.c. */
struct token_keys *token_keys_read(const char *path)
{
	size_t len = 0;
	const char *problem = NULL;
	char *text = read_file(path, JWKS_BYTES_MAX, &len);
	if (text == NULL)
		return NULL;
	struct token_keys *keys = token_keys_parse(text, len, &problem);
	free(text);
	if (keys == NULL)
		fprintf(stderr, "%s %s\n", path, problem);
	return keys;
}

void token_keys_destroy(struct token_keys **keys)
{
	for (size_t i = 0; *keys != NULL && i < (*keys)->count; i++) {
		free((*keys)->keys[i].id);
		free((*keys)->keys[i].algorithm);
		cjose_jwk_release((*keys)->keys[i].jwk);
	}
	free(*keys);
	*keys = NULL;
}

/* ---- verifying */

/* The three parts of a compact JWS. */
struct compact {
	size_t len;
	const char *part[3];
	size_t part_len[3];
};

/* Exactly two dots. Five parts are JWE, which nobody here decrypts. */
static bool split(const char *token, struct compact *out_compact)
{
	struct compact compact = { .len = strnlen(token, TOKEN_BYTES_MAX + 1) };
	const char *rest = token;
	for (size_t i = 0; i < 3; i++) {
		compact.part[i] = rest;
		compact.part_len[i] = strcspn(rest, ".");
		rest += compact.part_len[i];
		if (*rest != (i < 2 ? '.' : '\0'))
			return false;
		rest += i < 2 ? 1 : 0;
	}
	*out_compact = compact;
	return true;
}

/* A token of another type (an id token for a logout, say) is signed by the same key and must not
 * pass for an access token. */
static bool is_type_of_ours(const json_t *type)
{
	const char *name = json_string_value(type);
	return type == NULL ||
	       (name != NULL && (strcasecmp(name, "JWT") == 0 || strcasecmp(name, "at+jwt") == 0 ||
					strcasecmp(name, "application/at+jwt") == 0));
}

/* Keys and critical extensions that a token brings along are refused, not passed over. */
static const char *header_problem(const json_t *header)
{
	static const char *const FORBIDDEN[] = { "crit", "jku", "jwk", "x5u", "x5c", "b64", "zip",
		"enc", "epk", "cty" };
	for (size_t i = 0; i < sizeof(FORBIDDEN) / sizeof(FORBIDDEN[0]); i++)
		if (json_object_get(header, FORBIDDEN[i]) != NULL)
			return "a header member that we refuse";
	return is_type_of_ours(json_object_get(header, "typ")) ? NULL : "another type of token";
}

const char TOKEN_UNKNOWN_KEY[] = "unknown kid";

static const struct algorithm *find_algorithm(const char *name)
{
	for (size_t i = 0; i < sizeof(ALGORITHMS) / sizeof(ALGORITHMS[0]); i++)
		if (is(name, ALGORITHMS[i].name))
			return &ALGORITHMS[i];
	return NULL;
}

/* The kid names the key, the key's kind and its alg decide which algorithms may be asked for. The
 * unknown kid comes last: only a token that could pass otherwise is a reason to look for newer
 * keys. */
static const char *choose_key(
	const struct token_keys *keys, const json_t *header, const struct token_key **out_key)
{
	const char *id = text_member(header, "kid");
	const char *name = text_member(header, "alg");
	const struct algorithm *algorithm = find_algorithm(name);
	if (algorithm == NULL)
		return "an algorithm that is not ours";
	if (id == NULL || id[0] == '\0' || strlen(id) > KEY_ID_MAX)
		return "no kid, or none that a key can have";
	const struct token_key *key = find_key(keys, id);
	if (key == NULL)
		return TOKEN_UNKNOWN_KEY;
	if (cjose_jwk_get_kty(key->jwk, NULL) != algorithm->kind ||
		(key->algorithm != NULL && !is(key->algorithm, name)))
		return "an algorithm that is not the key's";
	*out_key = key;
	return NULL;
}

/* The length is compared first: OpenSSL is asked only about signatures that could be one. */
static bool signature_holds(
	const struct compact *compact, const struct token_key *key, struct arena *arena)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	if (!token_base64url(arena, compact->part[1], compact->part_len[1], &bytes, &len) ||
		!token_base64url(arena, compact->part[2], compact->part_len[2], &bytes, &len) ||
		len != key->signature_len)
		return false;
	/* libcjose decodes the parts again, more loosely, and ends the process over padding in
	 * their midst; all three are strict by now. */
	cjose_jws_t *jws = cjose_jws_import(compact->part[0], compact->len, NULL);
	bool holds = jws != NULL && cjose_jws_verify(jws, key->jwk, NULL);
	cjose_jws_release(jws);
	return holds;
}

/* Header, key, signature: each only when what comes before is sound. */
static const char *jws_problem(
	const struct token_keys *keys, struct arena *arena, const struct compact *compact)
{
	json_t *header = token_json(arena, compact->part[0], compact->part_len[0]);
	const struct token_key *key = NULL;
	const char *problem = header == NULL ? "the header is no strict JSON in strict base64url"
					     : header_problem(header);
	if (problem == NULL)
		problem = choose_key(keys, header, &key);
	json_decref(header);
	if (problem == NULL && !signature_holds(compact, key, arena))
		problem = "the signature does not hold";
	return problem;
}

bool token_verify(const struct token_keys *keys, struct arena *arena, const char *token,
	const struct token_expectation *expected, Asskomm__Principal **out_principal,
	int64_t *out_expires_s, const char **out_reason)
{
	struct compact compact;
	const char *problem = "not three parts of at most 8 KiB";
	if (strnlen(token, TOKEN_BYTES_MAX + 1) <= TOKEN_BYTES_MAX && split(token, &compact))
		problem = jws_problem(keys, arena, &compact);
	/* No claim is looked at before the signature holds. */
	if (problem == NULL) {
		json_t *claims = token_json(arena, compact.part[1], compact.part_len[1]);
		problem = claims == NULL ? "the claims are no strict JSON"
					 : token_claims(arena, claims, expected, out_principal,
						   out_expires_s);
		json_decref(claims);
	}
	if (problem != NULL)
		*out_reason = problem;
	return problem == NULL;
}

/* ---- making keys and tokens, for the local demo suite */

/* Writes a file that must not exist yet. */
static bool write_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	size_t len = strlen(text);
	ssize_t written = write(fd, text, len);
	bool whole = close(fd) == 0 && written >= 0 && (size_t)written == len;
	if (!whole) {
		fprintf(stderr, "%s: could not be written\n", path);
		unlink(path);
	}
	return whole;
}

/* The key as JSON with what it is for; the caller frees it. */
static char *print_key(const cjose_jwk_t *jwk, bool secret)
{
	/* libcjose knows neither alg nor use; both are added for those who read the set. */
	char *bare = cjose_jwk_to_json(jwk, secret, NULL);
	CHECK(bare != NULL);
	json_t *key = json_loads(bare, 0, NULL);
	json_object_set_new(key, "alg", json_string("ES256"));
	json_object_set_new(key, "use", json_string("sig"));
	json_t *set = secret ? json_incref(key) : json_pack("{s:[O]}", "keys", key);
	char *text = json_dumps(set, JSON_INDENT(1));
	CHECK(text != NULL);
	explicit_bzero(bare, strlen(bare));
	cjose_get_dealloc()(bare);
	json_decref(set);
	json_decref(key);
	return text;
}

/* The private half is written first: a public key that nobody holds would be trusted for nothing.
 */
bool token_keys_make(const char *private_path, const char *jwks_path)
{
	uint8_t random[8];
	char id[2 * sizeof(random) + 1];
	CHECK(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(id + 2 * i, 3, "%02x", random[i]);
	cjose_jwk_t *jwk = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, NULL);
	CHECK(jwk != NULL && cjose_jwk_set_kid(jwk, id, strlen(id), NULL));
	char *secret = print_key(jwk, true);
	char *public = print_key(jwk, false);
	cjose_jwk_release(jwk);
	bool made = write_file(private_path, 0400, secret);
	/* Half of a pair is of no use and would be in the way of the next attempt. */
	if (made && !write_file(jwks_path, 0444, public)) {
		unlink(private_path);
		made = false;
	}
	explicit_bzero(secret, strlen(secret));
	free(secret);
	free(public);
	return made;
}

/* NULL with the reason on stderr; the text of the key does not stay in memory. */
static cjose_jwk_t *read_private_key(const char *path)
{
	struct stat status;
	size_t len = 0;
	if (stat(path, &status) == 0 && (status.st_mode & 077) != 0) {
		fprintf(stderr, "%s can be read by others\n", path);
		return NULL;
	}
	char *text = read_file(path, JWKS_BYTES_MAX, &len);
	if (text == NULL)
		return NULL;
	cjose_jwk_t *jwk = cjose_jwk_import(text, len, NULL);
	explicit_bzero(text, len);
	free(text);
	if (jwk == NULL || cjose_jwk_get_kty(jwk, NULL) != CJOSE_JWK_KTY_EC ||
		cjose_jwk_get_kid(jwk, NULL) == NULL) {
		fprintf(stderr, "%s is no private JWK of ours\n", path);
		cjose_jwk_release(jwk);
		return NULL;
	}
	return jwk;
}

/* NULL from json_string (no UTF-8) is left out by jansson's append; minting then lacks that item.
 */
static json_t *text_list(const char *const *items, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(items[i]));
	return list;
}

/* The compact form of signed claims; NULL when the key cannot sign. */
static char *sign(struct arena *arena, const cjose_jwk_t *jwk, const char *claims)
{
	cjose_header_t *header = cjose_header_new(NULL);
	CHECK(header != NULL && cjose_header_set(header, CJOSE_HDR_ALG, "ES256", NULL) &&
		cjose_header_set(header, "typ", "JWT", NULL) &&
		cjose_header_set(header, CJOSE_HDR_KID, cjose_jwk_get_kid(jwk, NULL), NULL));
	cjose_jws_t *jws =
		cjose_jws_sign(jwk, header, (const uint8_t *)claims, strlen(claims), NULL);
	const char *compact = NULL;
	char *token = NULL;
	if (jws != NULL && cjose_jws_export(jws, &compact, NULL))
		token = text_copy(arena, compact);
	cjose_jws_release(jws);
	cjose_header_release(header);
	return token;
}

/* Claims as token_claims reads them; nothing is signed that would be refused for its form. */
char *token_mint(struct arena *arena, const char *private_path, const char *issuer,
	const char *audience, const char *subject, const char *const *roles, size_t n_roles,
	const char *const *scopes, size_t n_scopes, int64_t now_s, int64_t lifetime_s)
{
	cjose_jwk_t *jwk = read_private_key(private_path);
	if (jwk == NULL)
		return NULL;
	json_t *claims = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "iss", issuer, "aud",
		audience, "sub", subject, "iat", (json_int_t)now_s, "exp",
		(json_int_t)(now_s + lifetime_s), "roles", text_list(roles, n_roles), "scopes",
		text_list(scopes, n_scopes));
	char *text = claims == NULL ? NULL : json_dumps(claims, JSON_COMPACT);
	char *token = text == NULL ? NULL : sign(arena, jwk, text);
	if (token == NULL)
		fprintf(stderr, "the token could not be made with %s\n", private_path);
	free(text);
	json_decref(claims);
	cjose_jwk_release(jwk);
	return token;
}
