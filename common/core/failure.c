/* Failures are built up piece by piece in the arena; names, status and titles come from the one
 * list in failure.h. */
#include "core/failure.h"
#include "core/catalogue.h"
#include "core/text.h"
#include <stdarg.h>
#include <string.h>

#define CANDIDATES_MAX 50u

/* What the list says about a code; the enum is the index. */
struct code_info {
	const char *name;
	unsigned status;
	bool retryable;
	const char *title;
};

static const struct code_info CODES[] = {
#define FAILURE_INFO(code, status, retryable, title) { #code, status, retryable, title },
	FAILURE_CODES(FAILURE_INFO)
#undef FAILURE_INFO
};

#define CODES_COUNT (sizeof CODES / sizeof CODES[0])

/* A code that is not in the list can only come from a cast of ours. */
static const struct code_info *info(enum failure_code code)
{
	CHECK((size_t)code < CODES_COUNT);
	return &CODES[code];
}

/* All strings are copies: a failure may outlive the message that caused it inside its arena, and
 * none of its strings is ever written to again. */
Asskomm__Failure *failure_new(struct arena *arena, enum failure_code code, const char *format, ...)
{
	Asskomm__Failure *failure = NEW(arena, Asskomm__Failure);
	asskomm__failure__init(failure);
	failure->code = text_copy(arena, info(code)->name);
	va_list arguments;
	va_start(arguments, format);
	failure->text = say_list(arena, format, arguments);
	va_end(arguments);
	return failure;
}

/* Beyond the maximum the caller still gets one, so it need not ask; but no text is made, so that a
 * long list of faults cannot use up the arena. */
Asskomm__Failure__Violation *failure_add(struct arena *arena, Asskomm__Failure *failure,
	const char *field, const char *rule, const char *format, ...)
{
	Asskomm__Failure__Violation *violation = NEW(arena, Asskomm__Failure__Violation);
	asskomm__failure__violation__init(violation);
	if (failure->n_violations >= FAILURE_VIOLATIONS_MAX)
		return violation;
	violation->field = text_copy(arena, field);
	violation->rule = text_copy(arena, rule);
	va_list arguments;
	va_start(arguments, format);
	violation->message = say_list(arena, format, arguments);
	va_end(arguments);
	failure->violations = arena_grow(arena, failure->violations, failure->n_violations,
		sizeof(Asskomm__Failure__Violation *));
	failure->violations[failure->n_violations++] = violation;
	return violation;
}

/* A name that fits half the territory is answered with a list that can still be read. */
void failure_candidate(struct arena *arena, Asskomm__Failure__Violation *violation, const char *key,
	const char *name, const char *district)
{
	if (violation->n_candidates >= CANDIDATES_MAX)
		return;
	Asskomm__Failure__Candidate *candidate = NEW(arena, Asskomm__Failure__Candidate);
	asskomm__failure__candidate__init(candidate);
	candidate->key = text_copy(arena, key);
	candidate->name = text_copy(arena, name);
	candidate->district = text_copy(arena, district);
	violation->candidates = arena_grow(arena, violation->candidates, violation->n_candidates,
		sizeof(Asskomm__Failure__Candidate *));
	violation->candidates[violation->n_candidates++] = candidate;
}

const char *failure_name(enum failure_code code)
{
	return info(code)->name;
}

/* A peer of another version may know codes that we do not. */
enum failure_code failure_code_of(const Asskomm__Failure *failure)
{
	for (size_t i = 0; i < CODES_COUNT; i++) {
		if (strcmp(CODES[i].name, failure->code) == 0)
			return (enum failure_code)i;
	}
	return FAILURE_INTERNAL;
}

unsigned failure_status(enum failure_code code)
{
	return info(code)->status;
}

const char *failure_title(enum failure_code code)
{
	return info(code)->title;
}

bool failure_is_retryable(enum failure_code code)
{
	return info(code)->retryable;
}
