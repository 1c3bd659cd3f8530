/* asskomm import: what an operator loads into the suite.
 *
 * All are safe to repeat: their idempotency keys follow from the content, so what was imported
 * before is answered as it was then and changes nothing. History goes over one kept-alive
 * connection, line after line, because each line may rest on the ones before. */
#include "address.h"
#include "code_lists.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include "files.h"
#include "history.h"
#include "import_table.h"
#include "import_territory.h"
#include "layout.h"
#include "options.h"
#include "procedures.h"
#include "progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_MAX (64u * 1024 * 1024)
#define LINE_ARENA_MAX (4u * 1024 * 1024)

struct import {
	struct words what;
	const char *until;
	const char *file;     /* of history */
	const char *analysis; /* of survey */
	bool dry_run;
	struct territory_import territory;
};

/* ---- history */

/* Claims travel as headers, since they are about the command and no part of it. The citation is
 * escaped: header values are ASCII. */
static int post_line(struct connection *connection, struct arena *arena,
	const struct history_line *line, struct client_reply *out_reply)
{
	struct client_request post = { .method = line->method,
		.path = line->path,
		.body = line->body,
		.n_headers = 2,
		.headers = { text_format(arena, "Idempotency-Key: %s", line->key),
			text_format(arena, "Recorded-On: %s", line->recorded_on) } };
	if (strcmp(line->provenance, "RECORDED") != 0) { /* what it is when nothing is claimed */
		post.headers[post.n_headers++] = text_format(
			arena, "Provenance: %s", address_escape(arena, line->provenance));
	}
	if (line->citation[0] != '\0') {
		post.headers[post.n_headers++] =
			text_format(arena, "Citation: %s", address_escape(arena, line->citation));
	}
	return connection_try(connection, arena, &post, CONNECTION_PATIENCE_MS, out_reply);
}

/* The id in the answer, under the name that later lines use. */
static int remember(struct arena *arena, const struct history_line *line,
	const struct client_reply *reply, json_t *ids)
{
	ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	if (line->as != NULL) {
		const Asskomm__Recorded *recorded =
			AS(Asskomm__Recorded, asskomm__recorded, message);
		json_object_set_new(ids, line->as, json_string(recorded->id));
	}
	return EXIT_DONE;
}

/* The history while it is imported. */
struct import_run {
	struct connection *connection;
	struct progress progress;
	const char *until;
	json_t *ids;
	size_t line; /* number of the present one */
	bool ended;  /* the present line is later than `until` */
};

/* A refusal is told together with what was posted, since a line number alone helps nobody who
 * has only the program. */
static int import_line(struct import_run *run, struct arena *arena, const char *text, size_t len)
{
	struct history_line line;
	struct client_reply reply;
	const char *error = NULL;
	if (!history_parse(arena, text, len, run->ids, &line, &error)) {
		progress_clear(&run->progress);
		fprintf(stderr, "asskomm: line %zu: %s\n", run->line, error);
		return EXIT_REFUSED;
	}
	run->ended = run->until != NULL && strcmp(line.recorded_on, run->until) > 0;
	if (run->ended) {
		return EXIT_DONE;
	}
	int exit_code = post_line(run->connection, arena, &line, &reply);
	if (exit_code != EXIT_DONE) {
		progress_clear(&run->progress);
		connection_complain(run->connection, &reply);
		fprintf(stderr, "asskomm: line %zu, recorded on %s: %s %s %s\n", run->line,
			line.recorded_on, line.method, line.path, line.body);
		return exit_code;
	}
	return remember(arena, &line, &reply, run->ids);
}

/* Each line has an arena of its own: the memory needed does not grow with the history. */
static int import_text(struct import_run *run, const char *text)
{
	const char *line;
	size_t len;
	int exit_code = EXIT_DONE;
	while (exit_code == EXIT_DONE && !run->ended && history_next(&text, &line, &len)) {
		run->line++;
		if (len == 0) {
			continue;
		}
		struct arena *arena = arena_new(LINE_ARENA_MAX);
		exit_code = import_line(run, arena, line, len);
		arena_destroy(&arena);
		if (exit_code == EXIT_DONE && !run->ended) {
			progress_set(&run->progress, run->line);
		}
	}
	return exit_code;
}

/* The alliance's analyses were planned by the procedures that are built in, and what they found is
 * told by the codes of the lists. The last line of
 * progress comes also after a refusal, and says how far it went. */
static int import_history(struct connection *connection, const struct import *import)
{
	const char *text = HISTORY_ALLIANCE;
	size_t len;
	if (import->file != NULL) {
		text = files_read(connection->arena, import->file, HISTORY_MAX, &len);
	}
	if (text == NULL) {
		return EXIT_USAGE;
	}
	int exit_code = import->file == NULL ? code_lists_load(connection) : EXIT_DONE;
	if (exit_code == EXIT_DONE && import->file == NULL) {
		exit_code = procedures_load(connection, NULL);
	}
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	struct import_run run = { .connection = connection, .until = import->until };
	run.ids = json_object();
	progress_init(&run.progress, "history", history_count(text, import->until));
	exit_code = import_text(&run, text);
	progress_end(&run.progress);
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("history: %llu commands%s%s\n", (unsigned long long)run.progress.done,
			import->until != NULL ? " until " : "",
			import->until != NULL ? import->until : "");
	}
	json_decref(run.ids);
	return exit_code;
}

/* ---- the command line */

/* Whether nothing is given that only another kind of import understands. */
static bool are_options_of(
	const struct manual *manual, const struct import *import, bool is_history, bool is_register)
{
	const struct territory_import *territory = &import->territory;
	if (!is_history && (import->until != NULL || import->file != NULL)) {
		options_wrong(manual, "--until and --file are for history");
		return false;
	}
	if (is_history && import->dry_run) {
		options_wrong(manual, "--dry-run is not for history");
		return false;
	}
	if (!is_register && (territory->successors != NULL || territory->population_on != NULL ||
				    territory->credit != NULL)) {
		options_wrong(manual,
			"--successors, --population-on and --credit are for "
			"territory FILE: the registers that are built in have theirs");
		return false;
	}
	return true;
}

/* Options that would be silently ignored are refused instead. */
static bool is_understood(const struct manual *manual, const struct import *import)
{
	const char *what = import->what.count > 0 ? import->what.items[0] : "";
	bool is_table = layout_find(what) != NULL;
	bool is_history = strcmp(what, "history") == 0;
	bool is_territory = strcmp(what, "territory") == 0;
	if (!is_table && !is_history && !is_territory) {
		options_wrong(manual, "say what: territory, history, organisations, advisers, "
				      "contacts, crime-statistics or survey");
		return false;
	}
	if (import->analysis != NULL && strcmp(what, "survey") != 0) {
		options_wrong(manual, "--analysis is for survey");
		return false;
	}
	if (is_table && import->what.count != 2) {
		options_wrong(manual, "give one FILE");
		return false;
	}
	if (import->what.count > (is_history ? 1u : 2u)) {
		options_wrong(manual,
			is_history ? "history comes with --file" : "one register at a time");
		return false;
	}
	return are_options_of(
		       manual, import, is_history, is_territory && import->what.count == 2) &&
	       options_are_dates(manual, "until", import->until) &&
	       options_are_dates(manual, "population-on", import->territory.population_on);
}

static int run_import(struct connection *connection, struct import *import)
{
	const struct layout *layout = layout_find(import->what.items[0]);
	if (layout != NULL) {
		return import_table(connection, layout, import->what.items[1], import->analysis,
			import->dry_run);
	}
	if (strcmp(import->what.items[0], "history") == 0) {
		return import_history(connection, import);
	}
	import->territory.file = import->what.count == 2 ? import->what.items[1] : NULL;
	import->territory.dry_run = import->dry_run;
	return import_territory(connection, &import->territory);
}

static const char EXPLANATION[] =
	"Loads the official register of municipalities (GV100AD: FILE, else those that are built\n"
	"in), or what the alliance did before the suite existed (only into a ledger that holds\n"
	"nothing later). Needs the role operator. Safe to repeat: what was imported before "
	"changes\n"
	"nothing.\n\n"
	"Registers may come in any order, each as a whole or not at all. What is gone since the\n"
	"register before needs a successor that you confirm: on a terminal you are asked,\n"
	"elsewhere the proposals are printed and --successors takes them.\n\n"
	"Organisations, advisers, contacts, crime statistics and surveys come as CSV: a header\n"
	"line with the names of the columns, in any order; cells between ; or , or tabs, in\n"
	"quotes where they hold such or line breaks; UTF-8. All lines are tried before the first\n"
	"is saved: a file with a fault is refused as a whole, each fault by line and column. A\n"
	"line that changed since the last import updates what it names by its natural key.\n\n"
	"Surveys are sums by question, never single answers: a file that looks like those is\n"
	"refused before anything is sent. All that a municipality gave comes in one file.\n";
static const char EXAMPLES[] =
	"  asskomm import territory\n"
	"  asskomm import territory GV100AD_301124.txt --dry-run\n"
	"  asskomm import territory GV100AD_301124.txt --successors mergers.csv\n"
	"  asskomm import history --until 2023-08-08\n"
	"  asskomm import organisations stations.csv --dry-run\n"
	"  asskomm import survey sums.csv --analysis Rodewisch\n";

/* As an operator: nobody else may claim an earlier day of recording. */
int command_import(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct import import = { .until = NULL };
	const struct option_row rows[] = {
		{ "until", "DATE", "history: stop at the first line recorded after this day", NULL,
			&import.until, NULL },
		{ "file", "FILE",
			"history: from this file (else the alliance's, which is built in)", NULL,
			&import.file, NULL },
		{ "successors", "FILE",
			"territory: lines predecessor;successor;effective_on (keys and a day)",
			NULL, &import.territory.successors, NULL },
		{ "population-on", "DATE",
			"territory: day of its numbers (else the last of the year before)", NULL,
			&import.territory.population_on, NULL },
		{ "credit", "TEXT", "territory: whom to credit (else Destatis)", NULL,
			&import.territory.credit, NULL },
		{ "analysis", "ANALYSIS",
			"survey: its id or a town of it (else the latest of each town)", NULL,
			&import.analysis, NULL },
		{ "dry-run", NULL, "say what would change, and save nothing (not for history)",
			&import.dry_run, NULL, NULL },
	};
	const struct manual manual = { .name = "import",
		.arguments = "territory [FILE]|history|boundaries [FILE]|organisations FILE|"
			     "advisers FILE|contacts FILE|crime-statistics FILE|survey FILE",
		.text = EXPLANATION,
		.example = EXAMPLES,
		.print_more = layout_print,
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &import.what,
		.connection = &connection };
	int exit_code;
	if (argc > 1 && strcmp(argv[1], "boundaries") == 0) {
		return command_import_boundaries(argc, argv);
	}
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_understood(&manual, &import)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_OPERATOR);
	if (exit_code == EXIT_DONE) {
		exit_code = run_import(&connection, &import);
		connection_close(&connection);
	}
	return exit_code;
}
