/* The register of municipalities: any bytes, in pieces of any size. The first byte is the size of
 * the pieces. What is read in pieces is what is read at once, and an error has its place. */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"
#include "gv100ad.h"
#include <string.h>

static Registry__ImportTerritoryRequest *read_all(
	struct arena *arena, const uint8_t *bytes, size_t len, size_t step, const char **out_error)
{
	struct gv100ad *reader = NEW(arena, struct gv100ad);
	bool good = true;
	gv100ad_init(reader, arena);
	for (size_t at = 0; good && at < len; at += step)
		good = gv100ad_feed(
			reader, (const char *)bytes + at, len - at < step ? len - at : step);
	Registry__ImportTerritoryRequest *request = gv100ad_end(reader);
	*out_error = reader->error;
	return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	const char *error, *other_error;
	size_t step = len > 0 ? bytes[0] + 1u : 1u;
	const uint8_t *text = len > 0 ? bytes + 1 : bytes;
	size_t text_len = len > 0 ? len - 1 : 0;
	Registry__ImportTerritoryRequest *request =
		read_all(arena, text, text_len, text_len + 1, &error);
	Registry__ImportTerritoryRequest *other =
		read_all(arena, text, text_len, step, &other_error);

	CHECK((request == NULL) == (error != NULL) && (request == NULL) == (other == NULL));
	if (request == NULL) {
		CHECK(strncmp(error, "line ", 5) == 0 && strcmp(error, other_error) == 0);
	} else {
		CHECK(request->n_lands > 0 && request->n_districts > 0);
		fuzz_check_message(arena, &request->base);
	}
	arena_destroy(&arena);
	return 0;
}
