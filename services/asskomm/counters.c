/* The published counters as a table; values are read from Figures by field name. */
#include "counters.h"
#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <inttypes.h>
#include <stdlib.h>

const struct counter_row COUNTER_ROWS[COUNTER_COUNT] = {
#define COUNTER_ROW(id, field, json, label) { field, json, label },
	COUNTERS(COUNTER_ROW)
#undef COUNTER_ROW
};

/* By field name, so that a counter which is added to the table needs no code here. */
int64_t counters_value(struct arena *arena, const ProtobufCMessage *figures, enum counter counter)
{
	const char *text = reflect_get_text(arena, figures, COUNTER_ROWS[counter].field);
	CHECK(text != NULL); /* numbers are never NULL: the row names no field of Figures */
	return strtoll(text, NULL, 10);
}

/* Cents for computing, euros for people. */
char *counters_print(struct arena *arena, enum counter counter, int64_t value)
{
	return counter == COUNTER_BUDGET_CENTS ? output_cents(arena, value)
					       : text_format(arena, "%" PRId64, value);
}
