/* Helpers of the fuzz targets. */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"
#include "core/tables.h"
#include "core/text.h"
#include "core/validate.h"
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (16u * 1024 * 1024)

char *fuzz_line(struct arena *arena, struct fuzz_input *input)
{
	if (input->len == 0)
		return text_copy(arena, "");
	const uint8_t *end = memchr(input->at, '\n', input->len);
	size_t len = end == NULL ? input->len : (size_t)(end - input->at);
	size_t taken = end == NULL ? len : len + 1;
	char *line = text_copy_len(arena, (const char *)input->at, len);
	input->at += taken;
	input->len -= taken;
	return line;
}

char *fuzz_rest(struct arena *arena, struct fuzz_input *input)
{
	char *rest = arena_alloc(arena, input->len + 1);
	if (input->len > 0)
		memcpy(rest, input->at, input->len);
	return rest;
}

const ProtobufCMessageDescriptor *fuzz_type(struct arena *arena, struct fuzz_input *input)
{
	const char *line = fuzz_line(arena, input);
	if (*line < '0' || *line > '9' || TABLES_METHOD_COUNT == 0)
		return tables_descriptor(line);
	size_t number = strtoul(line, NULL, 10);
	const struct method_info *method = &TABLES_METHODS[number / 2 % TABLES_METHOD_COUNT];
	return number % 2 == 0 ? method->input : method->output;
}

void fuzz_check_message(struct arena *arena, const ProtobufCMessage *message)
{
	Asskomm__Failure *failure = NULL;
	size_t len = 0, again_len = 0;
	char *text = reflect_to_json_text(arena, message);
	uint8_t *bytes = reflect_pack(arena, message, &len);
	ProtobufCMessage *unpacked = reflect_unpack(arena, message->descriptor, bytes, len);
	CHECK(unpacked != NULL);
	uint8_t *again = reflect_pack(arena, unpacked, &again_len);
	CHECK(len == again_len && memcmp(bytes, again, len) == 0);
	ProtobufCMessage *parsed =
		reflect_from_json_text(arena, message->descriptor, text, strlen(text), &failure);
	CHECK(parsed != NULL);
	CHECK(strcmp(text, reflect_to_json_text(arena, parsed)) == 0);
	failure = validate(arena, message);
	if (failure != NULL)
		(void)reflect_to_json_text(arena, &failure->base);
}

struct arena *fuzz_arena(void)
{
	return arena_new(ARENA_BYTES);
}
