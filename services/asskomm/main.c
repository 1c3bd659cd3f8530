/* asskomm, the command line of the suite: one table of sub-commands, and the way into each.
 *
 * A command gets the rest of the line and does all else itself, so that this file knows names only.
 *
 * Everything a command prints for further use goes to stdout, everything else (progress, refusals,
 * explanations) to stderr. */
#include "command.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* To add one: a row here; the order is that of --help. */
static const struct subcommand SUBCOMMANDS[] = {
	{ "report", "the ministry's paragraph and the figures, as of a day", command_report },
	{ "figures", "every published counter, and the facts behind one", command_figures },
	{ "pipeline", "who is in which stage, what stalls and who is to act", command_pipeline },
	{ "publish", "freeze the figures of a day, and see whether they hold", command_publish },
	{ "analysis", "security analyses: record them, show their plans", command_analysis },
	{ "search", "find participants and agreements by what somebody typed", command_search },
	{ "sign", "record a signed cooperation agreement", command_sign },
	{ "coaching", "coachings from their request to their closing", command_coaching },
	{ "coach", "the pool of coaches", command_coach },
	{ "follow", "print facts as they happen", command_follow },
	{ "verify", "prove that the ledger is whole, or that the figures are right",
		command_verify },
	{ "status", "which services are ready", command_status },
	{ "import", "load the territory, or history", command_import },
	{ "codes", "show and maintain the lists of codes", command_codes },
	{ "token", "mint a token for the local demo suite", command_token },
	{ "keys", "make the keys of the services", command_keys },
	{ "migrate", "bring the database to this version", command_migrate },
};
#define SUBCOMMAND_COUNT (sizeof SUBCOMMANDS / sizeof SUBCOMMANDS[0])

/* Exit codes belong here: they are the part that scripts depend on. */
static void print_overview(FILE *out)
{
	fputs("asskomm - the command line of the ASSKomm suite\n\nusage: asskomm COMMAND "
	      "[OPTION]...\n\n",
		out);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		fprintf(out, "  %-8s %s\n", SUBCOMMANDS[i].name, SUBCOMMANDS[i].help);
	}
	fputs("\n'asskomm COMMAND --help' teaches one of them.\n"
	      "example: asskomm report --as-of 2023-08-09\n\n"
	      "exit codes: 0 done, 1 refused or found broken, 2 wrong usage, 3 not reachable\n",
		out);
}

/* Exact names only: an abbreviation that works today would be ambiguous with the next command. */
static const struct subcommand *find(const char *name)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		if (strcmp(SUBCOMMANDS[i].name, name) == 0) {
			return &SUBCOMMANDS[i];
		}
	}
	return NULL;
}

/* All three that people try. */
static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* Usage on stdout when it was asked for, on stderr when it is a mistake. */
int main(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr);
		return EXIT_USAGE;
	}
	if (asks_for_help(argv[1])) {
		print_overview(stdout);
		return EXIT_DONE;
	}
	const struct subcommand *command = find(argv[1]);
	if (command == NULL) {
		fprintf(stderr, "asskomm: there is no command '%s'; see asskomm --help\n", argv[1]);
		return EXIT_USAGE;
	}
	return command->run(argc - 1, argv + 1);
}
