/* Options by table: a command names its rows, this file reads argv into them and prints the manual.
 *
 * The options of the connection (where the suite is, with which token) are the same for every
 * command that talks to it, so they stand here once. */
#include "options.h"
#include "command.h"
#include "connection.h"
#include "core/civil.h"
#include "core/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONNECTION_ROWS 6
#define NAME_MAX_LEN 64

/* To add one: a row here and one more in CONNECTION_ROWS. */
static void fill_connection_rows(struct connection *to, struct option_row rows[CONNECTION_ROWS])
{
	const struct option_row all[CONNECTION_ROWS] = {
		{ "url", "URL", "where the suite is ($ASSKOMM_URL, else http://127.0.0.1:8080)",
			NULL, &to->url, NULL },
		{ "token", "TOKEN", "who you are ($ASSKOMM_TOKEN)", NULL, &to->token, NULL },
		{ "token-file", "FILE", "the same from a file ($ASSKOMM_TOKEN_FILE)", NULL,
			&to->token_file, NULL },
		{ "keys", "DIR",
			"mint a demo token with its token.key ($ASSKOMM_KEYS, else var/keys)", NULL,
			&to->keys, NULL },
		{ "json", NULL, "print what the suite answers, as JSON", &to->json, NULL, NULL },
		{ "verbose", NULL, "say on stderr what is done", &to->verbose, NULL, NULL },
	};
	memcpy(rows, all, sizeof all);
}

/* By length, as "--name=value" is not cut into pieces. */
static const struct option_row *find(
	const struct option_row *rows, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

/* "--name ARGUMENT" in a column, the help beside it. */
static void print_row(const struct option_row *row)
{
	char left[NAME_MAX_LEN];
	snprintf(left, sizeof left, "--%s%s%s", row->name, row->argument != NULL ? " " : "",
		row->argument != NULL ? row->argument : "");
	printf("  %-24s %s%s\n", left, row->help, row->words != NULL ? " (may be repeated)" : "");
}

/* Generated from the rows, so that no option can be missing from its manual. */
static void print_manual(
	const struct manual *manual, const struct option_row *common, size_t n_common)
{
	printf("usage: asskomm %s%s%s [OPTION]...\n\n%s\n", manual->name,
		manual->arguments[0] != '\0' ? " " : "", manual->arguments, manual->text);
	for (size_t i = 0; i < manual->n_options; i++) {
		print_row(&manual->options[i]);
	}
	for (size_t i = 0; i < n_common; i++) {
		print_row(&common[i]);
	}
	printf("  %-24s %s\n", "--help", "this page");
	if (manual->print_more != NULL) {
		manual->print_more(stdout);
	}
	printf("\nexample:\n%s\n", manual->example);
	printf("exit codes: 0 done, 1 refused or found broken, 2 wrong usage, 3 not reachable\n");
}

/* Always names the way to the manual: whoever is wrong here needs it. */
int options_wrong(const struct manual *manual, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "asskomm %s: ", manual->name);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "; see asskomm %s --help\n", manual->name);
	va_end(arguments);
	return EXIT_USAGE;
}

/* Checked here although the suite would: a slip costs no round trip, and its exit code is
 * another. */
bool options_are_dates(const struct manual *manual, const char *option, const char *value)
{
	struct civil_date date;
	if (value == NULL || civil_parse(value, &date)) {
		return true;
	}
	options_wrong(manual, "--%s must be a date like 2023-08-09, not '%s'", option, value);
	return false;
}

/* Too many is told, not cut off. */
static bool add_word(const struct manual *manual, struct words *words, const char *word)
{
	if (words == NULL) {
		options_wrong(manual, "'%s' is not expected here", word);
		return false;
	}
	if (words->count == WORDS_MAX) {
		options_wrong(manual, "at most %d are possible", WORDS_MAX);
		return false;
	}
	words->items[words->count++] = word;
	return true;
}

/* Gives one option its value; *place moves on when the value is a word of its own. */
static bool take(const struct manual *manual, const struct option_row *row, int argc, char **argv,
	int *place)
{
	const char *inline_value = strchr(argv[*place], '=');
	if (row->flag != NULL) {
		*row->flag = true;
		if (inline_value != NULL) {
			options_wrong(manual, "--%s takes no value", row->name);
		}
		return inline_value == NULL;
	}
	if (inline_value == NULL && *place + 1 == argc) {
		options_wrong(manual, "--%s needs %s", row->name, row->argument);
		return false;
	}
	const char *value = inline_value != NULL ? inline_value + 1 : argv[++*place];
	if (row->value != NULL) {
		*row->value = value;
		return true;
	}
	return add_word(manual, row->words, value);
}

/* One word that begins with two dashes. */
static bool read_option(const struct manual *manual, const struct option_row *common,
	size_t n_common, int argc, char **argv, int *place)
{
	const char *name = argv[*place] + 2;
	size_t len = strcspn(name, "=");
	const struct option_row *row = find(manual->options, manual->n_options, name, len);
	if (row == NULL) {
		row = find(common, n_common, name, len);
	}
	if (row == NULL) {
		options_wrong(manual, "there is no option --%.*s", (int)len, name);
		return false;
	}
	return take(manual, row, argc, argv, place);
}

/* Wins over everything else on the line, so that help is there also when the rest is wrong. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			return true;
		}
	}
	return false;
}

/* All words must be UTF-8: what follows puts them into JSON. */
bool options_read(const struct manual *manual, int argc, char **argv, int *out_exit_code)
{
	struct option_row common[CONNECTION_ROWS];
	size_t n_common = manual->connection != NULL ? CONNECTION_ROWS : 0;
	if (n_common > 0) {
		fill_connection_rows(manual->connection, common);
	}
	if (wants_help(argc, argv)) {
		print_manual(manual, common, n_common);
		*out_exit_code = EXIT_DONE;
		return false;
	}
	bool ended = false;
	for (int place = 1; place < argc; place++) {
		bool good = text_is_utf8(argv[place], strlen(argv[place]));
		if (!good) {
			options_wrong(manual, "word %d is not valid UTF-8", place);
		} else if (!ended && strcmp(argv[place], "--") == 0) {
			ended = true;
		} else if (!ended && strncmp(argv[place], "--", 2) == 0) {
			good = read_option(manual, common, n_common, argc, argv, &place);
		} else {
			good = add_word(manual, manual->words, argv[place]);
		}
		if (!good) {
			*out_exit_code = EXIT_USAGE;
			return false;
		}
	}
	return true;
}
