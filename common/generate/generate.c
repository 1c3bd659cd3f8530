/* The generator: what is written once in proto/, .sql and data files becomes C in the build folder.
 *
 *   generate tables <descriptor set> <tables.gen.c>
 *   generate api    <descriptor set> <version> <openapi.json> <docs.html> <docs.css>
 *   generate sql    <out.c> <file.sql>…
 *   generate schema <out.c> <schema>=<folder>…
 *   generate embed  <out.c> <NAME>=<file>… */
#include "generate/modes.h"
#include "generate/support.h"
#include <string.h>

/* Checks come before the first output: what proto/ must not say never reaches a compiler. */
static void run_tables(char **arguments)
{
	struct model *model = model_read(arguments[0]);

	model_check(model);
	tables_write(model, arguments[1]);
}

static void run_api(char **arguments)
{
	struct model *model = model_read(arguments[0]);

	model_check(model);
	openapi_write(model, arguments[2], arguments[1]);
	docs_write(model, arguments[3], arguments[1], arguments[4]);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	size_t n_rest = argc > 3 ? (size_t)argc - 3 : 0;

	if (strcmp(mode, "tables") == 0 && argc == 4)
		run_tables(argv + 2);
	else if (strcmp(mode, "api") == 0 && argc == 7)
		run_api(argv + 2);
	else if (strcmp(mode, "sql") == 0)
		sql_write(argv[2], n_rest, argv + 3);
	else if (strcmp(mode, "schema") == 0)
		schema_write(argv[2], n_rest, argv + 3);
	else if (strcmp(mode, "embed") == 0)
		embed_write(argv[2], n_rest, argv + 3);
	else
		fail("say tables, api, sql, schema or embed; see common/generate/generate.c");
	return 0;
}
