/* Idempotency keys by content. 128 bits of the hash are plenty against a chance hit. */
#include "request_key.h"
#include "core/text.h"
#include "runtime/digest.h"

/* The prefix tells an operator, who finds the key in a table, where it came from. */
char *request_key(struct arena *arena, const char *prefix, const char *text, size_t len)
{
	return text_format(arena, "%s%.32s", prefix, digest_hex(arena, text, len));
}
