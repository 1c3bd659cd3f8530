/* Small tables of text to parts of the request. Keys and days are judged by the suite; here only
 * what would otherwise be lost without a word: lines that are no rows. */
#include "territory.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAX 8

/* One text while it is read. */
struct rows {
	struct arena *arena;
	const char *rest;
	char separator;
	size_t n_wanted; /* cells of each row */
	unsigned line;
	char *cells[CELLS_MAX];
	const char *error;
};

/* Always with the line: these tables are edited by hand. */
static bool fail(struct rows *rows, const char *what)
{
	rows->error = text_format(rows->arena, "line %u: %s", rows->line, what);
	return false;
}

/* Without spaces around it: people align. */
static char *trim(char *cell)
{
	cell += strspn(cell, " ");
	for (size_t len = strlen(cell); len > 0 && cell[len - 1] == ' ';) {
		cell[--len] = '\0';
	}
	return cell;
}

/* A row with a cell too few or too many would shift the others without a word. */
static bool cut(struct rows *rows, char *line)
{
	const char separator[] = { rows->separator, '\0' };
	size_t count = 0;
	for (char *cell; (cell = strsep(&line, separator)) != NULL; count++) {
		if (count == rows->n_wanted) {
			return fail(rows, "there are too many columns");
		}
		rows->cells[count] = trim(cell);
	}
	return count == rows->n_wanted || fail(rows, "there are too few columns");
}

/* The next line that is no comment. False at the end, and with an error. */
static bool next_row(struct rows *rows)
{
	while (*rows->rest != '\0' && rows->error == NULL) {
		size_t len = strcspn(rows->rest, "\n");
		char *line = text_copy_len(rows->arena, rows->rest, len);
		rows->rest += len + (rows->rest[len] == '\n');
		rows->line++;
		line[strcspn(line, "\r")] = '\0';
		if (!text_is_utf8(line, strlen(line))) {
			return fail(rows, "no UTF-8");
		}
		if (line[0] != '#' && line[0] != '\0') {
			return cut(rows, line);
		}
	}
	return false;
}

/* ---- police directorates */

/* Whether the register has one of its districts; they are named along the way. */
static bool name_in_districts(
	Registry__ImportTerritoryRequest *request, char *code, const char *districts)
{
	bool found = false;
	for (size_t i = 0; i < request->n_districts; i++) {
		if (strstr(districts, request->districts[i]->ags5) != NULL) {
			request->districts[i]->police_directorate = code;
			found = true;
		}
	}
	return found;
}

/* The first row names the columns. */
bool territory_police(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *text, const char **out_error)
{
	struct rows rows = { .arena = arena, .rest = text, .separator = '\t', .n_wanted = 4 };
	bool is_header = true;
	while (next_row(&rows)) {
		if (!is_header && name_in_districts(request, rows.cells[0], rows.cells[3])) {
			Registry__PoliceDirectorate *directorate =
				NEW(arena, Registry__PoliceDirectorate);
			registry__police_directorate__init(directorate);
			directorate->code = rows.cells[0];
			directorate->name = rows.cells[1];
			directorate->seat = rows.cells[2];
			reflect_append(arena, &request->base, "police_directorates", directorate);
		}
		is_header = false;
	}
	*out_error = rows.error;
	return rows.error == NULL;
}

/* ---- successions */

/* Copied: a line from a terminal is overwritten by the next one. */
void territory_succeed(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *predecessor, const char *successor, const char *effective_on)
{
	Registry__Succession *succession = NEW(arena, Registry__Succession);
	registry__succession__init(succession);
	succession->predecessor = text_copy(arena, predecessor);
	succession->successor = text_copy(arena, successor);
	succession->effective_on = text_copy(arena, effective_on);
	reflect_append(arena, &request->base, "successions", succession);
}

/* From a district's five digits to a union's nine; which of them exist, the suite knows. */
static bool is_key(const char *text)
{
	size_t len = strlen(text);
	return len >= 5 && len <= 9 && strspn(text, "0123456789") == len;
}

/* Told with its line here; the suite would tell it by its place among all of them. */
static bool check_succession(struct rows *rows)
{
	struct civil_date day;
	if (!is_key(rows->cells[0])) {
		return fail(rows, "the predecessor is no key (AGS)");
	}
	if (rows->cells[1][0] != '\0' && !is_key(rows->cells[1])) {
		return fail(rows, "the successor is no key (AGS)");
	}
	return civil_parse(rows->cells[2], &day) || fail(rows, "the day is no date (2023-01-01)");
}

/* Whether the succession is about a Land of the register, and not about its future. */
static bool concerns(const Registry__ImportTerritoryRequest *request, const char *predecessor)
{
	for (size_t i = 0; i < request->n_lands; i++) {
		if (strncmp(request->lands[i]->key, predecessor, 2) == 0) {
			return true;
		}
	}
	return false;
}

bool territory_successors(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *text, const char **out_error)
{
	struct rows rows = { .arena = arena, .rest = text, .separator = ';', .n_wanted = 3 };
	while (next_row(&rows)) {
		if (strcmp(rows.cells[0], "predecessor") == 0) {
			continue;
		}
		if (!check_succession(&rows)) {
			break;
		}
		if (concerns(request, rows.cells[0])) {
			territory_succeed(
				arena, request, rows.cells[0], rows.cells[1], rows.cells[2]);
		}
	}
	*out_error = rows.error;
	return rows.error == NULL;
}

/* ---- what is about the register as a whole */

/* The register does not tell of which day its numbers are. Destatis counts them at the end of a
 * year and publishes them in the next. */
void territory_credit(struct arena *arena, Registry__ImportTerritoryRequest *request,
	const char *credit, const char *population_on)
{
	int year = (int)strtol(request->status_date, NULL, 10);
	request->credit =
		credit != NULL
			? text_copy(arena, credit)
			: text_format(arena,
				  "© Statistisches Bundesamt (Destatis), %d, municipal "
				  "register GV-ISys (GV100AD): reproduction and distribution, "
				  "also in part, permitted with source credit",
				  year);
	request->population_on = population_on != NULL ? text_copy(arena, population_on)
						       : text_format(arena, "%d-12-31", year - 1);
}

/* Some thousand rows, looked through once for each line that is printed: no index is worth it. */
const char *territory_name(const Registry__ImportTerritoryRequest *request, const char *key)
{
	for (size_t i = 0; i < request->n_municipalities; i++) {
		if (strcmp(request->municipalities[i]->ags8, key) == 0) {
			return request->municipalities[i]->name;
		}
	}
	for (size_t i = 0; i < request->n_districts; i++) {
		if (strcmp(request->districts[i]->ags5, key) == 0) {
			return request->districts[i]->name;
		}
	}
	for (size_t i = 0; i < request->n_associations; i++) {
		if (strcmp(request->associations[i]->ars9, key) == 0) {
			return request->associations[i]->name;
		}
	}
	return "";
}
