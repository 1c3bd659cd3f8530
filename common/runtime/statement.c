/* Looks up a statement by name in the sorted, generated table. */
#include "runtime/statement.h"
#include <stdlib.h>
#include <string.h>

/* The key stands alone, the item is a statement. */
static int by_name(const void *name, const void *statement)
{
	return strcmp(name, ((const struct statement *)statement)->name);
}

const struct statement *statement_find(const char *name)
{
	return bsearch(name, STATEMENTS, STATEMENTS_COUNT, sizeof(STATEMENTS[0]), by_name);
}
