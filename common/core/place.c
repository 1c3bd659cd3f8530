/* Paths are written from the outermost place inwards; a walk is at most a few places deep. */
#include "core/place.h"
#include "core/text.h"

const char *place_path(struct arena *arena, const struct place *place)
{
	if (place == NULL)
		return "";
	const char *up = place_path(arena, place->up);
	if (place->name == NULL)
		return text_format(arena, "%s[%zu]", up, place->index);
	return text_format(arena, "%s%s%s", up, *up == 0 ? "" : ".", place->name);
}
