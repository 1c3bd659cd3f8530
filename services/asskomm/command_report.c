/* asskomm report: the paragraph of the ministry's press releases, and the figures it rests on.
 *
 * Two requests with the same question. They may be answered a moment apart; who needs both of one
 * state names it with --known-at. */
#include "command.h"
#include "connection.h"
#include "figures.h"
#include "address.h"
#include "options.h"
#include <stdio.h>

struct report {
	struct figures_question question;
	const char *participant;
};

/* The paragraph first: when it is refused (an unknown participant), no figures follow that might
 * be taken for its own. */
static int print_report(struct connection *connection, const struct report *report)
{
	struct arena *arena = connection->arena;
	struct client_reply text;
	struct client_reply reply;
	Monitor__Figures *figures;
	const char *path = figures_path(arena, "/press-text", &report->question);
	path = address_with(arena, path, "participant", report->participant);
	int exit_code = connection_get(connection, arena, path, &text);
	if (exit_code == EXIT_DONE) {
		exit_code = figures_get(connection, arena, &report->question, &reply, &figures);
	}
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	if (connection->json) {
		printf("%s\n", reply.body);
		return EXIT_DONE;
	}
	printf("%s\n\n", text.body);
	figures_print(arena, figures);
	return EXIT_DONE;
}

/* Whether the participant exists is the suite's to say. */
int command_report(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct report report = { .participant = NULL };
	const struct option_row rows[] = {
		{ "as-of", "DATE", "the day the report speaks of (else today)", NULL,
			&report.question.as_of, NULL },
		{ "known-at", "TIME",
			"only what was recorded by then: a date (its end) or an instant", NULL,
			&report.question.known_at, NULL },
		{ "participant", "KEY", "open with the accession of this participant", NULL,
			&report.participant, NULL },
	};
	const struct manual manual = { .name = "report",
		.arguments = "",
		.text = "Prints the paragraph \"Hintergrundinformationen\" of the ministry's press "
			"releases, in\n"
			"German, and below it every figure it may quote. With --json: the figures "
			"alone.\n",
		.example = "  asskomm report --as-of 2023-08-09 --participant 14628160\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!options_are_dates(&manual, "as-of", report.question.as_of)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_READER);
	if (exit_code == EXIT_DONE) {
		exit_code = print_report(&connection, &report);
		connection_close(&connection);
	}
	return exit_code;
}
