/* CSV files, as operators bring them: whatever is in one, it is a table or has a fault with a
 * place.
 */
#include "fuzz.h"

#include "core/check.h"
#include "table.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct table_faults faults = { .count = 0 };
	struct table table;
	bool good = table_read(arena, (const char *)bytes, len, &table, &faults);
	CHECK(good == (faults.count == 0));
	for (size_t i = 0; i < faults.count && i < TABLE_FAULTS_MAX; i++)
		CHECK(faults.items[i].line > 0 && strlen(faults.items[i].message) > 0);
	for (size_t i = 0; good && i < table.n_rows; i++)
		for (size_t j = 0; j < table.n_columns; j++)
			CHECK(strlen(table.rows[i].cells[j]) <= TABLE_CELL_MAX);
	arena_destroy(&arena);
	return 0;
}
