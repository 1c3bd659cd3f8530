/* Rules of fields: each kind broken and kept, formats at their edges, paths, and long lists. */
#include "helpers.h"
#include "asskomm/analysis.pb-c.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/ledger.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include <string.h>

#define UUID "0b5e6d1c-9f4a-4c1e-8d2b-7a6f5e4d3c2b"

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

static Asskomm__Failure *validated(const ProtobufCMessageDescriptor *type, const char *text)
{
	Asskomm__Failure *failure = NULL;
	ProtobufCMessage *message =
		reflect_from_json_text(arena, type, text, strlen(text), &failure);
	assert_non_null(message);
	return validate(arena, message);
}

static void assert_valid(const ProtobufCMessageDescriptor *type, const char *text)
{
	const Asskomm__Failure *failure = validated(type, text);
	if (failure != NULL)
		fail_msg("%s: %s: %s", text, failure->violations[0]->field,
			failure->violations[0]->message);
}

#define AGREEMENT &registry__sign_agreement_request__descriptor

static void test_whole_agreement(void **state)
{
	(void)state;
	assert_valid(AGREEMENT, "{\"accessions\":[\"14628160\"],\"signedOn\":\"2023-08-09\","
				"\"mode\":\"IN_PERSON\",\"signatories\":[{\"role\":\"mayor\"}]}");
}

static void test_required_of_every_kind(void **state)
{
	(void)state;
	Asskomm__Failure *failure = validated(AGREEMENT, "{}");
	assert_string_equal(failure->code, "INVALID");
	assert_violation(failure, "accessions", "required");
	assert_violation(failure, "signedOn", "required");
	assert_violation(failure, "mode", "required");
	assert_violation(failure, "signatories", "required");
	assert_int_equal(failure->n_violations, 4);
	failure = validated(
		&funding__set_budget_request__descriptor, "{\"decidedOn\":\"2024-01-01\"}");
	assert_violation(failure, "year", "required");
	assert_violation(failure, "amountCents", "required");
	failure = validated(AGREEMENT, "{\"accessions\":[\"a\",\"\"]}");
	assert_violation(failure, "accessions[1]", "required");
}

static void test_paths_into_lists(void **state)
{
	(void)state;
	Asskomm__Failure *failure = validated(AGREEMENT,
		"{\"signatories\":[{\"role\":\"mayor\"},{\"role\":\"Mayor\"},{}],"
		"\"actionFields\":[\"youth\",\"Youth\"]}");
	assert_violation(failure, "signatories[1].role", "format");
	assert_violation(failure, "signatories[2].role", "required");
	assert_violation(failure, "actionFields[1]", "format");
}

static const char *person(const char *name)
{
	return text_format(arena, "{\"role\":\"mayor\",\"name\":\"%s\"}", name);
}

static void test_lengths_count_characters(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &registry__person__descriptor;
	struct text text;
	text_init(&text, arena, 4096);
	for (int i = 0; i < 200; i++)
		text_append(&text, "ö");
	assert_valid(type, person(text.bytes));
	text_append(&text, "x");
	assert_violation(validated(type, person(text.bytes)), "name", "max_len");
	type = &registry__register_consortium_request__descriptor;
	assert_violation(validated(type, "{\"name\":\"öö\"}"), "name", "min_len");
	assert_violation(validated(type, "{\"name\":\"\"}"), "name", "required");
	assert_violation(validated(type, "{\"name\":\" \\t \"}"), "name", "required");
	assert_valid(
		type, "{\"name\":\"ööö\",\"registeredOn\":\"2020-01-01\",\"members\":[\"1\"]}");
}

static void test_limits_of_numbers(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &funding__get_budget_request__descriptor;
	assert_valid(type, "{\"year\":2015}");
	assert_valid(type, "{\"year\":2100}");
	assert_violation(validated(type, "{\"year\":2014}"), "year", "gte");
	assert_violation(validated(type, "{\"year\":2101}"), "year", "lte");
	assert_violation(validated(type, "{\"year\":4294967295}"), "year", "lte");
	type = &funding__set_budget_request__descriptor;
	assert_violation(validated(type, "{\"amountCents\":\"-1\"}"), "amountCents", "gte");
	assert_violation(
		validated(type, "{\"amountCents\":\"100000000001\"}"), "amountCents", "lte");
	/* Not given is not below a limit. */
	assert_valid(&ledger__list_facts_request__descriptor, "{}");
	assert_valid(&ledger__list_facts_request__descriptor, "{\"limit\":500}");
	assert_violation(validated(&ledger__list_facts_request__descriptor, "{\"limit\":501}"),
		"limit", "lte");
}

static void test_number_of_items(void **state)
{
	(void)state;
	Registry__SignAgreementRequest request = REGISTRY__SIGN_AGREEMENT_REQUEST__INIT;
	for (int i = 0; i < 50; i++)
		reflect_append(arena, &request.base, "accessions", "14628160");
	assert_int_equal(validate(arena, &request.base)->n_violations, 3);
	reflect_append(arena, &request.base, "accessions", "14628160");
	assert_violation(validate(arena, &request.base), "accessions", "max_items");
}

struct sample {
	enum field_format format;
	const char *text;
};

static void test_formats_taken(void **state)
{
	(void)state;
	static const struct sample good[] = { { FORMAT_NONE, "\x01 anything" },
		{ FORMAT_DATE, "2024-02-29" }, { FORMAT_INSTANT, "2024-02-29" },
		{ FORMAT_INSTANT, "2024-02-29T23:59:59.5+01:00" }, { FORMAT_UUID, UUID },
		{ FORMAT_KEY, "14628160" }, { FORMAT_KEY, "146285226" }, { FORMAT_KEY, "14628" },
		{ FORMAT_KEY, "k-" UUID }, { FORMAT_KEY, "k-1" }, { FORMAT_DISTRICT, "14628" },
		{ FORMAT_CODE, "a" }, { FORMAT_CODE, "station_head2" }, { FORMAT_NAME, "A" },
		{ FORMAT_NAME, "agreementSigned2" }, { FORMAT_EMAIL, "a@b.de" },
		{ FORMAT_EMAIL, "first.last+tag@mail.sub-domain.example.org" },
		{ FORMAT_EMAIL, "o'neil_{x}@example.org" }, { FORMAT_PLACE, "2024-02-29_" UUID },
		{ FORMAT_ORGANISATION, "PRev-Pirna" }, { FORMAT_COUNTER, "contacted" },
		{ FORMAT_COUNTER, "agreements" }, { FORMAT_COUNTER, "budgetCents" } };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (!validate_format(good[i].format, good[i].text))
			fail_msg("format %d refused %s", (int)good[i].format, good[i].text);
	}
	for (enum field_format format = FORMAT_NONE; format <= FORMAT_COUNTER; format++)
		assert_true(validate_format(format, ""));
}

static void test_formats_refused(void **state)
{
	(void)state;
	static const struct sample bad[] = { { FORMAT_COUNTER, "agreement" },
		{ FORMAT_COUNTER, "Agreements" }, { FORMAT_COUNTER, "agreements, " },
		{ FORMAT_COUNTER, "advised," }, { FORMAT_ORGANISATION, "prev" },
		{ FORMAT_ORGANISATION, "PRev Pirna" }, { FORMAT_PLACE, "2023-02-29_" UUID },
		{ FORMAT_PLACE, "2024-02-29" UUID }, { FORMAT_PLACE, "2024-02-29_x" },
		{ FORMAT_PLACE, "2024-02-29_" UUID "0" }, { FORMAT_DATE, "2023-02-29" },
		{ FORMAT_DATE, "2024-02-29T00:00:00Z" }, { FORMAT_INSTANT, "2024-02-29T24:00:00Z" },
		{ FORMAT_INSTANT, "yesterday" },
		{ FORMAT_UUID, "0B5E6D1C-9F4A-4C1E-8D2B-7A6F5E4D3C2B" }, { FORMAT_UUID, UUID "0" },
		{ FORMAT_UUID, "0b5e6d1c9f4a4c1e8d2b7a6f5e4d3c2b" },
		{ FORMAT_UUID, "0b5e6d1c-9f4a-4c1e-8d2b-7a6f5e4d3c2g" },
		{ FORMAT_UUID, "0b5e6d1c-9f4a-4c1e-8d2b7-a6f5e4d3c2b" }, { FORMAT_KEY, "1462816" },
		{ FORMAT_KEY, "1462816x" }, { FORMAT_KEY, "k-" }, { FORMAT_KEY, "k-A" },
		{ FORMAT_KEY, "K-a" }, { FORMAT_KEY, "k" }, { FORMAT_KEY, "14" },
		{ FORMAT_KEY, "k-a%" }, { FORMAT_DISTRICT, "1462" }, { FORMAT_DISTRICT, "146288" },
		{ FORMAT_DISTRICT, "1462a" }, { FORMAT_CODE, "Mayor" }, { FORMAT_CODE, "1a" },
		{ FORMAT_CODE, "_a" }, { FORMAT_CODE, "a-b" }, { FORMAT_CODE, "ä" },
		{ FORMAT_NAME, "1a" }, { FORMAT_NAME, "a_b" }, { FORMAT_NAME, "ä" },
		{ FORMAT_EMAIL, "a" }, { FORMAT_EMAIL, "@b.de" }, { FORMAT_EMAIL, "a@" },
		{ FORMAT_EMAIL, "a@b" }, { FORMAT_EMAIL, "a@b..de" }, { FORMAT_EMAIL, "a@.b.de" },
		{ FORMAT_EMAIL, "a@b.de." }, { FORMAT_EMAIL, "a@-b.de" },
		{ FORMAT_EMAIL, "a@b-.de" }, { FORMAT_EMAIL, "a b@c.de" },
		{ FORMAT_EMAIL, "a@b@c.de" }, { FORMAT_EMAIL, ".a@b.de" },
		{ FORMAT_EMAIL, "a.@b.de" }, { FORMAT_EMAIL, "a..b@c.de" },
		{ FORMAT_EMAIL, "a@b.de\r\nBcc: c@d.de" }, { FORMAT_EMAIL, "a\r\n@b.de" },
		{ FORMAT_EMAIL, "\"a\"@b.de" }, { FORMAT_EMAIL, "<a@b.de>" },
		{ FORMAT_EMAIL, "a@[127.0.0.1]" }, { FORMAT_EMAIL, "jörg@b.de" },
		{ FORMAT_EMAIL, "a,b@c.de" } };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (validate_format(bad[i].format, bad[i].text))
			fail_msg("format %d took %s", (int)bad[i].format, bad[i].text);
	}
}

static void test_length_of_mail_addresses(void **state)
{
	(void)state;
	char local[66];
	memset(local, 'a', 65);
	local[65] = 0;
	assert_true(validate_format(FORMAT_EMAIL, text_format(arena, "%.64s@b.de", local)));
	assert_false(validate_format(FORMAT_EMAIL, text_format(arena, "%s@b.de", local)));
	assert_true(validate_format(FORMAT_EMAIL, text_format(arena, "a@%.63s.de", local)));
	assert_false(validate_format(FORMAT_EMAIL, text_format(arena, "a@%.64s.de", local)));
	assert_false(validate_format(FORMAT_EMAIL,
		text_format(arena, "a@%.63s.%.63s.%.63s.%.63s.de", local, local, local, local)));
}

/* 12,000 broken items: told are the first ones, and the walk ends before it fills the arena. */
static void test_long_lists_of_faults_end(void **state)
{
	(void)state;
	Registry__ImportTerritoryRequest request = REGISTRY__IMPORT_TERRITORY_REQUEST__INIT;
	Registry__Municipality municipality = REGISTRY__MUNICIPALITY__INIT;
	municipality.name = text_format(arena, "%300s", "x");
	for (int i = 0; i < 12000; i++)
		reflect_append(arena, &request.base, "municipalities", &municipality);
	struct arena *small = arena_new(32u * 1024);
	Asskomm__Failure *failure = validate(small, &request.base);
	assert_int_equal(failure->n_violations, FAILURE_VIOLATIONS_MAX);
	assert_string_equal(failure->violations[49]->field, "municipalities[46].name");
	assert_string_equal(failure->violations[49]->rule, "max_len");
	arena_destroy(&small);
}

/* What is stored: only days count, however deep, and an empty one is fine. */
static void test_dates_alone(void **state)
{
	(void)state;
	Analysis__SecurityAnalysis analysis = ANALYSIS__SECURITY_ANALYSIS__INIT;
	Analysis__PlannedStep first = ANALYSIS__PLANNED_STEP__INIT;
	Analysis__PlannedStep second = ANALYSIS__PLANNED_STEP__INIT;
	Analysis__PlannedStep *plan[] = { &first, &second };
	analysis.plan = plan;
	analysis.n_plan = 2;
	assert_null(validate_dates(&analysis.base));
	analysis.id = "no uuid";
	first.due_on = "2023-02-28";
	assert_null(validate_dates(&analysis.base));
	second.due_on = "2023-02-29";
	assert_string_equal(validate_dates(&analysis.base), "plan");
	analysis.kicked_off_on = "infinity";
	assert_string_equal(validate_dates(&analysis.base), "kickedOffOn");
}

static void test_every_type_can_be_validated(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *const *types;
	size_t count = all_types(&types);
	struct chance chance = { 77 };
	for (size_t i = 0; i < count * 20; i++) {
		struct arena *own = arena_new(4u << 20);
		ProtobufCMessage *message = random_message(own, &chance, types[i % count]);
		validate(own, message);
		validate_dates(message);
		arena_destroy(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_agreement),
		cmocka_unit_test(test_required_of_every_kind),
		cmocka_unit_test(test_paths_into_lists),
		cmocka_unit_test(test_lengths_count_characters),
		cmocka_unit_test(test_limits_of_numbers),
		cmocka_unit_test(test_number_of_items),
		cmocka_unit_test(test_formats_taken),
		cmocka_unit_test(test_formats_refused),
		cmocka_unit_test(test_length_of_mail_addresses),
		cmocka_unit_test(test_long_lists_of_faults_end),
		cmocka_unit_test(test_dates_alone),
		cmocka_unit_test(test_every_type_can_be_validated),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
