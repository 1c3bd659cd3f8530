/* asskomm analysis: security analyses and their plans.
 *
 * An analysis is named by its id or by a municipality, whose latest is meant then. What a command
 * records is the suite's to judge; this file only puts words into requests. */
#include "actions.h"
#include "analysis.h"
#include "analysis_parts.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "options.h"
#include "output.h"
#include "procedures.h"
#include "request_key.h"
#include <stdio.h>
#include <string.h>

/* One verb: what follows its name, and what it asks of the suite. */
struct verb {
	const char *name;
	const char *takes; /* the words after it, as the manual calls them */
	size_t words;      /* behind the name; SIZE_MAX: any number */
	bool needs_day;
	int (*run)(struct connection *connection, const struct analysis_words *words);
};

/* ---- recording */

/* The key follows from all that was typed: the same line again changes nothing. */
static int post(struct connection *connection, const char *path, json_t *body)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	const char *text = reflect_json_text(arena, body);
	const char *said = text_format(arena, "%s %s", path, text);
	json_decref(body);
	const struct client_request request = { .method = "POST",
		.path = path,
		.body = text,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s",
			request_key(arena, "analysis-", said, strlen(said))) } };
	int exit_code =
		connection_send(connection, arena, &request, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code != EXIT_DONE || connection->json) {
		fputs(exit_code == EXIT_DONE ? reply.body : "", stdout);
		return exit_code;
	}
	ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, &reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	printf("analysis %s\n",
		output_safe(arena, AS(Asskomm__Recorded, asskomm__recorded, message)->id));
	return EXIT_DONE;
}

/* Names and codes go out as they were typed; only the suite knows what they mean. */
static json_t *make_texts(const char *const *items, size_t count)
{
	json_t *texts = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(texts, json_string(items[i]));
	}
	return texts;
}

/* All words behind the action are municipalities of one and the same analysis. */
static int kick_off(struct connection *connection, const struct analysis_words *words)
{
	json_t *body = json_pack("{s:s, s:o, s:o}", "kickedOffOn", words->on, "municipalities",
		make_texts(words->words.items + 1, words->words.count - 1), "modules",
		make_texts(words->modules.items, words->modules.count));
	if (words->procedure != NULL) {
		json_object_set_new(body, "procedure", json_string(words->procedure));
	}
	return post(connection, "/analyses", body);
}

/* The address of what is done to the analysis that the second word names. */
static int act(struct connection *connection, const struct analysis_words *words, const char *what,
	json_t *body)
{
	const char *id;
	int exit_code = analysis_find(connection, words->words.items[1], &id);
	if (exit_code != EXIT_DONE) {
		json_decref(body);
		return exit_code;
	}
	return post(connection, text_format(connection->arena, "/analyses/%s/%s", id, what), body);
}

/* The presentation and the strategy are steps like others here; the suite makes more of them. */
static int complete(struct connection *connection, const struct analysis_words *words)
{
	return act(connection, words,
		text_format(connection->arena, "steps/%s/complete", words->words.items[2]),
		json_pack("{s:s}", "doneOn", words->on));
}

/* --on is the day before which it cannot happen; a missing reason is refused by the suite. */
static int postpone(struct connection *connection, const struct analysis_words *words)
{
	return act(connection, words,
		text_format(connection->arena, "steps/%s/postpone", words->words.items[2]),
		json_pack("{s:s, s:s}", "notBefore", words->on, "reason",
			words->reason != NULL ? words->reason : ""));
}

static int present(struct connection *connection, const struct analysis_words *words)
{
	return act(connection, words, "present", json_pack("{s:s}", "presentedOn", words->on));
}

static int cancel(struct connection *connection, const struct analysis_words *words)
{
	return act(connection, words, "cancel",
		json_pack("{s:s, s:s}", "cancelledOn", words->on, "reason",
			words->reason != NULL ? words->reason : ""));
}

/* `preview` shows before what this does; it can be taken back by going to the other revision again.
 */
static int change_revision(struct connection *connection, const struct analysis_words *words)
{
	const char *number = words->words.items[2];
	return act(connection, words, "revision", json_pack("{s:s}", "revision", number));
}

/* The latest fact only; the id stands in `show`. */
static int withdraw(struct connection *connection, const struct analysis_words *words)
{
	return act(connection, words, "withdraw",
		json_pack("{s:s, s:s}", "factId", words->fact != NULL ? words->fact : "", "reason",
			words->reason != NULL ? words->reason : ""));
}

/* ---- the command */

/* To add one: a row. */
static const struct verb VERBS[] = {
	{ "list", "nothing", 0, false, analysis_list },
	{ "show", "ANALYSIS", 1, false, analysis_show },
	{ "plan", "ANALYSIS", 1, false, analysis_plan },
	{ "kick-off", "TOWN...", SIZE_MAX, true, kick_off },
	{ "complete", "ANALYSIS STEP", 2, true, complete },
	{ "postpone", "ANALYSIS STEP", 2, true, postpone },
	{ "present", "ANALYSIS", 1, true, present },
	{ "cancel", "ANALYSIS", 1, true, cancel },
	{ "withdraw", "ANALYSIS", 1, false, withdraw },
	{ "preview", "ANALYSIS REVISION", 2, false, analysis_preview },
	{ "revise", "ANALYSIS REVISION", 2, false, change_revision },
	{ "procedures", "nothing", 0, false, procedures_list },
	{ "procedure", "NAME", 1, false, procedures_show },
	{ "define", "NAME FILE", 2, false, procedures_define },
	{ "load", "nothing", 0, false, procedures_load },
};
#define VERB_COUNT (sizeof VERBS / sizeof VERBS[0])

/* Exact names only, like the commands themselves. */
static const struct verb *find_verb(const struct words *words)
{
	for (size_t i = 0; words->count > 0 && i < VERB_COUNT; i++) {
		if (strcmp(words->items[0], VERBS[i].name) == 0) {
			return &VERBS[i];
		}
	}
	return NULL;
}

/* How many words follow is told by the table, so that no action finds a hole in its line. */
static bool is_understood(const struct manual *manual, const struct analysis_words *words)
{
	const struct verb *verb = find_verb(&words->words);
	if (verb == NULL) {
		options_wrong(manual, "say what to do: list, plan, kick-off, …");
		return false;
	}
	size_t count = words->words.count - 1;
	if (verb->words == SIZE_MAX ? count == 0 : count != verb->words) {
		options_wrong(manual, "after %s comes %s", verb->name, verb->takes);
		return false;
	}
	if (verb->needs_day && words->on == NULL) {
		options_wrong(manual, "%s needs --on DATE", verb->name);
		return false;
	}
	return options_are_dates(manual, "on", words->on) &&
	       options_are_dates(manual, "as-of", words->as_of);
}

/* One line for each action: what it takes, in the order in which a case goes through them. */
static void print_forms(FILE *out)
{
	fputs("\n  list                        analyses as of a day\n"
	      "  show ANALYSIS               its days and facts\n"
	      "  plan ANALYSIS               what is due, late and moved, and why\n"
	      "  kick-off TOWN...            --on DATE [--procedure NAME] [--module CODE]...\n"
	      "  complete ANALYSIS STEP      --on DATE\n"
	      "  postpone ANALYSIS STEP      --on DATE --reason TEXT\n"
	      "  present ANALYSIS            --on DATE\n"
	      "  cancel ANALYSIS             --on DATE --reason TEXT\n"
	      "  withdraw ANALYSIS           --fact ID --reason TEXT: its latest fact\n"
	      "  preview ANALYSIS REVISION   what going over to a revision would do\n"
	      "  revise ANALYSIS REVISION    go over to it\n"
	      "  procedures, procedure NAME  the templates\n"
	      "  define NAME FILE            a procedure's first or next revision, JSON\n"
	      "  load                        the built-in procedures that are missing\n"
	      "  crime, delivery, finding, measure, survey\n"
	      "                              what it stands on and what it gave; each has "
	      "--help\n\n"
	      "ANALYSIS is an id, or the name or key of a municipality: its latest one.\n",
		out);
}

/* As an operator for what nobody else may; the suite decides. */
int command_analysis(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct analysis_words words = { .on = NULL };
	const struct option_row rows[] = {
		{ "on", "DATE", "the day on which it happened", NULL, &words.on, NULL },
		{ "reason", "TEXT", "why", NULL, &words.reason, NULL },
		{ "procedure", "NAME", "kick-off: the template (else full_2021)", NULL,
			&words.procedure, NULL },
		{ "module", "CODE", "kick-off: a module of it; may be repeated", NULL, NULL,
			&words.modules },
		{ "as-of", "DATE", "list, plan: as of that day (else today)", NULL, &words.as_of,
			NULL },
		{ "district", "AGS5", "list: only one district", NULL, &words.district, NULL },
		{ "town", "TOWN", "list: only one municipality, by key or name", NULL, &words.town,
			NULL },
		{ "status", "CODE",
			"list: kicked-off, presented, strategy-adopted or cancelled on that day",
			NULL, &words.status, NULL },
		{ "fact", "ID", "withdraw: the fact; see show", NULL, &words.fact, NULL },
	};
	const struct manual manual = { .name = "analysis",
		.arguments = "ACTION ...",
		.text = "Records security analyses, what they are owed, found and led to, and "
			"shows "
			"their\nplans.\n",
		.example =
			"  asskomm analysis kick-off Rodewisch Lengenfeld --on 2024-02-01\n"
			"  asskomm analysis complete Rodewisch register_extract --on 2024-03-03\n"
			"  asskomm analysis plan Rodewisch --as-of 2024-03-03\n"
			"  asskomm analysis delivery list --overdue\n",
		.print_more = print_forms,
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &words.words,
		.connection = &connection };
	int exit_code;
	if (argc > 1 && analysis_part(argv[1]) != NULL) {
		return actions_run(analysis_part(argv[1]), argc - 1, argv + 1);
	}
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_understood(&manual, &words)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_OPERATOR);
	if (exit_code == EXIT_DONE) {
		exit_code = find_verb(&words.words)->run(&connection, &words);
		connection_close(&connection);
	}
	return exit_code;
}
