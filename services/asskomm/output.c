/* Tables in columns. A cell's width is counted in characters: "Görlitz" takes 7 columns, not 8. */
#include "output.h"
#include "core/check.h"
#include "core/text.h"
#include <string.h>

#define FIRST_ROWS 16u

/* In place of a copy, with as many bytes: what is replaced keeps its width. */
char *output_safe(struct arena *arena, const char *text)
{
	char *copy = text_copy(arena, text);
	for (unsigned char *at = (unsigned char *)copy; *at != '\0'; at++) {
		/* C1 controls are 0xC2 0x80 to 0xC2 0x9F in UTF-8 */
		if (*at < 0x20 || *at == 0x7f) {
			*at = '?';
		} else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) {
			at[0] = '?';
			at[1] = '?';
		}
	}
	return copy;
}

/* Names of enums are ASCII. */
char *output_label(struct arena *arena, const char *name)
{
	char *text = text_fold(arena, name != NULL ? name : "");
	for (char *at = text; *at != '\0'; at++) {
		*at = *at == '_' ? ' ' : *at;
	}
	return text;
}

char *output_count(struct arena *arena, size_t n, const char *one, const char *many)
{
	return text_format(arena, "%zu %s", n, n == 1 ? one : many);
}

/* Counts first bytes of characters, and leaves out what stands above another one. */
size_t output_width(const char *text)
{
	size_t width = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
		/* U+0300 to U+036F, combining marks: 0xCC 0x80 to 0xCD 0xAF */
		bool combines =
			(at[0] == 0xcc && at[1] >= 0x80) || (at[0] == 0xcd && at[1] <= 0xaf);
		width += (*at & 0xc0) != 0x80 && !combines;
	}
	return width;
}

/* From the right, three digits at a time. The smallest number has no positive counterpart in its
 * own type, so the amount is unsigned. */
char *output_cents(struct arena *arena, int64_t cents)
{
	uint64_t amount = cents < 0 ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;
	char *text = text_format(arena, ".%02u", (unsigned)(amount % 100));
	uint64_t rest = amount / 100;
	while (rest >= 1000) {
		text = text_format(arena, " %03u%s", (unsigned)(rest % 1000), text);
		rest /= 1000;
	}
	return text_format(arena, "%s%u%s", cents < 0 ? "-" : "", (unsigned)rest, text);
}

/* Headings are a row like any other, so that they too make their column wide enough. */
void table_init(struct table *table, struct arena *arena, size_t n_columns,
	const char *const *headings, unsigned right)
{
	CHECK(n_columns > 0 && n_columns <= TABLE_COLUMNS_MAX);
	*table = (struct table){ .arena = arena, .n_columns = n_columns, .right = right };
	if (headings != NULL) {
		table_add(table, headings);
	}
}

/* The old cells stay in the arena: as they double, they add up to no more than the present ones.
 * */
static void grow(struct table *table)
{
	size_t capacity = table->capacity == 0 ? FIRST_ROWS : table->capacity * 2;
	const char **cells = NEW_ARRAY(table->arena, const char *, capacity * table->n_columns);
	if (table->n_rows > 0) {
		memcpy(cells, table->cells, table->n_rows * table->n_columns * sizeof *cells);
	}
	table->cells = cells;
	table->capacity = capacity;
}

/* Made safe on the way in: no way of printing can forget it. */
void table_add(struct table *table, const char *const *cells)
{
	if (table->n_rows == table->capacity) {
		grow(table);
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		table->cells[table->n_rows * table->n_columns + i] =
			output_safe(table->arena, cells[i] != NULL ? cells[i] : "");
	}
	table->n_rows++;
}

/* The last cell is not filled up on its right. */
static void print_cell(const char *cell, size_t width, bool right, bool last, FILE *out)
{
	size_t gap = width - output_width(cell);
	if (right) {
		fprintf(out, "%*s%s", (int)gap, "", cell);
	} else {
		fprintf(out, "%s%*s", cell, last ? 0 : (int)gap, "");
	}
	fputs(last ? "\n" : "  ", out);
}

/* A row ends with its last cell that holds something: no spaces at the end of a line. */
static void print_row(
	const struct table *table, const char *const *cells, const size_t *widths, FILE *out)
{
	size_t count = table->n_columns;
	while (count > 1 && cells[count - 1][0] == '\0') {
		count--;
	}
	for (size_t i = 0; i < count; i++) {
		print_cell(cells[i], widths[i], (table->right & 1u << i) != 0, i + 1 == count, out);
	}
}

/* Widths first, as a column is as wide as its widest cell. */
void table_print(const struct table *table, FILE *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
		size_t width = output_width(table->cells[i]);
		size_t *widest = &widths[i % table->n_columns];
		*widest = width > *widest ? width : *widest;
	}
	for (size_t i = 0; i < table->n_rows; i++) {
		print_row(table, table->cells + i * table->n_columns, widths, out);
	}
}
