/* A failure as the caller sees it: RFC 9457, application/problem+json.
 *
 * Programs decide by `code` (the names in core/failure.h) and `violations`, people read `title` and
 * `detail`, operators find the rest by `traceId`. */
#ifndef ASSKOMM_GATEWAY_PROBLEM_H
#define ASSKOMM_GATEWAY_PROBLEM_H

#include "core/failure.h"
#include "runtime/http.h"

/* Answers with type, title, status, detail, code, violations and traceId, in the language of the
 * exchange's arena, with Retry-After for 429 and 503. Frees the exchange. */
void problem_answer(
	struct http_exchange *exchange, const Asskomm__Failure *failure, const char *trace_id);

/* The body alone, compact JSON, in the language of the arena, from which it comes. */
char *problem_text(struct arena *arena, const Asskomm__Failure *failure, const char *trace_id);

#endif
