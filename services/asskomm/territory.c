/* Tab-separated tables to JSON. Columns are found by their names in the header line, so a file may
 * have them in any order and may have more of them. */
#include "territory.h"
#include "core/civil.h"
#include "core/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 12
#define STATUS "status "

enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_LIST };

struct column {
	const char *name; /* in the file */
	const char *json;
	enum cell_kind kind; /* CELL_LIST: words with spaces between */
};

/* To add one: a row here, and the field in ImportTerritoryRequest. Each ends with an empty row. */
static const struct column DISTRICT[] = { { "ags5", "ags5", CELL_TEXT },
	{ "name", "name", CELL_TEXT }, { "kind", "kind", CELL_TEXT }, { "seat", "seat", CELL_TEXT },
	{ "police_directorate", "policeDirectorate", CELL_TEXT }, { NULL, NULL, CELL_TEXT } };
static const struct column MUNICIPALITY[] = { { "ags8", "ags8", CELL_TEXT },
	{ "name", "name", CELL_TEXT }, { "district", "district", CELL_TEXT },
	{ "association", "association", CELL_TEXT }, { "population", "population", CELL_NUMBER },
	{ NULL, NULL, CELL_TEXT } };
static const struct column ASSOCIATION[] = { { "ars9", "ars9", CELL_TEXT },
	{ "name", "name", CELL_TEXT }, { "kind", "kind", CELL_TEXT },
	{ "district", "district", CELL_TEXT }, { "members", "members", CELL_LIST },
	{ NULL, NULL, CELL_TEXT } };
static const struct column POLICE_DIRECTORATE[] = { { "code", "code", CELL_TEXT },
	{ "name", "name", CELL_TEXT }, { "seat", "seat", CELL_TEXT }, { NULL, NULL, CELL_TEXT } };

/* One file while it is read. */
struct reader {
	struct arena *arena;
	const char *name;
	const char *rest;
	unsigned line;
	size_t n_cells; /* of the present line */
	char *cells[COLUMNS_MAX];
	const char *error;
};

/* Always with file and line: these tables are edited by hand. */
static bool fail(struct reader *reader, const char *what, const char *detail)
{
	reader->error = text_format(reader->arena, "%s, line %u: %s%s%s", reader->name,
		reader->line, what, detail != NULL ? " " : "", detail != NULL ? detail : "");
	return false;
}

/* The next line that is no comment, cut into cells. False at the end and when there are too many.
 */
static bool next_line(struct reader *reader)
{
	while (*reader->rest != '\0') {
		size_t len = strcspn(reader->rest, "\n");
		char *line = text_copy_len(reader->arena, reader->rest, len);
		reader->rest += len + (reader->rest[len] == '\n');
		reader->line++;
		if (line[0] == '\0' || line[0] == '#') {
			continue;
		}
		reader->n_cells = 0;
		for (char *cell; (cell = strsep(&line, "\t")) != NULL;) {
			if (reader->n_cells == COLUMNS_MAX) {
				return fail(reader, "too many cells", NULL);
			}
			reader->cells[reader->n_cells++] = cell;
		}
		return true;
	}
	return false;
}

/* Where each column of the message stands in the file. */
static bool read_header(
	struct reader *reader, const struct column *columns, size_t out_places[COLUMNS_MAX])
{
	if (!next_line(reader)) {
		return reader->error == NULL ? fail(reader, "the table is empty", NULL) : false;
	}
	for (size_t i = 0; columns[i].name != NULL; i++) {
		size_t place = 0;
		while (place < reader->n_cells &&
			strcmp(reader->cells[place], columns[i].name) != 0) {
			place++;
		}
		if (place == reader->n_cells) {
			return fail(reader, "there is no column", columns[i].name);
		}
		out_places[i] = place;
	}
	return true;
}

/* Several spaces between two members are one. */
static json_t *make_list(char *text)
{
	json_t *list = json_array();
	for (char *word; (word = strsep(&text, " ")) != NULL;) {
		if (word[0] != '\0') {
			json_array_append_new(list, json_string(word));
		}
	}
	return list;
}

/* A cell as JSON, or NULL when it is no number or no UTF-8. */
static json_t *make_cell(char *text, enum cell_kind kind)
{
	char *end = text;
	unsigned long number;
	switch (kind) {
	case CELL_TEXT:
		return json_string(text);
	case CELL_NUMBER:
		number = strtoul(text, &end, 10);
		return end != text && *end == '\0' ? json_integer((json_int_t)number) : NULL;
	case CELL_LIST:
		return make_list(text);
	}
	return NULL;
}

/* A row is taken as a whole or not at all. */
static json_t *make_row(struct reader *reader, const struct column *columns, const size_t *places)
{
	json_t *row = json_object();
	for (size_t i = 0; columns[i].name != NULL; i++) {
		json_t *cell = make_cell(reader->cells[places[i]], columns[i].kind);
		if (cell == NULL) {
			fail(reader, "cannot be read:", columns[i].name);
			json_decref(row);
			return NULL;
		}
		json_object_set_new(row, columns[i].json, cell);
	}
	return row;
}

/* A row that is too short would shift its cells without a word, so their number must be that of
 * the header. */
static json_t *read_table(struct arena *arena, const char *name, const char *text,
	const struct column *columns, const char **out_error)
{
	struct reader reader = { .arena = arena, .name = name, .rest = text };
	size_t places[COLUMNS_MAX];
	json_t *rows = json_array();
	bool good = read_header(&reader, columns, places);
	size_t n_columns = reader.n_cells;
	while (good && next_line(&reader)) {
		json_t *row = NULL;
		if (reader.n_cells == n_columns) {
			row = make_row(&reader, columns, places);
		} else {
			fail(&reader, "another number of cells than the header", NULL);
		}
		good = row != NULL;
		if (good) {
			json_array_append_new(rows, row);
		}
	}
	if (reader.error != NULL) {
		*out_error = reader.error;
		json_decref(rows);
		return NULL;
	}
	return rows;
}

/* The first comment is the credit. */
static const char *read_credit(struct arena *arena, const char *text)
{
	text += strspn(text, "# ");
	return text_copy_len(arena, text, strcspn(text, "\r\n"));
}

/* "# status 2023-11-30 …" */
static const char *read_status(struct arena *arena, const char *text)
{
	struct civil_date date;
	const char *at = strstr(text, STATUS);
	char *status = at != NULL ? text_copy_len(arena, at + strlen(STATUS),
					    strnlen(at + strlen(STATUS), CIVIL_DATE_SIZE - 1))
				  : NULL;
	return status != NULL && civil_parse(status, &date) ? status : NULL;
}

/* All tables or none: the territory changes as a whole. */
json_t *territory_request(
	struct arena *arena, const struct territory_files *files, const char **out_error)
{
	const struct {
		const char *member;
		const char *text;
		const struct column *columns;
	} tables[] = {
		{ "districts", files->districts, DISTRICT },
		{ "municipalities", files->municipalities, MUNICIPALITY },
		{ "associations", files->associations, ASSOCIATION },
		{ "policeDirectorates", files->police_directorates, POLICE_DIRECTORATE },
	};
	const char *status = read_status(arena, files->municipalities);
	if (status == NULL) {
		*out_error = "municipalities: there is no comment \"status YYYY-MM-DD\"";
		return NULL;
	}
	json_t *request = json_pack("{s:s, s:s}", "statusDate", status, "credit",
		read_credit(arena, files->municipalities));
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		json_t *rows = read_table(
			arena, tables[i].member, tables[i].text, tables[i].columns, out_error);
		if (rows == NULL) {
			json_decref(request);
			return NULL;
		}
		json_object_set_new(request, tables[i].member, rows);
	}
	return request;
}
