/* stub */
#include "generate/modes.h"
#include "generate/support.h"
void docs_write(const struct model *model, const char *path, const char *version, const char *style)
{
	FILE *output = output_open(path);
	size_t len;
	(void)model;
	(void)version;
	fprintf(output, "<!doctype html><style>%s</style>", read_file(style, &len));
	output_close(output);
}
