/* History lines: references, keys, what is refused; and the alliance's own history as a whole. */
#include "files.h"
#include "history.h"
#include "unit.h"
#include <string.h>

#define LINE(post, more)                                                                           \
	"{\"recordedOn\":\"2021-01-18\",\"provenance\":\"PUBLISHED\",\"citation\":"                \
	"\"Müller\"," more "\"post\":\"" post "\",\"body\":{\"b\":1,\"a\":[true]}}"

static bool parse(void **state, const char *line, const json_t *ids, struct history_line *out_line,
	const char **out_error)
{
	return history_parse(*state, line, strlen(line), ids, out_line, out_error);
}

static void a_line_becomes_a_request(void **state)
{
	struct history_line line;
	const char *error = NULL;
	json_t *ids = json_pack("{s:s, s:s}", "coaching-1", "3f2a", "council-2", "77");
	assert_true(parse(state, LINE("/coachings/{coaching-1}/x/{council-2}", "\"as\":\"c-9\","),
		ids, &line, &error));
	assert_string_equal(line.method, "POST");
	assert_string_equal(line.path, "/coachings/3f2a/x/77");
	assert_string_equal(line.body, "{\"b\":1,\"a\":[true]}");
	assert_string_equal(line.citation, "Müller");
	assert_string_equal(line.as, "c-9");
	assert_string_equal(line.recorded_on, "2021-01-18");
	json_decref(ids);
}

static void what_has_a_key_is_put(void **state)
{
	struct history_line line;
	const char *error = NULL;
	assert_true(parse(state,
		"{\"recordedOn\":\"2021-01-18\",\"provenance\":\"SYNTHETIC\",\"citation\":\"\","
		"\"put\":\"/organisations/PR-PIR\",\"body\":{}}",
		NULL, &line, &error));
	assert_string_equal(line.method, "PUT");
	assert_string_equal(line.path, "/organisations/PR-PIR");
}

static void the_key_follows_from_the_line(void **state)
{
	struct history_line first;
	struct history_line again;
	struct history_line other;
	const char *error = NULL;
	assert_true(parse(state, LINE("/a", ""), NULL, &first, &error));
	assert_true(parse(state, LINE("/a", ""), NULL, &again, &error));
	assert_true(parse(state, LINE("/b", ""), NULL, &other, &error));
	assert_string_equal(first.key, again.key);
	assert_string_not_equal(first.key, other.key);
	assert_int_equal(strlen(first.key), strlen("history-") + 32);
	assert_null(first.as);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} WRONG[] = {
		{ "{\"recordedOn\"", "not JSON" },
		{ "{}", "recordedOn" },
		{ "[]", "recordedOn" },
		{ LINE("/coachings/{coaching-1}/start", ""), "coaching-1" },
		{ LINE("/coachings/{coaching-1", ""), "coaching-1" },
		{ LINE("coachings", ""), "no path" },
		{ LINE("/a", "\"put\":\"/a\","), "both" },
		{ LINE("/a", "\"as\":7,"), "\"as\"" },
		{ LINE("/a", "\"provenance\":\"RECORDED\","), "not JSON" }, /* twice */
		{ "{\"recordedOn\":\"2021-02-30\",\"provenance\":\"\",\"citation\":\"\",\"post\":"
		  "\"/a\","
		  "\"body\":{}}",
			"no date" },
		{ "{\"recordedOn\":\"2021-02-03\",\"provenance\":\"\",\"citation\":\"\",\"post\":"
		  "\"/a\"}",
			"body" },
	};
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		struct history_line line;
		const char *error = NULL;
		assert_false(parse(state, WRONG[i].line, NULL, &line, &error));
		assert_non_null(error);
		assert_non_null(strstr(error, WRONG[i].says));
	}
}

static void lines_are_cut_and_counted(void **state)
{
	(void)state;
	const char *text = "{\"recordedOn\":\"2020-01-01\"}\n{\"recordedOn\":\"2020-01-02\"}\n"
			   "{\"recordedOn\":\"2020-01-03\"}";
	const char *line;
	size_t len;
	assert_int_equal(history_count(text, NULL), 3);
	assert_int_equal(history_count(text, "2020-01-02"), 2);
	assert_int_equal(history_count(text, "2019-12-31"), 0);
	assert_int_equal(history_count("", NULL), 0);
	assert_true(history_next(&text, &line, &len));
	assert_int_equal(len, 27);
	assert_true(history_next(&text, &line, &len));
	assert_true(history_next(&text, &line, &len));
	assert_int_equal(len, 27);
	assert_false(history_next(&text, &line, &len));
}

/* Every line is well-formed, sorted, and refers only to lines before it. */
static void the_history_of_the_alliance_holds(void **state)
{
	size_t len;
	const char *text = files_read(*state, HISTORY_FILE, 16u * 1024 * 1024, &len);
	const char *start;
	const char *last = "";
	json_t *ids = json_object();
	assert_non_null(text);
	while (history_next(&text, &start, &len)) {
		struct history_line line;
		const char *error = "";
		if (!history_parse(*state, start, len, ids, &line, &error)) {
			fail_msg("%s: %.*s", error, (int)len, start);
		}
		assert_true(strcmp(last, line.recorded_on) <= 0);
		last = line.recorded_on;
		if (line.as != NULL) {
			json_object_set_new(ids, line.as, json_string("id"));
		}
	}
	assert_true(json_object_size(ids) > 100);
	json_decref(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(a_line_becomes_a_request),
		UNIT(what_has_a_key_is_put),
		UNIT(the_key_follows_from_the_line),
		UNIT(what_is_wrong_is_named),
		UNIT(lines_are_cut_and_counted),
		UNIT(the_history_of_the_alliance_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
