/* asskomm publish: figures that are frozen for a press release or a report, and whether they hold.
 *
 * A publication never changes; what becomes known later changes the figures of its day, not what
 * was published. That it holds means that counting again with what was known then gives the same.
 */
#include "actions.h"
#include "asskomm/monitor.pb-c.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "figures.h"
#include "output.h"
#include <stdio.h>

/* What was withdrawn needs no judgement any more. */
static const char *state_of(const Monitor__Publication *publication)
{
	if (publication->withdrawn[0] != '\0') {
		return "withdrawn";
	}
	return publication->holds ? "holds" : "DOES NOT HOLD";
}

/* Ids stand last, as in other tables: the next command needs them. */
static void print_list(struct action_run *run)
{
	static const char *const HEADINGS[] = { "published", "as of", "agreements", "state",
		"title", "id" };
	struct arena *arena = run->connection->arena;
	const ProtobufCMessage *message =
		connection_message(arena, &monitor__publication_list__descriptor, run->reply);
	struct table table;
	if (message == NULL) {
		return;
	}
	const Monitor__PublicationList *list =
		AS(Monitor__PublicationList, monitor__publication_list, message);
	table_init(&table, arena, 6, HEADINGS, 1u << 2);
	for (size_t i = 0; i < list->n_items; i++) {
		const Monitor__Publication *each = list->items[i];
		table_add(&table, (const char *const[]){ each->published_on, each->as_of,
					  text_format(arena, "%u", each->figures->agreements),
					  state_of(each), each->title, each->id });
	}
	if (list->n_items > 0) {
		table_print(&table, stdout);
	}
	printf("%zu publication%s\n", list->n_items, list->n_items == 1 ? "" : "s");
	if (list->next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, list->next));
	}
}

/* The figures as they were published, whatever is known today. */
static void print_one(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const ProtobufCMessage *message =
		connection_message(arena, &monitor__publication__descriptor, run->reply);
	if (message == NULL) {
		return;
	}
	const Monitor__Publication *publication =
		AS(Monitor__Publication, monitor__publication, message);
	printf("%s\npublished %s, as of %s, known up to fact %llu: %s\n",
		output_safe(arena, publication->title),
		output_safe(arena, publication->published_on),
		output_safe(arena, publication->as_of), (unsigned long long)publication->ledger_seq,
		state_of(publication));
	if (publication->withdrawn[0] != '\0') {
		printf("because: %s\n", output_safe(arena, publication->withdrawn));
	}
	printf("\n");
	figures_print(arena, publication->figures);
}

/* To add one: a row. The day must be named: the key follows from the line, and "today" would be the
 * same line tomorrow. */
static const struct action ACTIONS[] = {
	{ "figures", "", "freezes the figures of a day as they are known now",
		"--as-of 2023-08-09 --title '53. Kommune im ASSKomm-Verbund'", "POST",
		"/publications", NULL, NULL,
		{ { "as-of", "DATE", "asOf", FIELD_DATE, true, "the day they speak of" },
			{ "title", "TEXT", "title", FIELD_TEXT, true, "where they appear" }, END },
		NULL, actions_print_recorded, &PERSONA_OPERATOR },
	{ "list", "", "prints what was published, the latest first", "--limit 5", "GET",
		"/publications", NULL, NULL,
		{ { "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 20)" },
			{ "cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before" },
			END },
		NULL, print_list, &PERSONA_READER },
	{ "show", "ID", "prints one publication with its figures",
		"0f8fad5b-d9cb-469f-a165-70867728950e", "GET", "/publications", "", NULL, { END },
		actions_take_id, print_one, &PERSONA_READER },
	{ "withdraw", "ID", "withdraws a mistake; what it said stays to be read",
		"0f8fad5b-d9cb-469f-a165-70867728950e --reason 'the wrong day'", "POST",
		"/publications", "/withdraw", NULL,
		{ { "reason", "TEXT", "reason", FIELD_TEXT, true, "why" }, END }, actions_take_id,
		actions_print_recorded, &PERSONA_OPERATOR },
};

/* Publishing is for the ministry and operators; reading is for everybody. */
int command_publish(int argc, char **argv)
{
	static const struct action_group group = { "publish",
		"Publications: figures of a day, frozen with the last fact that was known, and "
		"held\n"
		"against a recount whenever they are read.\n",
		ACTIONS, sizeof ACTIONS / sizeof ACTIONS[0] };
	return actions_run(&group, argc, argv);
}
