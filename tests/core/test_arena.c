/* Arenas: ceilings, alignment, zeroes, and arrays that grow without being shared. */
#include "helpers.h"
#include <string.h>

static void test_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1u << 20);
	for (size_t size = 0; size < 3000; size += 7) {
		uint8_t *bytes = arena_alloc(arena, size);
		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, size);
	}
	arena_destroy(&arena);
	assert_null(arena);
	arena_destroy(&arena);
}

static void test_no_two_things_share_an_address(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1024);
	void *first = arena_try(arena, 0);
	void *second = arena_try(arena, 0);
	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first, second);
	arena_destroy(&arena);
}

static void test_ceiling_holds_for_outside_input(void **state)
{
	(void)state;
	struct arena *arena = arena_new(10000);
	assert_null(arena_try(arena, 10001));
	assert_null(arena_try(arena, SIZE_MAX));
	assert_null(arena_try(arena, SIZE_MAX - 8));
	assert_int_equal(arena_used(arena), 0);
	assert_non_null(arena_try(arena, 9000));
	assert_null(arena_try(arena, 1100));
	assert_non_null(arena_try(arena, 900));
	assert_true(arena_used(arena) <= 10000);
	/* The reserve is there for our own answer. */
	assert_non_null(arena_alloc(arena, 9000));
	assert_null(arena_try(arena, 1));
	arena_destroy(&arena);
}

static void exhaust_reserve(void)
{
	struct arena *arena = arena_new(1000);
	arena_alloc(arena, 1500);
	arena_alloc(arena, 600);
}

static void test_reserve_exhausted_stops(void **state)
{
	(void)state;
	assert_stops(exhaust_reserve);
}

static void test_big_and_small_blocks_live_side_by_side(void **state)
{
	(void)state;
	struct arena *arena = arena_new(64u << 20);
	char *small[200], *big[200];
	for (size_t i = 0; i < 200; i++) {
		small[i] = arena_alloc(arena, 40);
		big[i] = arena_alloc(arena, 1000 * (i + 1));
		memset(small[i], (int)i, 40);
		memset(big[i], (int)i + 1, 1000 * (i + 1));
	}
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal((uint8_t)small[i][39], (uint8_t)i);
		assert_int_equal((uint8_t)big[i][1000 * (i + 1) - 1], (uint8_t)(i + 1));
	}
	arena_destroy(&arena);
}

static void test_grow_keeps_items_and_is_linear(void **state)
{
	(void)state;
	struct arena *arena = arena_new(4u << 20);
	int *items = NULL;
	for (int i = 0; i < 100000; i++) {
		items = arena_grow(arena, items, (size_t)i, sizeof *items);
		items[i] = i;
	}
	for (int i = 0; i < 100000; i++)
		assert_int_equal(items[i], i);
	assert_true(arena_used(arena) < 100000 * sizeof(int) * 5);
	arena_destroy(&arena);
}

/* Two owners of one array, as after a shallow copy of a message: each gets its own last item. */
static void test_grow_never_shares_room(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1u << 20);
	int *shared = NULL;
	for (size_t i = 0; i < 5; i++) {
		shared = arena_grow(arena, shared, i, sizeof *shared);
		shared[i] = (int)i;
	}
	int *left = arena_grow(arena, shared, 5, sizeof *shared);
	left[5] = 111;
	int *right = arena_grow(arena, shared, 5, sizeof *shared);
	right[5] = 222;
	assert_int_equal(left[5], 111);
	assert_int_equal(right[5], 222);
	assert_int_equal(right[4], 4);
	arena_destroy(&arena);
}

/* An array that the arena has not grown has no room, whatever its length. */
static void test_grow_copies_foreign_arrays(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1u << 20);
	int foreign[4] = { 1, 2, 3, 4 };
	int *grown = arena_grow(arena, foreign, 4, sizeof(int));
	assert_ptr_not_equal(grown, foreign);
	grown[4] = 5;
	assert_int_equal(grown[0], 1);
	assert_int_equal(grown[3], 4);
	arena_destroy(&arena);
}

static void test_allocator_takes_from_the_ceiling(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1000);
	ProtobufCAllocator *allocator = arena_allocator(arena);
	void *bytes = allocator->alloc(allocator->allocator_data, 500);
	assert_non_null(bytes);
	allocator->free(allocator->allocator_data, bytes);
	assert_null(allocator->alloc(allocator->allocator_data, 501));
	arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_no_two_things_share_an_address),
		cmocka_unit_test(test_ceiling_holds_for_outside_input),
		cmocka_unit_test(test_reserve_exhausted_stops),
		cmocka_unit_test(test_big_and_small_blocks_live_side_by_side),
		cmocka_unit_test(test_grow_keeps_items_and_is_linear),
		cmocka_unit_test(test_grow_never_shares_room),
		cmocka_unit_test(test_grow_copies_foreign_arrays),
		cmocka_unit_test(test_allocator_takes_from_the_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
