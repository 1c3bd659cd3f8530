/* Runs a target with inputs from files, where there is no libFuzzer: what was found once is looked
 * at in every build.
 *
 *   fuzz-<target> <file or folder>… */
#include "fuzz.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_BYTES_MAX (1024 * 1024)

static unsigned replayed;

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *buffer = malloc(INPUT_BYTES_MAX);
	if (file == NULL || buffer == NULL) {
		perror(path);
		free(buffer);
		return 1;
	}
	size_t len = fread(buffer, 1, INPUT_BYTES_MAX, file);
	fclose(file);
	/* Exactly its bytes, so that reading on is a fault for the sanitizer. */
	uint8_t *bytes = malloc(len > 0 ? len : 1);
	memcpy(bytes, buffer, len);
	free(buffer);
	fprintf(stderr, "%s\n", path); /* the last line names the one that broke it */
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	replayed++;
	return 0;
}

static int run_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	int result = count < 0;
	for (int i = 0; i < count; i++) {
		char file[4096];
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			result |= run_file(file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return result;
}

int main(int argc, char **argv)
{
	int result = 0;
	for (int i = 1; i < argc; i++) {
		struct stat status;
		bool is_folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
		result |= is_folder ? run_folder(argv[i]) : run_file(argv[i]);
	}
	printf("%u inputs\n", replayed);
	return replayed == 0 ? 1 : result;
}
