/* The ledger's hash chain, computed anew from what stands in it: pure, one fact after the other.
 *
 *   hash_n = sha256(hash_(n-1), seq, recorded_at, id, type, header, payload), hash_0 = sha256("")
 *
 * seq and recorded_at (µs since 1970 UTC) are 8 bytes big-endian, id is the uuid's 16 bytes, header
 * and payload are the bytes as stored. */
#ifndef ASSKOMM_VERIFY_CHAIN_H
#define ASSKOMM_VERIFY_CHAIN_H

#include "asskomm/envelope.pb-c.h"
#include "asskomm/ledger.pb-c.h"
#include "core/arena.h"
#include "runtime/digest.h"
#include <stdint.h>

/* Where the chain stands. */
struct chain {
	uint64_t seq;
	int64_t recorded_us;
	uint8_t hash[DIGEST_SIZE];
};

/* Before the first fact. */
void chain_init(struct chain *chain);

/* Goes on by one fact. NULL when it continues the chain; else the chain stays where it was and the
 * answer says what is wrong: its number does not follow, its time goes back or is none, its hash is
 * another. From the arena. */
const char *chain_add(struct chain *chain, struct arena *arena, const Asskomm__Fact *fact);

/* NULL when the chain stands exactly where the head says, else what differs. */
const char *chain_differs(const struct chain *chain, struct arena *arena, const Ledger__Head *head);

#endif
