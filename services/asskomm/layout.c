/* From lines to requests. What a value means is for the suite to judge: here is only
 * what the suite could not tell, because it never sees the file. */
#include "layout.h"
#include "address.h"
#include "core/reflect.h"
#include "core/text.h"
#include "request_key.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

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

#define SINGLE_ANSWERS                                                                             \
	"a file of sums has no such column; if these are single answers: they never come here, "   \
	"and nothing was sent. Give one line for each question with the sums "                     \
	"(asskomm import --help)"

/* A column that nobody reads is most often one that was misspelt. */
static void check_columns(
	const struct layout *layout, const struct table *table, struct table_faults *faults)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (column_named(layout, table->columns[i]) == NULL) {
			table_complain(faults, 1, i + 1, table->columns[i],
				layout->sums ? SINGLE_ANSWERS
					     : "there is no such column; see asskomm "
					       "import --help");
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

/* "61,2" with one place: 612. People write a comma where the API wants whole numbers, and what was
 * rounded in a file is not rounded again: more places than are kept are a fault. Negative for what
 * is no such number. */
static long read_decimal(const char *text, size_t places)
{
	const char *digits = "0123456789";
	size_t whole = strspn(text, digits);
	const char *rest = text + whole + (text[whole] == '.' || text[whole] == ',');
	size_t part = strspn(rest, digits);
	if (whole == 0 || whole > 6 || part > places || rest[part] != '\0' ||
		(rest > text + whole && part == 0)) {
		return -1;
	}
	long value = strtol(text, NULL, 10);
	for (size_t i = 0; i < places; i++) {
		value = 10 * value + (i < part ? rest[i] - '0' : 0);
	}
	return value;
}

/* NULL for what is no number with so many places. */
static json_t *make_decimal(const char *text, size_t places)
{
	long value = read_decimal(text, places);
	return value < 0 ? NULL : json_integer(value);
}

/* What a cell of a kind should have been. */
static const char *tell_kind(enum layout_kind kind)
{
	switch (kind) {
	case LAYOUT_PERCENT:
		return "write a number with at most one decimal place: 61.2";
	case LAYOUT_MEAN:
		return "write a number with at most three decimal places: 3.412";
	case LAYOUT_BOOL:
	case LAYOUT_TEXT:
	case LAYOUT_LIST:
		break;
	}
	return "write yes or no";
}

/* A cell as JSON; NULL for one that is not as its kind wants it. */
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
	case LAYOUT_PERCENT:
		return make_decimal(text, 1);
	case LAYOUT_MEAN:
		return make_decimal(text, 3);
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

/* The key's own columns and those that hang on it alone stand first. */
static bool is_common(const struct layout *layout, const struct layout_column *column)
{
	return (size_t)(column - layout->columns) < layout->common;
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
		if (column->field == NULL || is_common(layout, column) || text[0] == '\0') {
			continue;
		}
		json_t *cell = make_cell(arena, column, text);
		if (cell == NULL) {
			table_complain(
				faults, row->line, place, column->name, tell_kind(column->kind));
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

/* What all lines of a key say alike stands in each of them, and once in the request. */
static void add_common(struct arena *arena, const struct layout *layout, const struct table *table,
	const struct keyed *first, size_t count, json_t *body, struct table_faults *faults)
{
	for (const struct layout_column *column = layout->columns; column->name != NULL; column++) {
		const char *text = cell_of(table, first->row, column->name);
		if (!is_common(layout, column)) {
			continue;
		}
		json_object_set_new(body, column->field, make_cell(arena, column, text));
		for (size_t i = 1; i < count; i++) {
			if (strcmp(text, cell_of(table, first[i].row, column->name)) != 0) {
				table_complain(faults, first[i].row->line,
					place_of(table, column->name) + 1, column->name,
					text_format(arena, "line %zu says %s of the same %s",
						first->row->line, text, layout->columns[0].name));
			}
		}
	}
}

/* The line that has the same question and cell already; NULL: none. */
static const struct table_row *same_before(
	const struct table *table, const struct keyed *first, size_t place)
{
	const char *question = cell_of(table, first[place].row, "question");
	const char *cell = cell_of(table, first[place].row, "cell");
	for (size_t i = 0; i < place; i++) {
		if (strcmp(cell_of(table, first[i].row, "question"), question) == 0 &&
			strcmp(cell_of(table, first[i].row, "cell"), cell) == 0) {
			return first[i].row;
		}
	}
	return NULL;
}

/* A question once for each who answered it, or numbers of one each, are single answers under other
 * names. They are refused before they leave this machine. */
static void check_sums(struct arena *arena, const struct table *table, const struct keyed *first,
	size_t count, struct table_faults *faults)
{
	size_t single = 0;
	size_t n_place = place_of(table, "n");
	for (size_t i = 0; i < count; i++) {
		const struct table_row *before = same_before(table, first, i);
		if (before != NULL) {
			table_complain(faults, first[i].row->line, place_of(table, "question") + 1,
				"question",
				text_format(arena,
					"this stands on line %zu already: give sums, one line for "
					"each question and cell, and never single answers",
					before->line));
		}
		single += strcmp(cell_of(table, first[i].row, "n"), "1") == 0;
	}
	if (2 * single > count) {
		table_complain(faults, first->row->line, n_place + 1, "n",
			"most numbers of this municipality are of one person each: these are "
			"single answers, which never come here; nothing was sent");
	}
}

/* An id, or a name that the suite is asked for: either is escaped, as whatever came from a file. */
void layout_set_address(struct arena *arena, const struct layout *layout,
	struct layout_request *request, const char *analysis)
{
	request->path = text_format(
		arena, "%s%s%s", layout->path[0], address_escape(arena, analysis), layout->path[1]);
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
	size_t before = faults->count;
	json_t *whole = json_object();
	add_common(arena, layout, table, first, count, whole, faults);
	if (layout->sums) {
		check_sums(arena, table, first, count, faults);
	}
	if (faults->count == before && json_array_size(list) == count &&
		check_group(arena, layout, first, count, faults)) {
		const char *key = layout->hashed ? uuid_of(arena, first->key)
						 : address_escape(arena, first->key);
		json_t *body = layout->list == NULL ? json_incref(json_array_get(list, 0))
						    : json_incref(whole);
		if (layout->list != NULL) {
			json_object_set(whole, layout->list, list);
		}
		request.path = text_format(arena, "%s%s%s", layout->path[0], key, layout->path[1]);
		request.body = reflect_json_text(arena, body);
		request.refers =
			layout->refers > 0 &&
			cell_of(table, first->row, layout->columns[layout->refers].name)[0] != '\0';
		requests->items[requests->count++] = request;
		json_decref(body);
	}
	json_decref(whole);
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
