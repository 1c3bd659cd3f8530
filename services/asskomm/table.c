/* CSV by libcsv, which knows quoting, behind checks of ours, which know places: it is fed line by
 * line, so that the line of each row is known. The only file here that knows <csv.h>. */
#include "table.h"
#include "core/text.h"
#include <csv.h>
#include <string.h>

#define BOM "\xef\xbb\xbf"

/* A table while it is read. */
struct reader {
	struct arena *arena;
	struct table *table;
	struct table_faults *faults;
	size_t line;     /* that is fed */
	size_t row_line; /* on which the present row began */
	size_t n_cells;  /* of the present row; more than fit are counted */
	size_t capacity; /* of the rows */
	const char *cells[TABLE_COLUMNS_MAX];
	bool has_header;
	bool full;
};

void table_complain(struct table_faults *faults, size_t line, size_t column, const char *name,
	const char *message)
{
	if (faults->count < TABLE_FAULTS_MAX) {
		faults->items[faults->count] = (struct table_fault){ line, column, name, message };
	}
	faults->count++;
}

/* ---- the text as such */

/* The length of the character that begins here; 0 when none does. */
static size_t character_len(const char *text, size_t rest)
{
	for (size_t len = 1; len <= 4 && len <= rest; len++) {
		if (text_is_utf8(text, len)) {
			return len;
		}
	}
	return 0;
}

/* Looked for only when there is one, since it costs a look at each character. */
static void find_bad_byte(struct reader *reader, const char *text, size_t len)
{
	size_t line = 1;
	size_t column = 1;
	size_t step;
	for (size_t at = 0; at < len && (step = character_len(text + at, len - at)) > 0;
		at += step) {
		bool ends = text[at] == '\n';
		line += ends;
		column = ends ? 1 : column + 1;
	}
	table_complain(reader->faults, line, column, "",
		"here is a byte that is no UTF-8 text (a NUL, or another encoding): save the file "
		"as UTF-8");
}

/* By what stands in the first line outside of quotes most; a comma when nothing does. */
static char find_separator(const char *text, size_t len)
{
	size_t semicolons = 0;
	size_t commas = 0;
	size_t tabs = 0;
	bool quoted = false;
	for (size_t at = 0; at < len && (quoted || text[at] != '\n'); at++) {
		quoted ^= text[at] == '"';
		semicolons += !quoted && text[at] == ';';
		commas += !quoted && text[at] == ',';
		tabs += !quoted && text[at] == '\t';
	}
	if (tabs > semicolons && tabs > commas) {
		return '\t';
	}
	return semicolons >= commas && semicolons > 0 ? ';' : ',';
}

/* ---- rows */

/* A column that is there twice would win by chance. */
static void take_header(struct reader *reader)
{
	struct table *table = reader->table;
	reader->has_header = true;
	if (reader->n_cells > TABLE_COLUMNS_MAX) {
		table_complain(reader->faults, reader->row_line, 0, "",
			"the header has more columns than any of our tables");
		reader->full = true;
		return;
	}
	table->n_columns = reader->n_cells;
	memcpy(table->columns, reader->cells, reader->n_cells * sizeof *reader->cells);
	for (size_t i = 1; i < table->n_columns; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(table->columns[i], table->columns[j]) == 0) {
				table_complain(reader->faults, reader->row_line, i + 1,
					table->columns[i], "this column is there twice");
				break;
			}
		}
	}
}

/* Doubles the room; what was there is left to the arena. */
static void make_room(struct reader *reader)
{
	struct table *table = reader->table;
	if (table->n_rows < reader->capacity) {
		return;
	}
	reader->capacity = reader->capacity == 0 ? 256 : 2 * reader->capacity;
	struct table_row *rows = NEW_ARRAY(reader->arena, struct table_row, reader->capacity);
	if (table->n_rows > 0) {
		memcpy(rows, table->rows, table->n_rows * sizeof *rows);
	}
	table->rows = rows;
}

/* A row that is too short or too long would shift its cells without a word. */
static void take_row(struct reader *reader)
{
	struct table *table = reader->table;
	if (reader->n_cells != table->n_columns) {
		table_complain(reader->faults, reader->row_line, 0, "",
			text_format(reader->arena, "the line has %zu cells, the header has %zu",
				reader->n_cells, table->n_columns));
		return;
	}
	if (table->n_rows == TABLE_ROWS_MAX) {
		table_complain(reader->faults, reader->row_line, 0, "",
			"the file has too many lines: split it");
		reader->full = true;
		return;
	}
	make_room(reader);
	const char **cells = NEW_ARRAY(reader->arena, const char *, reader->n_cells + 1);
	memcpy(cells, reader->cells, reader->n_cells * sizeof *cells);
	table->rows[table->n_rows++] = (struct table_row){ reader->row_line, cells };
}

/* libcsv's two callbacks. */
static void on_cell(void *bytes, size_t len, void *of)
{
	struct reader *reader = of;
	size_t place = reader->n_cells++;
	if (reader->full) {
		return;
	}
	if (len > TABLE_CELL_MAX) {
		table_complain(
			reader->faults, reader->row_line, place + 1, "", "this cell is too long");
		len = 0;
	}
	if (place < TABLE_COLUMNS_MAX) {
		reader->cells[place] =
			text_copy_len(reader->arena, bytes == NULL ? "" : bytes, len);
	}
}

/* Spreadsheets fill up with lines of separators alone: nothing is said in them. */
static bool is_blank(const struct reader *reader)
{
	for (size_t i = 0; i < reader->n_cells && i < TABLE_COLUMNS_MAX; i++) {
		if (reader->cells[i][0] != '\0') {
			return false;
		}
	}
	return true;
}

static void on_row(int end, void *of)
{
	struct reader *reader = of;
	(void)end;
	if (!reader->full && !is_blank(reader)) {
		if (reader->has_header) {
			take_row(reader);
		} else {
			take_header(reader);
		}
	}
	reader->n_cells = 0;
}

/* One line after the other; a row begins where libcsv is in no other one. */
static void feed(struct reader *reader, struct csv_parser *parser, const char *text, size_t len)
{
	bool inside = false;
	while (len > 0 && !reader->full) {
		const char *end = memchr(text, '\n', len);
		size_t step = end == NULL ? len : (size_t)(end - text) + 1;
		reader->line++;
		if (!inside) {
			reader->row_line = reader->line;
		}
		size_t taken = csv_parse(parser, text, step, on_cell, on_row, reader);
		if (taken != step) {
			table_complain(reader->faults, reader->line, taken + 1, "",
				"a quote stands where none can: put the whole cell into quotes and "
				"double those in it");
			reader->full = true;
		}
		inside = parser->quoted && parser->pstate != 0;
		text += step;
		len -= step;
	}
}

/* The parser's memory is its own and ends here. */
static bool parse(struct reader *reader, const char *text, size_t len)
{
	struct csv_parser parser;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		return false;
	}
	csv_set_delim(&parser, (unsigned char)find_separator(text, len));
	feed(reader, &parser, text, len);
	if (!reader->full && csv_fini(&parser, on_cell, on_row, reader) != 0) {
		table_complain(reader->faults, reader->row_line, 0, "",
			"a quote that begins on this line never ends");
	}
	csv_free(&parser);
	if (!reader->has_header && reader->faults->count == 0) {
		table_complain(reader->faults, 1, 0, "", "the file is empty: give a header line");
	}
	return reader->faults->count == 0;
}

bool table_read(struct arena *arena, const char *bytes, size_t len, struct table *out_table,
	struct table_faults *faults)
{
	struct reader reader = { .arena = arena, .table = out_table, .faults = faults };
	*out_table = (struct table){ .n_columns = 0 };
	if (len >= strlen(BOM) && memcmp(bytes, BOM, strlen(BOM)) == 0) {
		bytes += strlen(BOM);
		len -= strlen(BOM);
	}
	if (!text_is_utf8(bytes, len)) {
		find_bad_byte(&reader, bytes, len);
		return false;
	}
	return parse(&reader, bytes, len);
}
