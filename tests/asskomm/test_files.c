/* Small files: written whole, with their mode, over what was there. */
#include "core/text.h"
#include "files.h"
#include "unit.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/asskomm-files-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
	(void)state;
	char path[sizeof folder + sizeof "/token"];
	snprintf(path, sizeof path, "%s/token", folder);
	unlink(path);
	return rmdir(folder);
}

static size_t entries(void)
{
	DIR *open = opendir(folder);
	size_t count = 0;
	while (readdir(open) != NULL) {
		count++;
	}
	closedir(open);
	return count - 2; /* "." and ".." */
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	const char *path = text_format(*state, "%s/token", folder);
	struct stat stat_of;
	size_t len = 0;
	assert_false(files_exists(path));
	assert_true(files_write(*state, path, 0400, "first"));
	assert_true(files_write(*state, path, 0400, "second")); /* though it cannot be written to */
	assert_string_equal(files_read(*state, path, 100, &len), "second");
	assert_int_equal(len, 6);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0400);
	assert_int_equal(entries(), 1); /* nothing stays beside it */
	assert_null(files_read(*state, path, 5, &len));
}

static void a_folder_is_made_with_those_above(void **state)
{
	const char *above = text_format(*state, "%s/a", folder);
	const char *below = text_format(*state, "%s//b/", above);
	assert_true(files_make_folder(below, 0700));
	assert_true(files_make_folder(below, 0700));
	assert_false(files_make_folder("/dev/null/x", 0700));
	assert_int_equal(rmdir(below), 0);
	assert_int_equal(rmdir(above), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(a_file_is_replaced_as_a_whole),
		UNIT(a_folder_is_made_with_those_above),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
