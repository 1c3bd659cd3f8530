/* Hostile bytes: what protobuf-c would take, cut or merge is refused before it sees it, and no
 * bytes at all can crash or read beyond their end (the sanitizers watch copies of exact length). */
#include "helpers.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

/* From a copy on the heap: reading one byte too far is seen. */
static ProtobufCMessage *unpacked(
	struct arena *into, const ProtobufCMessageDescriptor *type, const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	ProtobufCMessage *message = reflect_unpack(into, type, copy, len);
	free(copy);
	return message;
}

struct bytes {
	const char *bytes;
	size_t len;
};
#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof literal - 1                                                        \
	}

/* Principal: 1 kind (enum), 2 subject, 3 roles (repeated enum), 4 scopes. */
static void test_principal_refused(void **state)
{
	(void)state;
	static const struct bytes bad[] = {
		BYTES("\x12\x05"
		      "ab\0cd"),     /* NUL in a string */
		BYTES("\x12\x01\0"), /* nothing but NUL */
		BYTES("\x22\x03"
		      "a\0b"),                 /* NUL in an item */
		BYTES("\x12\x02\xc3\x28"),     /* not UTF-8 */
		BYTES("\x12\x03\xed\xa0\x80"), /* a surrogate */
		BYTES("\x12\x01\xc3"),         /* a character that is cut */
		BYTES("\x08\x03"),             /* enum value that is not defined */
		BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* -1 */
		BYTES("\x08\x81\x80\x80\x80\x10"), /* 2^32 + 1: only 1 in 32 bits */
		BYTES("\x18\x63"),                 /* the same in a list */
		BYTES("\x1a\x02\x01\x63"),         /* packed */
		BYTES("\x1a\x02\x01\x80"),         /* packed, cut */
		BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), /* 11 bytes */
		BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),     /* beyond 64 bits */
		BYTES("\x08"),                                             /* cut after the tag */
		BYTES("\x80"),                                             /* cut in the tag */
		BYTES("\x12\x05"
		      "ab"),                                           /* cut in the string */
		BYTES("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* length 2^64 - 1 */
		BYTES("\x12\xff\xff\xff\xff\x0f"),                     /* length 2^32 - 1 */
		BYTES("\x0a\x01\x01"),                 /* kind with another wire type */
		BYTES("\x10\x01"),                     /* subject as a number */
		BYTES("\x0d\x01\0\0\0"),               /* kind as 32 bits */
		BYTES("\x00\x01"),                     /* field number 0 */
		BYTES("\x03\x01"),                     /* group */
		BYTES("\x04"),                         /* end of a group */
		BYTES("\x0e\x01"),                     /* wire type 6 */
		BYTES("\x0f\x01"),                     /* wire type 7 */
		BYTES("\x80\x80\x80\x80\x80\x01\x01"), /* field number beyond 29 bits */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (unpacked(arena, &asskomm__principal__descriptor, bad[i].bytes, bad[i].len) !=
			NULL)
			fail_msg("number %zu was taken", i);
	}
}

static void test_principal_taken(void **state)
{
	(void)state;
	static const char good[] = "\x08\x01" /* kind USER */
				   "\x12\x01"
				   "x"
				   "\x12\x03"
				   "\xe2\x82\xac"             /* the last one counts */
				   "\x18\x02\x1a\x02\x03\x07" /* roles, single and packed */
				   "\x78\x01\x7a\x02\xff\x00\x79"
				   "12345678"
				   "\x7d"
				   "1234" /* unknown */;
	ProtobufCMessage *message =
		unpacked(arena, &asskomm__principal__descriptor, good, sizeof good - 1);
	Asskomm__Principal *principal = AS(Asskomm__Principal, asskomm__principal, message);
	assert_int_equal(principal->kind, ASSKOMM__PRINCIPAL__KIND__USER);
	assert_string_equal(principal->subject, "€");
	assert_int_equal(principal->n_roles, 3);
	assert_int_equal(principal->roles[2], ASSKOMM__ROLE__ROLE_OPERATOR);
	/* What is not known is not passed on. */
	size_t len;
	reflect_pack(arena, message, &len);
	assert_int_equal(len, 2 + 5 + 5);
}

/* Header: 8 principal. protobuf-c merges two copies wrongly, so there may be one only. */
static void test_two_copies_of_a_message_are_refused(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &asskomm__header__descriptor;
	assert_non_null(unpacked(arena, type, "\x42\x02\x08\x01", 4));
	assert_null(unpacked(arena, type, "\x42\x02\x08\x01\x42\x02\x12\x00", 8));
	/* In a list they are items. */
	assert_non_null(unpacked(
		arena, &registry__parties__descriptor, "\x0a\x02\x0a\x00\x0a\x02\x0a\x00", 8));
}

static void test_faults_inside_are_found(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &asskomm__header__descriptor;
	assert_null(unpacked(arena, type, "\x42\x03\x12\x01\xff", 5));
	assert_null(unpacked(arena, type, "\x42\x03\x12\x01\x00", 5));
	assert_null(unpacked(arena, type, "\x42\x02\x08\x09", 4));
	/* header > failure > violations > candidates > name */
	assert_null(unpacked(arena, type, "\x52\x07\x1a\x05\x22\x03\x12\x01\xff", 9));
	assert_non_null(unpacked(arena, type,
		"\x52\x07\x1a\x05\x22\x03\x12\x01"
		"a",
		9));
	/* A varint of ten bytes whose last one has more than a bit. */
	assert_non_null(unpacked(arena, type, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11));
	assert_null(unpacked(arena, type, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11));
	/* A message that ends beyond the one around it. */
	assert_null(unpacked(arena, type,
		"\x42\x02\x12\x05"
		"abcde",
		9));
}

/* Fields that nobody knows, nested as deep as they like, are stepped over. */
static void test_depth_bomb_is_stepped_over(void **state)
{
	(void)state;
	enum { SIZE = 100000 };
	uint8_t *bomb = malloc(SIZE);
	assert_non_null(bomb);
	size_t at = SIZE;
	uint32_t len = 0;
	while (at > 8) {
		uint8_t head[6] = { 0x7a, 0x80 | (len & 0x7f), 0x80 | (len >> 7 & 0x7f),
			(uint8_t)(len >> 14) };
		at -= 4;
		memcpy(bomb + at, head, 4);
		len += 4;
	}
	assert_non_null(unpacked(arena, &asskomm__header__descriptor, bomb + at, SIZE - at));
	free(bomb);
}

/* 1 MiB of tiny items or unknown fields would take 40 times as much: the arena says no. */
static void test_bloat_stops_at_the_ceiling(void **state)
{
	(void)state;
	enum { SIZE = 1 << 20 };
	static const char *const pieces[] = { "\x0a\x00", "\x7a\x00", "\x78\x01" };
	uint8_t *bloat = malloc(SIZE);
	assert_non_null(bloat);
	for (size_t i = 0; i < 3; i++) {
		for (size_t at = 0; at < SIZE; at += 2)
			memcpy(bloat + at, pieces[i], 2);
		struct arena *small = arena_new(4u << 20);
		assert_null(unpacked(small, &registry__parties__descriptor, bloat, SIZE));
		assert_true(arena_used(small) <= 4u << 20);
		arena_destroy(&small);
	}
	free(bloat);
}

static void use(struct arena *own, const ProtobufCMessage *message)
{
	size_t len;
	uint8_t *bytes = reflect_pack(own, message, &len);
	ProtobufCMessage *again = reflect_unpack(own, message->descriptor, bytes, len);
	assert_non_null(again);
	assert_true(are_equal(message, again));
	reflect_to_json_text(own, message);
}

/* What is taken can be packed, printed and taken again. */
static void test_truncated_at_each_length(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 7 };
	for (size_t i = 0; i < count; i++) {
		struct arena *made = arena_new(4u << 20);
		size_t len;
		uint8_t *bytes = reflect_pack(made, random_message(made, &chance, types[i]), &len);
		for (size_t cut = 0; cut < len && cut < 1500; cut++) {
			struct arena *own = arena_new(4u << 20);
			ProtobufCMessage *message = unpacked(own, types[i], bytes, cut);
			if (message != NULL)
				use(own, message);
			arena_destroy(&own);
		}
		arena_destroy(&made);
	}
}

static void test_changed_at_random(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 99 };
	size_t taken = 0, refused = 0;
	for (size_t i = 0; i < 8000; i++) {
		struct arena *own = arena_new(4u << 20);
		size_t len;
		ProtobufCMessage *message = random_message(own, &chance, types[i % count]);
		uint8_t *bytes = reflect_pack(own, message, &len);
		for (size_t n = chance_below(&chance, 4); n > 0 && len > 0; n--)
			bytes[chance_below(&chance, len)] = (uint8_t)chance_next(&chance);
		message = unpacked(own, types[i % count], bytes, len);
		taken += message != NULL;
		refused += message == NULL;
		if (message != NULL)
			use(own, message);
		arena_destroy(&own);
	}
	assert_true(taken > 1000 && refused > 1000);
}

static void test_noise(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 1234567 };
	uint8_t noise[64];
	for (size_t i = 0; i < 50000; i++) {
		size_t len = chance_below(&chance, sizeof noise);
		for (size_t j = 0; j < len; j++)
			noise[j] = (uint8_t)(chance_next(&chance) >> chance_below(&chance, 8));
		struct arena *own = arena_new(1u << 20);
		ProtobufCMessage *message = unpacked(own, types[i % count], noise, len);
		if (message != NULL)
			use(own, message);
		arena_destroy(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_principal_refused),
		cmocka_unit_test(test_principal_taken),
		cmocka_unit_test(test_two_copies_of_a_message_are_refused),
		cmocka_unit_test(test_faults_inside_are_found),
		cmocka_unit_test(test_depth_bomb_is_stepped_over),
		cmocka_unit_test(test_bloat_stops_at_the_ceiling),
		cmocka_unit_test(test_truncated_at_each_length),
		cmocka_unit_test(test_changed_at_random),
		cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
