/* What the fuzz targets share. Each target_x.c is a program of one function, which libFuzzer calls
 * with millions of inputs (tests/fuzz/run), or replay.c with those that are kept in corpus/x. It
 * must come back for each of them; a CHECK, a sanitizer or a hang is a finding. */
#ifndef ASSKOMM_TESTS_FUZZ_H
#define ASSKOMM_TESTS_FUZZ_H

#include "core/arena.h"
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

/* The target. The name is libFuzzer's; it gives 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What is left of an input. */
struct fuzz_input {
	const uint8_t *at;
	size_t len;
};

/* The next line as a string without its line end, which is taken off the input; bytes behind a NUL
 * are lost. "" when there is none. */
char *fuzz_line(struct arena *arena, struct fuzz_input *input);

/* All that is left, as a string. */
char *fuzz_rest(struct arena *arena, struct fuzz_input *input);

/* The type of a message by the next line: its full name, or a number, of which each stands for the
 * request or the answer of a method. NULL: there is no such type. */
const ProtobufCMessageDescriptor *fuzz_type(struct arena *arena, struct fuzz_input *input);

/* A message that got in by one way must come out of every other: JSON to bytes and back, bytes to
 * JSON and back. Also asks for its validation. */
void fuzz_check_message(struct arena *arena, const ProtobufCMessage *message);

/* Opens an arena of the size that a request has. */
struct arena *fuzz_arena(void);

#endif
