/* Values are taken out of the parsed JSON one by one, each with the place where it stood; the first
 * that is not as it should be ends the reading. */
#include "boundaries.h"
#include "core/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RINGS_MAX 200000u
#define NAMES_TOLD 10u

struct reader {
	struct arena *arena;
	struct boundaries *out;
	const char *property;
	const char *error;
	size_t feature, polygon, ring; /* counted from 1; 0: not in one */
	const char *key;
};

/* "feature 3 (14628160), polygon 1, ring 1, position 5: …"; false, so that a caller can return it.
 */
static bool refuse_at(struct reader *reader, size_t position, const char *what)
{
	struct text text;
	text_init(&text, reader->arena, 1000);
	text_append_format(&text, "feature %zu", reader->feature);
	if (reader->key != NULL) {
		text_append_format(&text, " (%.20s)", reader->key);
	}
	if (reader->polygon > 0) {
		text_append_format(&text, ", polygon %zu", reader->polygon);
	}
	if (reader->ring > 0) {
		text_append_format(&text, ", ring %zu", reader->ring);
	}
	if (position > 0) {
		text_append_format(&text, ", position %zu", position);
	}
	text_append_format(&text, ": %s", what);
	reader->error = text.bytes;
	return false;
}

/* ---- rings */

/* Degrees to units. What is not in range is most often another coordinate system. */
static bool read_number(const json_t *value, int32_t limit, int32_t *out)
{
	double degrees = json_number_value(value);
	if (!json_is_number(value) || !isfinite(degrees) || fabs(degrees) > limit) {
		return false;
	}
	*out = (int32_t)lround(degrees * RING_UNITS);
	return true;
}

/* Rounding may let neighbours fall together: such a position is left out. */
static bool read_positions(struct reader *reader, const json_t *value, struct ring *ring)
{
	size_t count = json_array_size(value);
	ring->count = 0;
	ring->positions = NEW_ARRAY(reader->arena, struct position, count + 1);
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(value, i);
		struct position at, *kept = ring->positions + ring->count;
		if (json_array_size(pair) < 2) {
			return refuse_at(reader, i + 1, "a position is [longitude, latitude]");
		}
		if (!read_number(json_array_get(pair, 0), 180, &at.x) ||
			!read_number(json_array_get(pair, 1), 90, &at.y)) {
			return refuse_at(reader, i + 1,
				"no longitude and latitude in degrees (WGS84, EPSG:4326)");
		}
		if (ring->count == 0 || kept[-1].x != at.x || kept[-1].y != at.y) {
			*kept = at;
			ring->count++;
		}
	}
	return true;
}

/* RFC 7946 wants the outer ring counter-clockwise and holes clockwise, and asks readers to take
 * both: what runs the wrong way is turned. */
static void turn_ring(struct reader *reader, struct ring *ring)
{
	if ((ring_area(ring) > 0) != (reader->ring == 1)) {
		ring_reverse(ring);
		reader->out->n_turned++;
	}
}

static double number_at(const json_t *pair, size_t place)
{
	return json_number_value(json_array_get(pair, place));
}

/* Before rounding: an opening of half a metre is one. */
static bool is_closed(const json_t *value)
{
	const json_t *first = json_array_get(value, 0);
	const json_t *last = json_array_get(value, json_array_size(value) - 1);
	return !(number_at(first, 0) < number_at(last, 0)) &&
	       !(number_at(first, 0) > number_at(last, 0)) &&
	       !(number_at(first, 1) < number_at(last, 1)) &&
	       !(number_at(first, 1) > number_at(last, 1));
}

/* A hole that is nothing but a point after rounding is no hole. */
static bool read_ring(struct reader *reader, const json_t *value)
{
	struct boundaries *out = reader->out;
	size_t count = json_array_size(value), place;
	struct ring ring;
	if (!json_is_array(value) || count < RING_LEAST) {
		return refuse_at(reader, 0, ring_fault_text(RING_SHORT));
	}
	if (count > BOUNDARIES_RING_MAX) {
		return refuse_at(reader, 0, "a ring may have at most 50,000 positions");
	}
	if (out->n_rings == RINGS_MAX) {
		return refuse_at(reader, 0, "a file may have at most 200,000 rings");
	}
	if (!is_closed(value)) {
		return refuse_at(reader, count, ring_fault_text(RING_OPEN));
	}
	if (!read_positions(reader, value, &ring)) {
		return false;
	}
	if (ring.count < RING_LEAST && reader->ring > 1) {
		out->n_vanished++;
		return true;
	}
	enum ring_fault fault = ring_check(reader->arena, &ring, &place);
	if (fault != RING_FINE) {
		return refuse_at(
			reader, fault == RING_SHORT ? 0 : place + 1, ring_fault_text(fault));
	}
	turn_ring(reader, &ring);
	out->rings = arena_grow(reader->arena, out->rings, out->n_rings, sizeof *out->rings);
	out->rings[out->n_rings++] = ring;
	return true;
}

/* ---- geometries */

static bool read_polygon(
	struct reader *reader, const json_t *value, struct boundary_polygon *polygon)
{
	polygon->first = reader->out->n_rings;
	if (json_array_size(value) == 0) {
		return refuse_at(reader, 0, "a polygon is a list of rings");
	}
	for (reader->ring = 1; reader->ring <= json_array_size(value); reader->ring++) {
		if (!read_ring(reader, json_array_get(value, reader->ring - 1))) {
			return false;
		}
	}
	reader->ring = 0;
	polygon->count = reader->out->n_rings - polygon->first;
	return true;
}

static bool read_geometry(struct reader *reader, const json_t *feature, struct boundary *boundary)
{
	const json_t *geometry = json_object_get(feature, "geometry");
	const char *type = json_string_value(json_object_get(geometry, "type"));
	const json_t *value = json_object_get(geometry, "coordinates");
	bool several = type != NULL && strcmp(type, "MultiPolygon") == 0;
	if (type == NULL || (!several && strcmp(type, "Polygon") != 0)) {
		return refuse_at(reader, 0, "its geometry must be a Polygon or a MultiPolygon");
	}
	if (json_array_size(value) == 0) {
		return refuse_at(reader, 0, "its geometry has no coordinates");
	}
	boundary->n_polygons = several ? json_array_size(value) : 1;
	boundary->polygons =
		NEW_ARRAY(reader->arena, struct boundary_polygon, boundary->n_polygons);
	for (size_t i = 0; i < boundary->n_polygons; i++) {
		const json_t *polygon = several ? json_array_get(value, i) : value;
		reader->polygon = i + 1;
		if (!read_polygon(reader, polygon, &boundary->polygons[i])) {
			return false;
		}
	}
	reader->polygon = 0;
	return true;
}

/* ---- keys */

static bool is_key(const char *text)
{
	return text != NULL && text[strspn(text, "0123456789")] == '\0' &&
	       (strlen(text) == 5 || strlen(text) == 8);
}

static const char *key_of(const struct reader *reader, const json_t *feature)
{
	const json_t *value =
		strcmp(reader->property, "id") == 0
			? json_object_get(feature, "id")
			: json_object_get(json_object_get(feature, "properties"), reader->property);
	return json_string_value(value);
}

/* The first of the usual names whose value is a key; else the names that the feature has are told.
 */
static bool find_property(struct reader *reader, const json_t *feature)
{
	static const char *const USUAL[] = { "ags", "AGS", "ags8", "AGS8", "ags5", "AGS5", "AGS_0",
		"key", "KEY", "schluessel", "id" };
	const json_t *properties = json_object_get(feature, "properties");
	struct text names;
	size_t told = 0;
	const char *name;
	for (size_t i = 0; i < sizeof USUAL / sizeof USUAL[0]; i++) {
		reader->property = USUAL[i];
		if (is_key(key_of(reader, feature))) {
			return true;
		}
	}
	text_init(&names, reader->arena, 400);
	for (void *at = json_object_iter((json_t *)properties); at != NULL && told < NAMES_TOLD;
		at = json_object_iter_next((json_t *)properties, at)) {
		name = json_object_iter_key(at);
		text_append_format(&names, "%s%.30s", told++ > 0 ? ", " : "", name);
	}
	return refuse_at(reader, 0,
		text_format(reader->arena,
			"no key (AGS, 5 or 8 digits as text) under any of the usual names; say "
			"which of these it is: %s",
			names.bytes));
}

static bool read_key(struct reader *reader, const json_t *feature, struct boundary *boundary)
{
	reader->key = key_of(reader, feature);
	if (!is_key(reader->key)) {
		return refuse_at(reader, 0,
			text_format(reader->arena, "its %s must be an AGS: 5 or 8 digits as text",
				reader->property));
	}
	boundary->key = text_copy(reader->arena, reader->key);
	const char *level = strlen(boundary->key) == 5 ? "districts" : "municipalities";
	if (reader->out->level == NULL) {
		reader->out->level = level;
	}
	if (strcmp(reader->out->level, level) != 0) {
		return refuse_at(
			reader, 0, "districts (5 digits) and municipalities (8) in one file");
	}
	return true;
}

static int by_key(const void *left, const void *right)
{
	return strcmp(((const struct boundary *)left)->key, ((const struct boundary *)right)->key);
}

/* In the order of their keys, whatever that of the file: the same boundaries are the same request.
 */
static bool sort_keys(struct reader *reader)
{
	struct boundaries *out = reader->out;
	qsort(out->items, out->count, sizeof *out->items, by_key);
	for (size_t i = 1; i < out->count; i++) {
		if (strcmp(out->items[i - 1].key, out->items[i].key) == 0) {
			reader->error = text_format(
				reader->arena, "two features have the key %s", out->items[i].key);
			return false;
		}
	}
	return true;
}

/* ---- the file */

static const char *member(struct reader *reader, const json_t *file, const char *name)
{
	const char *value = json_string_value(json_object_get(file, name));
	return text_copy(reader->arena, value);
}

/* Before RFC 7946 a file could name another system; what it says then is not WGS84. */
static bool is_wgs84(const json_t *file)
{
	const json_t *crs = json_object_get(file, "crs");
	const char *name =
		json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
	return crs == NULL || json_is_null(crs) ||
	       (name != NULL && (strstr(name, "CRS84") != NULL ||
					(strlen(name) >= 4 &&
						strcmp(name + strlen(name) - 4, "4326") == 0)));
}

static bool read_features(struct reader *reader, const json_t *features)
{
	struct boundaries *out = reader->out;
	out->items = NEW_ARRAY(reader->arena, struct boundary, json_array_size(features));
	for (size_t i = 0; i < json_array_size(features); i++) {
		const json_t *feature = json_array_get(features, i);
		struct boundary *boundary = &out->items[out->count++];
		reader->feature = i + 1;
		reader->key = NULL;
		if (!json_is_object(feature)) {
			return refuse_at(reader, 0, "it is no object");
		}
		if ((reader->property == NULL && !find_property(reader, feature)) ||
			!read_key(reader, feature, boundary) ||
			!read_geometry(reader, feature, boundary)) {
			return false;
		}
	}
	out->property = reader->property;
	return sort_keys(reader);
}

static bool read_file(struct reader *reader, const json_t *file)
{
	const json_t *features = json_object_get(file, "features");
	const char *type = json_string_value(json_object_get(file, "type"));
	if (type == NULL || strcmp(type, "FeatureCollection") != 0) {
		reader->error = "it is no GeoJSON FeatureCollection";
	} else if (!is_wgs84(file)) {
		reader->error = "its member crs names another system than WGS84 (EPSG:4326)";
	} else if (json_array_size(features) == 0) {
		reader->error = "there is no feature in it";
	} else if (json_array_size(features) > BOUNDARIES_FEATURES_MAX) {
		reader->error = "a file may have at most 20,000 features";
	} else {
		reader->out->status_date = member(reader, file, "statusDate");
		reader->out->credit = member(reader, file, "credit");
		reader->out->credit_url = member(reader, file, "creditUrl");
		return read_features(reader, features);
	}
	return false;
}

bool boundaries_read(struct arena *arena, const char *text, size_t len, const char *property,
	struct boundaries *out_boundaries, const char **out_error)
{
	struct reader reader = { .arena = arena, .out = out_boundaries, .property = property };
	json_error_t error;
	json_t *file = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	memset(out_boundaries, 0, sizeof *out_boundaries);
	if (file == NULL) {
		*out_error = text_format(
			arena, "line %d, column %d: %s", error.line, error.column, error.text);
		return false;
	}
	bool good = read_file(&reader, file);
	json_decref(file);
	*out_error = reader.error;
	return good;
}

/* ---- the request */

static json_t *ring_json(const struct ring *ring)
{
	json_t *points = json_array();
	for (size_t i = 0; i < ring->count; i++) {
		json_array_append_new(points, json_integer(ring->positions[i].x));
		json_array_append_new(points, json_integer(ring->positions[i].y));
	}
	return json_pack("{s:o}", "points", points);
}

static json_t *boundary_json(const struct boundaries *boundaries, const struct boundary *boundary)
{
	json_t *polygons = json_array();
	for (size_t p = 0; p < boundary->n_polygons; p++) {
		const struct boundary_polygon *polygon = &boundary->polygons[p];
		json_t *rings = json_array();
		for (size_t r = 0; r < polygon->count; r++) {
			json_array_append_new(
				rings, ring_json(&boundaries->rings[polygon->first + r]));
		}
		json_array_append_new(polygons, json_pack("{s:o}", "rings", rings));
	}
	return json_pack("{s:s, s:o}", "key", boundary->key, "polygons", polygons);
}

json_t *boundaries_request(const struct boundaries *boundaries, const char *land)
{
	json_t *features = json_array();
	for (size_t i = 0; i < boundaries->count; i++) {
		if (strncmp(boundaries->items[i].key, land, 2) == 0) {
			json_array_append_new(
				features, boundary_json(boundaries, &boundaries->items[i]));
		}
	}
	if (json_array_size(features) == 0) {
		json_decref(features);
		return NULL;
	}
	return json_pack("{s:o}", "features", features);
}
