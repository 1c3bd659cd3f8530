/* What comes in a frame of the bus, envelope or body: the first line names a
 * message's type (fuzz_type), the rest is its bytes. */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	const ProtobufCMessageDescriptor *type = fuzz_type(arena, &input);
	if (type != NULL) {
		ProtobufCMessage *message = reflect_unpack(arena, type, input.at, input.len);
		if (message != NULL)
			fuzz_check_message(arena, message);
	}
	arena_destroy(&arena);
	return 0;
}
