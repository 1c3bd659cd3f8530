/* CURVE keys in files: Z85 text, 40 characters, one key a file.
 *
 * <folder>/<name>.key holds our secret; the public half is computed. authorized/<service>.pub and
 * authorized/<service>.<anything>.pub hold the keys of those we trust. They are read again at a
 * handshake when the last reading is older than a second: a new key works at once, a removed one
 * opens no connection any more, and nobody restarts anything. */
#include "runtime/bus_internal.h"
#include "runtime/log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REFRESH_MS 1000
#define PATH_SIZE 1400

/* Why reading a key file did not work. */
static const char UNREADABLE[] = "cannot be read";
static const char OPEN_TO_OTHERS[] = "may be read or written by group or others; chmod 600";
static const char MALFORMED[] = "is no Z85 key of 40 characters";

/* Reads a file that holds one key and perhaps a line end. NULL, or what is wrong with it. A pipe
 * must not make us wait for its writer; the mode is that of the open file, so that nobody exchanges
 * it in between; what was read does not stay on the stack. */
static const char *read_key(const char *path, mode_t forbidden, char out_key[BUS_KEY_SIZE])
{
	char text[BUS_KEY_SIZE + 2];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return UNREADABLE;
	struct stat status;
	ssize_t len = fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
			      ? read(fd, text, sizeof text - 1)
			      : -1;
	close(fd);
	if (len < 0)
		return UNREADABLE;
	if (status.st_mode & forbidden)
		return OPEN_TO_OTHERS;
	text[len] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	uint8_t bytes[32];
	bool is_key = strlen(text) == BUS_KEY_SIZE - 1 && zmq_z85_decode(bytes, text) != NULL;
	if (is_key)
		memcpy(out_key, text, BUS_KEY_SIZE);
	explicit_bzero(text, sizeof text);
	explicit_bzero(bytes, sizeof bytes);
	return is_key ? NULL : MALFORMED;
}

/* Takes one file of authorized/ into the list when it is named like a key. A bad one costs only
 * itself: the others must work. */
static void add_authorized(struct bus_keys *keys, const char *folder, const char *file)
{
	const char *dot = strchr(file, '.');
	size_t len = strlen(file);
	if (dot == NULL || dot == file || len < 4 || strcmp(file + len - 4, ".pub") != 0)
		return;
	size_t service_len = (size_t)(dot - file);
	char path[PATH_SIZE];
	int path_len = snprintf(path, sizeof path, "%s/%s", folder, file);
	if (service_len >= BUS_NAME_SIZE || path_len >= (int)sizeof path ||
		keys->count == BUS_KEYS_MAX) {
		log_line(LOG_WARN, "key left out", "file", file, NULL);
		return;
	}
	struct bus_key *key = &keys->keys[keys->count];
	const char *wrong = read_key(path, 0, key->text);
	if (wrong != NULL) {
		log_line(LOG_WARN, "key left out", "file", file, "why", wrong, NULL);
		return;
	}
	memcpy(key->service, file, service_len);
	key->service[service_len] = '\0';
	zmq_z85_decode(key->bytes, key->text);
	keys->count++;
}

/* An unreadable folder leaves the keys as they were. */
static bool read_authorized(struct bus_keys *keys)
{
	char folder[PATH_SIZE];
	snprintf(folder, sizeof folder, "%s/authorized", keys->folder);
	keys->read_ms = bus_now_ms();
	DIR *entries = opendir(folder);
	if (entries == NULL) {
		log_line(LOG_ERROR, "no authorized keys", "folder", folder, "why", strerror(errno),
			NULL);
		return false;
	}
	keys->count = 0;
	for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
		add_authorized(keys, folder, entry->d_name);
	closedir(entries);
	return true;
}

bool bus_keys_load(const char *folder, const char *name, struct bus_keys *out_keys)
{
	char path[PATH_SIZE];
	if (strlen(folder) >= sizeof out_keys->folder) {
		log_line(LOG_ERROR, "path too long", "folder", folder, NULL);
		return false;
	}
	snprintf(path, sizeof path, "%s/%s.key", folder, name);
	const char *wrong = read_key(path, S_IRWXG | S_IRWXO, out_keys->secret_key);
	if (wrong != NULL) {
		log_line(LOG_ERROR, "no secret key", "file", path, "why", wrong, NULL);
		return false;
	}
	snprintf(out_keys->folder, sizeof out_keys->folder, "%s", folder);
	CHECK(zmq_curve_public(out_keys->public_key, out_keys->secret_key) == 0);
	return read_authorized(out_keys);
}

void bus_keys_refresh(struct bus_keys *keys)
{
	if (bus_now_ms() - keys->read_ms >= REFRESH_MS)
		(void)read_authorized(keys);
}

/* Few keys and few handshakes: a list will do. */
const char *bus_keys_service(const struct bus_keys *keys, const uint8_t *bytes)
{
	for (size_t i = 0; i < keys->count; i++)
		if (memcmp(keys->keys[i].bytes, bytes, sizeof keys->keys[i].bytes) == 0)
			return keys->keys[i].service;
	return NULL;
}

const char *bus_keys_of(const struct bus_keys *keys, const char *service, unsigned attempt)
{
	const char *found[BUS_KEYS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->keys[i].service, service) == 0)
			found[count++] = keys->keys[i].text;
	return count == 0 ? NULL : found[attempt % count];
}
