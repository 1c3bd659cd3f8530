/* The ledger's chain, recomputed. This code shares nothing with the one that writes the chain (a
 * function in PostgreSQL), so that one error cannot hide in both. */
#include "verify_chain.h"
#include "core/civil.h"
#include "core/text.h"
#include <inttypes.h>
#include <string.h>

#define UUID_BYTES 16
#define UUID_TEXT 36

/* Any time is later than the first one's predecessor. */
void chain_init(struct chain *chain)
{
	*chain = (struct chain){ .seq = 0, .recorded_us = INT64_MIN };
	digest_sha256("", 0, chain->hash);
}

/* As int8send does, whatever machine this runs on. */
static void put_big_endian(uint64_t value, uint8_t out_bytes[8])
{
	for (unsigned i = 0; i < 8; i++) {
		out_bytes[i] = (uint8_t)(value >> (56u - 8u * i));
	}
}

/* Lower case only, as the ledger writes it: another spelling of the same bytes is not what was
 * stored. */
static int hex_digit(char digit)
{
	const char *digits = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

/* 8-4-4-4-12 lower-case hex digits into 16 bytes. */
static bool parse_uuid(const char *text, uint8_t out_bytes[UUID_BYTES])
{
	if (strlen(text) != UUID_TEXT) {
		return false;
	}
	size_t n = 0;
	for (size_t i = 0; i < UUID_TEXT;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i++] != '-') {
				return false;
			}
			continue;
		}
		int high = hex_digit(text[i]);
		int low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		out_bytes[n++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	return true;
}

/* memcpy must not be given NULL, not even for no bytes, and an empty header is NULL. */
static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
	if (len > 0) {
		memcpy(at, bytes, len);
	}
	return at + len;
}

/* All that is hashed lies one after the other for a moment. */
static void hash_fact(const struct chain *chain, struct arena *arena, const Asskomm__Fact *fact,
	int64_t recorded_us, const uint8_t id[UUID_BYTES], uint8_t out_hash[DIGEST_SIZE])
{
	uint8_t numbers[16];
	size_t type_len = strlen(fact->type);
	size_t len = DIGEST_SIZE + sizeof numbers + UUID_BYTES + type_len + fact->header.len +
		     fact->payload.len;
	uint8_t *bytes = arena_alloc(arena, len);
	put_big_endian(fact->seq, numbers);
	put_big_endian((uint64_t)recorded_us, numbers + 8);
	uint8_t *at = put(bytes, chain->hash, DIGEST_SIZE);
	at = put(at, numbers, sizeof numbers);
	at = put(at, id, UUID_BYTES);
	at = put(at, fact->type, type_len);
	at = put(at, fact->header.data, fact->header.len);
	at = put(at, fact->payload.data, fact->payload.len);
	CHECK(at == bytes + len);
	digest_sha256(bytes, len, out_hash);
}

/* In the order from which most can be learned: a missing fact would also give a wrong hash, but
 * says less. */
const char *chain_add(struct chain *chain, struct arena *arena, const Asskomm__Fact *fact)
{
	uint8_t id[UUID_BYTES];
	uint8_t hash[DIGEST_SIZE];
	int64_t recorded_us;
	if (fact->seq != chain->seq + 1) {
		return text_format(arena, "number %" PRIu64 " is missing, %" PRIu64 " came instead",
			chain->seq + 1, fact->seq);
	}
	if (!civil_parse_instant(fact->recorded_at, &recorded_us)) {
		return text_format(arena, "recorded at '%s', which is no time", fact->recorded_at);
	}
	if (recorded_us < chain->recorded_us) {
		return text_format(arena, "recorded at %s, before the fact that it follows",
			fact->recorded_at);
	}
	if (!parse_uuid(fact->id, id)) {
		return text_format(arena, "its id '%s' is no uuid", fact->id);
	}
	hash_fact(chain, arena, fact, recorded_us, id, hash);
	if (fact->hash.len != DIGEST_SIZE || memcmp(fact->hash.data, hash, DIGEST_SIZE) != 0) {
		return text_format(arena, "its hash is %s, the content gives %s",
			text_hex(arena, fact->hash.data, fact->hash.len),
			text_hex(arena, hash, DIGEST_SIZE));
	}
	chain->seq = fact->seq;
	chain->recorded_us = recorded_us;
	memcpy(chain->hash, hash, DIGEST_SIZE);
	return NULL;
}

/* Facts cut off at the end leave a chain that is whole in itself; only the head tells. */
const char *chain_differs(const struct chain *chain, struct arena *arena, const Ledger__Head *head)
{
	const char *hash = text_hex(arena, chain->hash, DIGEST_SIZE);
	if (chain->seq != head->seq) {
		return text_format(arena, "the facts end at %" PRIu64 ", the head says %" PRIu64,
			chain->seq, head->seq);
	}
	if (strcmp(hash, head->hash) != 0) {
		return text_format(
			arena, "the facts give the hash %s, the head says %s", hash, head->hash);
	}
	return NULL;
}
