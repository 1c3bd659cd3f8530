/* Geometry in whole numbers: an orientation is a product of differences below 2^27, which fits into
 * 64 bits, so no answer here depends on rounding. */
#include "core/ring.h"
#include "core/catalogue.h"
#include "core/check.h"
#include <stdlib.h>

#define LONGITUDE_MAX (180 * RING_UNITS)
#define LATITUDE_MAX (90 * RING_UNITS)

static bool is_same(struct position one, struct position other)
{
	return one.x == other.x && one.y == other.y;
}

/* Positive: c lies left of the line from a to b; 0: on it. */
static int64_t turn(struct position a, struct position b, struct position c)
{
	return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) -
	       ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static int32_t least(int32_t one, int32_t other)
{
	return one < other ? one : other;
}

static int32_t most(int32_t one, int32_t other)
{
	return one > other ? one : other;
}

/* For a position on the line of the segment. */
static bool is_between(const struct segment *s, struct position p)
{
	return p.x >= least(s->from.x, s->to.x) && p.x <= most(s->from.x, s->to.x) &&
	       p.y >= least(s->from.y, s->to.y) && p.y <= most(s->from.y, s->to.y);
}

static bool are_apart(const struct segment *a, const struct segment *b)
{
	return most(a->from.x, a->to.x) < least(b->from.x, b->to.x) ||
	       most(b->from.x, b->to.x) < least(a->from.x, a->to.x) ||
	       most(a->from.y, a->to.y) < least(b->from.y, b->to.y) ||
	       most(b->from.y, b->to.y) < least(a->from.y, a->to.y);
}

/* Both leave the same place: they meet there alone, unless one runs along the other. */
static enum meeting meet_at(struct position shared, struct position one, struct position other)
{
	int64_t dx = (int64_t)one.x - shared.x, dy = (int64_t)one.y - shared.y;
	int64_t along = dx * ((int64_t)other.x - shared.x) + dy * ((int64_t)other.y - shared.y);

	return turn(shared, one, other) == 0 && along > 0 ? MEETING_CROSS : MEETING_END;
}

static int sign(int64_t value)
{
	return (value > 0) - (value < 0);
}

/* No end in common: they cross, or one's end lies on the other. */
static bool do_cross(const struct segment *a, const struct segment *b)
{
	int64_t a_from = turn(b->from, b->to, a->from), a_to = turn(b->from, b->to, a->to);
	int64_t b_from = turn(a->from, a->to, b->from), b_to = turn(a->from, a->to, b->to);

	return (sign(a_from) * sign(a_to) < 0 && sign(b_from) * sign(b_to) < 0) ||
	       (a_from == 0 && is_between(b, a->from)) || (a_to == 0 && is_between(b, a->to)) ||
	       (b_from == 0 && is_between(a, b->from)) || (b_to == 0 && is_between(a, b->to));
}

enum meeting segment_meeting(const struct segment *one, const struct segment *other)
{
	if (are_apart(one, other))
		return MEETING_NONE;
	if (is_same(one->from, other->from))
		return meet_at(one->from, one->to, other->to);
	if (is_same(one->from, other->to))
		return meet_at(one->from, one->to, other->from);
	if (is_same(one->to, other->from))
		return meet_at(one->to, one->from, other->to);
	if (is_same(one->to, other->to))
		return meet_at(one->to, one->from, other->from);
	return do_cross(one, other) ? MEETING_CROSS : MEETING_NONE;
}

static int by_longitude(const void *left, const void *right)
{
	const struct segment *a = *(struct segment *const *)left;
	const struct segment *b = *(struct segment *const *)right;
	int32_t x = least(a->from.x, a->to.x), y = least(b->from.x, b->to.x);

	return (x > y) - (x < y);
}

void sweep_init(struct sweep *sweep, struct arena *arena, struct segment *segments, size_t count)
{
	*sweep = (struct sweep){ .count = count, .right = 1 };
	sweep->order = NEW_ARRAY(arena, struct segment *, count + 1);
	for (size_t i = 0; i < count; i++)
		sweep->order[i] = &segments[i];
	qsort(sweep->order, count, sizeof(*sweep->order), by_longitude);
}

bool sweep_next(struct sweep *sweep, struct segment **out_one, struct segment **out_other,
	enum meeting *out_meeting)
{
	for (; sweep->left < sweep->count; sweep->left++, sweep->right = sweep->left + 1) {
		struct segment *one = sweep->order[sweep->left];
		int32_t end = most(one->from.x, one->to.x);

		while (sweep->right < sweep->count) {
			struct segment *other = sweep->order[sweep->right];

			if (least(other->from.x, other->to.x) > end)
				break;
			sweep->right++;
			*out_meeting = segment_meeting(one, other);
			*out_one = one;
			*out_other = other;
			if (*out_meeting != MEETING_NONE)
				return true;
		}
	}
	return false;
}

/* ---- rings */

int64_t ring_area(const struct ring *ring)
{
	int64_t area = 0;

	for (size_t i = 2; i < ring->count; i++)
		area += turn(ring->positions[0], ring->positions[i - 1], ring->positions[i]);
	return area;
}

void ring_reverse(struct ring *ring)
{
	for (size_t i = 0, j = ring->count; i + 1 < j--; i++) {
		struct position kept = ring->positions[i];

		ring->positions[i] = ring->positions[j];
		ring->positions[j] = kept;
	}
}

/* Neighbours in the ring meet in their common end, and so do the last and the first; all else that
 * meets is a fault. */
static enum ring_fault check_touching(
	struct arena *arena, const struct ring *ring, size_t *out_place)
{
	size_t count = ring->count - 1;
	struct segment *segments = NEW_ARRAY(arena, struct segment, count);
	struct segment *one, *other;
	struct sweep sweep;
	enum meeting meeting;

	for (size_t i = 0; i < count; i++)
		segments[i] = (struct segment){ ring->positions[i], ring->positions[i + 1], i };
	sweep_init(&sweep, arena, segments, count);
	while (sweep_next(&sweep, &one, &other, &meeting)) {
		size_t apart = one->owner > other->owner ? one->owner - other->owner
							 : other->owner - one->owner;

		if (meeting == MEETING_CROSS || (apart != 1 && apart != count - 1)) {
			*out_place = one->owner > other->owner ? one->owner : other->owner;
			return RING_TOUCHES;
		}
	}
	return RING_FINE;
}

enum ring_fault ring_check(struct arena *arena, const struct ring *ring, size_t *out_place)
{
	*out_place = 0;
	if (ring->count < RING_LEAST)
		return RING_SHORT;
	for (size_t i = 0; i < ring->count; i++) {
		struct position p = ring->positions[i];

		*out_place = i;
		if (p.x < -LONGITUDE_MAX || p.x > LONGITUDE_MAX || p.y < -LATITUDE_MAX ||
			p.y > LATITUDE_MAX)
			return RING_RANGE;
		if (i > 0 && is_same(p, ring->positions[i - 1]))
			return RING_REPEATED;
	}
	if (!is_same(ring->positions[0], ring->positions[ring->count - 1]))
		return RING_OPEN;
	return check_touching(arena, ring, out_place);
}

const char *ring_fault_text(enum ring_fault fault)
{
	switch (fault) {
	case RING_FINE:
		return TEXT("all is well");
	case RING_SHORT:
		return TEXT("a ring has at least four positions, the last of them the first again");
	case RING_OPEN:
		return TEXT("the ring is not closed: its last position is not its first");
	case RING_RANGE:
		return TEXT("no longitude and latitude of WGS84");
	case RING_REPEATED:
		return TEXT("the same position twice in a row");
	case RING_TOUCHES:
		return TEXT("the ring touches or crosses itself");
	}
	check_failed("a fault of a ring", __FILE__, __LINE__);
}
