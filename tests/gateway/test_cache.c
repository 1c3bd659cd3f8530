/* The cache of the edge: what it gives away, and above all what it does not. Clocks are values
 * here, so midnight and silence need no waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "cache.h"
#include "core/civil.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define BYTES (64u * 1024)
#define TARGET "/api/v1/figures?district=14628"
/* 2026-03-10, noon in Berlin. */
#define NOON INT64_C(1773140400000000)
#define SECOND INT64_C(1000000)

static const struct bus_knowledge COMMITTED = { 0, true };
static const struct method_info FIGURES = {
	.name = "asskomm.monitor.v1.Monitor/GetFigures", .service = "monitor", .success = 200
};
static const struct method_info TOWN = {
	.name = "asskomm.registry.v1.Registry/GetParticipant", .service = "registry", .success = 200
};

static struct cache_clock clock_value = { NOON, 5000 };

/* At the head, which is 10. */
static int set_up(void **state)
{
	struct cache *cache = cache_new(BYTES);

	clock_value = (struct cache_clock){ NOON, 5000 };
	cache_hear(cache, 10, clock_value.loop_ms);
	*state = cache;
	return 0;
}

static int tear_down(void **state)
{
	struct cache *cache = *state;

	cache_destroy(&cache);
	return 0;
}

static struct cache_key key_of(const char *target)
{
	return (struct cache_key){ { 1, 2, 3 }, target };
}

static bool keep_at(struct cache *cache, const struct method_info *method, const char *target,
	struct cache_moment asked, struct bus_knowledge knows)
{
	const struct cache_key key = key_of(target);
	const struct cache_answer answer = { method, "application/json", "\"3\"", "{}", 2,
		knows.committed ? asked.position : knows.ledger_seq, "Ledger-Seq: 10\r\n" };

	return cache_keep(cache, &key, asked, knows, &answer, clock_value);
}

/* Asked and answered in one moment. */
static bool keep(struct cache *cache, const struct method_info *method, const char *target,
	struct bus_knowledge knows)
{
	return keep_at(cache, method, target, cache_moment(cache, method, clock_value), knows);
}

static const struct cache_answer *find(struct cache *cache, const char *target)
{
	const struct cache_key key = key_of(target);

	return cache_find(cache, &key, clock_value);
}

static struct bus_knowledge folded(uint64_t seq)
{
	return (struct bus_knowledge){ seq, false };
}

static void test_an_answer_is_given_as_it_was_kept(void **state)
{
	assert_true(keep(*state, &TOWN, TARGET, COMMITTED));
	const struct cache_answer *answer = find(*state, TARGET);
	assert_non_null(answer);
	assert_ptr_equal(answer->method, &TOWN);
	assert_string_equal(answer->type, "application/json");
	assert_string_equal(answer->tag, "\"3\"");
	assert_int_equal(answer->body_len, 2);
	assert_memory_equal(answer->body, "{}", 2);
	assert_int_equal(answer->ledger_seq, 10);
	assert_string_equal(answer->lines, "Ledger-Seq: 10\r\n");
	assert_null(find(*state, "/api/v1/figures?district=14627"));
	const struct cache_key other = { { 1, 2, 4 }, TARGET };
	assert_null(cache_find(*state, &other, clock_value));
}

static void test_a_fact_ends_all(void **state)
{
	assert_true(keep(*state, &TOWN, "/a", COMMITTED));
	assert_true(keep(*state, &FIGURES, "/b", folded(10)));
	cache_hear(*state, 10, clock_value.loop_ms); /* a beacon tells nothing new */
	assert_non_null(find(*state, "/a"));
	cache_hear(*state, 11, clock_value.loop_ms);
	assert_null(find(*state, "/a"));
	assert_null(find(*state, "/b"));
	assert_int_equal(cache_entries(*state), 0);
	assert_int_equal(cache_bytes(*state), 0);
}

static void test_a_fact_since_the_question_keeps_the_answer_out(void **state)
{
	struct cache_moment asked = cache_moment(*state, &TOWN, clock_value);

	cache_hear(*state, 11, clock_value.loop_ms);
	assert_false(keep_at(*state, &TOWN, TARGET, asked, COMMITTED));
}

static void test_who_folds_is_asked_until_he_has_folded_all(void **state)
{
	assert_false(keep(*state, &FIGURES, TARGET, folded(9)));
	assert_false(keep(*state, &FIGURES, TARGET, folded(0)));
	assert_true(keep(*state, &FIGURES, TARGET, folded(10)));
	/* Asked before the fact came, but read after it was folded: it holds. */
	struct cache_moment asked = cache_moment(*state, &FIGURES, clock_value);
	cache_hear(*state, 11, clock_value.loop_ms);
	assert_true(keep_at(*state, &FIGURES, TARGET, asked, folded(11)));
}

static void test_an_answer_that_is_ahead_of_us_holds_all_back(void **state)
{
	assert_true(keep(*state, &FIGURES, "/a", folded(10)));
	cache_hear_of(*state, 12);
	assert_null(find(*state, "/a"));
	assert_false(keep(*state, &FIGURES, "/a", folded(12)));
	assert_false(keep(*state, &TOWN, "/b", COMMITTED));
	cache_hear(*state, 11, clock_value.loop_ms);
	assert_false(keep(*state, &FIGURES, "/a", folded(11)));
	cache_hear(*state, 12, clock_value.loop_ms);
	assert_true(keep(*state, &FIGURES, "/a", folded(12)));
	assert_non_null(find(*state, "/a"));
}

static void test_a_command_ends_what_its_service_said(void **state)
{
	assert_true(keep(*state, &TOWN, "/town", COMMITTED));
	assert_true(keep(*state, &FIGURES, "/figures", folded(10)));
	struct cache_moment before = cache_moment(*state, &TOWN, clock_value);
	cache_change_begin(*state, "registry");
	struct cache_moment during = cache_moment(*state, &TOWN, clock_value);
	assert_null(find(*state, "/town"));
	assert_non_null(find(*state, "/figures")); /* facts alone change these */
	assert_false(keep_at(*state, &TOWN, "/town", before, COMMITTED));
	cache_change_end(*state, "registry");
	assert_null(find(*state, "/town"));
	assert_false(keep_at(*state, &TOWN, "/town", before, COMMITTED));
	assert_false(keep_at(*state, &TOWN, "/town", during, COMMITTED));
	assert_true(keep(*state, &TOWN, "/town", COMMITTED));
	assert_non_null(find(*state, "/town"));
}

static void test_of_two_commands_the_last_counts(void **state)
{
	cache_change_begin(*state, "registry");
	cache_change_begin(*state, "registry");
	cache_change_end(*state, "registry");
	assert_false(keep(*state, &TOWN, "/town", COMMITTED));
	cache_change_end(*state, "registry");
	assert_true(keep(*state, &TOWN, "/town", COMMITTED));
}

static void test_what_knows_nothing_is_not_kept(void **state)
{
	assert_false(keep(*state, &TOWN, TARGET, (struct bus_knowledge){ 0, false }));
}

static void test_silence_proves_nothing(void **state)
{
	assert_true(keep(*state, &TOWN, TARGET, COMMITTED));
	clock_value.loop_ms += CACHE_SILENT_MS;
	assert_non_null(find(*state, TARGET));
	clock_value.loop_ms += 1;
	assert_null(find(*state, TARGET));
	assert_false(keep(*state, &TOWN, "/other", COMMITTED));
	cache_hear(*state, 10, clock_value.loop_ms); /* nothing was missed */
	assert_non_null(find(*state, TARGET));
}

static void test_before_the_ledger_was_heard_nothing_is_kept(void **state)
{
	struct cache *cache = cache_new(BYTES);

	(void)state;
	assert_int_equal(cache_position(cache), 0);
	assert_false(keep(cache, &TOWN, TARGET, COMMITTED));
	cache_destroy(&cache);
}

static void test_a_restored_ledger_ends_all(void **state)
{
	assert_true(keep(*state, &TOWN, TARGET, COMMITTED));
	cache_hear_of(*state, 30);
	cache_restart(*state, 8, clock_value.loop_ms);
	assert_int_equal(cache_position(*state), 8);
	assert_null(find(*state, TARGET));
	/* A view that was not rebuilt is ahead of the ledger: nothing of it is kept. */
	assert_false(keep(*state, &FIGURES, TARGET, folded(10)));
	assert_true(keep(*state, &FIGURES, TARGET, folded(8)));
}

/* Yesterday's "today" is not today's: neither what was kept, nor what was asked before midnight,
 * nor what a service said whose clock may be a little behind ours. */
static void test_a_day_ends_in_berlin(void **state)
{
	int64_t midnight = civil_end_of_day(civil_berlin(NOON));

	clock_value.wall_us = midnight - CACHE_MIDNIGHT_S * SECOND - 1;
	assert_true(keep(*state, &FIGURES, TARGET, folded(10)));
	struct cache_moment asked = cache_moment(*state, &FIGURES, clock_value);
	clock_value.wall_us = midnight - 1;
	assert_non_null(find(*state, TARGET));
	assert_false(keep(*state, &FIGURES, "/late", folded(10)));
	clock_value.wall_us = midnight;
	assert_null(find(*state, TARGET));
	assert_false(keep(*state, &FIGURES, "/early", folded(10)));
	clock_value.wall_us = midnight + CACHE_MIDNIGHT_S * SECOND;
	assert_false(keep_at(*state, &FIGURES, TARGET, asked, folded(10)));
	assert_true(keep(*state, &FIGURES, TARGET, folded(10)));
	clock_value.wall_us = NOON; /* the clock was set back */
	assert_null(find(*state, TARGET));
}

/* Summer time begins on 29 March 2026: that day has 23 hours. */
static void test_a_short_day_is_a_day(void **state)
{
	int64_t begin = civil_end_of_day((struct civil_date){ 2026, 3, 28 });

	clock_value.wall_us = begin + CACHE_MIDNIGHT_S * SECOND;
	assert_true(keep(*state, &FIGURES, TARGET, folded(10)));
	clock_value.wall_us = begin + (23 * 3600 - 1) * SECOND;
	assert_non_null(find(*state, TARGET));
	clock_value.wall_us = begin + 23 * 3600 * SECOND;
	assert_null(find(*state, TARGET));
}

static void test_memory_is_bounded_and_the_unused_gives_way(void **state)
{
	char target[64];

	for (int i = 0; i < 2000; i++) {
		snprintf(target, sizeof(target), "/api/v1/participants/%d", i);
		assert_true(keep(*state, &TOWN, target, COMMITTED));
		assert_true(cache_bytes(*state) <= BYTES);
		assert_non_null(find(*state, "/api/v1/participants/0")); /* is used all the time */
	}
	assert_true(cache_entries(*state) > 10 && cache_entries(*state) < 2000);
	assert_null(find(*state, "/api/v1/participants/1"));
	assert_non_null(find(*state, target));
}

static void test_the_same_again_takes_the_place(void **state)
{
	assert_true(keep(*state, &TOWN, TARGET, COMMITTED));
	size_t bytes = cache_bytes(*state);
	assert_true(keep(*state, &TOWN, TARGET, COMMITTED));
	assert_int_equal(cache_entries(*state), 1);
	assert_int_equal(cache_bytes(*state), bytes);
}

static void test_what_is_too_large_is_not_kept(void **state)
{
	static char body[CACHE_ANSWER_MAX + 1];
	const struct cache_key key = key_of(TARGET);
	struct cache_answer answer = { &TOWN, "application/json", "\"3\"", body, BYTES, 10, "" };

	assert_false(cache_keep(*state, &key, cache_moment(*state, &TOWN, clock_value), COMMITTED,
		&answer, clock_value));
	assert_int_equal(cache_entries(*state), 0);
	struct cache *large = cache_new(4 * CACHE_ANSWER_MAX), *none = cache_new(0);
	cache_hear(large, 10, clock_value.loop_ms);
	cache_hear(none, 10, clock_value.loop_ms);
	answer.body_len = sizeof(body);
	assert_false(cache_keep(large, &key, cache_moment(large, &TOWN, clock_value), COMMITTED,
		&answer, clock_value));
	answer.body_len--;
	assert_true(cache_keep(large, &key, cache_moment(large, &TOWN, clock_value), COMMITTED,
		&answer, clock_value));
	assert_false(keep(none, &TOWN, TARGET, COMMITTED));
	cache_destroy(&large);
	cache_destroy(&none);
}

/* ---- rights */

static void rights_of(const Asskomm__Role *roles, size_t n_roles, const char *const *scopes,
	size_t n_scopes, uint8_t out_rights[CACHE_RIGHTS_SIZE])
{
	Asskomm__Principal principal = ASSKOMM__PRINCIPAL__INIT;
	struct arena *arena = arena_new(64u * 1024);

	principal.kind = ASSKOMM__PRINCIPAL__KIND__USER;
	principal.roles = (Asskomm__Role *)(uintptr_t)roles;
	principal.n_roles = n_roles;
	principal.scopes = (char **)(uintptr_t)scopes;
	principal.n_scopes = n_scopes;
	cache_rights(arena, &principal, out_rights);
	arena_destroy(&arena);
}

static void test_rights_are_a_set(void **state)
{
	static const Asskomm__Role some[] = { ASSKOMM__ROLE__ROLE_ADVISER,
		ASSKOMM__ROLE__ROLE_AUDITOR };
	static const Asskomm__Role same[] = { ASSKOMM__ROLE__ROLE_AUDITOR,
		ASSKOMM__ROLE__ROLE_ADVISER, ASSKOMM__ROLE__ROLE_AUDITOR };
	static const char *const scopes[] = { "14628", "14627" };
	static const char *const again[] = { "14627", "14628", "14627" };
	static const char *const joined[] = { "1462714628" };
	uint8_t one[CACHE_RIGHTS_SIZE], two[CACHE_RIGHTS_SIZE];

	(void)state;
	rights_of(some, 2, scopes, 2, one);
	rights_of(same, 3, again, 3, two);
	assert_memory_equal(one, two, sizeof(one));
	rights_of(some, 1, scopes, 2, two);
	assert_memory_not_equal(one, two, sizeof(one));
	rights_of(some, 2, scopes, 1, two);
	assert_memory_not_equal(one, two, sizeof(one));
	rights_of(some, 2, joined, 1, two);
	assert_memory_not_equal(one, two, sizeof(one));
	rights_of(some, 2, NULL, 0, two);
	assert_memory_not_equal(one, two, sizeof(one));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_an_answer_is_given_as_it_was_kept),
		CASE(test_a_fact_ends_all),
		CASE(test_a_fact_since_the_question_keeps_the_answer_out),
		CASE(test_who_folds_is_asked_until_he_has_folded_all),
		CASE(test_an_answer_that_is_ahead_of_us_holds_all_back),
		CASE(test_a_command_ends_what_its_service_said),
		CASE(test_of_two_commands_the_last_counts),
		CASE(test_what_knows_nothing_is_not_kept),
		CASE(test_silence_proves_nothing),
		CASE(test_before_the_ledger_was_heard_nothing_is_kept),
		CASE(test_a_restored_ledger_ends_all),
		CASE(test_a_day_ends_in_berlin),
		CASE(test_a_short_day_is_a_day),
		CASE(test_memory_is_bounded_and_the_unused_gives_way),
		CASE(test_the_same_again_takes_the_place),
		CASE(test_what_is_too_large_is_not_kept),
		CASE(test_rights_are_a_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
