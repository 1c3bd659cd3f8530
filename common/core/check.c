/* How the process stops on a bug of ours: one line that names the place, then abort, so that the
 * supervisor starts a fresh process and the core dump shows the stack. */
#include "core/check.h"
#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: CHECK(%s) does not hold\n", file, line, expr);
	abort();
}
