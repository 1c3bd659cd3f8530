/* Tables of allowed moves. */
#include "moves.h"

#include "core/catalogue.h"
#include "core/text.h"
#include <string.h>

const struct move *move_find(
	const struct move *moves, size_t count, int from, const ProtobufCMessageDescriptor *fact)
{
	for (size_t i = 0; i < count; i++)
		if (moves[i].from == from && moves[i].fact == fact)
			return &moves[i];
	return NULL;
}

/* Entries have the short name alone. */
const struct move *move_of_kind(const struct move *moves, size_t count, const char *kind)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fact_kind(moves[i].fact), kind) == 0)
			return &moves[i];
	return NULL;
}

const char *moves_allowed(struct ruling *ruling, const struct move *moves, size_t count, int from)
{
	struct text allowed;

	text_init(&allowed, ruling->arena, 200);
	for (size_t i = 0; i < count; i++)
		if (moves[i].from == from)
			text_append_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "",
				say_text(ruling->arena, moves[i].name));
	return allowed.len > 0 ? allowed.bytes : "";
}
