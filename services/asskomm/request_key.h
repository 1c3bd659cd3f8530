/* Idempotency keys that follow from what is asked: the same request again has the same key, also in
 * another run or on another machine. That is what makes commands here safe to repeat. */
#ifndef ASSKOMM_REQUEST_KEY_H
#define ASSKOMM_REQUEST_KEY_H

#include "core/arena.h"
#include <stddef.h>

/* The prefix and the first 32 hex digits of the text's SHA-256: "history-3f2a…". From the arena. */
char *request_key(struct arena *arena, const char *prefix, const char *text, size_t len);

#endif
