/* Rulings: refusals, facts, and what an aggregate remembers of them. */
#include "helpers.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/ruling.h"
#include "core/text.h"
#include <stdio.h>
#include <string.h>

static struct arena *arena;
static struct ruling ruling;

static void counted(struct ruling *asking, char out_id[UUID_SIZE])
{
	snprintf(out_id, UUID_SIZE, "00000000-0000-4000-8000-%012u", (unsigned)asking->ids + 1);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1u << 20);
	ruling = (struct ruling){ .arena = arena, .today = "2024-01-10", .new_id = counted };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void test_refuse(void **state)
{
	(void)state;
	assert_int_equal(
		refuse(&ruling, FAILURE_CONFLICT, "signedOn", "order", "not before %d", 2019),
		REFUSED);
	assert_string_equal(ruling.failure->code, "CONFLICT");
	assert_string_equal(ruling.failure->text, "not before 2019");
	assert_violation(ruling.failure, "signedOn", "order");
	refuse(&ruling, FAILURE_REFUSED, NULL, NULL, "50 %% are enough");
	assert_string_equal(ruling.failure->text, "50 % are enough");
	assert_int_equal(ruling.failure->n_violations, 0);
}

static void test_emit_copies(void **state)
{
	(void)state;
	char day[] = "2024-01-09", key[] = "14628160";
	char *keys[] = { key };
	struct emitted *emitted =
		emit(&ruling, &registry__agreement_signed__descriptor, day, 1, keys);
	day[0] = key[0] = 'x';
	assert_int_equal(ruling.n_facts, 1);
	assert_string_equal(emitted->id, "00000000-0000-4000-8000-000000000001");
	assert_string_equal(emitted->header.valid_on, "2024-01-09");
	assert_int_equal(emitted->header.n_participants, 1);
	assert_string_equal(emitted->header.participants[0], "14628160");
	assert_string_equal(emitted->header.corrects, "");
	assert_ptr_equal(emitted->fact->descriptor, &registry__agreement_signed__descriptor);
	assert_string_equal(ruling_id(&ruling), "00000000-0000-4000-8000-000000000002");
	assert_string_equal(fact_kind(emitted->fact->descriptor), "AgreementSigned");
	emitted = emit(&ruling, &funding__budget_set__descriptor, "2024-01-01", 0, NULL);
	assert_int_equal(emitted->header.n_participants, 0);
	size_t len;
	reflect_pack(arena, &emitted->header.base, &len);
	assert_int_equal(len, 12);
}

static void emit_too_many(void)
{
	for (int i = 0; i <= RULING_FACTS_MAX; i++)
		emit(&ruling, &funding__budget_set__descriptor, "2024-01-01", 0, NULL);
}

static void test_number_of_facts_is_limited(void **state)
{
	(void)state;
	assert_stops(emit_too_many);
}

static void test_require_past(void **state)
{
	(void)state;
	assert_int_equal(require_past(&ruling, "signedOn", "2024-01-09"), ACCEPTED);
	assert_int_equal(require_past(&ruling, "signedOn", "2024-01-10"), ACCEPTED);
	assert_null(ruling.failure);
	assert_int_equal(require_past(&ruling, "signedOn", "2024-01-11"), REFUSED);
	assert_violation(ruling.failure, "signedOn", "future");
	assert_int_equal(require_past(&ruling, "signedOn", "9999-01-01"), REFUSED);
}

/* A participant with `count` facts, each of its own day. */
static Registry__Participant *with_facts(size_t count)
{
	Registry__Participant *participant = AS(Registry__Participant, registry__participant,
		reflect_new(arena, &registry__participant__descriptor));
	reflect_append(arena, &participant->base, "participants", "14628160");
	reflect_append(arena, &participant->base, "participants", "14628270");
	for (size_t i = 0; i < count; i++) {
		emit_entry(&ruling, &participant->base, text_format(arena, "2024-01-%02zu", i + 1),
			reflect_new(arena, &registry__participant_advised__descriptor));
	}
	ruling.n_facts = 0;
	return participant;
}

static void test_emit_entry(void **state)
{
	(void)state;
	const Registry__Participant *participant = with_facts(2);
	assert_int_equal(ruling.facts[1].header.n_participants, 2);
	assert_string_equal(ruling.facts[1].header.participants[1], "14628270");
	assert_int_equal(participant->n_entries, 2);
	assert_string_equal(participant->entries[1]->kind, "ParticipantAdvised");
	assert_string_equal(participant->entries[1]->on, "2024-01-02");
	assert_string_equal(
		participant->entries[1]->fact_id, "00000000-0000-4000-8000-000000000002");
}

static void test_withdraw_latest(void **state)
{
	(void)state;
	Registry__Participant *participant = with_facts(2);
	const Asskomm__Entry *latest = NULL;
	assert_int_equal(withdraw_latest(&ruling, &participant->base,
				 "00000000-0000-4000-8000-000000000002", "a mistake", &latest),
		ACCEPTED);
	assert_int_equal(participant->n_entries, 1);
	assert_ptr_equal(latest, participant->entries[0]);
	assert_int_equal(ruling.n_facts, 1);
	const struct emitted *emitted = &ruling.facts[0];
	assert_string_equal(emitted->header.valid_on, "2024-01-02");
	assert_string_equal(emitted->header.corrects, "00000000-0000-4000-8000-000000000002");
	assert_int_equal(emitted->header.n_participants, 2);
	assert_string_equal(emitted->header.participants[1], "14628270");
	const Asskomm__FactWithdrawn *fact =
		AS(Asskomm__FactWithdrawn, asskomm__fact_withdrawn, emitted->fact);
	assert_string_equal(fact->fact_id, "00000000-0000-4000-8000-000000000002");
	assert_string_equal(fact->type, "asskomm.registry.v1.ParticipantAdvised");
	assert_string_equal(fact->reason, "a mistake");
	assert_int_equal(withdraw_latest(&ruling, &participant->base,
				 "00000000-0000-4000-8000-000000000001", "another", &latest),
		ACCEPTED);
	assert_null(latest);
	assert_int_equal(participant->n_entries, 0);
}

static void test_withdraw_refuses(void **state)
{
	(void)state;
	static const Asskomm__Entry untouched;
	Registry__Participant *participant = with_facts(2);
	const Asskomm__Entry *latest = &untouched;
	assert_int_equal(withdraw_latest(&ruling, &participant->base,
				 "00000000-0000-4000-8000-000000000001", "r", &latest),
		REFUSED);
	assert_violation(ruling.failure, "factId", "order");
	assert_non_null(strstr(ruling.failure->text, "00000000-0000-4000-8000-000000000002"));
	assert_int_equal(
		withdraw_latest(&ruling, &participant->base, "unknown", "r", &latest), REFUSED);
	assert_violation(ruling.failure, "factId", "unknown");
	assert_int_equal(withdraw_latest(&ruling, &with_facts(0)->base, "", "r", &latest), REFUSED);
	assert_int_equal(participant->n_entries, 2);
	assert_int_equal(ruling.n_facts, 0);
	assert_ptr_equal(latest, &untouched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refuse, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_emit_copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_number_of_facts_is_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_require_past, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_emit_entry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_withdraw_latest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_withdraw_refuses, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
