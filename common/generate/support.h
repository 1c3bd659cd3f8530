/* What every mode of the generator needs: memory, files, failing, C string literals.
 *
 * The generator is a tool that runs for a moment: what it allocates stays until it exits, and the
 * first thing that is wrong ends it with one clear line and status 1. */
#ifndef ASSKOMM_GENERATE_SUPPORT_H
#define ASSKOMM_GENERATE_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Ends the program: "generate: …" on stderr. A half-written output is removed. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* Zeroed memory until exit. Never NULL. */
void *keep(size_t size);

/* A printf'd string until exit. */
__attribute__((format(printf, 1, 2))) char *keep_format(const char *format, ...);

/* A copy of the first `len` bytes, NUL-terminated, until exit. */
char *keep_text(const char *text, size_t len);

/* A whole file, NUL-terminated; fails when it cannot be read. */
char *read_file(const char *path, size_t *out_len);

/* Opens `path` for writing; fails when it cannot. One output at a time is open. */
FILE *output_open(const char *path);

/* Closes it; fails when something could not be written. */
void output_close(FILE *output);

/* Writes `len` bytes as C string literals, a new one after each line feed. */
void output_literal(FILE *output, const char *text, size_t len);

/* The last part of a path without the ending `suffix`: "sql/agreement.save.sql" and ".sql" give
 * "agreement.save". */
char *base_name(const char *path, const char *suffix);

/* Splits "NAME=value"; fails when there is no '='. */
void split_assignment(const char *argument, char **out_name, char **out_value);

#endif
