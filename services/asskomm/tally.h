/* Numbers by name: a small hash table that only grows. */
#ifndef ASSKOMM_TALLY_H
#define ASSKOMM_TALLY_H

#include "core/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One place in the table. */
struct tally_slot {
	const char *name; /* NULL: free */
	int64_t value;
};

struct tally {
	struct arena *arena;
	size_t count;    /* names in use */
	size_t capacity; /* a power of two */
	struct tally_slot *slots;
};

/* Empty; what it needs comes from the arena. */
void tally_init(struct tally *tally, struct arena *arena);

/* The number of that name, 0 when it is new; the name is copied. The pointer is valid until the
 * next call. */
int64_t *tally_at(struct tally *tally, const char *name);

/* The number of that name without adding it, 0 when there is none. */
int64_t tally_get(const struct tally *tally, const char *name);

#endif
