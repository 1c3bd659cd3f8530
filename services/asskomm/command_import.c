/* asskomm import: what an operator loads into the suite.
 *
 * All are safe to repeat: their idempotency keys follow from the content, so what was imported
 * before is answered as it was then and changes nothing. History goes over one kept-alive
 * connection, line after line, because each line may rest on the ones before. */
#include "address.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include "facts.h"
#include "files.h"
#include "history.h"
#include "import_table.h"
#include "layout.h"
#include "options.h"
#include "progress.h"
#include "request_key.h"
#include "territory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_MAX (64u * 1024 * 1024)
#define LINE_ARENA_MAX (4u * 1024 * 1024)

struct import {
	struct words what;
	const char *until;
	const char *file;
	bool dry_run;
};

/* ---- territory */

/* In an empty ledger the territory is what history will stand on: recorded before all of it. */
#define BEFORE_HISTORY "Recorded-On: 2000-01-01"

/* Asked and not assumed: a second import of a later table stands in a ledger with history. */
static int is_ledger_empty(struct connection *connection, bool *out_empty)
{
	const struct fact_source source = { .connection = connection };
	Ledger__Head *head;
	int exit_code = facts_head(&source, connection->arena, &head);
	if (exit_code == EXIT_DONE) {
		*out_empty = head->seq == 0;
	}
	return exit_code;
}

/* The key follows from the table, and from what is claimed with it: a repetition finds a ledger
 * that is no longer empty and claims nothing, which is another command. It changes nothing then. */
static int put_territory(struct connection *connection, const json_t *request)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	const char *body = reflect_json_text(arena, request);
	bool empty = false;
	int exit_code = is_ledger_empty(connection, &empty);
	const char *prefix = empty ? "territory-before-history-" : "territory-";
	const char *key = request_key(arena, prefix, body, strlen(body));
	struct client_request put = { .method = "PUT",
		.path = "/territory",
		.body = body,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s", key) } };
	if (empty) {
		put.headers[put.n_headers++] = BEFORE_HISTORY;
	}
	if (exit_code == EXIT_DONE) {
		exit_code =
			connection_send(connection, arena, &put, CONNECTION_PATIENCE_MS, &reply);
	}
	if (exit_code == EXIT_DONE && connection->json) {
		printf("%s\n", reply.body);
	}
	return exit_code;
}

/* The counts are printed from the request: they show what this program holds, also when the
 * suite had it already. */
static int import_territory(struct connection *connection)
{
	const struct territory_files files = { .districts = TERRITORY_DISTRICTS,
		.municipalities = TERRITORY_MUNICIPALITIES,
		.associations = TERRITORY_ASSOCIATIONS,
		.police_directorates = TERRITORY_POLICE_DIRECTORATES };
	const char *error = NULL;
	json_t *request = territory_request(connection->arena, &files, &error);
	if (request == NULL) {
		fprintf(stderr, "asskomm: the territory of this program is broken: %s\n", error);
		return EXIT_REFUSED;
	}
	int exit_code = put_territory(connection, request);
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("territory of %s: %zu districts, %zu municipalities, %zu associations, "
		       "%zu police directorates\n",
			json_string_value(json_object_get(request, "statusDate")),
			json_array_size(json_object_get(request, "districts")),
			json_array_size(json_object_get(request, "municipalities")),
			json_array_size(json_object_get(request, "associations")),
			json_array_size(json_object_get(request, "policeDirectorates")));
	}
	json_decref(request);
	return exit_code;
}

/* ---- history */

/* Claims travel as headers, since they are about the command and no part of it. The citation is
 * escaped: header values are ASCII. */
static int post_line(struct connection *connection, struct arena *arena,
	const struct history_line *line, struct client_reply *out_reply)
{
	struct client_request post = { .method = "POST",
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
		fprintf(stderr, "asskomm: line %zu, recorded on %s: POST %s %s\n", run->line,
			line.recorded_on, line.path, line.body);
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

/* The last line of progress comes also after a refusal, and says how far it went. */
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
	struct import_run run = { .connection = connection, .until = import->until };
	run.ids = json_object();
	progress_init(&run.progress, "history", history_count(text, import->until));
	int exit_code = import_text(&run, text);
	progress_end(&run.progress);
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("history: %llu commands%s%s\n", (unsigned long long)run.progress.done,
			import->until != NULL ? " until " : "",
			import->until != NULL ? import->until : "");
	}
	json_decref(run.ids);
	return exit_code;
}

/* Options that would be silently ignored are refused instead. */
static bool is_understood(const struct manual *manual, const struct import *import)
{
	const char *what = import->what.count > 0 ? import->what.items[0] : "";
	bool is_table = layout_find(what) != NULL;
	if (import->dry_run && !is_table) {
		options_wrong(manual, "--dry-run is for organisations, advisers and contacts");
		return false;
	}
	if (import->what.count != (is_table ? 2 : 1)) {
		options_wrong(manual, "%s",
			is_table ? "give one FILE"
				 : "say what: territory, history, organisations, advisers "
				   "or contacts");
		return false;
	}
	if (strcmp(what, "history") == 0) {
		return options_are_dates(manual, "until", import->until);
	}
	if (!is_table && strcmp(what, "territory") != 0) {
		options_wrong(manual, "there is nothing called '%s' to import", what);
		return false;
	}
	if (import->until != NULL || import->file != NULL) { /* territory and tables */
		options_wrong(manual, "--until and --file are for history");
		return false;
	}
	return true;
}

static int run_import(struct connection *connection, const struct import *import)
{
	const struct layout *layout = layout_find(import->what.items[0]);
	if (layout != NULL) {
		return import_table(connection, layout, import->what.items[1], import->dry_run);
	}
	return strcmp(import->what.items[0], "territory") == 0 ? import_territory(connection)
							       : import_history(connection, import);
}

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
		{ "dry-run", NULL,
			"organisations, advisers, contacts: say what would change, and save "
			"nothing",
			&import.dry_run, NULL, NULL },
	};
	const struct manual manual = { .name = "import",
		.arguments = "territory|history|boundaries [FILE]|organisations FILE|advisers FILE|"
			     "contacts FILE",
		.text = "Loads the reference table of districts and municipalities, or what the "
			"alliance did\n"
			"before the suite existed (only into a ledger that holds nothing later). "
			"Needs the\n"
			"role operator. Safe to repeat: what was imported before changes "
			"nothing.\n\n"
			"Organisations, advisers and contacts come as CSV: a header line with the "
			"names of the\n"
			"columns, in any order; cells between ; or , or tabs, in quotes where "
			"they hold such or\n"
			"line breaks; UTF-8. All lines are tried before the first is saved: a "
			"file with a fault\n"
			"is refused as a whole, each fault by line and column. A line that "
			"changed since the\n"
			"last import updates what it names by its natural key.\n",
		.example = "  asskomm import territory\n"
			   "  asskomm import history --until 2023-08-08\n"
			   "  asskomm import organisations stations.csv --dry-run\n",
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
