/* Base64 (RFC 4648), as ProtoJSON writes bytes: the standard alphabet out, both alphabets in. */
#ifndef ASSKOMM_CORE_BASE64_H
#define ASSKOMM_CORE_BASE64_H

#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The standard alphabet with padding. From the arena, NUL-terminated. */
char *base64_encode(struct arena *arena, const uint8_t *bytes, size_t len);

/* Reads the standard and the url-safe alphabet, with or without padding. False for anything else
 * (white space, other letters, bits left over that are not 0) and when the arena is full. No
 * bytes are a valid answer: *out_bytes is NULL then. */
bool base64_decode(
	struct arena *arena, const char *text, uint8_t **out_bytes, size_t *out_len) MUST_CHECK;

#endif
