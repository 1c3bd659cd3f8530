/* What the command line's unit tests share: cmocka in the order it needs, and an arena per test. */
#ifndef ASSKOMM_TESTS_UNIT_H
#define ASSKOMM_TESTS_UNIT_H

#include "core/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST_ARENA_MAX (64u * 1024 * 1024)

/* *state is the test's arena. */
static inline int unit_setup(void **state)
{
	*state = arena_new(TEST_ARENA_MAX);
	return 0;
}

static inline int unit_teardown(void **state)
{
	struct arena *arena = *state;
	arena_destroy(&arena);
	return 0;
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, unit_setup, unit_teardown)

#endif
