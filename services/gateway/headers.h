/* What a request's headers say beside the token: trace, idempotency key, dry run,
 * an operator's claim.
 *
 * The functions look at the exchange and take memory from its arena. Those that can fail give the
 * failure to answer with, NULL for success; its violation names the header. */
#ifndef ASSKOMM_GATEWAY_HEADERS_H
#define ASSKOMM_GATEWAY_HEADERS_H

#include "asskomm/envelope.pb-c.h"
#include "core/check.h"
#include "runtime/http.h"

#define HEADERS_KEY_MAX 128
#define HEADERS_CITATION_MAX 500 /* characters */

/* W3C trace context of one request: what log lines and problems name, and what travels on. */
struct trace {
	char id[33];
	char parent[56]; /* "00-…-…-01", with a span of our own */
};

/* Continues the caller's trace when its traceparent is well-formed, else begins one. */
void headers_trace(const struct http_exchange *exchange, struct trace *out_trace);

/* How often a header stands in the request, and its first value (NULL: none). */
size_t headers_count(
	const struct http_exchange *exchange, const char *name, const char **out_value);

/* What every header that is not well-formed is refused with: its name as documentation writes it,
 * and what to send instead. */
Asskomm__Failure *headers_bad(
	const struct http_exchange *exchange, const char *name, const char *what);

/* The Idempotency-Key, or a random one when there is none: only so can the gateway repeat a
 * command. INVALID unless it stands once and is 1 to 128 visible ASCII characters. */
Asskomm__Failure *headers_key(
	const struct http_exchange *exchange, const char **out_key) MUST_CHECK;

/* Whether Dry-Run asks only what a command would do: true or false, once; else INVALID. */
Asskomm__Failure *headers_dry_run(
	const struct http_exchange *exchange, protobuf_c_boolean *out_dry_run) MUST_CHECK;

/* What Recorded-On, Provenance and Citation claim; *out_claim is NULL when none of them is there.
 * FORBIDDEN for all but operators, INVALID when malformed or given twice. Whether the day lies
 * before what is recorded already, only the ledger knows. */
Asskomm__Failure *headers_claim(const struct http_exchange *exchange,
	const Asskomm__Principal *principal, Asskomm__Claim **out_claim) MUST_CHECK;

#endif
