/* Where in a message a walk stands: a chain on the stack, from the value up to the message. It
 * becomes a path only when there is something to say about it. */
#ifndef ASSKOMM_CORE_PLACE_H
#define ASSKOMM_CORE_PLACE_H

#include "core/arena.h"
#include <stddef.h>

struct place {
	const struct place *up; /* NULL: the message itself is next */
	const char *name;       /* JSON name of a field; NULL: an item */
	size_t index;           /* of the item */
};

/* "signatories[1].role"; "" for NULL, the message itself. From the arena. */
const char *place_path(struct arena *arena, const struct place *place);

#endif
