/* The topology is found by positions alone: a place where rings come from or go to different
 * neighbours is a node. Two pieces that begin with the same two positions are the same piece, since
 * there would be a node where they part; so a piece is known by its first segment. */
#include "simplify.h"
#include "core/check.h"
#include <math.h>
#include <string.h>

#define ROUNDS_MAX 50
#define ROUND_ARENA_MAX (512u * 1024 * 1024)
#define METRES_OF_A_DEGREE 111320.0
#define DEGREE (3.14159265358979323846 / 180)

/* ---- sets of segments and places: open addressing, never full */

struct place {
	struct position at;
	struct position low, high; /* the neighbours of its first visit, in order */
	bool used;
	bool node;
};

struct piece {
	struct position first, second;
	bool used;
	bool kept;      /* not to be simplified */
	unsigned round; /* when its segments were collected last */
};

struct work {
	struct arena *arena; /* of this round */
	size_t mask;         /* of both tables */
	struct place *places;
	struct piece *pieces;
	double x_scale, y_scale; /* metres of a unit */
	double tolerance_m;
	size_t n_kept;
	unsigned round;
	struct segment *segments; /* of this round, each piece once; owner: index in pieces */
	size_t n_segments;
};

static int compare(struct position one, struct position other)
{
	if (one.x != other.x)
		return one.x < other.x ? -1 : 1;
	return (one.y > other.y) - (one.y < other.y);
}

static size_t hash(struct position p)
{
	uint64_t bits = (uint64_t)(uint32_t)p.x << 32 | (uint32_t)p.y;
	bits *= 0x9e3779b97f4a7c15u;
	return (size_t)(bits >> 29 ^ bits);
}

static struct place *find_place(struct work *work, struct position at)
{
	size_t i = hash(at) & work->mask;
	while (work->places[i].used && compare(work->places[i].at, at) != 0) {
		i = (i + 1) & work->mask;
	}
	return &work->places[i];
}

static struct piece *find_piece(struct work *work, struct position first, struct position second)
{
	size_t i = (hash(first) * 31 + hash(second)) & work->mask;
	struct piece *piece = &work->pieces[i];
	while (piece->used &&
		(compare(piece->first, first) != 0 || compare(piece->second, second) != 0)) {
		i = (i + 1) & work->mask;
		piece = &work->pieces[i];
	}
	if (!piece->used) {
		*piece = (struct piece){ .first = first, .second = second, .used = true };
	}
	return piece;
}

/* ---- nodes */

/* One visit; the direction of it does not matter. */
static void visit(
	struct work *work, struct position before, struct position at, struct position after)
{
	struct place *place = find_place(work, at);
	bool ordered = compare(before, after) <= 0;
	struct position low = ordered ? before : after, high = ordered ? after : before;
	if (!place->used) {
		*place = (struct place){ .at = at, .low = low, .high = high, .used = true };
	} else if (compare(place->low, low) != 0 || compare(place->high, high) != 0) {
		place->node = true;
	}
}

static void find_nodes(struct work *work, const struct ring *rings, size_t count)
{
	for (size_t r = 0; r < count; r++) {
		const struct position *p = rings[r].positions;
		size_t last = rings[r].count - 1;
		for (size_t i = 0; i < last; i++) {
			visit(work, p[i > 0 ? i - 1 : last - 1], p[i], p[i + 1]);
		}
	}
}

/* ---- one piece */

/* Metres between a position and the segment from a to b; at one latitude for the whole file. */
static double distance(
	const struct work *work, struct position a, struct position b, struct position p)
{
	double bx = (b.x - (double)a.x) * work->x_scale, by = (b.y - (double)a.y) * work->y_scale;
	double px = (p.x - (double)a.x) * work->x_scale, py = (p.y - (double)a.y) * work->y_scale;
	double length = bx * bx + by * by;
	double along = length > 0 ? (px * bx + py * by) / length : 0;
	along = along < 0 ? 0 : along > 1 ? 1 : along;
	return hypot(px - along * bx, py - along * by);
}

static size_t find_farthest(const struct work *work, const struct position *line, size_t from,
	size_t to, double *out_distance)
{
	size_t farthest = from;
	*out_distance = -1;
	for (size_t i = from + 1; i < to; i++) {
		double d = distance(work, line[from], line[to], line[i]);
		if (d > *out_distance) {
			*out_distance = d;
			farthest = i;
		}
	}
	return farthest;
}

/* Marks what stays. A stack instead of recursion: lines are long and hostile ones deep. A line that
 * ends where it begins keeps its farthest position in any case. */
static void mark_kept(
	const struct work *work, const struct position *line, size_t count, bool *keep)
{
	size_t *stack = NEW_ARRAY(work->arena, size_t, 2 * count + 2);
	size_t depth = 0;
	stack[depth++] = 0;
	stack[depth++] = count - 1;
	keep[0] = keep[count - 1] = true;
	while (depth > 0) {
		size_t to = stack[--depth], from = stack[--depth];
		double farthest_m;
		size_t farthest = find_farthest(work, line, from, to, &farthest_m);
		if (farthest == from ||
			(farthest_m <= work->tolerance_m && compare(line[from], line[to]) != 0)) {
			continue;
		}
		keep[farthest] = true;
		stack[depth++] = from;
		stack[depth++] = farthest;
		stack[depth++] = farthest;
		stack[depth++] = to;
	}
}

static bool is_backward(const struct position *line, size_t count)
{
	int order = compare(line[0], line[count - 1]);
	return order > 0 || (order == 0 && compare(line[1], line[count - 2]) > 0);
}

static void collect(
	struct work *work, struct piece *piece, const struct position *line, size_t count)
{
	if (piece->round == work->round) {
		return;
	}
	piece->round = work->round;
	for (size_t i = 1; i < count; i++) {
		work->segments[work->n_segments++] =
			(struct segment){ line[i - 1], line[i], (size_t)(piece - work->pieces) };
	}
}

/* Simplifies a line into `out`, which has room for it, in the line's own direction. */
static size_t simplify_piece(struct work *work, const struct position *line, size_t count,
	struct position *out, struct piece **out_piece)
{
	struct ring straight = { count, NEW_ARRAY(work->arena, struct position, count) };
	bool *keep = NEW_ARRAY(work->arena, bool, count);
	bool backward = is_backward(line, count);
	size_t n = 0;
	memcpy(straight.positions, line, count * sizeof *line);
	if (backward) {
		ring_reverse(&straight);
	}
	struct piece *piece = find_piece(work, straight.positions[0], straight.positions[1]);
	if (piece->kept) {
		memset(keep, true, count);
	} else {
		mark_kept(work, straight.positions, count, keep);
	}
	for (size_t i = 0; i < count; i++) {
		if (keep[i]) {
			out[n++] = straight.positions[i];
		}
	}
	collect(work, piece, out, n);
	if (backward) {
		ring_reverse(&(struct ring){ n, out });
	}
	*out_piece = piece;
	return n;
}

/* ---- rings */

/* Where the first piece begins: at a node, or at the least position when there is none. */
static size_t find_start(struct work *work, const struct ring *ring)
{
	size_t start = 0;
	for (size_t i = 0; i + 1 < ring->count; i++) {
		if (find_place(work, ring->positions[i])->node) {
			return i;
		}
		if (compare(ring->positions[i], ring->positions[start]) < 0) {
			start = i;
		}
	}
	return start;
}

static struct ring rotate(struct work *work, const struct ring *ring)
{
	struct ring turned = { ring->count, NEW_ARRAY(work->arena, struct position, ring->count) };
	size_t start = find_start(work, ring), last = ring->count - 1;
	for (size_t i = 0; i < ring->count; i++) {
		turned.positions[i] = ring->positions[(start + i) % last];
	}
	return turned;
}

static bool keep_piece(struct work *work, struct piece *piece)
{
	bool news = !piece->kept;
	work->n_kept += news;
	piece->kept = true;
	return news;
}

/* Piece by piece; the end of one is the beginning of the next. When too little is left of the ring,
 * its pieces are kept from the next round on: *out_news. */
static struct ring simplify_ring(struct work *work, const struct ring *ring, bool *out_news)
{
	struct ring turned = rotate(work, ring);
	struct ring light = { 0, NEW_ARRAY(work->arena, struct position, ring->count + 1) };
	struct piece **pieces = NEW_ARRAY(work->arena, struct piece *, ring->count);
	size_t n_pieces = 0;
	for (size_t from = 0, to = 1; from + 1 < turned.count; from = to++) {
		while (to + 1 < turned.count && !find_place(work, turned.positions[to])->node) {
			to++;
		}
		light.count += simplify_piece(work, turned.positions + from, to - from + 1,
			light.positions + light.count, &pieces[n_pieces++]);
		light.count -= to + 1 < turned.count;
	}
	for (size_t i = 0; light.count < RING_LEAST && i < n_pieces; i++) {
		*out_news |= keep_piece(work, pieces[i]);
	}
	return light;
}

/* Pieces that would now touch elsewhere than in their ends. */
static bool keep_crossing(struct work *work)
{
	struct segment *one, *other;
	struct sweep sweep;
	enum meeting meeting;
	bool news = false;
	sweep_init(&sweep, work->arena, work->segments, work->n_segments);
	while (sweep_next(&sweep, &one, &other, &meeting)) {
		if (meeting == MEETING_CROSS) {
			news |= keep_piece(work, &work->pieces[one->owner]);
			news |= keep_piece(work, &work->pieces[other->owner]);
		}
	}
	return news;
}

static struct work begin(struct arena *arena, const struct ring *rings, size_t count)
{
	struct work work = { .mask = 15 };
	size_t positions = 0;
	double latitude = 0;
	for (size_t r = 0; r < count; r++) {
		positions += rings[r].count;
		for (size_t i = 0; i < rings[r].count; i++) {
			latitude += rings[r].positions[i].y;
		}
	}
	CHECK(positions <= SIMPLIFY_POSITIONS_MAX);
	while (work.mask < 2 * positions) {
		work.mask = 2 * work.mask + 1;
	}
	work.places = NEW_ARRAY(arena, struct place, work.mask + 1);
	work.pieces = NEW_ARRAY(arena, struct piece, work.mask + 1);
	work.segments = NEW_ARRAY(arena, struct segment, positions + 1);
	work.y_scale = METRES_OF_A_DEGREE / RING_UNITS;
	latitude = positions > 0 ? latitude / (double)positions / RING_UNITS : 0;
	work.x_scale = work.y_scale * cos(latitude * DEGREE);
	return work;
}

/* One round; what it gave is copied out of its arena only when it was the last. */
static bool simplify_all(
	struct work *work, const struct ring *rings, size_t count, struct ring *out_light)
{
	bool news = false;
	work->round++;
	work->n_segments = 0;
	for (size_t r = 0; r < count; r++) {
		out_light[r] = simplify_ring(work, &rings[r], &news);
	}
	return keep_crossing(work) || news;
}

static struct ring copy_ring(struct arena *arena, const struct ring *ring)
{
	struct ring copy = { ring->count, NEW_ARRAY(arena, struct position, ring->count) };
	memcpy(copy.positions, ring->positions, ring->count * sizeof *copy.positions);
	return copy;
}

/* Round after round until nothing new must be kept. Each keeps a piece more, so there is an end;
 * when it does not come soon, nothing but what lies on a straight line is left out. */
struct simplified simplify(
	struct arena *arena, struct ring *rings, size_t count, double tolerance_m)
{
	struct ring *light = NEW_ARRAY(arena, struct ring, count + 1);
	struct simplified done = { .before = 0 };
	struct work work = begin(arena, rings, count);
	bool news = true;
	find_nodes(&work, rings, count);
	while (news) {
		arena_destroy(&work.arena);
		work.arena = arena_new(ROUND_ARENA_MAX);
		work.tolerance_m = work.round < ROUNDS_MAX ? tolerance_m : 0;
		news = simplify_all(&work, rings, count, light);
	}
	for (size_t r = 0; r < count; r++) {
		done.before += rings[r].count;
		done.after += light[r].count;
		rings[r] = copy_ring(arena, &light[r]);
	}
	arena_destroy(&work.arena);
	done.kept = work.n_kept;
	return done;
}
