/* Boundaries made light for the web, so that neighbours keep sharing their borders.
 *
 * Rings are cut where borders meet; each piece between two such places is simplified once, by
 * Douglas and Peucker's rule and always in the same direction, whichever ring it belongs to. So
 * there are no gaps and no overlaps between neighbours that had none. A piece whose lighter form
 * would touch another one, or make a ring vanish, stays as it was. Pure. */
#ifndef ASSKOMM_SIMPLIFY_H
#define ASSKOMM_SIMPLIFY_H

#include "core/ring.h"

#define SIMPLIFY_POSITIONS_MAX 1000000u /* of all rings together */

struct simplified {
	size_t before, after; /* positions */
	size_t kept;          /* pieces that had to stay as they were */
};

/* Simplifies rings in place (their positions move into the arena): no position that is left out
 * lies farther than `tolerance_m` metres from the line that is kept. All must have passed
 * ring_check. */
struct simplified simplify(
	struct arena *arena, struct ring *rings, size_t count, double tolerance_m);

#endif
