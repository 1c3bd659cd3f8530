/* Settings from a real environment and real files; what goes to stderr and stdout is read back. */
#include "runtime/settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char captured[16384];

/* Points `fd` at a scratch file while the caller prints; give_back puts what was printed into
 * `captured`. */
static int capture_fd, saved_fd;
static FILE *scratch;

static void capture(int fd)
{
	fflush(NULL);
	scratch = tmpfile();
	capture_fd = fd;
	saved_fd = dup(fd);
	dup2(fileno(scratch), fd);
}

static void give_back(void)
{
	fflush(NULL);
	dup2(saved_fd, capture_fd);
	close(saved_fd);
	rewind(scratch);
	captured[fread(captured, 1, sizeof(captured) - 1, scratch)] = '\0';
	fclose(scratch);
}

static bool load(struct setting *settings, size_t count)
{
	capture(STDERR_FILENO);
	bool complete = settings_load(settings, count);
	give_back();
	return complete;
}

/* An environment in which nothing of ours is set. */
static int setup(void **state)
{
	(void)state;
	clearenv();
	return 0;
}

static void write_file(char *path_template, const char *content, size_t len)
{
	int fd = mkstemp(path_template);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), (ssize_t)len);
	close(fd);
}

static void environment_then_file_then_fallback(void **state)
{
	(void)state;
	char path[] = "/tmp/asskomm-test-XXXXXX";
	write_file(path, "from file\r\n\n", 12);
	struct setting settings[] = {
		{ .name = "ASSKOMM_ONE_THING", .fallback = "default", .help = "one" },
		{ .name = "ASSKOMM_SECRET", .secret = true, .help = "two" },
		{ .name = "ASSKOMM_CHOICE", .fallback = "default", .help = "three" },
		{ .name = "ASSKOMM_EMPTIED", .fallback = "default", .help = "four" },
	};
	setenv("ASSKOMM_SECRET_FILE", path, 1);
	setenv("ASSKOMM_CHOICE", "from environment", 1);
	setenv("ASSKOMM_CHOICE_FILE", "/nowhere", 1);
	setenv("ASSKOMM_EMPTIED", "", 1);
	assert_true(load(settings, COUNT(settings)));
	assert_string_equal(captured, "");
	assert_string_equal(settings_get(settings, 4, "ASSKOMM_ONE_THING"), "default");
	assert_string_equal(settings_get(settings, 4, "ASSKOMM_SECRET"), "from file");
	assert_string_equal(settings_get(settings, 4, "ASSKOMM_CHOICE"), "from environment");
	assert_string_equal(settings_get(settings, 4, "ASSKOMM_EMPTIED"), "");
	unlink(path);
	free((char *)settings[1].value); /* lives as long as the process, the table here does not */
}

static void all_that_is_missing_is_named(void **state)
{
	(void)state;
	struct setting settings[] = {
		{ .name = "ASSKOMM_DATABASE", .help = "connection" },
		{ .name = "ASSKOMM_KEYS", .help = "folder" },
		{ .name = "ASSKOMM_LATER", .fallback = "", .help = "may be empty" },
	};
	setenv("ASSKOMM_KEYS", "", 1);
	assert_false(load(settings, COUNT(settings)));
	assert_string_equal(captured,
		"ASSKOMM_DATABASE is missing: connection\nASSKOMM_KEYS is missing: folder\n");
}

static void an_unusable_file_is_refused(void **state)
{
	(void)state;
	struct setting settings[] = { { .name = "ASSKOMM_SECRET", .fallback = "x", .help = "h" } };
	setenv("ASSKOMM_SECRET_FILE", "/nowhere/at/all", 1);
	assert_false(load(settings, 1));
	assert_non_null(strstr(captured, "/nowhere/at/all"));

	char path[] = "/tmp/asskomm-test-XXXXXX";
	write_file(path, "with\0nul", 8);
	setenv("ASSKOMM_SECRET_FILE", path, 1);
	assert_false(load(settings, 1));
	unlink(path);

	char big[] = "/tmp/asskomm-test-XXXXXX";
	char *bytes = calloc(1, 70000);
	memset(bytes, 'x', 70000);
	write_file(big, bytes, 70000);
	setenv("ASSKOMM_SECRET_FILE", big, 1);
	assert_false(load(settings, 1));
	unlink(big);
	free(bytes);
}

static void slips_are_found_and_strangers_are_not(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool slip;
	} CASES[] = {
		{ "ASSKOMM_DATABSE", true },
		{ "ASSKOMM_DATABASES", true },
		{ "ASSKOMM_DTAABASE", true },
		{ "ASSKOMM_Database", true },
		{ "ASSKOMM_DATABASE_FIEL", false }, /* four letters off: another name */
		{ "ASSKOMM_DATABSE_FILE", true },
		{ "ASSKOMM_HTTPHOST", true },
		{ "ASSKOMM_HTTP_HSOT", true },
		{ "ASSKOMM_HTTP_PORT", false },
		{ "ASSKOMM_BUS", false },
		{ "ASSKOMM_LEDGER_ENDPOINT", false },
		{ "ASSKOMM_", false },
		{ "DATABSE", false },
	};
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct setting settings[] = {
			{ .name = "ASSKOMM_DATABASE", .fallback = "x", .help = "h" },
			{ .name = "ASSKOMM_HTTP_HOST", .fallback = "x", .help = "h" },
			{ .name = "ASSKOMM_KEY", .fallback = "x", .help = "h" },
		};
		clearenv();
		setenv(CASES[i].name, "/dev/null", 1);
		if (load(settings, COUNT(settings)) == CASES[i].slip)
			fail_msg("%s: %s", CASES[i].name, captured);
		assert_int_equal(strstr(captured, "is unknown") != NULL, CASES[i].slip);
	}
}

static void secrets_are_never_printed(void **state)
{
	(void)state;
	struct setting settings[] = {
		{ .name = "ASSKOMM_PASSWORD", .secret = true, .help = "the password" },
		{ .name = "ASSKOMM_DATABASE", .fallback = "dbname=x", .help = "connection" },
	};
	setenv("ASSKOMM_PASSWORD", "geheim", 1);
	assert_true(load(settings, COUNT(settings)));
	capture(STDOUT_FILENO);
	settings_print(settings, COUNT(settings), true);
	give_back();
	assert_string_equal(captured, "ASSKOMM_PASSWORD=***\nASSKOMM_DATABASE=dbname=x\n");
	capture(STDOUT_FILENO);
	settings_print(settings, COUNT(settings), false);
	give_back();
	assert_null(strstr(captured, "geheim"));
	assert_non_null(strstr(captured, "the password (must be given)\n"));
	assert_non_null(strstr(captured, "connection (default: dbname=x)\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(environment_then_file_then_fallback, setup),
		cmocka_unit_test_setup(all_that_is_missing_is_named, setup),
		cmocka_unit_test_setup(an_unusable_file_is_refused, setup),
		cmocka_unit_test_setup(slips_are_found_and_strangers_are_not, setup),
		cmocka_unit_test_setup(secrets_are_never_printed, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
