/* RFC 9457 problems, readable: what the suite, or something between it and us, answers instead of
 * what was asked for. Pure. */
#ifndef ASSKOMM_PROBLEM_H
#define ASSKOMM_PROBLEM_H

#include "core/arena.h"
#include <stdbool.h>
#include <stddef.h>

/* The problem as lines for a person: title with status and code, detail, each violation with its
 * field, and below an ambiguous one its candidates. A body that is no problem is told by its
 * status. In the language of the arena, and from it. */
char *problem_print(struct arena *arena, const char *body, size_t len, long status);

/* Whether the same request may be sent again: by the problem's code (core/failure.h), or, for a
 * body that is none (a proxy's), by its status. */
bool problem_is_retryable(const char *body, size_t len, long status);

/* The field of the first violation of that rule ("stored"), or NULL. From the arena. */
char *problem_field(struct arena *arena, const char *body, size_t len, const char *rule);

#endif
