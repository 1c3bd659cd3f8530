/* The names that protoc-gen-c 1.4.1 gives to C symbols: each part of the full name in snake case,
 * parts joined by "__", the package replaced by c_package. The compiler proves it: tables.gen.c
 * refers to every descriptor by the name made here. */
#include "generate/model.h"
#include "generate/support.h"
#include <ctype.h>
#include <string.h>

char *name_lower(const char *camel)
{
	char *lower = keep(2 * strlen(camel) + 1);
	size_t len = 0;
	bool after_upper = true; /* no underscore at the start, none inside a run of capitals */

	for (const char *c = camel; *c; c++) {
		bool is_upper = isupper((unsigned char)*c) != 0;

		if (is_upper && !after_upper)
			lower[len++] = '_';
		lower[len++] = (char)tolower((unsigned char)*c);
		after_upper = is_upper;
	}
	return lower;
}

/* "a.BcD" gives "a__bc_d". */
static char *join_parts(const char *dotted)
{
	char *joined = keep_text("", 0);
	const char *part = dotted;

	while (*part) {
		size_t len = strcspn(part, ".");

		joined = keep_format(
			"%s%s%s", joined, *joined ? "__" : "", name_lower(keep_text(part, len)));
		part += len + (part[len] == '.');
	}
	return joined;
}

char *name_symbol(const char *full_name, const char *package, const char *c_package)
{
	const char *local = full_name + strlen(package);

	return join_parts(keep_format("%s%s", c_package ? c_package : package, local));
}
