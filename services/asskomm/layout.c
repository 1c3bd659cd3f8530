/* Layouts, and from lines to requests. What a value means is for the suite to judge: here is only
 * what the suite could not tell, because it never sees the file. */
#include "layout.h"
#include "address.h"
#include "core/reflect.h"
#include "core/text.h"
#include "request_key.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* To add a column: a row, and the field in proto/; it is documented by being here. */
static const struct layout LAYOUTS[] = {
	{ "organisations", "PUT", { "/organisations/", "" }, false, NULL, 1, 3,
		{ { "code", NULL, LAYOUT_TEXT, true, "natural key: PRev-Pirna" },
			{ "name", "name", LAYOUT_TEXT, true, "" },
			{ "kind", "kind", LAYOUT_TEXT, true,
				"police_directorate, police_station, coaching_provider, ministry, "
				"office, other" },
			{ "parent", "parent", LAYOUT_TEXT, false, "code: PD-DD" },
			{ "areas", "areas", LAYOUT_LIST, false,
				"keys of districts and municipalities, spaces between" },
			{ "seat", "seat", LAYOUT_TEXT, false, "" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, false, "day: 2013-01-01" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" } } },
	{ "advisers", "POST", { "/districts/", "/advisers" }, false, "assignments", 50, 0,
		{ { "district", NULL, LAYOUT_TEXT, true,
			  "5 digits; with adviser and valid_from the natural key" },
			{ "adviser", "adviser", LAYOUT_TEXT, true, "login" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, true, "day" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" },
			{ "deputy", "deputy", LAYOUT_BOOL, false, "yes or no" } } },
	{ "contacts", "PUT", { "/contacts/", "" }, true, NULL, 1, 0,
		{ { "reference", NULL, LAYOUT_TEXT, true,
			  "natural key, of your own, and no name: 14628160-coordinator" },
			{ "name", "name", LAYOUT_TEXT, true, "" },
			{ "function", "function", LAYOUT_TEXT, false, "as the person calls it" },
			{ "phone", "phone", LAYOUT_TEXT, false, "" },
			{ "email", "email", LAYOUT_TEXT, false, "" },
			{ "role", "role", LAYOUT_TEXT, true, "code: coordinator" },
			{ "organisation", "organisation", LAYOUT_TEXT, false,
				"code; this or participant" },
			{ "participant", "participant", LAYOUT_TEXT, false, "key or name" },
			{ "purpose", "purpose", LAYOUT_TEXT, true, "code: municipal_contact" },
			{ "legal_basis", "legalBasis", LAYOUT_TEXT, true,
				"public_task or consent" },
			{ "consent_on", "consentOn", LAYOUT_TEXT, false, "day of the consent" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, true, "day" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" },
			{ "retain_until", "retainUntil", LAYOUT_TEXT, false,
				"by the purpose when empty" } } },
	{ "crime-statistics", "POST", { "/municipalities/", "/crime-statistics" }, false, "figures",
		2000, 0,
		{ { "municipality", NULL, LAYOUT_TEXT, true,
			  "8 digits; with year and offence the natural key" },
			{ "year", "year", LAYOUT_TEXT, true, "" },
			{ "offence", "offence", LAYOUT_TEXT, true, "key of the group: 890000" },
			{ "cases", "cases", LAYOUT_TEXT, true, "" },
			{ "cleared", "cleared", LAYOUT_TEXT, true, "" },
			{ "population", "population", LAYOUT_TEXT, false,
				"by the registers when empty" },
			{ "population_on", "populationOn", LAYOUT_TEXT, false,
				"day; 31 December of the year before when empty" } } },
};
#define LAYOUTS_COUNT (sizeof LAYOUTS / sizeof LAYOUTS[0])

const struct layout *layout_find(const char *name)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++) {
		if (strcmp(LAYOUTS[i].name, name) == 0) {
			return &LAYOUTS[i];
		}
	}
	return NULL;
}

void layout_print(FILE *out)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++) {
		fprintf(out, "\ncolumns of %s (* must be there):\n", LAYOUTS[i].name);
		for (const struct layout_column *column = LAYOUTS[i].columns; column->name != NULL;
			column++) {
			fprintf(out, "  %-14s%s %s\n", column->name, column->required ? "*" : " ",
				column->help);
		}
	}
}

/* ---- columns */

/* Where a column of the layout stands in the file; its number of columns when it does not. */
static size_t place_of(const struct table *table, const char *name)
{
	size_t place = 0;
	while (place < table->n_columns && strcmp(table->columns[place], name) != 0) {
		place++;
	}
	return place;
}

static const struct layout_column *column_named(const struct layout *layout, const char *name)
{
	const struct layout_column *column = layout->columns;
	while (column->name != NULL && strcmp(column->name, name) != 0) {
		column++;
	}
	return column->name == NULL ? NULL : column;
}

/* A column that nobody reads is most often one that was misspelt. */
static void check_columns(
	const struct layout *layout, const struct table *table, struct table_faults *faults)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (column_named(layout, table->columns[i]) == NULL) {
			table_complain(faults, 1, i + 1, table->columns[i],
				"there is no such column; see asskomm import --help");
		}
	}
	for (const struct layout_column *column = layout->columns; column->name != NULL; column++) {
		if (column->required && place_of(table, column->name) == table->n_columns) {
			table_complain(faults, 1, 0, column->name, "this column must be there");
		}
	}
}

/* "" for a column that the file does not have. */
static const char *cell_of(const struct table *table, const struct table_row *row, const char *name)
{
	size_t place = place_of(table, name);
	return place == table->n_columns ? "" : row->cells[place];
}

/* ---- cells */

static const char *const YES[] = { "yes", "ja", "true", "x", "1" };
static const char *const NO[] = { "no", "nein", "false", "", "0" };

static bool is_among(const char *text, const char *const *words)
{
	for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++) {
		if (strcmp(text, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* A cell as JSON; NULL for one that is neither yes nor no. */
static json_t *make_cell(struct arena *arena, const struct layout_column *column, const char *text)
{
	const char *folded = text_fold(arena, text);
	json_t *list;
	char *rest;
	switch (column->kind) {
	case LAYOUT_TEXT:
		return json_string(text);
	case LAYOUT_BOOL:
		return is_among(folded, YES) || is_among(folded, NO)
			       ? json_boolean(is_among(folded, YES))
			       : NULL;
	case LAYOUT_LIST:
		list = json_array();
		rest = text_copy(arena, text);
		for (char *word; (word = strsep(&rest, " \n")) != NULL;) {
			if (word[0] != '\0') {
				json_array_append_new(list, json_string(word));
			}
		}
		return list;
	}
	return NULL;
}

/* One line as an object; NULL when a cell is not as it must be. Empty cells are left out. */
static json_t *make_object(struct arena *arena, const struct layout *layout,
	const struct table *table, const struct table_row *row, struct table_faults *faults)
{
	json_t *object = json_object();
	size_t before = faults->count;
	for (const struct layout_column *column = layout->columns; column->name != NULL; column++) {
		const char *text = cell_of(table, row, column->name);
		size_t place = place_of(table, column->name) + 1;
		if (column->required && text[0] == '\0') {
			table_complain(
				faults, row->line, place, column->name, "this must be given");
		}
		if (column->field == NULL || text[0] == '\0') {
			continue;
		}
		json_t *cell = make_cell(arena, column, text);
		if (cell == NULL) {
			table_complain(faults, row->line, place, column->name, "write yes or no");
		}
		json_object_set_new(object, column->field, cell);
	}
	if (faults->count > before) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* ---- requests */

/* A uuid (version 8) that follows from the reference: the same line finds the same contact. */
static const char *uuid_of(struct arena *arena, const char *reference)
{
	const char *text = text_format(arena, "asskomm contact %s", reference);
	const char *hex = request_key(arena, "", text, strlen(text));
	return text_format(
		arena, "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

/* Lines sorted by key; those of one key stay in their order. */
struct keyed {
	const char *key;
	const struct table_row *row;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *one = a;
	const struct keyed *other = b;
	int order = strcmp(one->key, other->key);
	return order != 0 ? order : (one->row->line > other->row->line) * 2 - 1;
}

/* What rests on nothing first, then in the order of the file. */
static int by_turn(const void *a, const void *b)
{
	const struct layout_request *one = a;
	const struct layout_request *other = b;
	if (one->refers != other->refers) {
		return one->refers ? 1 : -1;
	}
	return one->rows[0]->line > other->rows[0]->line ? 1 : -1;
}

static struct keyed *sort_rows(
	struct arena *arena, const struct layout *layout, const struct table *table)
{
	struct keyed *keyed = NEW_ARRAY(arena, struct keyed, table->n_rows + 1);
	for (size_t i = 0; i < table->n_rows; i++) {
		keyed[i] = (struct keyed){ cell_of(table, &table->rows[i], layout->columns[0].name),
			&table->rows[i] };
	}
	qsort(keyed, table->n_rows, sizeof *keyed, by_key);
	return keyed;
}

/* One key has one line, or as many as its list may hold. */
static bool check_group(struct arena *arena, const struct layout *layout, const struct keyed *first,
	size_t count, struct table_faults *faults)
{
	size_t most = layout->most;
	if (count <= most) {
		return true;
	}
	for (size_t i = most; i < count; i++) {
		table_complain(faults, first[i].row->line, 1, layout->columns[0].name,
			most == 1 ? text_format(arena, "\"%s\" stands on line %zu already",
					    first->key, first->row->line)
				  : text_format(
					    arena, "more than %zu lines for %s", most, first->key));
	}
	return false;
}

const char *layout_referred(const struct layout *layout, const struct table *table,
	const struct layout_request *request)
{
	return layout->refers == 0
		       ? ""
		       : cell_of(table, request->rows[0], layout->columns[layout->refers].name);
}

/* All lines of one key as one request. */
static void make_request(struct arena *arena, const struct layout *layout,
	const struct table *table, const struct keyed *first, size_t count,
	struct layout_requests *requests, struct table_faults *faults)
{
	struct layout_request request = { .key = first->key, .n_rows = count };
	json_t *list = json_array();
	request.rows = NEW_ARRAY(arena, const struct table_row *, count);
	for (size_t i = 0; i < count; i++) {
		request.rows[i] = first[i].row;
		json_t *object = make_object(arena, layout, table, first[i].row, faults);
		if (object != NULL) {
			json_array_append_new(list, object);
		}
	}
	if (json_array_size(list) == count && check_group(arena, layout, first, count, faults)) {
		const char *key = layout->hashed ? uuid_of(arena, first->key)
						 : address_escape(arena, first->key);
		json_t *body = layout->list == NULL ? json_incref(json_array_get(list, 0))
						    : json_pack("{s:O}", layout->list, list);
		request.path = text_format(arena, "%s%s%s", layout->path[0], key, layout->path[1]);
		request.body = reflect_json_text(arena, body);
		request.refers =
			layout->refers > 0 &&
			cell_of(table, first->row, layout->columns[layout->refers].name)[0] != '\0';
		requests->items[requests->count++] = request;
		json_decref(body);
	}
	json_decref(list);
}

bool layout_requests(struct arena *arena, const struct layout *layout, const struct table *table,
	struct layout_requests *out_requests, struct table_faults *faults)
{
	check_columns(layout, table, faults);
	if (faults->count > 0) {
		return false;
	}
	struct keyed *keyed = sort_rows(arena, layout, table);
	out_requests->count = 0;
	out_requests->items = NEW_ARRAY(arena, struct layout_request, table->n_rows + 1);
	size_t count;
	for (size_t i = 0; i < table->n_rows; i += count) {
		count = 1;
		while (i + count < table->n_rows &&
			strcmp(keyed[i].key, keyed[i + count].key) == 0) {
			count++;
		}
		make_request(arena, layout, table, &keyed[i], count, out_requests, faults);
	}
	qsort(out_requests->items, out_requests->count, sizeof *out_requests->items, by_turn);
	return faults->count == 0;
}

/* ---- back to the file */

/* The line that "assignments[3].…" is about; *field goes on behind. */
static const struct table_row *row_of(
	const struct layout *layout, const struct layout_request *request, const char **field)
{
	size_t len = layout->list == NULL ? 0 : strlen(layout->list);
	if (len == 0 || strncmp(*field, layout->list, len) != 0 || (*field)[len] != '[') {
		return request->rows[0];
	}
	char *end;
	unsigned long index = strtoul(*field + len + 1, &end, 10);
	*field = strncmp(end, "].", 2) == 0 ? end + 2 : "";
	return request->rows[index < request->n_rows ? index : 0];
}

void layout_complain(struct arena *arena, const struct layout *layout, const struct table *table,
	const struct layout_request *request, const char *field, const char *message,
	struct table_faults *faults)
{
	const struct table_row *row = row_of(layout, request, &field);
	const char *name = "";
	size_t place = 0;
	for (const struct layout_column *column = layout->columns; column->name != NULL; column++) {
		const char *known = column->field;
		if (known == NULL) { /* in the address it is called like this */
			known = strcmp(field, "id") == 0 ? "id" : "key";
		}
		if (field[0] != '\0' && strncmp(field, known, strcspn(field, "[.")) == 0 &&
			strlen(known) == strcspn(field, "[.")) {
			name = column->name;
			place = place_of(table, name) + 1;
		}
	}
	table_complain(faults, row->line, place, name, text_copy(arena, message));
}
