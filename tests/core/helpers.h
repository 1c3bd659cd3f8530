/* What the tests of core share: cmocka with what it needs before it, messages made up at random
 * (but the same in each run), and proof that something stops the process. */
#ifndef ASSKOMM_TESTS_CORE_HELPERS_H
#define ASSKOMM_TESTS_CORE_HELPERS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/arena.h"
#include "core/failure.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* Numbers that look random, from a seed. */
struct chance {
	uint64_t state;
};
uint64_t chance_next(struct chance *chance);
/* Below `limit`, which is not 0. */
size_t chance_below(struct chance *chance, size_t limit);

/* Every message type that travels: inputs and outputs of all methods, what they contain, the
 * envelope and the facts. */
size_t all_types(const ProtobufCMessageDescriptor *const **out_types);

/* A message with values of every kind: borders of numbers, letters of several alphabets, quotes,
 * control characters, empty and long lists, messages and oneofs set or not. */
ProtobufCMessage *random_message(
	struct arena *arena, struct chance *chance, const ProtobufCMessageDescriptor *descriptor);

/* Whether two messages are equal, by their packed form. */
bool are_equal(const ProtobufCMessage *left, const ProtobufCMessage *right);

/* Fails unless `run` stops its process by CHECK. */
void assert_stops(void (*run)(void));

/* Fails unless the failure has a violation of this field and rule. */
void assert_violation(const Asskomm__Failure *failure, const char *field, const char *rule);

#endif
