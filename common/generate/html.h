/* Writes HTML text. Everything that is not markup passes through html_text, so that a comment of
 * proto/ may hold any character. */
#ifndef ASSKOMM_GENERATE_HTML_H
#define ASSKOMM_GENERATE_HTML_H

#include <stdio.h>

/* Text between tags or inside an attribute's quotes, escaped. */
void html_text(FILE *page, const char *text);

/* Markup with text in it: each "%s" of `markup` is the next argument, escaped; nothing else of
 * printf is known. */
__attribute__((format(printf, 2, 3))) void html_put(FILE *page, const char *markup, ...);

#endif
