/* Reads GV100AD, the official register of Germany's municipalities: records of 220 characters in
 * UTF-8, one per line (LF or CRLF), of the types 10 Land, 20 and 30 region, 40 district,
 * 50 association, 60 municipality. Pure.
 *
 * The file comes in pieces of any size; memory is bounded by the longest line that can be right and
 * by the numbers of records that a register can have. The first thing that is wrong ends it, with
 * its place: "line 12, column 45: …". Columns are characters, as in the official layout.
 *
 *   struct gv100ad reader;
 *   gv100ad_init(&reader, arena);
 *   while (… && gv100ad_feed(&reader, bytes, len)) …
 *   request = gv100ad_end(&reader);   NULL: reader.error */
#ifndef ASSKOMM_GV100AD_H
#define ASSKOMM_GV100AD_H

#include "asskomm/registry.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GV100AD_CHARACTERS 220u
#define GV100AD_BYTES_MAX (4u * GV100AD_CHARACTERS + 1u) /* of a line with its CR */
#define GV100AD_DISTRICTS_MAX 500u
#define GV100AD_ASSOCIATIONS_MAX 5000u
#define GV100AD_MUNICIPALITIES_MAX 12000u
#define GV100AD_DISTRICT_KEYS_MAX 1000u /* associations of one district, and its municipalities */

/* An association of the present district. Municipalities without one have a record all the same. */
struct gv100ad_association {
	char key[5];
	const char *ars9; /* "": it only says that its municipality has none */
	size_t line;
	bool used; /* has a municipality */
};

/* What the records above say: keys of the present Land, region and district, and what may follow.
 */
struct gv100ad_place {
	char land[3];
	char region[4];
	char district[6];
	size_t land_line;
	size_t district_line;
	char municipality[4]; /* the last one's number in the district */
	bool has_districts;
	bool is_nowhere;         /* the district is 000, and no record says so */
	size_t n_municipalities; /* of the district */
	size_t n_associations;   /* likewise */
	struct gv100ad_association associations[GV100AD_DISTRICT_KEYS_MAX];
};

struct gv100ad {
	struct arena *arena;
	const char *error; /* NULL: all is right so far */
	size_t line;       /* number of the present one, from 1 */
	size_t len;        /* bytes of it so far */
	char bytes[GV100AD_BYTES_MAX + 1];
	uint16_t at[GV100AD_CHARACTERS + 1]; /* where each character of it begins */
	struct gv100ad_place place;
	Registry__ImportTerritoryRequest *request;
};

/* Begins. What is read lies in the arena. */
void gv100ad_init(struct gv100ad *reader, struct arena *arena);

/* Reads on. False: reader->error is set, and nothing more is read. */
bool gv100ad_feed(struct gv100ad *reader, const char *bytes, size_t len) MUST_CHECK;

/* The whole register, with status date, Laender, districts, municipalities and associations; credit
 * and police directorates are not in the file. NULL: reader->error. */
Registry__ImportTerritoryRequest *gv100ad_end(struct gv100ad *reader) MUST_CHECK;

/* ---- for gv100ad_records.c */

/* Sets the error unless there is one, at a column of the present line (0: the line as a whole).
 * Gives false. */
bool gv100ad_fail(struct gv100ad *reader, size_t column, const char *format, ...) PRINTF_LIKE(3, 4);

/* The characters from..to (from 1, both included) without spaces around them. From the arena. */
char *gv100ad_text(struct gv100ad *reader, size_t from, size_t to);

/* Reads the present line, whose characters are found and counted, as the record it is. */
bool gv100ad_record(struct gv100ad *reader) MUST_CHECK;

/* Whether Land and district are complete, before the next begins or the file ends. */
bool gv100ad_close_district(struct gv100ad *reader) MUST_CHECK;
bool gv100ad_close_land(struct gv100ad *reader) MUST_CHECK;

#endif
