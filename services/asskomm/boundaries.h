/* Reads boundaries from GeoJSON (RFC 7946): a FeatureCollection in WGS84, each feature with the key
 * of a district (5 digits) or a municipality (8 digits). Pure; everything from outside is checked
 * here, and an error names its place. */
#ifndef ASSKOMM_BOUNDARIES_H
#define ASSKOMM_BOUNDARIES_H

#include "core/check.h"
#include "core/ring.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define BOUNDARIES_FILE_MAX (64u * 1024 * 1024)
#define BOUNDARIES_FEATURES_MAX 20000u
#define BOUNDARIES_RING_MAX 50000u /* positions */

struct boundary_polygon {
	size_t first, count; /* in the rings of all; the first is the outer one */
};

struct boundary {
	const char *key;
	size_t n_polygons;
	struct boundary_polygon *polygons;
};

struct boundaries {
	const char *level;       /* "districts" or "municipalities" */
	const char *property;    /* that held the keys; "id" for that of the features */
	const char *status_date; /* the file's own member, or "" */
	const char *credit;      /* likewise */
	const char *credit_url;  /* likewise */
	size_t count;
	struct boundary *items;
	size_t n_rings;
	struct ring *rings; /* of all, in order; each has passed ring_check */
	size_t n_turned;    /* rings that ran the wrong way round and were turned */
	size_t n_vanished;  /* holes that are smaller than a metre and were left out */
};

/* Reads the text of a file. `property` names the member of each feature's properties that holds its
 * key; NULL: the usual names are tried, and the feature's id. Coordinates are rounded to a
 * hundred-thousandth of a degree; a third one (height) is ignored. False with *out_error, which
 * names line and column, or feature, polygon, ring and position (counted from 1). */
bool boundaries_read(struct arena *arena, const char *text, size_t len, const char *property,
	struct boundaries *out_boundaries, const char **out_error) MUST_CHECK;

/* The body of PUT /boundaries/{level}/{land} for those of one Land ("14"); the caller owns it.
 * NULL when there are none. */
json_t *boundaries_request(const struct boundaries *boundaries, const char *land);

#endif
