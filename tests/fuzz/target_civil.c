/* Dates, instants and all other formats of single texts. */
#include "fuzz.h"

#include "core/check.h"
#include "core/civil.h"
#include "core/validate.h"
#include <string.h>

static void check_day(struct arena *arena, const char *text)
{
	struct civil_date date;
	char printed[CIVIL_DATE_SIZE];
	if (!civil_parse(text, &date))
		return;
	civil_print(date, printed);
	CHECK(strcmp(printed, text) == 0);
	civil_print(civil_from_days(civil_days(date)), printed);
	CHECK(strcmp(printed, text) == 0);
	CHECK(strlen(civil_german(arena, date)) > 0);
}

static void check_instant(struct arena *arena, const char *text)
{
	int64_t instant = 0, again = 0;
	if (!civil_parse_instant(text, &instant))
		return;
	(void)civil_berlin(instant);
	const char *printed = civil_print_instant(arena, instant);
	/* An offset may lead into 1899, which can be printed, but not said. */
	if (strncmp(printed, "1899", 4) == 0)
		return;
	CHECK(civil_parse_instant(printed, &again));
	CHECK(again == instant);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	const char *text = fuzz_rest(arena, &input);
	check_day(arena, text);
	check_instant(arena, text);
	for (int format = FORMAT_NONE; format <= FORMAT_NAME; format++)
		(void)validate_format((enum field_format)format, text);
	arena_destroy(&arena);
	return 0;
}
