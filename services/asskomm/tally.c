/* Open addressing with linear probing, at most half full; FNV-1a. Old tables stay in the arena: as
 * they double, they add up to no more than the present one. */
#include "tally.h"
#include "core/text.h"
#include <string.h>

#define FIRST_CAPACITY 256u

/* FNV-1a: short, and even enough for keys and ids. Names that collide cost time, never a wrong
 * number, since they are compared. */
static size_t hash(const char *name)
{
	uint64_t value = 14695981039346656037u;
	for (const char *at = name; *at != '\0'; at++) {
		value = (value ^ (unsigned char)*at) * 1099511628211u;
	}
	return (size_t)value;
}

/* Large enough for a small suite without growing. */
void tally_init(struct tally *tally, struct arena *arena)
{
	*tally = (struct tally){ .arena = arena, .capacity = FIRST_CAPACITY };
	tally->slots = NEW_ARRAY(arena, struct tally_slot, FIRST_CAPACITY);
}

/* The slot of the name, or the free one where it belongs. */
static struct tally_slot *find(const struct tally *tally, const char *name)
{
	size_t place = hash(name) & (tally->capacity - 1);
	while (tally->slots[place].name != NULL && strcmp(tally->slots[place].name, name) != 0) {
		place = (place + 1) & (tally->capacity - 1);
	}
	return &tally->slots[place];
}

/* Slots move, names do not: they stay where they were copied to. */
static void grow(struct tally *tally)
{
	struct tally bigger = *tally;
	bigger.capacity *= 2;
	bigger.slots = NEW_ARRAY(tally->arena, struct tally_slot, bigger.capacity);
	for (size_t i = 0; i < tally->capacity; i++) {
		if (tally->slots[i].name != NULL) {
			*find(&bigger, tally->slots[i].name) = tally->slots[i];
		}
	}
	*tally = bigger;
}

/* Half full at most, so that a search ends soon and there is always a free slot to end at. */
int64_t *tally_at(struct tally *tally, const char *name)
{
	struct tally_slot *slot = find(tally, name);
	if (slot->name != NULL) {
		return &slot->value;
	}
	if (2 * (tally->count + 1) > tally->capacity) {
		grow(tally);
		slot = find(tally, name);
	}
	slot->name = text_copy(tally->arena, name);
	tally->count++;
	return &slot->value;
}

/* The free slot that a new name would get holds 0. */
int64_t tally_get(const struct tally *tally, const char *name)
{
	return find(tally, name)->value;
}
