/* Files of boundaries: what is read must be sound, stay so when it is simplified, and make a
 * request that the service takes for well-formed. The first line of an input is the tolerance in
 * metres. */
#include "fuzz.h"

#include "asskomm/registry.pb-c.h"
#include "boundaries.h"
#include "core/check.h"
#include "core/reflect.h"
#include "simplify.h"
#include <stdlib.h>
#include <string.h>

static void check_rings(struct arena *arena, const struct boundaries *boundaries)
{
	size_t place;
	for (size_t i = 0; i < boundaries->n_rings; i++)
		CHECK(ring_check(arena, &boundaries->rings[i], &place) == RING_FINE);
}

static void check_request(struct arena *arena, const struct boundaries *boundaries)
{
	Asskomm__Failure *failure = NULL;
	json_t *body = boundaries_request(boundaries, boundaries->items[0].key);
	CHECK(body != NULL);
	CHECK(reflect_from_json(arena, &registry__set_boundaries_request__descriptor, body,
		      &failure) != NULL);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(256u * 1024 * 1024);
	struct fuzz_input input = { bytes, len };
	struct boundaries boundaries;
	const char *error = NULL;
	unsigned tolerance_m = (unsigned)strtoul(fuzz_line(arena, &input), NULL, 10) % 100000;
	if (boundaries_read(arena, (const char *)input.at, input.len, NULL, &boundaries, &error)) {
		check_rings(arena, &boundaries);
		struct simplified light =
			simplify(arena, boundaries.rings, boundaries.n_rings, tolerance_m);
		CHECK(light.after <= light.before);
		check_rings(arena, &boundaries);
		check_request(arena, &boundaries);
	} else {
		CHECK(error != NULL && strlen(error) > 0);
	}
	arena_destroy(&arena);
	return 0;
}
