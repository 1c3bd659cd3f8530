/* The one list of ways a request can fail, and how to make one.
 *
 * A failure is a value: the envelope's Failure message, made in the call's arena, carried from a
 * rule over the bus to the edge. Refusals are the caller's business; UNAVAILABLE, DEADLINE and
 * ABORTED are trouble that a repetition may cure. */
#ifndef ASSKOMM_CORE_FAILURE_H
#define ASSKOMM_CORE_FAILURE_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>

/* To add one: a row here. X(code, HTTP status, may be repeated as it is, title) */
#define FAILURE_CODES(X)                                                                           \
	X(INVALID, 400, false, "The request is not well-formed")                                   \
	X(UNAUTHENTICATED, 401, false, "Sign in first")                                            \
	X(FORBIDDEN, 403, false, "Your role may not do this")                                      \
	X(NOT_FOUND, 404, false, "Not found")                                                      \
	X(METHOD_NOT_ALLOWED, 405, false, "This address does not know the method")                 \
	X(CONFLICT, 409, false, "This does not fit the present state")                             \
	X(ABORTED, 409, true, "Others changed the same thing at the same time")                    \
	X(PRECONDITION, 412, false, "The version has changed")                                     \
	X(TOO_LARGE, 413, false, "The request is too large")                                       \
	X(MEDIA_TYPE, 415, false, "Send application/json")                                         \
	X(KEY_REUSED, 422, false, "The Idempotency-Key was used for another request")              \
	X(REFUSED, 422, false, "A rule of the alliance forbids this")                              \
	X(TOO_MANY, 429, true, "Too many requests")                                                \
	X(INTERNAL, 500, false, "A fault of ours")                                                 \
	X(UNIMPLEMENTED, 501, false, "Not known here")                                             \
	X(UNAVAILABLE, 503, true, "A part of the suite does not answer; try again")                \
	X(DEADLINE, 504, true, "It took too long; the outcome is not known, ask with the same key")

/* FAILURE_NOT_FOUND and so on, in the order of the list. */
enum failure_code {
#define FAILURE_ENUM(code, status, retryable, title) FAILURE_##code,
	FAILURE_CODES(FAILURE_ENUM)
#undef FAILURE_ENUM
};

/* A failure of `code` with one sentence: printf'd, in the language of the arena
 * (core/catalogue.h). From the arena. */
Asskomm__Failure *failure_new(struct arena *arena, enum failure_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* A failure tells at most so many violations: whoever collects them can stop there. */
#define FAILURE_VIOLATIONS_MAX 50u

/* Adds a violation: the field's path, the rule's short name, what to do. Returns it, so that
 * candidates can be added. Beyond the maximum it is an empty one that is not kept. */
Asskomm__Failure__Violation *failure_add(struct arena *arena, Asskomm__Failure *failure,
	const char *field, const char *rule, const char *format, ...) PRINTF_LIKE(5, 6);

/* Adds a candidate to an "ambiguous" violation. */
void failure_candidate(struct arena *arena, Asskomm__Failure__Violation *violation, const char *key,
	const char *name, const char *district);

/* The name on the wire ("NOT_FOUND"), and back; an unknown name is INTERNAL. */
const char *failure_name(enum failure_code code);
enum failure_code failure_code_of(const Asskomm__Failure *failure);

/* What the list says of a code: HTTP status, title in English, and whether the same request may be
 * sent again as it is (with the same Idempotency-Key, when it changes something). */
unsigned failure_status(enum failure_code code);
const char *failure_title(enum failure_code code);
bool failure_is_retryable(enum failure_code code);

#endif
