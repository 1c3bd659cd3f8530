/* Rate limits: so many requests a second for each key, and a burst beyond that for who was quiet.
 *
 * All is pure: the clock comes in as a value, in nanoseconds from any point on. A key's state is
 * one number, the time at which all that it took would have been due at the even rate (GCRA, the
 * token bucket without a timer). A key at rest has no state worth keeping, so a table of a fixed
 * number of keys forgets the one that was silent longest, and never grows. */
#ifndef ASSKOMM_CORE_RATE_H
#define ASSKOMM_CORE_RATE_H

#include "core/check.h"
#include <stddef.h>
#include <stdint.h>

#define RATE_KEY_SIZE 16

/* To be filled in by the caller; per_s is 1 to 1,000,000, burst at least 1. */
struct rate {
	uint32_t per_s;
	uint32_t burst; /* what may come at once after a rest */
};

/* Takes `cost` (at most the burst) at `now_ns` from a key's state, which begins as 0. Gives 0, or
 * after how many nanoseconds it would be granted; then nothing is taken. */
uint64_t rate_take(
	const struct rate *rate, uint64_t *state_ns, uint64_t now_ns, uint32_t cost) MUST_CHECK;

/* Takes it in any case, for what was found out too late; a key owes at most its burst. */
void rate_charge(const struct rate *rate, uint64_t *state_ns, uint64_t now_ns, uint32_t cost);

struct rate_table;

/* What limits are about: an address, or the beginning of a digest. */
struct rate_key {
	uint8_t bytes[RATE_KEY_SIZE];
};

/* A table of at most `capacity` keys, a power of two, with memory for all of them. `secret` makes
 * the places in it impossible to choose: random, one for each process. */
struct rate_table *rate_table_new(
	const struct rate *rate, size_t capacity, const uint64_t secret[2]);
void rate_table_destroy(struct rate_table **table);

/* rate_take and rate_charge of a key's state. */
uint64_t rate_table_take(struct rate_table *table, const struct rate_key *key, uint64_t now_ns,
	uint32_t cost) MUST_CHECK;
void rate_table_charge(
	struct rate_table *table, const struct rate_key *key, uint64_t now_ns, uint32_t cost);

/* How many keys are remembered. */
size_t rate_table_count(const struct rate_table *table);

#endif
