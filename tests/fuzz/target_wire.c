/* What comes in a frame of the bus, envelope or body: the first line is the full name of a
 * message's type, the rest its bytes. */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"
#include "core/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	const ProtobufCMessageDescriptor *type = tables_descriptor(fuzz_line(arena, &input));
	if (type != NULL) {
		ProtobufCMessage *message = reflect_unpack(arena, type, input.at, input.len);
		if (message != NULL)
			fuzz_check_message(arena, message);
	}
	arena_destroy(&arena);
	return 0;
}
