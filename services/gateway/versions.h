/* Versions and revalidation: ETag, If-Match, If-None-Match (RFC 9110).
 *
 * What has a version is tagged with it ("3"); other answers to GET with a digest of their bytes. A
 * command may name the version it was decided on; the service's runner holds it against the
 * aggregate, so that two people at the same form do not overwrite each other. */
#ifndef ASSKOMM_GATEWAY_VERSIONS_H
#define ASSKOMM_GATEWAY_VERSIONS_H

#include "asskomm/envelope.pb-c.h"
#include "core/check.h"
#include "runtime/http.h"
#include <stdbool.h>
#include <stdint.h>

/* The version that If-Match asks for; 0 without the header or for "*". INVALID unless it is one
 * strong tag of ours. */
Asskomm__Failure *versions_expected(
	const struct http_exchange *exchange, uint32_t *out_version) MUST_CHECK;

/* The tag of an answer with that body, from the arena. */
const char *versions_tag(struct arena *arena, const ProtobufCMessage *reply, const char *body);

/* Sets ETag and Cache-Control of an answer with that tag. True: it is what the client has
 * (If-None-Match), answer 304 without the body. */
bool versions_answer(struct http_exchange *exchange, const char *tag);

#endif
