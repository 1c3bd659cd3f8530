/* asskomm figures: every published counter as of a day, or the facts behind one of them.
 *
 * The way from a number to what it counts: each fact is listed with the number that it has in the
 * state and in its district, which is what the ministry's texts quote. */
#include "address.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "counters.h"
#include "figures.h"
#include "options.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

/* Where a fact comes from stands at the end of its line: nothing synthetic may look as if it had
 * been published. */
static void print_facts(struct arena *arena, const Monitor__FigureFactList *list)
{
	static const char *const HEADINGS[] = { "no.", "valid on", "participant", "name",
		"district", "no. there", "fact", "" };
	struct table table;
	table_init(&table, arena, 8, HEADINGS, 1u << 0 | 1u << 5 | 1u << 6);
	for (size_t i = 0; i < list->n_items; i++) {
		const Monitor__FigureFact *fact = list->items[i];
		const char *source =
			fact->provenance == ASSKOMM__PROVENANCE__SYNTHETIC   ? "synthetic"
			: fact->provenance == ASSKOMM__PROVENANCE__PUBLISHED ? fact->citation
									     : "";
		table_add(&table,
			(const char *const[]){ text_format(arena, "%u%s", fact->ordinal,
						       fact->corrected ? "*" : ""),
				fact->valid_on, fact->participant, fact->name, fact->district,
				text_format(arena, "%u", fact->district_ordinal),
				text_format(arena, "#%llu", (unsigned long long)fact->seq),
				source });
	}
	table_print(&table, stdout);
	printf("%zu facts; * its number was another when it was recorded\n", list->n_items);
}

/* The facts behind one counter. */
static int list_facts(
	struct connection *connection, const struct figures_question *question, const char *counter)
{
	struct arena *arena = connection->arena;
	const char *path = text_format(arena, "/figures/%s/facts", address_escape(arena, counter));
	int exit_code;
	ProtobufCMessage *list = connection_show(connection, figures_path(arena, path, question),
		&monitor__figure_fact_list__descriptor, &exit_code);
	if (list != NULL) {
		print_facts(arena, AS(Monitor__FigureFactList, monitor__figure_fact_list, list));
	}
	return exit_code;
}

/* The whole answer as it came, or the table: both from one request. */
static int show(struct connection *connection, const struct figures_question *question)
{
	struct client_reply reply;
	Monitor__Figures *figures;
	int exit_code = figures_get(connection, connection->arena, question, &reply, &figures);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	if (connection->json) {
		printf("%s\n", reply.body);
	} else {
		figures_print(connection->arena, figures);
	}
	return EXIT_DONE;
}

/* The suite answers an unknown counter with no facts; a slip of the pen must not look like that. */
static bool counter_is_known(const struct manual *manual, const char *counter)
{
	if (counter == NULL) {
		return true;
	}
	for (unsigned i = 0; i < COUNTER_COUNT; i++) {
		if (strcmp(COUNTER_ROWS[i].json, counter) == 0) {
			return true;
		}
	}
	options_wrong(manual, "there is no counter '%s'; --json shows their names", counter);
	return false;
}

/* The district is not checked here: an unknown one is the suite's to refuse. */
int command_figures(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct figures_question question = { .as_of = NULL };
	const char *counter = NULL;
	const struct option_row rows[] = {
		{ "as-of", "DATE", "the day the figures speak of (else today)", NULL,
			&question.as_of, NULL },
		{ "known-at", "TIME",
			"only what was recorded by then: a date (its end) or an instant", NULL,
			&question.known_at, NULL },
		{ "district", "AGS5", "one district (else the state)", NULL, &question.district,
			NULL },
		{ "facts", "COUNTER", "the facts behind one counter, named as in JSON", NULL,
			&counter, NULL },
	};
	const struct manual manual = { .name = "figures",
		.arguments = "",
		.text = "Prints every published counter as of a day, or the facts behind one "
			"counter with the\n"
			"number that each has in the state and in its district.\n",
		.example = "  asskomm figures --as-of 2023-08-09 --district 14628\n"
			   "  asskomm figures --as-of 2023-08-09 --facts agreements\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!options_are_dates(&manual, "as-of", question.as_of) ||
		!counter_is_known(&manual, counter)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_READER);
	if (exit_code == EXIT_DONE) {
		exit_code = counter != NULL ? list_facts(&connection, &question, counter)
					    : show(&connection, &question);
		connection_close(&connection);
	}
	return exit_code;
}
