/* SHA-256 by OpenSSL. The algorithm is looked up once: its one-call function does so each time,
 * which takes longer than the digest of a token. One loop per process, so one context. */
#include "runtime/digest.h"

#include "core/text.h"
#include <openssl/evp.h>

void digest_sha256(const void *bytes, size_t len, uint8_t out_digest[DIGEST_SIZE])
{
	static EVP_MD *algorithm;
	static EVP_MD_CTX *context;

	if (algorithm == NULL) {
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
		context = EVP_MD_CTX_new();
		CHECK(algorithm != NULL && context != NULL);
	}
	CHECK(EVP_DigestInit_ex2(context, algorithm, NULL) == 1 &&
		EVP_DigestUpdate(context, bytes, len) == 1 &&
		EVP_DigestFinal_ex(context, out_digest, NULL) == 1);
}

char *digest_hex(struct arena *arena, const void *bytes, size_t len)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(bytes, len, digest);
	return text_hex(arena, digest, sizeof(digest));
}
