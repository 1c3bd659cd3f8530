/* Rings and line segments on a grid of whole numbers: what makes a boundary one.
 *
 * A coordinate is a hundred-thousandth of a degree (WGS84, about a metre), so that comparing is
 * exact. A ring is a list of positions whose last is its first again. */
#ifndef ASSKOMM_CORE_RING_H
#define ASSKOMM_CORE_RING_H

#include "core/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_UNITS 100000 /* of a degree */
#define RING_LEAST 4u     /* positions of the smallest ring, a triangle that is closed */

struct position {
	int32_t x, y; /* longitude, latitude */
};

struct ring {
	size_t count;
	struct position *positions;
};

/* What can be wrong with a ring, at a position of it. */
enum ring_fault {
	RING_FINE,
	RING_SHORT,    /* fewer than RING_LEAST positions, or not three different places */
	RING_OPEN,     /* the last position is not the first */
	RING_RANGE,    /* no longitude or latitude */
	RING_REPEATED, /* the same position twice in a row */
	RING_TOUCHES,  /* it comes back to a place where it was, or crosses itself */
};

/* The first fault, and the index of the position where it is. Takes time with the number of
 * segments whose longitudes overlap: let a ring have at most some ten thousand positions. */
enum ring_fault ring_check(struct arena *arena, const struct ring *ring, size_t *out_place);

/* What to tell about a fault, in English, for say_text; without a period. Never NULL. */
const char *ring_fault_text(enum ring_fault fault);

/* Twice the area, positive when the ring runs counter-clockwise. It must be closed. */
int64_t ring_area(const struct ring *ring);

/* The same ring the other way round, in place. */
void ring_reverse(struct ring *ring);

/* ---- segments, of one ring or of many lines */

struct segment {
	struct position from, to;
	size_t owner; /* whatever the caller wants to know again */
};

/* How two segments meet. */
enum meeting {
	MEETING_NONE,
	MEETING_END,   /* in one end of both, and nowhere else */
	MEETING_CROSS, /* otherwise */
};

enum meeting segment_meeting(const struct segment *one, const struct segment *other);

/* A walk over all pairs of segments that meet. */
struct sweep {
	size_t count;
	struct segment **order; /* by their least longitude */
	size_t left, right;     /* the pair that is next */
};

/* Begins; the segments stay where they are. */
void sweep_init(struct sweep *sweep, struct arena *arena, struct segment *segments, size_t count);

/* The next pair that meets; false at the end. */
bool sweep_next(struct sweep *sweep, struct segment **out_one, struct segment **out_other,
	enum meeting *out_meeting);

#endif
