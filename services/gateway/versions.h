/* Versions and revalidation: ETag, If-Match, If-None-Match (RFC 9110).
 *
 * An answer is tagged with a digest of its bytes, so that 304 never hides a change: an answer can
 * differ with the day or the language while nothing was recorded. What has a version names it
 * before the digest ("3-c0ffee…"). A command may name the version it was decided on; the service's
 * runner holds it against the aggregate, so that two people at the same form do not overwrite each
 * other, not even where it is the first form of all (version 0). */
#ifndef ASSKOMM_GATEWAY_VERSIONS_H
#define ASSKOMM_GATEWAY_VERSIONS_H

#include "asskomm/envelope.pb-c.h"
#include "core/check.h"
#include "runtime/http.h"
#include <stdbool.h>
#include <stdint.h>

/* What a command wants to be decided on. */
struct version_wish {
	uint32_t version; /* 0: any */
	bool is_new;      /* only where nothing was recorded yet */
};

/* What If-Match asks for: the version before the digest, which need not be there. A proxy that
 * compresses makes a tag weak; it names the same version. "*", or no header, is any. INVALID unless
 * it is one tag of ours with a version. If-None-Match with a command is "*" (what is not there yet)
 * or INVALID: a condition that is not kept must not be passed over. */
Asskomm__Failure *versions_wish(
	const struct http_exchange *exchange, struct version_wish *out_wish) MUST_CHECK;

/* The tag of an answer with that body, from the arena. */
const char *versions_tag(struct arena *arena, const ProtobufCMessage *reply, const char *body);

/* Whether the answer with that tag is what the client has (If-None-Match): then it is 304, without
 * the body. */
bool versions_match(const struct http_exchange *exchange, const char *tag);

#endif
