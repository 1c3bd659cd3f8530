/* A command's manual and its options: one table reads the command line and prints --help. */
#ifndef ASSKOMM_OPTIONS_H
#define ASSKOMM_OPTIONS_H

#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct connection;

#define WORDS_MAX 200

/* Words without an option's name, or an option that may be given several times, in order. They
 * point into argv. */
struct words {
	size_t count;
	const char *items[WORDS_MAX];
};

/* One option. Exactly one of flag, value and words says where it goes. */
struct option_row {
	const char *name;     /* "as-of", without dashes */
	const char *argument; /* what follows: "DATE"; NULL: nothing follows */
	const char *help;
	bool *flag;
	const char **value;
	struct words *words; /* may be repeated */
};

/* What --help teaches, and what the command line may hold. */
struct manual {
	const char *name;      /* "sign" */
	const char *arguments; /* "KEY-OR-NAME..." for the usage line; "" when there are none */
	const char *text;      /* what it does, in lines of at most 90 columns */
	const char *example;   /* lines ready to be copied */
	void (*print_more)(FILE *out); /* what only this command has to tell; or NULL */
	const struct option_row *options;
	size_t n_options;
	struct words *words;           /* where words go; NULL: none are taken */
	struct connection *connection; /* the options of the connection too; NULL: it makes none */
};

/* Reads the command line: "--name value", "--name=value", "--" ends the options. True: go on.
 * False:
 * --help was printed (EXIT_DONE) or the usage is wrong and was explained (EXIT_USAGE);
 * *out_exit_code says which. */
bool options_read(
	const struct manual *manual, int argc, char **argv, int *out_exit_code) MUST_CHECK;

/* Explains a wrong usage on stderr, names --help, and gives EXIT_USAGE. */
int options_wrong(const struct manual *manual, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether every given value is an ISO date; a NULL value is none. Explains the first that is not.
 */
bool options_are_dates(
	const struct manual *manual, const char *option, const char *value) MUST_CHECK;

#endif
