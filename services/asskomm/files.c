/* Small files, read whole and written whole. A file is never changed in place: a new one beside it
 * is synced and then takes its name, so that whoever reads at that moment, or after a power cut,
 * finds the old content or the new. */
#include "files.h"
#include "core/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As errno tells it, with the path, which is what people get wrong. */
static void complain(const char *path)
{
	fprintf(stderr, "asskomm: %s: %s\n", path, strerror(errno));
}

/* Anything of that name counts, also what cannot be read: it must not be overwritten as if it
 * were not there. */
bool files_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Bounded while it is read, so that a device or a huge file by mistake does not fill memory. */
char *files_read(struct arena *arena, const char *path, size_t max_len, size_t *out_len)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL) {
		complain(path);
		return NULL;
	}
	struct text text;
	text_init(&text, arena, max_len);
	char block[16384];
	size_t len;
	while ((len = fread(block, 1, sizeof block, file)) > 0 && !text.overflown) {
		text_append_len(&text, block, len);
	}
	bool good = !ferror(file) && !text.overflown;
	if (ferror(file)) {
		complain(path);
	} else if (text.overflown) {
		fprintf(stderr, "asskomm: %s holds more than %zu bytes\n", path, max_len);
	}
	fclose(file);
	if (!good) {
		return NULL;
	}
	*out_len = text.len;
	return text.bytes;
}

/* Writes all and makes sure that it is on the disk. */
static bool fill(int fd, const char *text)
{
	size_t len = strlen(text);
	while (len > 0) {
		ssize_t n = write(fd, text, len);
		if (n < 0 && errno != EINTR) {
			return false;
		}
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) == 0;
}

/* The mode is set at birth: a secret is never readable by others, not even for a moment. O_EXCL,
 * so that a link laid out beforehand is not followed. */
bool files_write(struct arena *arena, const char *path, mode_t mode, const char *text)
{
	char *beside = text_format(arena, "%s.%ld.new", path, (long)getpid());
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		complain(beside);
		return false;
	}
	bool good = fill(fd, text);
	good = close(fd) == 0 && good;
	if (!good || rename(beside, path) != 0) {
		complain(path);
		unlink(beside);
		return false;
	}
	return true;
}

/* Folders above are made with the same mode. */
bool files_make_folder(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t len = 0;
	do {
		len += strspn(path + len, "/");
		len += strcspn(path + len, "/");
		if (len >= sizeof part) {
			errno = ENAMETOOLONG;
			complain(path);
			return false;
		}
		memcpy(part, path, len);
		part[len] = '\0';
		if (mkdir(part, mode) != 0 && errno != EEXIST) {
			complain(part);
			return false;
		}
	} while (path[len] != '\0');
	return true;
}
