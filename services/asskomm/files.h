/* Small files: tokens, keys, a state to resume from. All are read and written as a whole, so that
 * no reader ever finds half of one. */
#ifndef ASSKOMM_FILES_H
#define ASSKOMM_FILES_H

#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether there is anything of that name, readable or not. */
bool files_exists(const char *path);

/* The whole file, NUL-terminated, or NULL with the reason on stderr: it cannot be read or holds
 * more than `max_len` bytes. */
char *files_read(struct arena *arena, const char *path, size_t max_len, size_t *out_len);

/* Writes a file as a whole or not at all, also when the machine stops in between: a new file
 * beside it, synced, takes its place. False with the reason on stderr. */
bool files_write(struct arena *arena, const char *path, mode_t mode, const char *text) MUST_CHECK;

/* Makes a folder, with those above it, unless it is there. False with the reason on stderr. */
bool files_make_folder(const char *path, mode_t mode) MUST_CHECK;

#endif
