/* The catalogue, by a few of its texts: all of them together are tests/check's business. */
#include "asskomm/coaching.pb-c.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/ruling.h"
#include "core/validate.h"
#include "helpers.h"
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void languages_have_tags(void **state)
{
	(void)state;
	assert_int_equal(language_of("de"), LANGUAGE_GERMAN);
	assert_int_equal(language_of("en"), LANGUAGE_ENGLISH);
	assert_int_equal(language_of(""), LANGUAGE_ENGLISH);
	assert_int_equal(language_of(NULL), LANGUAGE_ENGLISH);
	assert_int_equal(language_of("fr"), LANGUAGE_ENGLISH);
	assert_string_equal(language_tag(LANGUAGE_GERMAN), "de");
	assert_string_equal(language_tag(LANGUAGE_ENGLISH), "en");
}

static void a_text_has_two_languages(void **state)
{
	(void)state;
	assert_string_equal(catalogue_text(LANGUAGE_ENGLISH, "Not found"), "Not found");
	assert_string_equal(catalogue_text(LANGUAGE_GERMAN, "Not found"), "Nicht gefunden");
	/* the key of the catalogue's own head */
	assert_string_equal(catalogue_text(LANGUAGE_GERMAN, ""), "");
}

/* What has no German is said in English: better than nothing, and the check has complained. */
static void what_is_missing_is_english(void **state)
{
	const char *text = "nobody ever says this";
	(void)state;
	assert_ptr_equal(catalogue_text(LANGUAGE_GERMAN, text), text);
}

static void the_arena_says_which(void **state)
{
	(void)state;
	assert_string_equal(say(arena, "Give at most %u", 3u), "Give at most 3");
	arena_set_language(arena, LANGUAGE_GERMAN);
	assert_string_equal(
		say(arena, "Give at most %u", 3u), "Bitte geben Sie höchstens 3 Werte an");
	assert_string_equal(say_text(arena, "none"), "keine");
	assert_string_equal(say(arena, "%s", "none"), "none");
}

static void values_of_enums_are_words(void **state)
{
	const ProtobufCEnumDescriptor *type = &coaching__coaching_process__status__descriptor;
	int matched = COACHING__COACHING_PROCESS__STATUS__COACH_MATCHED;
	(void)state;
	assert_string_equal(say_label(arena, type, matched), "coach matched");
	assert_string_equal(say_label(arena, type, 99), "?");
	arena_set_language(arena, LANGUAGE_GERMAN);
	assert_string_equal(say_label(arena, type, matched), "Coach zugeordnet");
	/* no row of its own */
	assert_string_equal(say_label(arena, type, 0), "unspecified");
}

/* One text becomes sentence and violation; what it quotes is not looked up again. */
static void a_rule_refuses_in_both(void **state)
{
	struct ruling ruling = { .arena = arena, .today = "2023-08-09" };
	(void)state;
	assert_int_equal(require_past(&ruling, "signedOn", "2023-08-10"), REFUSED);
	assert_string_equal(ruling.failure->text, "Give a day that is not after today, 2023-08-09");
	arena_set_language(arena, LANGUAGE_GERMAN);
	assert_int_equal(require_past(&ruling, "signedOn", "2023-08-10"), REFUSED);
	assert_string_equal(ruling.failure->text,
		"Bitte geben Sie einen Tag an, der nicht nach dem heutigen liegt (2023-08-09)");
	assert_string_equal(ruling.failure->violations[0]->message, ruling.failure->text);
	assert_string_equal(ruling.failure->violations[0]->rule, "future");
}

static void a_form_complains_in_both(void **state)
{
	Coaching__CloseCoachingRequest request = COACHING__CLOSE_COACHING_REQUEST__INIT;
	Asskomm__Failure *failure;
	(void)state;
	request.closed_on = (char *)(uintptr_t) "2023-02-30";
	arena_set_language(arena, LANGUAGE_GERMAN);
	failure = validate(arena, &request.base);
	assert_non_null(failure);
	assert_string_equal(failure->text, "Die Anfrage verletzt die Regeln ihrer Felder");
	assert_string_equal(failure->violations[failure->n_violations - 2]->message,
		"Bitte geben Sie ein Datum an, das es gibt, zum Beispiel 2023-08-09");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(languages_have_tags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_has_two_languages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_missing_is_english, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_arena_says_which, set_up, tear_down),
		cmocka_unit_test_setup_teardown(values_of_enums_are_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rule_refuses_in_both, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_form_complains_in_both, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
