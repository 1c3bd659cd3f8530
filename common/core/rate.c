/* Rate limits, and a table of them that forgets the silent.
 *
 * The table is one block: entries by index, a chain for each place of the hash, and all in use on
 * one list from the last one asked for to the one silent longest. */
#include "core/rate.h"
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000ull
#define NONE UINT32_MAX

/* ---- one key */

/* What one unit costs in time. */
static uint64_t interval_ns(const struct rate *rate)
{
	return SECOND_NS / rate->per_s;
}

/* Due times of the past are as good as none. */
static uint64_t due_after(
	const struct rate *rate, uint64_t state_ns, uint64_t now_ns, uint32_t cost)
{
	uint64_t from_ns = state_ns > now_ns ? state_ns : now_ns;
	return from_ns + cost * interval_ns(rate);
}

uint64_t rate_take(const struct rate *rate, uint64_t *state_ns, uint64_t now_ns, uint32_t cost)
{
	uint64_t due_ns = due_after(rate, *state_ns, now_ns, cost);
	uint64_t latest_ns = now_ns + rate->burst * interval_ns(rate);
	if (due_ns > latest_ns)
		return due_ns - latest_ns;
	*state_ns = due_ns;
	return 0;
}

void rate_charge(const struct rate *rate, uint64_t *state_ns, uint64_t now_ns, uint32_t cost)
{
	uint64_t due_ns = due_after(rate, *state_ns, now_ns, cost);
	uint64_t most_ns = now_ns + 2 * rate->burst * interval_ns(rate);
	*state_ns = due_ns < most_ns ? due_ns : most_ns;
}

/* ---- many keys */

struct entry {
	struct rate_key key;
	uint64_t state_ns;
	uint32_t chain;        /* the next in the same place */
	uint32_t newer, older; /* the list of all in use */
};

struct rate_table {
	struct rate rate;
	uint64_t secret[2];
	size_t capacity, count;
	uint32_t newest, oldest;
	uint32_t *places; /* heads of the chains */
	struct entry entries[];
};

struct rate_table *rate_table_new(
	const struct rate *rate, size_t capacity, const uint64_t secret[2])
{
	CHECK(rate->per_s > 0 && rate->per_s <= 1000000 && rate->burst > 0);
	CHECK(capacity > 0 && capacity < NONE && (capacity & (capacity - 1)) == 0);
	struct rate_table *table = calloc(1, sizeof(*table) + capacity * sizeof(struct entry));
	CHECK(table);
	table->rate = *rate;
	memcpy(table->secret, secret, sizeof(table->secret));
	table->capacity = capacity;
	table->newest = table->oldest = NONE;
	table->places = malloc(capacity * sizeof(*table->places));
	CHECK(table->places);
	memset(table->places, 0xff, capacity * sizeof(*table->places)); /* NONE each */
	return table;
}

void rate_table_destroy(struct rate_table **table)
{
	if (!*table)
		return;
	free((*table)->places);
	free(*table);
	*table = NULL;
}

size_t rate_table_count(const struct rate_table *table)
{
	return table->count;
}

/* Every bit of the input reaches every bit of the result (the finisher of MurmurHash3). */
static uint64_t mixed(uint64_t bits)
{
	bits = (bits ^ bits >> 33) * 0xff51afd7ed558ccdull;
	bits = (bits ^ bits >> 33) * 0xc4ceb9fe1a85ec53ull;
	return bits ^ bits >> 33;
}

static uint32_t *place_of(struct rate_table *table, const struct rate_key *key)
{
	uint64_t halves[2];
	memcpy(halves, key->bytes, sizeof(halves));
	uint64_t hash = mixed(mixed(halves[0] ^ table->secret[0]) + (halves[1] ^ table->secret[1]));
	return &table->places[hash & (table->capacity - 1)];
}

/* The link of the chain that points to the key's entry, or to its end. */
static uint32_t *find(struct rate_table *table, const struct rate_key *key)
{
	uint32_t *link = place_of(table, key);
	while (*link != NONE && memcmp(&table->entries[*link].key, key, sizeof(*key)) != 0)
		link = &table->entries[*link].chain;
	return link;
}

static void take_off_list(struct rate_table *table, uint32_t index)
{
	struct entry *entry = &table->entries[index];
	*(entry->newer == NONE ? &table->newest : &table->entries[entry->newer].older) =
		entry->older;
	*(entry->older == NONE ? &table->oldest : &table->entries[entry->older].newer) =
		entry->newer;
}

static void put_on_list(struct rate_table *table, uint32_t index)
{
	struct entry *entry = &table->entries[index];
	entry->newer = NONE;
	entry->older = table->newest;
	*(entry->older == NONE ? &table->oldest : &table->entries[entry->older].newer) = index;
	table->newest = index;
}

/* The next that was never used, or the one that was silent longest. */
static uint32_t free_one(struct rate_table *table)
{
	if (table->count < table->capacity)
		return (uint32_t)table->count++;
	uint32_t index = table->oldest;
	uint32_t *link = find(table, &table->entries[index].key);
	*link = table->entries[index].chain;
	take_off_list(table, index);
	return index;
}

static uint64_t *state_of(struct rate_table *table, const struct rate_key *key)
{
	uint32_t index = *find(table, key);
	if (index == NONE) {
		index = free_one(table);
		uint32_t *place = place_of(table, key);
		table->entries[index] = (struct entry){ .key = *key, .chain = *place };
		*place = index;
	} else {
		take_off_list(table, index);
	}
	put_on_list(table, index);
	return &table->entries[index].state_ns;
}

uint64_t rate_table_take(
	struct rate_table *table, const struct rate_key *key, uint64_t now_ns, uint32_t cost)
{
	return rate_take(&table->rate, state_of(table, key), now_ns, cost);
}

void rate_table_charge(
	struct rate_table *table, const struct rate_key *key, uint64_t now_ns, uint32_t cost)
{
	rate_charge(&table->rate, state_of(table, key), now_ns, cost);
}
