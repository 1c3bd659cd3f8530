/* JSON text to message: the first line names a message's type (fuzz_type), the rest is the text. */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	Asskomm__Failure *failure = NULL;
	const ProtobufCMessageDescriptor *type = fuzz_type(arena, &input);
	if (type != NULL) {
		ProtobufCMessage *message = reflect_from_json_text(
			arena, type, (const char *)input.at, input.len, &failure);
		CHECK((message == NULL) == (failure != NULL));
		if (message != NULL)
			fuzz_check_message(arena, message);
		else /* it is told to the caller, with what he sent in it */
			fuzz_check_message(arena, &failure->base);
	}
	arena_destroy(&arena);
	return 0;
}
