/* Whose address a request comes from. Behind a proxy the connection is the proxy's; which client it
 * serves it says in Forwarded (RFC 7239) or X-Forwarded-For. Anybody can write these, so they are
 * read only where the connection is that of a proxy which is trusted to write its own part. */
#ifndef ASSKOMM_GATEWAY_FORWARDED_H
#define ASSKOMM_GATEWAY_FORWARDED_H

#include "core/network.h"
#include "runtime/http.h"

/* The address that limits are about: the last one, seen from the client, that is no trusted proxy.
 * Without a header of a trusted proxy that is the peer itself. False, and why: the part that
 * decides is no address, there are more than 32, or both headers are there and disagree, so that
 * one of them was written by the client. */
bool forwarded_client(const struct networks *proxies, const struct http_exchange *exchange,
	struct network_address *out_client, const char **out_why) MUST_CHECK;

#endif
