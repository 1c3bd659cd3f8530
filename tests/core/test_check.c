/* CHECK stops the process with one line that names the place; CONTAINER_OF finds the way back. */
#include "helpers.h"
#include "core/check.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct outer {
	int before;
	struct {
		int value;
	} inner;
};

static void test_holds(void **state)
{
	(void)state;
	int evaluated = 0;
	CHECK(++evaluated == 1);
	assert_int_equal(evaluated, 1);
}

static void test_failing_check_tells_and_aborts(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		CHECK(1 + 1 == 3);
		_exit(0);
	}
	close(ends[1]);
	char line[512] = "";
	assert_true(read(ends[0], line, sizeof line - 1) > 0);
	close(ends[0]);
	int status = 0;
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(line, "test_check.c:"));
	assert_non_null(strstr(line, "CHECK(1 + 1 == 3)"));
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void test_container_of(void **state)
{
	(void)state;
	struct outer outer = { .before = 7 };
	assert_ptr_equal(CONTAINER_OF(&outer.inner, struct outer, inner), &outer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_failing_check_tells_and_aborts),
		cmocka_unit_test(test_container_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
