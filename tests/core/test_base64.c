/* Base64: the vectors of RFC 4648, both alphabets, and what is none. */
#include "helpers.h"
#include "core/base64.h"
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(4u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void test_vectors(void **state)
{
	(void)state;
	static const char *const vectors[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" } };
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const char *plain = vectors[i][0];
		uint8_t *bytes = NULL;
		size_t len = 99;
		assert_string_equal(
			base64_encode(arena, (const uint8_t *)plain, strlen(plain)), vectors[i][1]);
		assert_true(base64_decode(arena, vectors[i][1], &bytes, &len));
		assert_int_equal(len, strlen(plain));
		if (len > 0)
			assert_memory_equal(bytes, plain, len);
	}
}

static void test_both_alphabets_and_no_padding(void **state)
{
	(void)state;
	static const char *const same[] = { "+/+/", "-_-_", "+_-/" };
	static const uint8_t wanted[] = { 0xfb, 0xff, 0xbf };
	uint8_t *bytes;
	size_t len;
	for (size_t i = 0; i < 3; i++) {
		assert_true(base64_decode(arena, same[i], &bytes, &len));
		assert_int_equal(len, 3);
		assert_memory_equal(bytes, wanted, 3);
	}
	assert_true(base64_decode(arena, "Zg", &bytes, &len));
	assert_int_equal(len, 1);
	assert_true(base64_decode(arena, "Zm8", &bytes, &len));
	assert_int_equal(len, 2);
}

static void test_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = { "A", "AAAAA", "Zg=", "Zg===", "=",
		"==", "====", "Z===", "Zm9v=", "Zm9v==", "Z g==", "Zg==\n", "Zh==", "Zm9=", "Zm9*",
		"Zg==Zg==", "Zm\xc3\xb6" };
	uint8_t *bytes = NULL;
	size_t len = 77;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(base64_decode(arena, bad[i], &bytes, &len));
		assert_null(bytes);
		assert_int_equal(len, 77);
	}
}

static void test_round_trip_of_every_length(void **state)
{
	(void)state;
	struct chance chance = { 42 };
	uint8_t plain[200], *bytes;
	size_t len;
	for (size_t size = 1; size <= sizeof plain; size++) {
		for (size_t i = 0; i < size; i++)
			plain[i] = (uint8_t)chance_next(&chance);
		assert_true(base64_decode(arena, base64_encode(arena, plain, size), &bytes, &len));
		assert_int_equal(len, size);
		assert_memory_equal(bytes, plain, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_both_alphabets_and_no_padding),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_round_trip_of_every_length),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
