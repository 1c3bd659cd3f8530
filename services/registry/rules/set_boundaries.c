/* A map shows each place of a level once, by rings that are closed and do not touch themselves, and
 * says whose work it is. A ring that runs the wrong way is turned; all else that is wrong is
 * refused, and nothing comes in. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/ring.h"
#include "core/text.h"
#include <string.h>

#define POINTS_MAX 100000u /* numbers in all rings together */
#define GEOMETRY_MAX (2u * 1024 * 1024)

/* A feature on its way into its shape. */
struct drawing {
	struct ruling *ruling;
	const char *key;
	size_t feature, polygon, ring;
	struct text text;
	int32_t bounds[4]; /* west, south, east, north */
};

static enum verdict refuse_ring(struct drawing *drawing, size_t position, enum ring_fault fault)
{
	return refuse(drawing->ruling, FAILURE_INVALID,
		text_format(drawing->ruling->arena,
			"features[%zu].polygons[%zu].rings[%zu].points[%zu]", drawing->feature,
			drawing->polygon, drawing->ring, 2 * position),
		"ring", "%s: %s", drawing->key,
		say_text(drawing->ruling->arena, ring_fault_text(fault)));
}

/* Hundred-thousandths of a degree as degrees. */
static void write_degrees(struct text *text, int32_t units)
{
	int64_t size = units < 0 ? -(int64_t)units : units;

	text_append_format(text, "%s%d.%05d", units < 0 ? "-" : "", (int)(size / RING_UNITS),
		(int)(size % RING_UNITS));
}

static void widen(struct drawing *drawing, struct position at)
{
	int32_t *bounds = drawing->bounds;

	bounds[0] = at.x < bounds[0] ? at.x : bounds[0];
	bounds[1] = at.y < bounds[1] ? at.y : bounds[1];
	bounds[2] = at.x > bounds[2] ? at.x : bounds[2];
	bounds[3] = at.y > bounds[3] ? at.y : bounds[3];
}

static void write_ring(struct drawing *drawing, const struct ring *ring)
{
	struct text *text = &drawing->text;

	text_append(text, drawing->ring > 0 ? ",[" : "[");
	for (size_t i = 0; i < ring->count; i++) {
		text_append(text, i > 0 ? ",[" : "[");
		write_degrees(text, ring->positions[i].x);
		text_append(text, ",");
		write_degrees(text, ring->positions[i].y);
		text_append(text, "]");
		widen(drawing, ring->positions[i]);
	}
	text_append(text, "]");
}

/* RFC 7946: the outer ring counter-clockwise, holes clockwise. */
static enum verdict draw_ring(struct drawing *drawing, const Registry__BoundaryRing *wish)
{
	struct arena *arena = drawing->ruling->arena;
	struct ring ring = { wish->n_points / 2,
		NEW_ARRAY(arena, struct position, wish->n_points / 2 + 1) };
	enum ring_fault fault;
	size_t place;

	if (wish->n_points % 2 != 0)
		return refuse_ring(drawing, ring.count, RING_RANGE);
	for (size_t i = 0; i < ring.count; i++)
		ring.positions[i] =
			(struct position){ wish->points[2 * i], wish->points[2 * i + 1] };
	fault = ring_check(arena, &ring, &place);
	if (fault != RING_FINE)
		return refuse_ring(drawing, place, fault);
	if ((ring_area(&ring) > 0) != (drawing->ring == 0))
		ring_reverse(&ring);
	write_ring(drawing, &ring);
	return ACCEPTED;
}

static enum verdict draw_polygon(struct drawing *drawing, const Registry__BoundaryPolygon *wish)
{
	text_append(&drawing->text, drawing->polygon > 0 ? ",[" : "[");
	for (size_t i = 0; i < wish->n_rings; i++) {
		drawing->ring = i;
		if (draw_ring(drawing, wish->rings[i]) == REFUSED)
			return REFUSED;
	}
	text_append(&drawing->text, "]");
	return ACCEPTED;
}

/* The geometry's text is made here, once; a map is then put together by the database. */
static enum verdict draw(struct ruling *ruling, Registry__Boundaries *boundaries,
	const Registry__SetBoundariesRequest *wish, size_t place)
{
	const Registry__BoundaryFeature *feature = wish->features[place];
	Registry__BoundaryShape *shape = NEW(ruling->arena, Registry__BoundaryShape);
	struct drawing drawing = { .ruling = ruling,
		.key = feature->key,
		.feature = place,
		.bounds = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN } };
	bool several = feature->n_polygons > 1;

	text_init(&drawing.text, ruling->arena, GEOMETRY_MAX);
	text_append_format(&drawing.text, "{\"type\":\"%s\",\"coordinates\":%s",
		several ? "MultiPolygon" : "Polygon", several ? "[" : "");
	for (size_t i = 0; i < feature->n_polygons; i++) {
		drawing.polygon = i;
		if (draw_polygon(&drawing, feature->polygons[i]) == REFUSED)
			return REFUSED;
	}
	text_append(&drawing.text, several ? "]}" : "}");
	CHECK(!drawing.text.overflown); /* a request is smaller */
	registry__boundary_shape__init(shape);
	shape->key = feature->key;
	shape->geometry = drawing.text.bytes;
	shape->n_bounds = 4;
	shape->bounds = NEW_ARRAY(ruling->arena, int32_t, 4);
	memcpy(shape->bounds, drawing.bounds, sizeof(drawing.bounds));
	boundaries->shapes[boundaries->n_shapes++] = shape;
	return ACCEPTED;
}

/* In the order of their keys, so that a key that is there twice is seen at once. */
static enum verdict check_keys(struct ruling *ruling, const Registry__Boundaries *boundaries,
	const Registry__SetBoundariesRequest *wish)
{
	for (size_t i = 0; i < wish->n_features; i++) {
		const char *key = wish->features[i]->key;
		const char *field = text_format(ruling->arena, "features[%zu].key", i);

		if (strncmp(key, wish->land, 2) != 0)
			return refuse(ruling, FAILURE_INVALID, field, "land",
				"%s does not lie in the Land %s; send each Land by itself", key,
				wish->land);
		if (i > 0 && strcmp(wish->features[i - 1]->key, key) >= 0)
			return refuse(ruling, FAILURE_INVALID, field, "order",
				"send the features in the order of their keys, each key once: %s",
				key);
		if (boundaries->n_unknown_keys > 0 && strcmp(boundaries->unknown_keys[0], key) == 0)
			return refuse(ruling, FAILURE_REFUSED, field, "unknown",
				"the territory does not know the key %s; %zu keys are unknown", key,
				boundaries->n_unknown_keys);
	}
	return ACCEPTED;
}

/* Whether the set is what it was; the list of unknown keys is empty by now. */
static bool is_same(
	struct arena *arena, const Registry__Boundaries *one, const Registry__Boundaries *other)
{
	size_t len, other_len;
	uint8_t *bytes = reflect_pack(arena, &one->base, &len);
	uint8_t *others = reflect_pack(arena, &other->base, &other_len);

	return len == other_len && memcmp(bytes, others, len) == 0;
}

/* The geometry stays out of the ledger: what is drawn there is a picture of facts, none itself. */
static void emit_changed(struct ruling *ruling, const Registry__SetBoundariesRequest *wish)
{
	Registry__BoundariesChanged *fact = NEW(ruling->arena, Registry__BoundariesChanged);
	struct emitted *emitted =
		emit(ruling, &registry__boundaries_changed__descriptor, wish->status_date, 0, NULL);

	registry__boundaries_changed__init(fact);
	fact->level = wish->level;
	fact->land = wish->land;
	fact->status_date = wish->status_date;
	fact->credit = wish->credit;
	fact->tolerance_m = wish->tolerance_m;
	fact->features = (uint32_t)wish->n_features;
	emitted->fact = &fact->base;
}

/* Before anything is drawn: what a command may use is bounded. */
static size_t count_points(const Registry__SetBoundariesRequest *wish)
{
	size_t count = 0;

	for (size_t i = 0; i < wish->n_features; i++)
		for (size_t j = 0; j < wish->features[i]->n_polygons; j++) {
			const Registry__BoundaryPolygon *polygon = wish->features[i]->polygons[j];

			for (size_t k = 0; k < polygon->n_rings; k++)
				count += polygon->rings[k]->n_points;
		}
	return count;
}

static bool is_level(const char *level)
{
	return strcmp(level, "districts") == 0 || strcmp(level, "municipalities") == 0;
}

enum verdict set_boundaries(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Boundaries *boundaries =
		AS(Registry__Boundaries, registry__boundaries, aggregate);
	const Registry__SetBoundariesRequest *wish =
		AS(Registry__SetBoundariesRequest, registry__set_boundaries_request, request);
	Registry__Boundaries before = *boundaries;

	if (!is_level(wish->level))
		return refuse(ruling, FAILURE_NOT_FOUND, "level", "unknown",
			"there are the levels districts and municipalities");
	if (count_points(wish) > POINTS_MAX)
		return refuse(ruling, FAILURE_TOO_LARGE, "features", "bound",
			"at most %u positions at once; simplify the lines more", POINTS_MAX / 2);
	if (require_past(ruling, "statusDate", wish->status_date) == REFUSED ||
		check_keys(ruling, boundaries, wish) == REFUSED)
		return REFUSED;
	boundaries->level = wish->level;
	boundaries->land = wish->land;
	boundaries->status_date = wish->status_date;
	boundaries->credit = wish->credit;
	boundaries->credit_url = wish->credit_url;
	boundaries->tolerance_m = wish->tolerance_m;
	boundaries->n_shapes = 0;
	boundaries->shapes =
		NEW_ARRAY(ruling->arena, Registry__BoundaryShape *, wish->n_features + 1);
	for (size_t i = 0; i < wish->n_features; i++)
		if (draw(ruling, boundaries, wish, i) == REFUSED)
			return REFUSED;
	if (is_same(ruling->arena, &before, boundaries))
		return UNCHANGED;
	emit_changed(ruling, wish);
	return ACCEPTED;
}
