/* Facts on their way into the live stream: the bytes of an asskomm.v1.Fact. Whatever a fact says,
 * it is one event: no line of it can end that one and begin another. */
#include "fuzz.h"

#include "asskomm/envelope.pb-c.h"
#include "core/check.h"
#include "core/reflect.h"
#include "event.h"
#include <string.h>

static void check_event(struct arena *arena, const Asskomm__Fact *fact)
{
	Asskomm__FactHeader *header = event_header(arena, fact);
	const char *text = header == NULL ? NULL : event_text(arena, fact, header);
	if (text == NULL)
		return;
	CHECK(strlen(text) <= EVENT_MAX && strchr(text, '\r') == NULL);
	const char *end = strstr(text, "\n\n");
	CHECK(end != NULL && end[2] == '\0');
	unsigned lines = 0;
	for (const char *at = text; at < end; at++)
		lines += *at == '\n';
	CHECK(lines == 2); /* id, event, data */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	ProtobufCMessage *fact = reflect_unpack(arena, &asskomm__fact__descriptor, bytes, len);
	if (fact != NULL)
		check_event(arena, AS(Asskomm__Fact, asskomm__fact, fact));
	arena_destroy(&arena);
	return 0;
}
