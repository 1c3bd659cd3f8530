/* What people read: tables in columns, text that cannot play tricks on a terminal. */
#ifndef ASSKOMM_OUTPUT_H
#define ASSKOMM_OUTPUT_H

#include "core/arena.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

/* A text without control characters: each is replaced by '?'. Answers are data, not commands to the
 * terminal. From the arena. */
char *output_safe(struct arena *arena, const char *text);

/* "COACH_MATCHED", as the API names it, as people read it: "coach matched". NULL is "". From the
 * arena. */
char *output_label(struct arena *arena, const char *name);

/* "1 day", "2 days". From the arena. */
char *output_count(struct arena *arena, size_t n, const char *one, const char *many);

/* Columns on a terminal that a valid UTF-8 text takes: one for each character, none for combining
 * marks. The names of the territory hold nothing wider. */
size_t output_width(const char *text);

/* Cents as "1 100 000.00". From the arena. */
char *output_cents(struct arena *arena, int64_t cents);

/* Rows of texts, all in one arena. Filled with table_add, printed once as a whole, as the widths
 * are known only then. */
struct table {
	struct arena *arena;
	size_t n_columns;
	size_t n_rows;
	size_t capacity;    /* rows */
	unsigned right;     /* bit i: column i is aligned to the right (numbers) */
	const char **cells; /* row after row */
};

/* An empty table with its headings (n_columns of them; NULL: no headings). */
void table_init(struct table *table, struct arena *arena, size_t n_columns,
	const char *const *headings, unsigned right);

/* Adds a row of n_columns texts, copied and made safe. NULL is "". */
void table_add(struct table *table, const char *const *cells);

/* Prints all rows, each column as wide as its widest cell, two spaces between, no trailing space.
 */
void table_print(const struct table *table, FILE *out);

#endif
