/* The ledger's chain: a good one is followed, every way of breaking it is named. The hashes are
 * literals that PostgreSQL computed with the ledger's own expression. */
#include "unit.h"
#include "verify_chain.h"
#include <stdio.h>
#include <string.h>

/* select encode(sha256(…), 'hex') of schema/ledger/0001_ledger.sql for the two facts below */
#define HASH_1 "e90680bef8fd43f67ff47db385a24db43ed3c23bebae9c3e15ed52aca565582a"
#define HASH_2 "9f256c22a92a5f8fe104730187352b45cce81e0975e9b412a648c45828f1c2b7"

static uint8_t hash_1[DIGEST_SIZE];
static uint8_t hash_2[DIGEST_SIZE];
static uint8_t header[] = { 0x0a, 0x00, 0xff };
static uint8_t payload[] = { 0x12, 0x34 };

static void parse_hash(const char *hex, uint8_t out_hash[DIGEST_SIZE])
{
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		unsigned byte;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out_hash[i] = (uint8_t)byte;
	}
}

/* The first two facts of a ledger; the second has an empty header and the same time. */
static void make_facts(Asskomm__Fact facts[2])
{
	parse_hash(HASH_1, hash_1);
	parse_hash(HASH_2, hash_2);
	asskomm__fact__init(&facts[0]);
	facts[0].seq = 1;
	facts[0].recorded_at = "2023-08-09T10:15:00.123456Z";
	facts[0].id = "00112233-4455-6677-8899-aabbccddeeff";
	facts[0].type = "asskomm.registry.v1.ParticipantAdvised";
	facts[0].header = (ProtobufCBinaryData){ sizeof header, header };
	facts[0].payload = (ProtobufCBinaryData){ sizeof payload, payload };
	facts[0].hash = (ProtobufCBinaryData){ DIGEST_SIZE, hash_1 };
	facts[1] = facts[0];
	facts[1].seq = 2;
	facts[1].id = "ffeeddcc-bbaa-9988-7766-554433221100";
	facts[1].header = (ProtobufCBinaryData){ 0, NULL };
	facts[1].hash = (ProtobufCBinaryData){ DIGEST_SIZE, hash_2 };
}

static void a_good_chain_is_followed(void **state)
{
	struct chain chain;
	Asskomm__Fact facts[2];
	make_facts(facts);
	chain_init(&chain);
	assert_null(chain_add(&chain, *state, &facts[0]));
	assert_null(chain_add(&chain, *state, &facts[1]));
	assert_int_equal(chain.seq, 2);
	assert_memory_equal(chain.hash, hash_2, DIGEST_SIZE);
}

static void the_head_must_be_where_the_chain_is(void **state)
{
	struct chain chain;
	Asskomm__Fact facts[2];
	Ledger__Head head = LEDGER__HEAD__INIT;
	make_facts(facts);
	chain_init(&chain);
	head.hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	assert_null(chain_differs(&chain, *state, &head)); /* an empty ledger */
	assert_null(chain_add(&chain, *state, &facts[0]));
	assert_non_null(strstr(chain_differs(&chain, *state, &head), "end at 1"));
	head.seq = 1;
	assert_non_null(strstr(chain_differs(&chain, *state, &head), "hash"));
	head.hash = HASH_1;
	assert_null(chain_differs(&chain, *state, &head));
}

/* A change of the second fact, and what must be said of it. */
struct breaking {
	const char *says;
	void (*change)(Asskomm__Fact *fact);
};

static void other_number(Asskomm__Fact *fact)
{
	fact->seq = 3;
}

static void earlier(Asskomm__Fact *fact)
{
	fact->recorded_at = "2023-08-09T10:15:00.123455Z";
}

static void later(Asskomm__Fact *fact)
{
	fact->recorded_at = "2023-08-09T10:15:00.123457Z";
}

static void no_time(Asskomm__Fact *fact)
{
	fact->recorded_at = "soon";
}

static void other_type(Asskomm__Fact *fact)
{
	fact->type = "asskomm.registry.v1.ParticipantContacted";
}

static void other_id(Asskomm__Fact *fact)
{
	fact->id = "ffeeddcc-bbaa-9988-7766-554433221101";
}

static void no_id(Asskomm__Fact *fact)
{
	fact->id = "ffeeddcc-bbaa-9988-7766_554433221100";
}

static void moved_boundary(Asskomm__Fact *fact)
{
	fact->payload.len--;
}

static void no_hash(Asskomm__Fact *fact)
{
	fact->hash.len = 0;
}

static void every_break_is_named(void **state)
{
	static const struct breaking BREAKINGS[] = { { "number 2 is missing", other_number },
		{ "before the fact", earlier }, { "content gives", later }, { "no time", no_time },
		{ "content gives", other_type }, { "content gives", other_id },
		{ "no uuid", no_id }, { "content gives", moved_boundary },
		{ "content gives", no_hash } };
	for (size_t i = 0; i < sizeof BREAKINGS / sizeof BREAKINGS[0]; i++) {
		struct chain chain;
		Asskomm__Fact facts[2];
		make_facts(facts);
		chain_init(&chain);
		assert_null(chain_add(&chain, *state, &facts[0]));
		BREAKINGS[i].change(&facts[1]);
		const char *broken = chain_add(&chain, *state, &facts[1]);
		assert_non_null(broken);
		assert_non_null(strstr(broken, BREAKINGS[i].says));
		assert_int_equal(chain.seq, 1); /* it stays at the last good fact */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(a_good_chain_is_followed),
		UNIT(the_head_must_be_where_the_chain_is),
		UNIT(every_break_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
