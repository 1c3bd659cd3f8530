/* What the lines of the CSV files say, and the requests that they become: pure.
 *
 * A layout is the documented order of one kind of file: its columns by name, which of them must be
 * there, and the command that a line is sent as. Several lines may be one request, when what they
 * say is one aggregate (the advisers of a district). */
#ifndef ASSKOMM_LAYOUT_H
#define ASSKOMM_LAYOUT_H

#include "core/arena.h"
#include "table.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LAYOUT_COLUMNS_MAX 16u

enum layout_kind {
	LAYOUT_TEXT,
	LAYOUT_LIST,
	LAYOUT_BOOL,
	LAYOUT_PERCENT, /* "61.2" or "61,2", sent as thousandths of the whole: 612 */
	LAYOUT_MEAN,    /* "3.412" or "3,412", sent in thousandths: 3412 */
};

struct layout_column {
	const char *name;  /* in the file */
	const char *field; /* in the request; NULL: in the address alone */
	enum layout_kind kind;
	bool required;    /* in the header, and in each line */
	const char *help; /* for the manual */
};

struct layout {
	const char *name;    /* "organisations" */
	const char *method;  /* "PUT" */
	const char *path[2]; /* before and behind the key */
	bool hashed;         /* the key in the address is a uuid made of the first column */
	const char *list;    /* lines with the same key are one request: its list; NULL: one each */
	size_t most;         /* lines of one request: max_items in proto/ */
	size_t refers;       /* column that may name another line's key; 0: none */
	size_t common;       /* the first columns are said of all lines of a key: beside their
			      * list, and the same in each */
	bool sums;           /* of surveys: what looks like single answers is refused here, before
			      * anything is sent; the key stands for its analysis, which the
			      * caller puts into the address (layout_set_address) */
	struct layout_column
		columns[LAYOUT_COLUMNS_MAX]; /* the first is the key; ended by no name */
};

/* The layout of that name, or NULL. */
const struct layout *layout_find(const char *name);

/* All layouts for the manual. */
void layout_print(FILE *out);

/* A request, and the lines that it comes from. */
struct layout_request {
	const char *path;
	const char *body;
	const char *key; /* as it stands in the file */
	size_t n_rows;
	const struct table_row **rows;
	bool refers; /* names another line's key: is sent after the others */
};

struct layout_requests {
	size_t count;
	struct layout_request *items;
};

/* The requests of a file in the order in which they are sent. False when columns are missing or
 * unknown, a required cell is empty, or a key is there twice: all such faults. From the arena. */
bool layout_requests(struct arena *arena, const struct layout *layout, const struct table *table,
	struct layout_requests *out_requests, struct table_faults *faults) MUST_CHECK;

/* For a layout of sums: the address of that analysis. */
void layout_set_address(struct arena *arena, const struct layout *layout,
	struct layout_request *request, const char *analysis);

/* The key of another line that a request names; "" for none. */
const char *layout_referred(const struct layout *layout, const struct table *table,
	const struct layout_request *request);

/* Adds what the suite found wrong with a request: the place of a field ("assignments[3].validFrom",
 * "areas[0]") as line and column of the file. */
void layout_complain(struct arena *arena, const struct layout *layout, const struct table *table,
	const struct layout_request *request, const char *field, const char *message,
	struct table_faults *faults);

#endif
