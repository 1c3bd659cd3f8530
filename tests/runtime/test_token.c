/* Tokens: what must pass, and the attacks that must not.
 *
 * The attacker's tokens are made here with OpenSSL alone, with the right key wherever the attack is
 * not about the key: so each is refused for the one reason it is named for, which is checked too.
 */
#include "runtime/token.h"

#include "core/text.h"
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define NOW INT64_C(1700000000)
#define ISSUER "asskomm-demo"
#define AUDIENCE "asskomm"
#define ES256_HEADER "{\"alg\":\"ES256\",\"kid\":\"ec\"}"
#define NAMES "\"iss\":\"asskomm-demo\",\"aud\":\"asskomm\",\"sub\":\"anna\""
#define GOOD_CLAIMS "{" NAMES ",\"exp\":1700000100,\"roles\":[\"adviser\"],\"scopes\":[\"14628\"]}"

enum way { ES256, RS256, PS256, HS256_PEM, ES256_DER, ES256_LONG, ES256_ZERO, UNSIGNED };

static struct {
	char folder[64];
	struct arena *arena;
	EVP_PKEY *ec, *other, *rsa;
	struct token_keys *keys;
} fixture;

static char *base64url(const void *bytes, size_t len)
{
	char *text = arena_alloc(fixture.arena, len / 3 * 4 + 5);
	int written = EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
	for (int i = 0; i < written; i++)
		text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	text[strcspn(text, "=")] = '\0';
	return text;
}

static char *path_of(const char *name)
{
	return text_format(fixture.arena, "%s/%s", fixture.folder, name);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* ---- making tokens without the code under test */

static char *number(const EVP_PKEY *key, const char *parameter, int min_len)
{
	BIGNUM *value = NULL;
	unsigned char bytes[1024];
	assert_true(EVP_PKEY_get_bn_param(key, parameter, &value));
	int len = BN_num_bytes(value) > min_len ? BN_num_bytes(value) : min_len;
	BN_bn2binpad(value, bytes, len);
	BN_free(value);
	return base64url(bytes, (size_t)len);
}

static char *ec_jwk(EVP_PKEY *key, const char *curve, int len, const char *more)
{
	return text_format(fixture.arena,
		"{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\",%s}", curve,
		number(key, OSSL_PKEY_PARAM_EC_PUB_X, len),
		number(key, OSSL_PKEY_PARAM_EC_PUB_Y, len), more);
}

static char *rsa_jwk(EVP_PKEY *key, const char *more)
{
	return text_format(fixture.arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\",%s}",
		number(key, OSSL_PKEY_PARAM_RSA_N, 0), number(key, OSSL_PKEY_PARAM_RSA_E, 0), more);
}

/* A signature as OpenSSL makes it: DER for EC keys. */
static size_t sign_raw(
	EVP_PKEY *key, bool pss, const char *input, unsigned char *out_bytes, size_t max_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	size_t len = max_len;
	assert_int_equal(EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL, key), 1);
	if (pss) {
		EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
	}
	assert_int_equal(EVP_DigestSign(context, out_bytes, &len, (const unsigned char *)input,
				 strlen(input)),
		1);
	EVP_MD_CTX_free(context);
	return len;
}

static size_t der_to_halves(unsigned char *bytes, size_t len)
{
	const unsigned char *at = bytes;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
	assert_non_null(signature);
	BN_bn2binpad(ECDSA_SIG_get0_r(signature), bytes, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), bytes + 32, 32);
	ECDSA_SIG_free(signature);
	return 64;
}

/* The classic: the public key's PEM text as the secret of an HMAC. */
static size_t sign_with_public_pem(const char *input, unsigned char *out_bytes)
{
	BIO *memory = BIO_new(BIO_s_mem());
	unsigned len = 0;
	char *pem = NULL;
	assert_true(PEM_write_bio_PUBKEY(memory, fixture.rsa));
	long pem_len = BIO_get_mem_data(memory, &pem);
	assert_non_null(HMAC(EVP_sha256(), pem, (int)pem_len, (const unsigned char *)input,
		strlen(input), out_bytes, &len));
	BIO_free(memory);
	return len;
}

static size_t sign(enum way way, EVP_PKEY *key, const char *input, unsigned char bytes[1024])
{
	memset(bytes, 0, 1024);
	switch (way) {
	case RS256:
	case PS256:
		return sign_raw(key, way == PS256, input, bytes, 1024);
	case HS256_PEM:
		return sign_with_public_pem(input, bytes);
	case ES256_ZERO:
		return 64;
	case UNSIGNED:
		return 0;
	case ES256:
	case ES256_DER:
	case ES256_LONG:
		break;
	}
	size_t len = sign_raw(key, false, input, bytes, 1024);
	if (way == ES256_DER)
		return len;
	memset(bytes + der_to_halves(bytes, len), 0, 8);
	return way == ES256_LONG ? 72 : 64;
}

static char *make(const char *header, const char *claims, enum way way, EVP_PKEY *key)
{
	unsigned char signature[1024];
	char *input = text_format(fixture.arena, "%s.%s", base64url(header, strlen(header)),
		base64url(claims, strlen(claims)));
	size_t len = sign(way, key, input, signature);
	return text_format(fixture.arena, "%s.%s", input, base64url(signature, len));
}

/* ---- holding them against the set */

static const char *refusal_at(const char *token, int64_t now_s)
{
	const struct token_expectation expected = { ISSUER, AUDIENCE, "", TOKEN_ROLES, TOKEN_SCOPES,
		now_s };
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	const char *reason = NULL;
	bool holds = token_verify(
		fixture.keys, fixture.arena, token, &expected, &principal, &expires_s, &reason);
	assert_int_equal(holds, principal != NULL);
	assert_int_equal(holds, reason == NULL);
	return reason;
}

static void assert_refused(const char *name, const char *token, const char *why)
{
	const char *reason = refusal_at(token, NOW);
	if (reason == NULL || strstr(reason, why) == NULL)
		fail_msg("%s: got \"%s\", wanted \"%s\"", name, reason ? reason : "accepted", why);
}

static void assert_accepted(const char *name, const char *token)
{
	const char *reason = refusal_at(token, NOW);
	if (reason != NULL)
		fail_msg("%s was refused: %s", name, reason);
}

static void write_set(const char *path)
{
	EVP_PKEY *p384 = EVP_EC_gen("P-384");
	EVP_PKEY *small = EVP_RSA_gen(1024);
	write_text(path, text_format(fixture.arena, "{\"keys\":[%s,%s,%s,%s,%s,%s,%s]}",
				 ec_jwk(fixture.ec, "P-256", 32,
					 "\"kid\":\"ec\",\"alg\":\"ES256\",\"use\":\"sig\""),
				 rsa_jwk(fixture.rsa, "\"kid\":\"rsa\",\"key_ops\":[\"verify\"]"),
				 rsa_jwk(fixture.rsa, "\"kid\":\"pss\",\"alg\":\"PS256\""),
				 ec_jwk(fixture.ec, "P-256", 32, "\"kid\":\"enc\",\"use\":\"enc\""),
				 ec_jwk(fixture.ec, "P-256", 32,
					 "\"kid\":\"derive\",\"key_ops\":[\"deriveKey\"]"),
				 ec_jwk(p384, "P-384", 48, "\"kid\":\"p384\""),
				 rsa_jwk(small, "\"kid\":\"small\"")));
	EVP_PKEY_free(p384);
	EVP_PKEY_free(small);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/test_token.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	fixture.arena = arena_new(64u * 1024 * 1024);
	fixture.ec = EVP_EC_gen("P-256");
	fixture.other = EVP_EC_gen("P-256");
	fixture.rsa = EVP_RSA_gen(2048);
	write_set(path_of("jwks.json"));
	fixture.keys = token_keys_read(path_of("jwks.json"));
	assert_non_null(fixture.keys);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path_of("jwks.json"));
	rmdir(fixture.folder);
	token_keys_destroy(&fixture.keys);
	EVP_PKEY_free(fixture.ec);
	EVP_PKEY_free(fixture.other);
	EVP_PKEY_free(fixture.rsa);
	arena_destroy(&fixture.arena);
	return 0;
}

/* ---- what must pass */

static void good_tokens_pass(void **state)
{
	(void)state;
	assert_accepted("ES256", make(ES256_HEADER, GOOD_CLAIMS, ES256, fixture.ec));
	assert_accepted("RS256",
		make("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", GOOD_CLAIMS, RS256, fixture.rsa));
	assert_accepted("PS256",
		make("{\"alg\":\"PS256\",\"kid\":\"pss\"}", GOOD_CLAIMS, PS256, fixture.rsa));
	assert_accepted("a list of audiences with ours",
		make("{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\"}",
			"{\"iss\":\"asskomm-demo\",\"aud\":[\"x\",\"asskomm\"],\"sub\":\"a\","
			"\"azp\":\"portal\",\"exp\":1700000100}",
			ES256, fixture.ec));
}

static void leeway_is_sixty_seconds(void **state)
{
	(void)state;
	char *token = make(ES256_HEADER, "{" NAMES ",\"exp\":1700000100,\"nbf\":1700000000}", ES256,
		fixture.ec);
	assert_non_null(refusal_at(token, NOW - 61));
	assert_null(refusal_at(token, NOW - 60));
	assert_null(refusal_at(token, NOW + 159));
	assert_non_null(refusal_at(token, NOW + 160));
}

/* ---- attacks: the header */

static void bad_headers_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *header, *why;
	} CASES[] = {
		{ "None", "{\"alg\":\"None\",\"kid\":\"ec\"}", "algorithm" },
		{ "nOnE", "{\"alg\":\"nOnE\",\"kid\":\"ec\"}", "algorithm" },
		{ "lower case", "{\"alg\":\"es256\",\"kid\":\"ec\"}", "algorithm" },
		{ "no alg", "{\"kid\":\"ec\"}", "algorithm" },
		{ "alg no text", "{\"alg\":[\"ES256\"],\"kid\":\"ec\"}", "algorithm" },
		{ "ES384", "{\"alg\":\"ES384\",\"kid\":\"ec\"}", "algorithm" },
		{ "HS256", "{\"alg\":\"HS256\",\"kid\":\"ec\"}", "algorithm" },
		{ "RS256 for an EC key", "{\"alg\":\"RS256\",\"kid\":\"ec\"}", "algorithm" },
		{ "ES256 for an RSA key", "{\"alg\":\"ES256\",\"kid\":\"rsa\"}", "algorithm" },
		{ "jwk", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"jwk\":{}}", "member" },
		{ "jku", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"jku\":\"http://x\"}", "member" },
		{ "x5u", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"x5u\":\"http://x\"}", "member" },
		{ "x5c", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"x5c\":[]}", "member" },
		{ "crit", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"crit\":[\"exp\"]}", "member" },
		{ "b64", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"b64\":false}", "member" },
		{ "typ", "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"logout+jwt\"}", "type" },
		{ "no kid", "{\"alg\":\"ES256\"}", "no kid" },
		{ "kid no text", "{\"alg\":\"ES256\",\"kid\":1}", "no kid" },
		{ "kid empty", "{\"alg\":\"ES256\",\"kid\":\"\"}", "no kid" },
		{ "unknown kid for none", "{\"alg\":\"none\",\"kid\":\"x\"}", "algorithm" },
		{ "unknown kid", "{\"alg\":\"ES256\",\"kid\":\"x\"}", "unknown kid" },
		{ "kid as path", "{\"alg\":\"ES256\",\"kid\":\"../../ec\"}", "unknown kid" },
		{ "kid as SQL", "{\"alg\":\"ES256\",\"kid\":\"' or '1'='1\"}", "unknown kid" },
		{ "two kids", "{\"alg\":\"ES256\",\"kid\":\"x\",\"kid\":\"ec\"}", "strict" },
		{ "two algs", "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"ec\"}", "strict" },
		{ "use=enc", "{\"alg\":\"ES256\",\"kid\":\"enc\"}", "unknown kid" },
		{ "key_ops without verify", "{\"alg\":\"ES256\",\"kid\":\"derive\"}",
			"unknown kid" },
		{ "P-384", "{\"alg\":\"ES256\",\"kid\":\"p384\"}", "unknown kid" },
		{ "1024 bits", "{\"alg\":\"RS256\",\"kid\":\"small\"}", "unknown kid" },
		{ "no object", "[\"ES256\"]", "strict" },
		{ "text behind", "{\"alg\":\"ES256\",\"kid\":\"ec\"}x", "strict" },
		{ "NUL in it", "{\"alg\":\"ES256\",\"kid\":\"ec\\u0000\"}", "strict" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		assert_refused(CASES[i].name, make(CASES[i].header, GOOD_CLAIMS, ES256, fixture.ec),
			CASES[i].why);
	}
}

/* ---- attacks: the signature */

static void bad_signatures_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *header;
		enum way way;
		const char *why;
	} CASES[] = {
		{ "none", "{\"alg\":\"none\",\"kid\":\"ec\"}", UNSIGNED, "algorithm" },
		{ "no signature", ES256_HEADER, UNSIGNED, "signature" },
		{ "HS256 with the public key", "{\"alg\":\"HS256\",\"kid\":\"rsa\"}", HS256_PEM,
			"algorithm" },
		{ "HMAC called RS256", "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", HS256_PEM,
			"signature" },
		{ "DER", ES256_HEADER, ES256_DER, "signature" },
		{ "too long", ES256_HEADER, ES256_LONG, "signature" },
		{ "r = s = 0", ES256_HEADER, ES256_ZERO, "signature" },
		{ "PS256 with RS256", "{\"alg\":\"PS256\",\"kid\":\"rsa\"}", RS256, "signature" },
		{ "RS256 with PS256", "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", PS256, "signature" },
		{ "RS256 where the key says PS256", "{\"alg\":\"RS256\",\"kid\":\"pss\"}", RS256,
			"algorithm" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		bool rsa = CASES[i].way == RS256 || CASES[i].way == PS256;
		assert_refused(CASES[i].name,
			make(CASES[i].header, GOOD_CLAIMS, CASES[i].way,
				rsa ? fixture.rsa : fixture.ec),
			CASES[i].why);
	}
	assert_refused(
		"another key", make(ES256_HEADER, GOOD_CLAIMS, ES256, fixture.other), "signature");
}

static void a_changed_byte_is_refused(void **state)
{
	(void)state;
	char *token = make(ES256_HEADER, GOOD_CLAIMS, ES256, fixture.ec);
	size_t len = strlen(token);
	for (size_t i = 0; i < len; i++) {
		char kept = token[i];
		token[i] = kept == 'A' ? 'B' : 'A';
		assert_non_null(refusal_at(token, NOW));
		token[i] = kept;
	}
	for (size_t cut = 0; cut < len; cut++) {
		char kept = token[cut];
		token[cut] = '\0';
		assert_non_null(refusal_at(token, NOW));
		token[cut] = kept;
	}
	assert_accepted("unchanged", token);
}

/* ---- attacks: the form */

static void loose_forms_are_refused(void **state)
{
	(void)state;
	struct arena *arena = fixture.arena;
	const char *good = make(ES256_HEADER, GOOD_CLAIMS, ES256, fixture.ec);
	const char *second = strchr(good, '.') + 1;
	const char *last = strrchr(good, '.') + 1;
	const char *forms[] = {
		"",
		".",
		"..",
		"...",
		text_format(arena, "%s=", good),
		text_format(arena, "%s==", good),
		text_format(arena, " %s", good),
		text_format(arena, "%s\n", good),
		text_format(arena, "%s.", good),
		text_format(arena, "%s.x.y", good),
		text_format(arena, "%.*s=.%s", (int)(second - good - 1), good, second),
		text_format(arena, "%.*s .%s", (int)(second - good - 1), good, second),
		text_format(arena, "%.*s..%s", (int)(second - good - 1), good, last),
		text_format(arena, "%.*s+%s", (int)(last - good), good, last + 1),
		text_format(arena, "%.*sA", (int)(last - good), good),
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (refusal_at(forms[i], NOW) == NULL)
			fail_msg("form %zu was accepted: %s", i, forms[i]);
}

/* 64 bytes take 86 letters, whose last holds four bits that mean nothing: one spelling only. */
static void left_over_bits_are_refused(void **state)
{
	(void)state;
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *token = make(ES256_HEADER, GOOD_CLAIMS, ES256, fixture.ec);
	char *end = token + strlen(token) - 1;
	const char *letter = strchr(ALPHABET, *end);
	assert_accepted("the one spelling", token);
	*end = ALPHABET[(letter - ALPHABET) + 1];
	assert_refused("another spelling", token, "signature");
}

static char *claims_of_size(size_t size)
{
	char *padding = arena_alloc(fixture.arena, size + 1);
	memset(padding, 'x', size);
	return text_format(fixture.arena, "{" NAMES ",\"exp\":1700000100,\"x\":\"%s\"}", padding);
}

static void more_than_8_kib_is_refused(void **state)
{
	(void)state;
	size_t size = 5900;
	char *token = make(ES256_HEADER, claims_of_size(size), ES256, fixture.ec);
	while (strlen(token) < 8192)
		token = make(ES256_HEADER, claims_of_size(++size), ES256, fixture.ec);
	assert_refused("over 8 KiB",
		make(ES256_HEADER, claims_of_size(size + 1), ES256, fixture.ec), "8 KiB");
	if (strlen(token) == 8192)
		assert_accepted("8 KiB", token);
	assert_accepted(
		"a little less", make(ES256_HEADER, claims_of_size(size - 2), ES256, fixture.ec));
	assert_refused(
		"64 KiB", make(ES256_HEADER, claims_of_size(65536), ES256, fixture.ec), "8 KiB");
}

/* ---- attacks: the claims; all of them are in test_token_claims.c */

static void claims_are_checked_behind_the_signature(void **state)
{
	(void)state;
	assert_refused("expired",
		make(ES256_HEADER, "{" NAMES ",\"exp\":1699999940}", ES256, fixture.ec), "expired");
	assert_refused("exp twice",
		make(ES256_HEADER, "{" NAMES ",\"exp\":1,\"exp\":1700000100}", ES256, fixture.ec),
		"strict");
	assert_refused("another audience",
		make(ES256_HEADER,
			"{\"iss\":\"asskomm-demo\",\"aud\":\"x\",\"sub\":\"s\",\"exp\":1700000100}",
			ES256, fixture.ec),
		"audience");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_tokens_pass),
		cmocka_unit_test(leeway_is_sixty_seconds),
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(bad_signatures_are_refused),
		cmocka_unit_test(a_changed_byte_is_refused),
		cmocka_unit_test(loose_forms_are_refused),
		cmocka_unit_test(left_over_bits_are_refused),
		cmocka_unit_test(more_than_8_kib_is_refused),
		cmocka_unit_test(claims_are_checked_behind_the_signature),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
