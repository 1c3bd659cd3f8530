/* Analyses as tables. A plan shows for each step the day it is due now and, where that has moved,
 * the day that was planned first and the reason. */
#include "analysis.h"
#include "actions.h"
#include "address.h"
#include "asskomm/analysis.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

#define LIST_MAX "1000"
#define NAMES_MAX 2000

/* ---- which one is meant */

/* A name may mean several; the caller has to choose then. */
static const char *find_key(struct connection *connection, const char *name, int *out_exit_code)
{
	struct arena *arena = connection->arena;
	ProtobufCMessage *message =
		connection_show(connection, address_with(arena, "/participants", "name", name),
			&registry__participant_list__descriptor, out_exit_code);
	if (message == NULL) {
		return NULL;
	}
	const Registry__ParticipantList *list =
		AS(Registry__ParticipantList, registry__participant_list, message);
	if (list->n_items == 1) {
		return list->items[0]->key;
	}
	*out_exit_code = EXIT_REFUSED;
	fprintf(stderr, "asskomm: %s \"%s\"; give a key\n",
		list->n_items == 0 ? "nobody is called" : "several are called", name);
	for (size_t i = 0; i < list->n_items; i++) {
		fprintf(stderr, "  %s  %s, %s\n", output_safe(arena, list->items[i]->key),
			output_safe(arena, list->items[i]->name),
			output_safe(arena, list->items[i]->district));
	}
	return NULL;
}

/* --json is for what is printed in the end, not for what is asked on the way. */
int analysis_find(struct connection *connection, const char *reference, const char **out_id)
{
	struct arena *arena = connection->arena;
	bool json = connection->json;
	int exit_code = EXIT_DONE;
	if (validate_format(FORMAT_UUID, reference)) {
		*out_id = reference;
		return EXIT_DONE;
	}
	connection->json = false;
	const char *key = find_key(connection, reference, &exit_code);
	const char *path =
		key == NULL
			? NULL
			: address_with(arena, address_with(arena, "/analyses", "participant", key),
				  "limit", LIST_MAX);
	ProtobufCMessage *message =
		path == NULL ? NULL
			     : connection_show(connection, path,
				       &analysis__analysis_list__descriptor, &exit_code);
	connection->json = json;
	if (message == NULL) {
		return exit_code;
	}
	const Analysis__AnalysisList *list =
		AS(Analysis__AnalysisList, analysis__analysis_list, message);
	if (list->n_items == 0) {
		fprintf(stderr, "asskomm: %s has no analysis\n", reference);
		return EXIT_REFUSED;
	}
	*out_id = list->items[list->n_items - 1]->id;
	return EXIT_DONE;
}

/* A key is found by its name, too: the suite takes either. */
int analysis_find_town(struct connection *connection, const char *reference, const char **out_key)
{
	bool json = connection->json;
	int exit_code = EXIT_DONE;
	connection->json = false;
	*out_key = find_key(connection, reference, &exit_code);
	connection->json = json;
	return exit_code;
}

/* ---- the list */

/* In the order in which they were named at the kick-off. */
static const char *print_names(struct arena *arena, const Analysis__SecurityAnalysis *analysis)
{
	struct text names;
	text_init(&names, arena, NAMES_MAX);
	for (size_t i = 0; i < analysis->n_municipalities; i++) {
		text_append_format(
			&names, "%s%s", i > 0 ? ", " : "", analysis->municipalities[i]->name);
	}
	return names.bytes;
}

/* In the order of the kick-offs. A page holds more analyses than Saxony will ever have. */
int analysis_list(struct connection *connection, const struct analysis_words *words)
{
	static const char *const HEADINGS[] = { "kicked off", "status", "presented", "procedure",
		"municipalities", "id" };
	struct arena *arena = connection->arena;
	struct table table;
	int exit_code;
	const char *path = address_with(arena, "/analyses", "asOf", words->as_of);
	path = address_with(arena, path, "district", words->district);
	path = address_with(arena, path, "limit", LIST_MAX);
	if (words->town != NULL) {
		const char *key;
		exit_code = analysis_find_town(connection, words->town, &key);
		if (exit_code != EXIT_DONE) {
			return exit_code;
		}
		path = address_with(arena, path, "participant", key);
	}
	if (words->status != NULL) {
		path = address_with(arena, path, "status", actions_enum(arena, words->status));
	}
	ProtobufCMessage *message =
		connection_show(connection, path, &analysis__analysis_list__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	const Analysis__AnalysisList *list =
		AS(Analysis__AnalysisList, analysis__analysis_list, message);
	table_init(&table, arena, 6, HEADINGS, 0);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__SecurityAnalysis *analysis = list->items[i];
		table_add(&table, (const char *const[]){ analysis->kicked_off_on,
					  output_label(arena, reflect_get_text(arena,
								      &analysis->base, "status")),
					  analysis->presented_on, analysis->procedure,
					  print_names(arena, analysis), analysis->id });
	}
	table_print(&table, stdout);
	printf("%s\n", output_count(arena, list->n_items, "analysis", "analyses"));
	return EXIT_DONE;
}

/* ---- one */

/* What is not given is left out. */
static void add_line(struct table *table, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0') {
		table_add(table, (const char *const[]){ label, value });
	}
}

/* What happened to it, with the ids by which a fact can be taken back. */
static void print_entries(struct arena *arena, const Analysis__SecurityAnalysis *analysis)
{
	static const char *const HEADINGS[] = { "on", "what", "", "fact" };
	struct table table;
	table_init(&table, arena, 4, HEADINGS, 0);
	for (size_t i = 0; i < analysis->n_entries; i++) {
		const Asskomm__Entry *entry = analysis->entries[i];
		table_add(&table, (const char *const[]){
					  entry->on, entry->kind, entry->value, entry->fact_id });
	}
	table_print(&table, stdout);
}

/* Its deliveries, findings and measures have lists of their own. */
int analysis_show(struct connection *connection, const struct analysis_words *words)
{
	struct arena *arena = connection->arena;
	struct table table;
	const char *id;
	int exit_code = analysis_find(connection, words->words.items[1], &id);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message =
		connection_show(connection, text_format(arena, "/analyses/%s", id),
			&analysis__security_analysis__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	const Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, message);
	table_init(&table, arena, 2, NULL, 0);
	add_line(&table, "analysis", analysis->id);
	add_line(&table, "status",
		output_label(arena, reflect_get_text(arena, &analysis->base, "status")));
	add_line(&table, "municipalities", print_names(arena, analysis));
	add_line(&table, "kicked off on", analysis->kicked_off_on);
	add_line(&table, "presented on", analysis->presented_on);
	add_line(&table, "procedure",
		analysis->procedure[0] == '\0' ? "none"
					       : text_format(arena, "%s, revision %u",
							 analysis->procedure, analysis->revision));
	add_line(&table, "follows", analysis->previous);
	table_print(&table, stdout);
	putchar('\n');
	print_entries(arena, analysis);
	return EXIT_DONE;
}

/* ---- the plan */

/* One word or two on how a step fares, and by how many days. */
static const char *print_state(struct arena *arena, const Analysis__PlanItem *item)
{
	if (item->done_on[0] != '\0') {
		return item->days_late > 0
			       ? text_format(arena, "done, %s late",
					 output_count(arena, item->days_late, "day", "days"))
			       : "done";
	}
	if (item->skipped) {
		return "not recorded";
	}
	if (item->days_overdue > 0) {
		return text_format(arena, "overdue by %s",
			output_count(arena, item->days_overdue, "day", "days"));
	}
	return strcmp(item->due_on, item->first_due_on) != 0
		       ? text_format(arena, "open, was %s", item->first_due_on)
		       : "open";
}

/* The line above the table says what everybody asks first: when will it be presented? */
int analysis_plan(struct connection *connection, const struct analysis_words *words)
{
	static const char *const HEADINGS[] = { "step", "", "due", "expected", "done",
		"responsible", "state", "why" };
	struct arena *arena = connection->arena;
	struct table table;
	const char *id;
	int exit_code = analysis_find(connection, words->words.items[1], &id);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message = connection_show(connection,
		address_with(
			arena, text_format(arena, "/analyses/%s/plan", id), "asOf", words->as_of),
		&analysis__plan__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	const Analysis__Plan *plan = AS(Analysis__Plan, analysis__plan, message);
	printf("%s, revision %u, kicked off on %s, presentation expected on %s (as of %s)\n",
		output_safe(arena, plan->procedure), plan->revision,
		output_safe(arena, plan->kicked_off_on), output_safe(arena, plan->expected_on),
		output_safe(arena, plan->as_of));
	table_init(&table, arena, 8, HEADINGS, 0);
	for (size_t i = 0; i < plan->n_steps; i++) {
		const Analysis__PlanItem *item = plan->steps[i];
		table_add(&table,
			(const char *const[]){ item->step, item->label_en, item->due_on,
				item->done_on[0] != '\0' ? "" : item->expected_on, item->done_on,
				item->responsible, print_state(arena, item), item->why_en });
	}
	table_print(&table, stdout);
	return EXIT_DONE;
}

/* ---- the preview */

/* Nothing is changed; the exit code tells whether the change would be refused. */
int analysis_preview(struct connection *connection, const struct analysis_words *words)
{
	static const char *const HEADINGS[] = { "step", "due now", "due then" };
	struct arena *arena = connection->arena;
	struct table table;
	const char *id;
	int exit_code = analysis_find(connection, words->words.items[1], &id);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message = connection_show(connection,
		address_with(arena, text_format(arena, "/analyses/%s/revision", id), "revision",
			words->words.items[2]),
		&analysis__revision_preview__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	const Analysis__RevisionPreview *preview =
		AS(Analysis__RevisionPreview, analysis__revision_preview, message);
	if (preview->to_revision == 0 || preview->missing[0] != '\0') {
		fprintf(stderr, "asskomm: it cannot go over: %s%s\n",
			preview->to_revision == 0 ? "there is no such revision"
						  : "the revision lacks what is done: ",
			output_safe(arena, preview->missing));
		return EXIT_REFUSED;
	}
	table_init(&table, arena, 3, HEADINGS, 0);
	for (size_t i = 0; i < preview->n_moves; i++) {
		table_add(&table, (const char *const[]){ preview->moves[i]->step,
					  preview->moves[i]->from, preview->moves[i]->to });
	}
	table_print(&table, stdout);
	printf("%zu steps would come, go or move\n", preview->n_moves);
	return EXIT_DONE;
}
