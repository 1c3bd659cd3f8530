/* A list of blocks that grow; handing out is moving a mark inside the first one. Nothing is given
 * back before the arena dies, so the used bytes only rise and the ceiling is easy to keep.
 *
 * Two limits: what outside input may take (arena_try, up to the ceiling) and what our own answer
 * may take on top (arena_alloc, up to twice the ceiling). */
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST 4096u
#define BLOCK_MAX (256u * 1024)
#define ALIGNMENT _Alignof(max_align_t)
#define GROWN_MAX 8u /* arrays that are remembered as having spare room */

struct block {
	struct block *next;
	size_t size;
	size_t used;
	max_align_t bytes[];
};

/* An array made by arena_grow: how many bytes of it are in use and how many there are. */
struct grown {
	void *items;
	size_t used;
	size_t capacity;
};

/* The first block follows the arena in the same memory: most calls need no other. */
struct arena {
	_Alignas(max_align_t) struct block *blocks; /* the first one is being filled */
	size_t next_size;
	size_t ceiling;
	size_t used;
	enum language language;
	ProtobufCAllocator allocator;
	struct grown grown[GROWN_MAX];
	unsigned next_grown;
};

static void *allocator_alloc(void *data, size_t size)
{
	struct arena *arena = data;
	return arena_try(arena, size);
}

/* All of it dies with the arena. */
static void allocator_free(void *data, void *pointer)
{
	(void)data;
	(void)pointer;
}

static struct block *first_block(struct arena *arena)
{
	return (struct block *)(void *)(arena + 1);
}

struct arena *arena_new(size_t ceiling_bytes)
{
	CHECK(ceiling_bytes <= SIZE_MAX / 4);
	struct arena *arena = malloc(sizeof *arena + sizeof(struct block) + BLOCK_FIRST);
	CHECK(arena != NULL);
	*arena = (struct arena){ .ceiling = ceiling_bytes, .next_size = 2 * BLOCK_FIRST };
	arena->blocks = first_block(arena);
	*arena->blocks = (struct block){ .size = BLOCK_FIRST };
	arena->allocator.alloc = allocator_alloc;
	arena->allocator.free = allocator_free;
	arena->allocator.allocator_data = arena;
	return arena;
}

void arena_destroy(struct arena **arena)
{
	if (*arena == NULL)
		return;
	struct block *next;
	for (struct block *block = (*arena)->blocks; block != NULL; block = next) {
		next = block->next;
		if (block != first_block(*arena))
			free(block);
	}
	free(*arena);
	*arena = NULL;
}

/* A block with room for `size`. A big request gets a block of its own behind the one being filled,
 * which so keeps its free rest. */
static struct block *add_block(struct arena *arena, size_t size)
{
	bool own = size > arena->next_size / 2;
	size_t block_size = own ? size : arena->next_size;
	struct block *block = malloc(sizeof *block + block_size);
	if (block == NULL)
		return NULL;
	block->size = block_size;
	block->used = 0;
	if (own) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	if (!own && arena->next_size < BLOCK_MAX)
		arena->next_size *= 2;
	return block;
}

/* `size` zeroed bytes while no more than `limit` are used in all; NULL beyond, or when the system
 * has no more. */
static void *take(struct arena *arena, size_t size, size_t limit)
{
	if (size > limit)
		return NULL;
	/* Never zero bytes: two things shall not have one address. */
	size_t rounded = (size + (size == 0) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (arena->used + rounded > limit)
		return NULL;
	struct block *block = arena->blocks;
	if (block->size - block->used < rounded)
		block = add_block(arena, rounded);
	if (block == NULL)
		return NULL;
	void *bytes = (char *)block->bytes + block->used;
	block->used += rounded;
	arena->used += rounded;
	return memset(bytes, 0, rounded);
}

void *arena_try(struct arena *arena, size_t size)
{
	return take(arena, size, arena->ceiling);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *bytes = take(arena, size, 2 * arena->ceiling);
	CHECK(bytes != NULL);
	return bytes;
}

void arena_set_language(struct arena *arena, enum language language)
{
	arena->language = language;
}

enum language arena_language(const struct arena *arena)
{
	return arena->language;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

ProtobufCAllocator *arena_allocator(struct arena *arena)
{
	return &arena->allocator;
}

/* A copy with room for as many again, remembered in place of the oldest one. */
static void *grow_by_copy(struct arena *arena, const void *items, size_t used, size_t item_size)
{
	size_t capacity = used == 0 ? 4 * item_size : 2 * used;
	void *copy = arena_alloc(arena, capacity);
	if (used > 0)
		memcpy(copy, items, used);
	arena->grown[arena->next_grown] = (struct grown){ copy, used + item_size, capacity };
	arena->next_grown = (arena->next_grown + 1) % GROWN_MAX;
	return copy;
}

/* Room is taken in place only when the last item given is still the last one: an array that two
 * messages share after a shallow copy is copied for the second of them. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t item_size)
{
	size_t used = count * item_size;
	for (size_t i = 0; i < GROWN_MAX; i++) {
		struct grown *grown = &arena->grown[i];
		if (items == NULL || grown->items != items || grown->used != used)
			continue;
		if (grown->capacity - used < item_size)
			break;
		grown->used += item_size;
		return items;
	}
	return grow_by_copy(arena, items, used, item_size);
}
