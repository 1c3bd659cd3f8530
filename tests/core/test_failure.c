/* Failures: the one list, and what is added to it in bounds. */
#include "helpers.h"
#include "core/failure.h"
#include "core/reflect.h"
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void test_every_code_has_its_row(void **state)
{
	(void)state;
#define COUNT(code, status, retryable, title) +1
	const int count = 0 FAILURE_CODES(COUNT);
#undef COUNT
	for (int i = 0; i < count; i++) {
		enum failure_code code = (enum failure_code)i;
		Asskomm__Failure *failure = failure_new(arena, code, "number %d", i);
		assert_string_equal(failure->code, failure_name(code));
		assert_int_equal(failure_code_of(failure), code);
		assert_in_range(failure_status(code), 400, 599);
		assert_true(strlen(failure_title(code)) > 0);
	}
	assert_string_equal(failure_name(FAILURE_NOT_FOUND), "NOT_FOUND");
	assert_int_equal(failure_status(FAILURE_DEADLINE), 504);
	assert_true(failure_is_retryable(FAILURE_ABORTED));
	assert_false(failure_is_retryable(FAILURE_CONFLICT));
}

static void test_unknown_name_is_internal(void **state)
{
	(void)state;
	Asskomm__Failure failure = ASSKOMM__FAILURE__INIT;
	static char later[] = "FROM_A_LATER_VERSION";
	assert_int_equal(failure_code_of(&failure), FAILURE_INTERNAL);
	failure.code = later;
	assert_int_equal(failure_code_of(&failure), FAILURE_INTERNAL);
}

static void test_violations_and_candidates_travel(void **state)
{
	(void)state;
	Asskomm__Failure *failure = failure_new(arena, FAILURE_INVALID, "%s", "100 % sure");
	Asskomm__Failure__Violation *violation = failure_add(
		arena, failure, "accessions[0]", "ambiguous", "%s means %d", "Reichenbach", 2);
	failure_candidate(arena, violation, "14523320", "Reichenbach im Vogtland", "14523");
	failure_candidate(arena, violation, "14626450", "Reichenbach/O.L.", NULL);
	Asskomm__Failure *copy =
		AS(Asskomm__Failure, asskomm__failure, reflect_clone(arena, &failure->base));
	assert_string_equal(copy->text, "100 % sure");
	assert_int_equal(copy->n_violations, 1);
	assert_string_equal(copy->violations[0]->field, "accessions[0]");
	assert_string_equal(copy->violations[0]->message, "Reichenbach means 2");
	assert_int_equal(copy->violations[0]->n_candidates, 2);
	assert_string_equal(copy->violations[0]->candidates[1]->key, "14626450");
	assert_string_equal(copy->violations[0]->candidates[1]->district, "");
}

static void test_lists_are_bounded(void **state)
{
	(void)state;
	Asskomm__Failure *failure = failure_new(arena, FAILURE_INVALID, "many");
	for (int i = 0; i < 1000; i++) {
		Asskomm__Failure__Violation *violation =
			failure_add(arena, failure, "field", "rule", "%d", i);
		assert_non_null(violation);
		for (int j = 0; j < 60 && i % 100 == 0; j++)
			failure_candidate(arena, violation, "k", "n", "d");
	}
	assert_int_equal(failure->n_violations, FAILURE_VIOLATIONS_MAX);
	assert_int_equal(failure->violations[0]->n_candidates, 50);
	assert_string_equal(failure->violations[49]->message, "49");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_has_its_row),
		cmocka_unit_test(test_unknown_name_is_internal),
		cmocka_unit_test(test_violations_and_candidates_travel),
		cmocka_unit_test(test_lists_are_bounded),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
