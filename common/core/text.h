/* Strings in an arena, and a growing buffer with a maximum. */
#ifndef ASSKOMM_CORE_TEXT_H
#define ASSKOMM_CORE_TEXT_H

#include "core/arena.h"
#include "core/check.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A printf'd string from the arena. Never NULL. */
char *text_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same from an argument list. */
char *text_format_list(struct arena *arena, const char *format, va_list arguments)
	PRINTF_LIKE(2, 0);

/* A copy of `text` (NULL is ""). */
char *text_copy(struct arena *arena, const char *text);

/* A copy of the first `len` bytes, NUL-terminated. */
char *text_copy_len(struct arena *arena, const char *text, size_t len);

/* How many of the `len` bytes, from the first on, stand everywhere as they are: visible ASCII and
 * spaces, but no quote and no backslash. A fast way over what nearly all texts consist of. */
size_t text_plain_len(const char *bytes, size_t len);

/* Whether `text` is valid UTF-8 (no surrogates, no over-long forms) without NUL in `len` bytes. */
bool text_is_utf8(const char *text, size_t len);

/* Characters, not bytes, in valid UTF-8. */
size_t text_characters(const char *text);

/* Lower case for comparing names: ASCII and the German, Sorbian and other Latin letters of
 * Latin-1 and Latin Extended-A. From the arena. */
char *text_fold(struct arena *arena, const char *text);

/* Lower-case hex of `len` bytes. */
char *text_hex(struct arena *arena, const uint8_t *bytes, size_t len);

/* The same as PostgreSQL reads bytes: "\x0a1b…". */
char *text_bytea(struct arena *arena, const uint8_t *bytes, size_t len);

/* A buffer that grows inside an arena up to `max_len`; appending more marks it as overflown and
 * adds nothing. Zero-terminated at all times. */
struct text {
	struct arena *arena;
	char *bytes;     /* moves when the text grows */
	size_t len;      /* without the zero */
	size_t capacity; /* without the zero */
	size_t max_len;
	bool overflown; /* something was left out; whoever cares looks at the end */
};

/* Empty. Nothing needs to be released: the bytes are the arena's. */
void text_init(struct text *text, struct arena *arena, size_t max_len);

/* Append all or nothing: a string, so many bytes (NULs too), something printed. */
void text_append(struct text *text, const char *string);
void text_append_len(struct text *text, const char *bytes, size_t len);
void text_append_format(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
