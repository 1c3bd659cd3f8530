/* Bugs, marks for the compiler, and the way from a member to its struct. */
#ifndef ASSKOMM_CORE_CHECK_H
#define ASSKOMM_CORE_CHECK_H

#include <stddef.h>

/* The result tells whether it worked and must be looked at. */
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

/* CHECK(expr) stops the process when expr does not hold. For bugs of ours only, never for
 * something that came from outside. Stays in release builds. */
#define CHECK(expr) ((expr) ? (void)0 : check_failed(#expr, __FILE__, __LINE__))

/* Writes one line to stderr and aborts. */
__attribute__((noreturn)) void check_failed(const char *expr, const char *file, int line);

/* The struct of type `type` whose member `member` is at `pointer`. Our interfaces pass members
 * instead of bare void pointers. */
#define CONTAINER_OF(pointer, type, member)                                                        \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
