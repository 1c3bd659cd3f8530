/* The languages that people are answered in. Facts, logs and metrics have none: they are English
 * names and values. */
#ifndef ASSKOMM_CORE_LANGUAGE_H
#define ASSKOMM_CORE_LANGUAGE_H

/* To add one: a value here, its tag in language.c, a folder in common/texts. */
enum language {
	LANGUAGE_ENGLISH,
	LANGUAGE_GERMAN,
};

/* By its tag, as Header.language has it: "de" is German, all else English. NULL is English. */
enum language language_of(const char *tag);

/* "en" or "de", as Content-Language has it. */
const char *language_tag(enum language language);

#endif
