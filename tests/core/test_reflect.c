/* Whole messages: every type there and back through bytes, appended lists, clones. */
#include "helpers.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define ROUNDS 40

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void test_there_are_types(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	assert_true(all_types(&types) > 60);
}

static void test_every_type_packs_and_unpacks(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 20231130 };
	for (size_t i = 0; i < count * ROUNDS; i++) {
		struct arena *own = arena_new(4u << 20);
		ProtobufCMessage *message = random_message(own, &chance, types[i % count]);
		size_t len;
		uint8_t *bytes = reflect_pack(own, message, &len);
		ProtobufCMessage *copy = reflect_unpack(own, types[i % count], bytes, len);
		assert_non_null(copy);
		assert_true(are_equal(message, copy));
		assert_true(are_equal(message, reflect_clone(own, message)));
		arena_destroy(&own);
	}
}

static void test_new_is_empty(void **state)
{
	(void)state;
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement,
		reflect_new(arena, &registry__agreement__descriptor));
	assert_string_equal(agreement->id, "");
	assert_int_equal(agreement->n_accessions, 0);
	size_t len = 7;
	reflect_pack(arena, &agreement->base, &len);
	assert_int_equal(len, 0);
	assert_non_null(reflect_unpack(arena, &registry__agreement__descriptor, NULL, 0));
}

static void pair_wrong_types(void)
{
	Registry__Party party = REGISTRY__PARTY__INIT;
	AS(Registry__Agreement, registry__agreement, &party);
}

static void take_nothing(void)
{
	AS(Registry__Agreement, registry__agreement, NULL);
}

static void test_wrong_type_stops(void **state)
{
	(void)state;
	assert_stops(pair_wrong_types);
	assert_stops(take_nothing);
}

static void test_append(void **state)
{
	(void)state;
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	char key[] = "14628000";
	for (int i = 0; i < 500; i++) {
		Registry__Accession *accession = NEW(arena, Registry__Accession);
		registry__accession__init(accession);
		accession->name = text_format(arena, "%d", i);
		key[7] = (char)('0' + i % 10);
		reflect_append(arena, &agreement.base, "accessions", accession);
		reflect_append(arena, &agreement.base, "participants", key);
	}
	assert_int_equal(agreement.n_accessions, 500);
	for (int i = 0; i < 500; i++) {
		assert_string_equal(agreement.accessions[i]->name, text_format(arena, "%d", i));
		assert_int_equal(agreement.participants[i][7], '0' + i % 10);
	}
}

/* An unpacked list has no room behind its end. */
static void test_append_to_an_unpacked_list(void **state)
{
	(void)state;
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	for (int i = 0; i < 3; i++)
		reflect_append(arena, &agreement.base, "participants", "14628160");
	ProtobufCMessage *copy = reflect_clone(arena, &agreement.base);
	for (int i = 0; i < 10; i++)
		reflect_append(arena, copy, "participants", "14628270");
	assert_int_equal(AS(Registry__Agreement, registry__agreement, copy)->n_participants, 13);
	assert_int_equal(agreement.n_participants, 3);
}

/* What both have is shared and what only one has stays; a list appended to afterwards is copied. */
static void test_share(void **state)
{
	(void)state;
	Registry__ImportTerritoryRequest request = REGISTRY__IMPORT_TERRITORY_REQUEST__INIT;
	Registry__Territory territory = REGISTRY__TERRITORY__INIT;
	Registry__District district = REGISTRY__DISTRICT__INIT;
	char id[] = "14", credit[] = "nobody";
	territory.id = id;
	territory.version = 7;
	territory.credit = credit;
	request.status_date = text_copy(arena, "2023-11-30");
	reflect_append(arena, &request.base, "districts", &district);
	reflect_share(&territory.base, &request.base);
	assert_string_equal(territory.id, "14");
	assert_int_equal(territory.version, 7);
	assert_string_equal(territory.credit, "");
	assert_ptr_equal(territory.status_date, request.status_date);
	assert_int_equal(territory.n_districts, 1);
	assert_ptr_equal(territory.districts[0], &district);
	reflect_append(arena, &territory.base, "districts", &district);
	reflect_append(arena, &request.base, "districts", &district);
	assert_int_equal(territory.n_districts, 2);
	assert_int_equal(request.n_districts, 2);
	assert_ptr_not_equal(territory.districts, request.districts);
}

static void append_wrong_type(void)
{
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	Registry__Party party = REGISTRY__PARTY__INIT;
	reflect_append(arena, &agreement.base, "accessions", &party);
}

static void append_to_single(void)
{
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	reflect_append(arena, &agreement.base, "signed_on", "2024-01-01");
}

static void test_append_wrongly_stops(void **state)
{
	(void)state;
	assert_stops(append_wrong_type);
	assert_stops(append_to_single);
}

static void test_field_by_both_names(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &registry__agreement__descriptor;
	assert_string_equal(reflect_field(type, "signed_on")->name, "signed_on");
	assert_ptr_equal(reflect_field(type, "signedOn"), reflect_field(type, "signed_on"));
	assert_null(reflect_field(type, "SignedOn"));
	assert_null(reflect_field(type, ""));
	assert_null(reflect_field(type, "signed"));
}

/* A clone may use the reserve; what comes from outside may not. */
static void test_ceiling(void **state)
{
	(void)state;
	Registry__Agreement agreement = REGISTRY__AGREEMENT__INIT;
	for (int i = 0; i < 1000; i++)
		reflect_append(arena, &agreement.base, "participants", "14628160");
	size_t len;
	uint8_t *bytes = reflect_pack(arena, &agreement.base, &len);
	struct arena *small = arena_new(20000);
	assert_null(reflect_unpack(small, &registry__agreement__descriptor, bytes, len));
	arena_destroy(&small);
	small = arena_new(60000);
	assert_true(are_equal(&agreement.base, reflect_clone(small, &agreement.base)));
	arena_destroy(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_are_types),
		cmocka_unit_test(test_every_type_packs_and_unpacks),
		cmocka_unit_test(test_new_is_empty),
		cmocka_unit_test(test_wrong_type_stops),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_append_to_an_unpacked_list),
		cmocka_unit_test(test_append_wrongly_stops),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_field_by_both_names),
		cmocka_unit_test(test_ceiling),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
