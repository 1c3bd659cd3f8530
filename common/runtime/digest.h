/* SHA-256. The only file that knows <openssl/sha.h> is digest.c. */
#ifndef ASSKOMM_RUNTIME_DIGEST_H
#define ASSKOMM_RUNTIME_DIGEST_H

#include "core/arena.h"
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32

/* The digest of `len` bytes. */
void digest_sha256(const void *bytes, size_t len, uint8_t out_digest[DIGEST_SIZE]);

/* The same as lower-case hex, from the arena. */
char *digest_hex(struct arena *arena, const void *bytes, size_t len);

#endif
