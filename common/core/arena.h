/* Memory that lives as long as one message is handled.
 *
 * Everything made while a message is handled comes from its arena and dies with it; handlers free
 * nothing. An arena is born with a ceiling, so that no message can make a process grow without
 * bound. Not thread-safe: an arena belongs to the loop. */
#ifndef ASSKOMM_CORE_ARENA_H
#define ASSKOMM_CORE_ARENA_H

#include "core/language.h"
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct arena;

/* A new arena that will hand out at most `ceiling_bytes` to arena_try; arena_alloc may use as much
 * again on top. Memory is taken from the system in growing blocks. Never NULL: a process that
 * cannot get a few kB stops. The caller destroys it. */
struct arena *arena_new(size_t ceiling_bytes);

/* Frees the arena and all it handed out and sets *arena to NULL. Takes NULL. */
void arena_destroy(struct arena **arena);

/* `size` zeroed bytes, aligned for any type, or NULL beyond the ceiling. For sizes that come from
 * outside: bodies, unpacked messages. */
void *arena_try(struct arena *arena, size_t size);

/* `size` zeroed bytes, never NULL. For what our own code needs to answer; running out of the
 * reserve is a bug of ours (input was not bounded before) and stops the process. */
void *arena_alloc(struct arena *arena, size_t size);

/* An array of `count` items with room for one more at its end: the same one while it has room left
 * from an earlier call, else a copy with room for as many again. For appending item by item. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t item_size);

/* The language of the texts that are made for people in it (core/catalogue.h): that of the request
 * it serves. English until it is set. */
void arena_set_language(struct arena *arena, enum language language);
enum language arena_language(const struct arena *arena);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

/* An allocator for protobuf-c that takes from the arena (arena_try) and frees nothing. Valid as
 * long as the arena. */
ProtobufCAllocator *arena_allocator(struct arena *arena);

/* NEW(arena, struct thing) is a zeroed struct thing; NEW_ARRAY(arena, char *, 3) three of them. */
#define NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define NEW_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

#endif
