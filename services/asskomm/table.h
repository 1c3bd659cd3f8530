/* CSV files as tables: every cell with its place, and every fault with its line and column. Pure.
 *
 * What people's programs write is read: ; , or tab between cells (by the header line), quoted cells
 * with line breaks in them, LF or CRLF, with or without a byte order mark. What is broken is not
 * guessed at: bytes that are no UTF-8, NUL, a quote that never ends or stands inside a cell, a line
 * with another number of cells than the header. */
#ifndef ASSKOMM_TABLE_H
#define ASSKOMM_TABLE_H

#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 64u
#define TABLE_ROWS_MAX 100000u
#define TABLE_CELL_MAX 10000u /* bytes */
#define TABLE_FAULTS_MAX 50u  /* that are told */

/* What is wrong in a file, and where. */
struct table_fault {
	size_t line;   /* from 1 */
	size_t column; /* cell from 1; 0: the line as a whole. Of a broken text: character from 1 */
	const char *name; /* of the column, "" when it is not about one */
	const char *message;
};

struct table_faults {
	size_t count; /* of all; those beyond TABLE_FAULTS_MAX are only counted */
	struct table_fault items[TABLE_FAULTS_MAX];
};

struct table_row {
	size_t line; /* on which it begins */
	const char **cells;
};

struct table {
	size_t n_columns;
	const char *columns[TABLE_COLUMNS_MAX]; /* as the header names them */
	size_t n_rows;
	struct table_row *rows;
};

/* Adds a fault; `message` and `name` must live as long as the faults. */
void table_complain(struct table_faults *faults, size_t line, size_t column, const char *name,
	const char *message);

/* Reads a whole file. False when anything is wrong: all faults that were found until then, at least
 * one. Lines without any cell are left out. Cells and messages are from the arena. */
bool table_read(struct arena *arena, const char *bytes, size_t len, struct table *out_table,
	struct table_faults *faults) MUST_CHECK;

#endif
