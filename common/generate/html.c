/* Markup is constant text of ours; what comes from proto/ is escaped on its way in. */
#include "generate/html.h"
#include <stdarg.h>
#include <string.h>

/* The five characters that could end a text or an attribute. */
void html_text(FILE *page, const char *text)
{
	static const char SPECIAL[] = "<>&\"'";
	static const char *const ENTITIES[] = { "&lt;", "&gt;", "&amp;", "&quot;", "&#39;" };

	for (; *text; text++) {
		const char *at = strchr(SPECIAL, *text);

		if (at)
			fputs(ENTITIES[at - SPECIAL], page);
		else
			fputc(*text, page);
	}
}

void html_put(FILE *page, const char *markup, ...)
{
	va_list arguments;
	const char *mark;

	va_start(arguments, markup);
	while ((mark = strstr(markup, "%s"))) {
		fwrite(markup, 1, (size_t)(mark - markup), page);
		html_text(page, va_arg(arguments, const char *));
		markup = mark + 2;
	}
	va_end(arguments);
	fputs(markup, page);
}
