/* SHA-256 by OpenSSL, whose one-call function keeps no state and allocates nothing. */
#include "runtime/digest.h"

#include "core/text.h"
#include <openssl/sha.h>

void digest_sha256(const void *bytes, size_t len, uint8_t out_digest[DIGEST_SIZE])
{
	SHA256(bytes, len, out_digest);
}

char *digest_hex(struct arena *arena, const void *bytes, size_t len)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(bytes, len, digest);
	return text_hex(arena, digest, sizeof(digest));
}
