/* Settings from the environment, from files, from the table's defaults.
 *
 * All problems are reported at once, one line each, so that a new installation is put right in one
 * go. One environment file serves all processes of the suite: a name that belongs to another
 * process is not ours to judge, but a name that is almost one of ours is surely a slip of the
 * hand, and starting with the default in its place would be worse than not starting. */
#include "runtime/settings.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "ASSKOMM_"
#define FILE_SUFFIX "_FILE"
#define VALUE_MAX (64 * 1024)
#define NAME_MAX_LEN 64

extern char **environ;

/* ---- values */

/* The content of a file without trailing line breaks; it lives as long as the process. NULL with a
 * line on stderr when it cannot be read, is too long, or holds a NUL. */
static char *read_file(const char *name, const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		fprintf(stderr, "%s%s: %s: %s\n", name, FILE_SUFFIX, path, strerror(errno));
		return NULL;
	}
	char *value = malloc(VALUE_MAX + 1);
	CHECK(value);
	size_t len = fread(value, 1, VALUE_MAX + 1, file);
	bool unusable = ferror(file) || len > VALUE_MAX || memchr(value, '\0', len);
	fclose(file);
	if (unusable) {
		fprintf(stderr, "%s%s: %s: not a text of at most %d bytes\n", name, FILE_SUFFIX,
			path, VALUE_MAX);
		free(value);
		return NULL;
	}
	while (len > 0 && (value[len - 1] == '\n' || value[len - 1] == '\r'))
		len--;
	value[len] = '\0';
	char *trimmed = realloc(value, len + 1);
	return trimmed ? trimmed : value;
}

/* Environment, else file, else default. An empty text is a value like any other, but not for a
 * setting that must be given. */
static bool load_one(struct setting *setting)
{
	char file_name[NAME_MAX_LEN + sizeof(FILE_SUFFIX)];
	snprintf(file_name, sizeof(file_name), "%s%s", setting->name, FILE_SUFFIX);
	const char *path = getenv(file_name);
	const char *value = getenv(setting->name);
	if (!value && path) {
		value = read_file(setting->name, path);
		if (!value)
			return false;
	}
	if (!value)
		value = setting->fallback;
	if (!value || (!setting->fallback && !*value)) {
		fprintf(stderr, "%s is missing: %s\n", setting->name, setting->help);
		return false;
	}
	setting->value = value;
	return true;
}

/* ---- slips of the hand */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be inserted, left out, replaced or swapped with their neighbour to make
 * one text of the other (optimal string alignment), ignoring case. Three rows of the usual table
 * are enough. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			int x = toupper((unsigned char)a[i - 1]),
			    y = toupper((unsigned char)b[j - 1]);
			row[j] = least(above[j - 1] + (x != y), 1 + least(above[j], row[j - 1]));
			if (i > 1 && j > 1 && x == toupper((unsigned char)b[j - 2]) &&
				y == toupper((unsigned char)a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

/* Whether a name is almost the other one: one slip, in a long single word two. Names of several
 * words get only one, because their words may be short and differ by nature (HTTP_HOST, HTTP_PORT).
 */
static bool is_near(const char *name, size_t len, const char *known)
{
	size_t known_len = strlen(known);
	if (len > NAME_MAX_LEN || known_len > NAME_MAX_LEN)
		return false;
	size_t allowed = len < 8 || strchr(known, '_') ? 1 : 2;
	return edit_distance(name, len, known, known_len) <= allowed;
}

/* By length and bytes: a name in the environment ends at "=". */
static bool is_same(const char *name, size_t len, const char *known)
{
	return strlen(known) == len && strncmp(name, known, len) == 0;
}

/* Reports an environment entry ("NAME=value") that looks like a mistyped name of the table. */
static bool is_slip(const char *entry, const struct setting *settings, size_t count)
{
	size_t prefix_len = strlen(PREFIX), suffix_len = strlen(FILE_SUFFIX);
	if (strncmp(entry, PREFIX, prefix_len) != 0)
		return false;
	size_t len = strcspn(entry, "=");
	size_t stem = len;
	if (len > prefix_len + suffix_len &&
		strncmp(entry + len - suffix_len, FILE_SUFFIX, suffix_len) == 0)
		stem = len - suffix_len;

	const char *meant = NULL;
	for (size_t i = 0; i < count; i++) {
		const char *known = settings[i].name;
		if (is_same(entry, len, known) || is_same(entry, stem, known))
			return false;
		if (strncmp(known, PREFIX, prefix_len) == 0 &&
			is_near(entry + prefix_len, stem - prefix_len, known + prefix_len))
			meant = known;
	}
	if (meant)
		fprintf(stderr, "%.*s is unknown; is %s meant?\n", (int)len, entry, meant);
	return meant != NULL;
}

/* ---- the interface */

/* Goes on after a problem: all of them are told in one run. */
bool settings_load(struct setting *settings, size_t count)
{
	bool complete = true;
	for (size_t i = 0; i < count; i++) {
		CHECK(strlen(settings[i].name) <= NAME_MAX_LEN);
		complete &= load_one(&settings[i]);
	}
	for (char **entry = environ; *entry; entry++)
		complete &= !is_slip(*entry, settings, count);
	return complete;
}

/* Twenty rows at the most, and mostly at start. */
const char *settings_get(const struct setting *settings, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	CHECK(!"a setting that is in the table");
	return NULL;
}

/* Secrets are masked also when they are empty: whether one is set is nobody's business. */
void settings_print(const struct setting *settings, size_t count, bool values)
{
	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &settings[i];
		if (!values)
			printf("%-32s %s (%s%s)\n", setting->name, setting->help,
				setting->fallback ? "default: " : "must be given",
				setting->fallback ? setting->fallback : "");
		else
			printf("%s=%s\n", setting->name,
				setting->secret  ? "***"
				: setting->value ? setting->value
						 : "");
	}
}
