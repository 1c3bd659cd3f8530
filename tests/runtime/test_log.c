/* The lines of log.c, read back from a real pipe that stands in for stderr. */
#include "runtime/log.h"
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define PIPE_CAPACITY 65536

static int pipe_fds[2];
static int real_stderr;

/* stderr is a pipe from here to teardown; a blocking one, as a container engine makes it. */
static int setup(void **state)
{
	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	real_stderr = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
	log_init("registry", LOG_INFO);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	log_init("", LOG_INFO);
	return 0;
}

/* What one read gives must be exactly one line with one JSON object. */
static json_t *read_line(size_t *out_len)
{
	char bytes[8192];
	ssize_t len = read(pipe_fds[0], bytes, sizeof(bytes));
	assert_true(len > 0);
	assert_int_equal(bytes[len - 1], '\n');
	assert_null(memchr(bytes, '\n', (size_t)len - 1));
	json_error_t error;
	json_t *object = json_loadb(bytes, (size_t)len, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(object);
	*out_len = (size_t)len;
	return object;
}

static void assert_field(json_t *object, const char *name, const char *value)
{
	const char *text = json_string_value(json_object_get(object, name));
	assert_non_null(text);
	assert_string_equal(text, value);
}

static void a_line_has_its_fields(void **state)
{
	(void)state;
	size_t len;
	log_line(LOG_WARN, "ready", "bind", "tcp://127.0.0.1:1", "absent", NULL, "n", "3", NULL);
	json_t *object = read_line(&len);
	assert_int_equal(json_object_size(object), 6);
	assert_field(object, "level", "warn");
	assert_field(object, "svc", "registry");
	assert_field(object, "msg", "ready");
	assert_field(object, "bind", "tcp://127.0.0.1:1");
	assert_field(object, "n", "3");
	const char *ts = json_string_value(json_object_get(object, "ts"));
	int year, month, day, hour, minute, second, millisecond, end = 0;
	sscanf(ts, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour, &minute, &second,
		&millisecond, &end);
	assert_int_equal(end, 24);
	json_decref(object);
}

static void what_is_special_is_escaped(void **state)
{
	(void)state;
	size_t len;
	log_line(LOG_INFO, "a \"b\" \\ \n\r\t\x01\x7f Bürger 🏛", "x", "\xff\xc3", "y",
		"\xed\xa0\x80", NULL);
	json_t *object = read_line(&len);
	assert_field(object, "msg", "a \"b\" \\ \n\r\t\x01\x7f Bürger 🏛");
	assert_field(object, "x", "\xef\xbf\xbd\xef\xbf\xbd");
	assert_field(object, "y", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	json_decref(object);
}

/* Whatever length meets the end of the line, and with whatever characters, the line stays JSON. */
static void a_long_line_is_cut_and_stays_json(void **state)
{
	(void)state;
	char value[6000];
	static const char *const fillings[] = { "x", "\"", "\x02", "ü", "🏛" };
	for (size_t f = 0; f < sizeof(fillings) / sizeof(fillings[0]); f++) {
		for (size_t shift = 0; shift < 8; shift++) {
			size_t n = shift, unit = strlen(fillings[f]);
			memset(value, 'x', shift);
			for (; n + unit < 5000; n += unit)
				memcpy(value + n, fillings[f], unit);
			value[n] = '\0';
			log_line(LOG_INFO, "long", "value", value, "after", "lost", NULL);
			size_t len;
			json_t *object = read_line(&len);
			assert_true(len <= 4096 && len > 4070);
			assert_field(object, "msg", "long");
			json_decref(object);
		}
	}
}

static void a_less_important_line_is_not_written(void **state)
{
	(void)state;
	size_t len;
	log_line(LOG_DEBUG, "hidden", NULL);
	log_line(LOG_ERROR, "seen", NULL);
	json_t *object = read_line(&len);
	assert_field(object, "msg", "seen");
	json_decref(object);
}

/* Nobody reads: 1 MB of lines must neither block nor appear later in parts. */
static void a_full_pipe_drops_and_counts(void **state)
{
	(void)state;
	char value[1024];
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	unsigned long before = log_dropped();
	alarm(20);
	for (int i = 0; i < 1000; i++)
		log_line(LOG_INFO, "much", "value", value, NULL);
	alarm(0);
	unsigned long lost = log_dropped() - before;
	assert_true(lost > 1000 - PIPE_CAPACITY / 1000 - 1 && lost < 1000);

	char *bytes = malloc(PIPE_CAPACITY);
	size_t len = 0, lines = 0;
	fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	for (ssize_t n; (n = read(pipe_fds[0], bytes + len, PIPE_CAPACITY - len)) > 0;)
		len += (size_t)n;
	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	assert_int_equal(bytes[len - 1], '\n');
	assert_int_equal(lines, 1000 - lost);
	free(bytes);

	log_line(LOG_INFO, "again", NULL);
	json_t *object = read_line(&len);
	assert_field(object, "msg", "again");
	json_decref(object);
	/* The flag is on our own description: the shared one still blocks. */
	assert_false(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_has_its_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_special_is_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_line_is_cut_and_stays_json, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_less_important_line_is_not_written, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_pipe_drops_and_counts, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
