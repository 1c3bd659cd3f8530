/* The generator: what is written once in proto/, .sql and data files becomes C in the build folder.
 *
 *   generate proto  <descriptor set> <tables.gen.c> <openapi.json>
 *   generate sql    <out.c> <file.sql>…
 *   generate schema <out.c> <schema>=<folder>…
 *   generate embed  <out.c> <NAME>=<file>… */
#include "generate/modes.h"
#include "generate/support.h"
#include <string.h>

/* Checks come before the first output: what proto/ must not say never reaches a compiler. */
static void run_proto(const char *set, const char *tables, const char *openapi)
{
	struct model *model = model_read(set);
	char *text;
	FILE *output;

	model_check(model);
	text = openapi_text(model);
	tables_write(model, tables, text);
	output = output_open(openapi);
	fputs(text, output);
	output_close(output);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	size_t n_rest = argc > 3 ? (size_t)argc - 3 : 0;

	if (strcmp(mode, "proto") == 0 && argc == 5)
		run_proto(argv[2], argv[3], argv[4]);
	else if (strcmp(mode, "sql") == 0)
		sql_write(argv[2], n_rest, argv + 3);
	else if (strcmp(mode, "schema") == 0)
		schema_write(argv[2], n_rest, argv + 3);
	else if (strcmp(mode, "embed") == 0)
		embed_write(argv[2], n_rest, argv + 3);
	else
		fail("say proto, sql, schema or embed; see common/generate/generate.c");
	return 0;
}
