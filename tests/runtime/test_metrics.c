/* The metrics page against the text format it promises. The table is one per process, so the tests
 * run in order and the last one fills it up. */
#include "runtime/metrics.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static char *page(void)
{
	arena_destroy(&arena);
	arena = arena_new(4 * 1024 * 1024);
	return metrics_print(arena);
}

static void assert_on_page(const char *lines)
{
	char *text = page();
	if (!strstr(text, lines))
		fail_msg("missing:\n%s\nin:\n%s", lines, text);
}

static void counters_and_gauges(void **state)
{
	(void)state;
	metrics_add("test_rpc_total", "method", "SignAgreement", 1);
	metrics_add("test_rpc_total", "method", "GetAgreement", 2);
	metrics_add("test_rpc_total", "method", "SignAgreement", 1);
	metrics_set("test_lag_seconds", NULL, NULL, 0.25);
	metrics_set("test_lag_seconds", NULL, NULL, 0.125);
	metrics_set("test_odd", NULL, NULL, INFINITY);
	metrics_add("test_big_total", NULL, NULL, 9007199254740991.0);
	assert_on_page("# TYPE test_rpc_total counter\n"
		       "test_rpc_total{method=\"GetAgreement\"} 2\n"
		       "test_rpc_total{method=\"SignAgreement\"} 2\n");
	assert_on_page("# TYPE test_lag_seconds gauge\ntest_lag_seconds 0.125\n");
	assert_on_page("test_odd +Inf\n");
	assert_on_page("test_big_total 9007199254740991\n");
}

static void label_values_are_escaped_and_cut(void **state)
{
	(void)state;
	metrics_add("test_escaped_total", "x", "a\"b\\c\nd", 1);
	assert_on_page("test_escaped_total{x=\"a\\\"b\\\\c\\nd\"} 1\n");
	char value[500];
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	metrics_add("test_cut_total", "x", value, 1);
	value[101] = '\0';
	assert_null(strstr(page(), value));
	value[100] = '\0';
	assert_non_null(strstr(page(), value));
}

static void histograms_cumulate(void **state)
{
	(void)state;
	metrics_observe_ns("test_seconds", "m", "x", 500000);       /* on the first bound */
	metrics_observe_ns("test_seconds", "m", "x", 500001);       /* just above */
	metrics_observe_ns("test_seconds", "m", "x", 20000000000u); /* beyond all */
	metrics_observe_ns("test_seconds", "m", "y", 1);
	assert_on_page("# TYPE test_seconds histogram\n"
		       "test_seconds_bucket{m=\"x\",le=\"0.0005\"} 1\n"
		       "test_seconds_bucket{m=\"x\",le=\"0.001\"} 2\n");
	assert_on_page("test_seconds_bucket{m=\"x\",le=\"10\"} 2\n"
		       "test_seconds_bucket{m=\"x\",le=\"+Inf\"} 3\n"
		       "test_seconds_sum{m=\"x\"} 20.001000001\n"
		       "test_seconds_count{m=\"x\"} 3\n"
		       "test_seconds_bucket{m=\"y\",le=\"0.0005\"} 1\n");
	metrics_observe_ns("test_plain_seconds", NULL, NULL, 1);
	assert_on_page("test_plain_seconds_bucket{le=\"0.0005\"} 1\n");
}

/* Each name has one TYPE line, before its first series, however the series were made. */
static void each_name_has_one_type_line(void **state)
{
	(void)state;
	metrics_add("test_late_total", "m", "b", 1);
	metrics_add("test_between_total", NULL, NULL, 1);
	metrics_add("test_late_total", "m", "a", 1);
	char *text = page();
	char *first = strstr(text, "# TYPE test_late_total counter\ntest_late_total{m=\"a\"} 1\n"
				   "test_late_total{m=\"b\"} 1\n");
	assert_non_null(first);
	assert_null(strstr(first + 1, "# TYPE test_late_total "));
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void a_small_arena_does_not_stop_the_process(void **state)
{
	(void)state;
	struct arena *small = arena_new(64);
	assert_string_equal(metrics_print(small), "# the page is too large\n");
	arena_destroy(&small);
}

static void the_table_is_bounded(void **state)
{
	(void)state;
	char value[32];
	for (int i = 0; i < 1500; i++) {
		snprintf(value, sizeof(value), "%d", i);
		metrics_add("test_many_total", "i", value, 1);
	}
	metrics_add("test_rpc_total", "method", "SignAgreement", 1);
	assert_on_page("test_rpc_total{method=\"SignAgreement\"} 3\n");
	size_t series = 0;
	for (char *at = page(); (at = strstr(at, "\ntest_many_total{")); at++)
		series++;
	assert_true(series > 900 && series < 1000);
	char expected[64];
	snprintf(
		expected, sizeof(expected), "\nasskomm_metrics_dropped_total %zu\n", 1500 - series);
	assert_on_page(expected);
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_and_gauges),
		cmocka_unit_test(label_values_are_escaped_and_cut),
		cmocka_unit_test(histograms_cumulate),
		cmocka_unit_test(each_name_has_one_type_line),
		cmocka_unit_test(a_small_arena_does_not_stop_the_process),
		cmocka_unit_test(the_table_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
