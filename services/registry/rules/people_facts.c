/* Periods of organisations, advisers and contacts. */
#include "people_facts.h"

#include "core/reflect.h"
#include <string.h>

/* As packed bytes: no field can be forgotten. */
bool people_same(struct arena *arena, const ProtobufCMessage *one, const ProtobufCMessage *other)
{
	size_t len, other_len;
	const uint8_t *bytes = reflect_pack(arena, one, &len);
	const uint8_t *other_bytes = reflect_pack(arena, other, &other_len);

	return len == other_len && memcmp(bytes, other_bytes, len) == 0;
}

/* ISO dates sort like their days. One day is a period. */
enum verdict people_require_period(
	struct ruling *ruling, const char *field, const char *from, const char *until)
{
	if (from[0] == '\0' || until[0] == '\0' || strcmp(from, until) <= 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, field, "order",
		"the last day, %s, lies before the first, %s", until, from);
}

/* What begins later is known today: a fact does not lie in the future. */
const char *people_valid_on(const struct ruling *ruling, const char *from)
{
	return from[0] == '\0' || strcmp(from, ruling->today) > 0 ? ruling->today : from;
}
