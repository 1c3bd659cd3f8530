/* Rates: a burst, then the even rate, then rest; and a table that forgets the silent. */
#include "helpers.h"
#include "core/rate.h"
#include <string.h>

#define MS 1000000ull
#define START (7777 * 1000 * MS)

static const struct rate TEN = { 10, 3 }; /* each 100 ms, three at once */

static void test_burst_then_rate(void **state)
{
	(void)state;
	uint64_t key = 0, now = START;
	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(&TEN, &key, now, 1), 0);
	assert_int_equal(rate_take(&TEN, &key, now, 1), 100 * MS);
	/* What was not granted costs nothing. */
	assert_int_equal(rate_take(&TEN, &key, now + 40 * MS, 1), 60 * MS);
	assert_int_equal(rate_take(&TEN, &key, now + 100 * MS, 1), 0);
	assert_int_equal(rate_take(&TEN, &key, now + 199 * MS, 1), 1 * MS);
	assert_int_equal(rate_take(&TEN, &key, now + 200 * MS, 1), 0);
	/* A long rest earns the burst and no more. */
	now += 3600 * 1000 * MS;
	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(&TEN, &key, now, 1), 0);
	assert_int_equal(rate_take(&TEN, &key, now, 1), 100 * MS);
}

static void test_cost_and_charge(void **state)
{
	(void)state;
	uint64_t key = 0;
	assert_int_equal(rate_take(&TEN, &key, START, 3), 0);
	assert_int_equal(rate_take(&TEN, &key, START, 2), 200 * MS);
	/* Charged again and again: no more than the burst is owed beyond it. */
	for (int i = 0; i < 50; i++)
		rate_charge(&TEN, &key, START, 10);
	assert_int_equal(rate_take(&TEN, &key, START, 1), 400 * MS);
	assert_int_equal(rate_take(&TEN, &key, START + 400 * MS, 1), 0);
}

/* Over any long time the rate holds, however the requests come. */
static void test_rate_holds_for_ever(void **state)
{
	(void)state;
	static const struct rate rates[] = { { 1, 1 }, { 50, 200 }, { 333, 7 },
		{ 1000000, 1000000 } };
	struct chance chance = { 4711 };
	for (size_t i = 0; i < 4; i++) {
		uint64_t key = 0, now = START, granted = 0;
		for (int n = 0; n < 100000; n++) {
			now += chance_below(&chance, 3 * 1000 * MS / rates[i].per_s);
			granted += rate_take(&rates[i], &key, now, 1) == 0;
		}
		/* An interval is rounded down to whole nanoseconds. */
		uint64_t most = rates[i].burst + (now - START) / (1000 * MS / rates[i].per_s) + 1;
		assert_true(granted <= most);
		assert_true(granted >= 50000);
	}
}

static struct rate_key key_of(uint64_t number)
{
	struct rate_key key = { { 0 } };
	memcpy(key.bytes + 5, &number, sizeof number);
	return key;
}

static struct rate_table *table_of(size_t capacity)
{
	static const uint64_t secret[2] = { 11, 22 };
	return rate_table_new(&TEN, capacity, secret);
}

static void test_keys_are_apart(void **state)
{
	(void)state;
	struct rate_table *table = table_of(256);
	for (int round = 0; round < 3; round++)
		for (uint64_t i = 0; i < 256; i++) {
			struct rate_key key = key_of(i);
			assert_int_equal(rate_table_take(table, &key, START, 1), 0);
		}
	for (uint64_t i = 0; i < 256; i++) {
		struct rate_key key = key_of(i);
		assert_int_equal(rate_table_take(table, &key, START, 1), 100 * MS);
	}
	assert_int_equal(rate_table_count(table), 256);
	rate_table_destroy(&table);
	assert_null(table);
	rate_table_destroy(&table);
}

static void test_the_silent_are_forgotten(void **state)
{
	(void)state;
	struct rate_table *table = table_of(4);
	struct rate_key busy = key_of(1);
	rate_table_charge(table, &busy, START, 3);
	for (uint64_t i = 100; i < 1100; i++) {
		struct rate_key key = key_of(i);
		assert_int_equal(rate_table_take(table, &key, START, 3), 0);
		/* Asked for all the time, so it stays, among a thousand that pass. */
		assert_int_equal(rate_table_take(table, &busy, START, 1), 100 * MS);
		assert_true(rate_table_count(table) <= 4);
	}
	struct rate_key late = key_of(1099), early = key_of(100);
	assert_int_equal(rate_table_take(table, &late, START, 1), 100 * MS);
	assert_int_equal(rate_table_take(table, &early, START, 1), 0);
	rate_table_destroy(&table);
}

/* Against a plain model, with keys that come and go. */
static void test_table_against_a_model(void **state)
{
	(void)state;
	enum { KEYS = 64, STEPS = 20000 };
	struct rate_table *table = table_of(KEYS);
	uint64_t model[KEYS] = { 0 }, now = START;
	struct chance chance = { 20231130 };
	for (int step = 0; step < STEPS; step++) {
		size_t number = chance_below(&chance, KEYS);
		struct rate_key key = key_of(number);
		uint32_t cost = (uint32_t)chance_below(&chance, 3) + 1;
		now += chance_below(&chance, 10 * MS);
		if (chance_below(&chance, 10) == 0) {
			rate_charge(&TEN, &model[number], now, cost);
			rate_table_charge(table, &key, now, cost);
		} else {
			uint64_t wanted = rate_take(&TEN, &model[number], now, cost);
			assert_int_equal(rate_table_take(table, &key, now, cost), wanted);
		}
	}
	rate_table_destroy(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_rate),
		cmocka_unit_test(test_cost_and_charge),
		cmocka_unit_test(test_rate_holds_for_ever),
		cmocka_unit_test(test_keys_are_apart),
		cmocka_unit_test(test_the_silent_are_forgotten),
		cmocka_unit_test(test_table_against_a_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
