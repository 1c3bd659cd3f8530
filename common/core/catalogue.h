/* What people read when a request does not succeed, in English and in German.
 *
 * The English text stands in the code and is the key, as with gettext; the German one stands beside
 * it in common/texts/de/<area>.po:
 *
 *     return refuse(ruling, FAILURE_REFUSED, field, "order", "it was kicked off on %s", day);
 *
 *     msgid "it was kicked off on %s"
 *     msgstr "der Auftakt war am %s"
 *
 * Texts are made in the language of their arena, which is that of the request it was made for. So a
 * rule need not think of languages: refuse(), failure_new(), failure_add() and complaints of forms
 * translate the format that they are given. To add a text: write it, and its two lines into the
 * .po; tests/check/run tells which are missing, which are used no more, and where the arguments of
 * the two differ. German may take them in another order (%2$s). A text that reaches such a function
 * by way of a table or a variable is marked TEXT("…") where it stands, and put in by say_text(). */
#ifndef ASSKOMM_CORE_CATALOGUE_H
#define ASSKOMM_CORE_CATALOGUE_H

#include "core/arena.h"
#include "core/check.h"
#include "core/language.h"
#include <protobuf-c/protobuf-c.h>
#include <stdarg.h>

/* Marks a text that is translated later, by say_text. */
#define TEXT(text) text

/* The text in that language, or the English one when it has no other. Lives for ever. */
const char *catalogue_text(enum language language, const char *english)
	__attribute__((format_arg(2)));

/* A printf'd text in the language of the arena; the same from an argument list. Never NULL. */
char *say(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *say_list(struct arena *arena, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* A text without arguments, marked TEXT where it stands, in the language of the arena. */
const char *say_text(struct arena *arena, const char *english);

/* The value of an enum as a word inside a sentence: "coach matched", "Coach zugeordnet". English is
 * the value's name in small letters; German is looked up as msgctxt "CoachingProcess.Status" (the
 * enum's name in its package), msgid "coach matched". A number without a name is "?". */
const char *say_label(struct arena *arena, const ProtobufCEnumDescriptor *type, int value);

#endif
