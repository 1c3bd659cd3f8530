/* Languages by their tags. */
#include "core/language.h"

#include <stddef.h>
#include <string.h>

static const char *const TAGS[] = { [LANGUAGE_ENGLISH] = "en", [LANGUAGE_GERMAN] = "de" };

/* A peer of a later version may speak more languages; it is answered all the same. */
enum language language_of(const char *tag)
{
	return tag != NULL && strcmp(tag, TAGS[LANGUAGE_GERMAN]) == 0 ? LANGUAGE_GERMAN
								      : LANGUAGE_ENGLISH;
}

const char *language_tag(enum language language)
{
	return TAGS[language];
}
