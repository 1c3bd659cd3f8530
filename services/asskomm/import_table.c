/* A file of lines: all are tried first (Dry-Run), and only when each is good the first is saved. So
 * a file is refused as a whole, however late its fault stands; what can still go wrong then is that
 * others change the same thing meanwhile, and the same file again goes on where it stopped. */
#include "import_table.h"
#include "address.h"
#include "analysis.h"
#include "asskomm/analysis.pb-c.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "files.h"
#include "progress.h"
#include "request_key.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16u * 1024 * 1024)
#define REQUEST_ARENA_MAX (4u * 1024 * 1024)

/* One file on its way. */
struct table_import {
	struct connection *connection;
	const struct layout *layout;
	const char *path;
	struct table table;
	struct layout_requests requests;
	struct table_faults faults;
	uint32_t *versions; /* by request: what a save would make it; 0: nothing to save */
	size_t n_changes;
	struct progress progress;
};

/* ---- telling */

/* As compilers do, so that an editor finds the place. */
static void tell_faults(const struct table_import *import)
{
	const struct table_faults *faults = &import->faults;
	for (size_t i = 0; i < faults->count && i < TABLE_FAULTS_MAX; i++) {
		const struct table_fault *fault = &faults->items[i];
		fprintf(stderr, "%s:%zu:", import->path, fault->line);
		if (fault->column > 0) {
			fprintf(stderr, "%zu:", fault->column);
		}
		fprintf(stderr, " %s%s%s\n", fault->name, fault->name[0] != '\0' ? ": " : "",
			fault->message);
	}
	if (faults->count > TABLE_FAULTS_MAX) {
		fprintf(stderr, "and %zu more\n", faults->count - TABLE_FAULTS_MAX);
	}
	fprintf(stderr, "asskomm: nothing was imported\n");
}

static json_t *fault_object(const struct table_fault *fault)
{
	return json_pack("{s:I, s:I, s:s, s:s}", "line", (json_int_t)fault->line, "column",
		(json_int_t)fault->column, "name", fault->name, "message", fault->message);
}

/* With --json: the same for programs. */
static void tell_json(const struct table_import *import, bool applied)
{
	json_t *list = json_array();
	for (size_t i = 0; i < import->faults.count && i < TABLE_FAULTS_MAX; i++) {
		json_array_append_new(list, fault_object(&import->faults.items[i]));
	}
	json_t *all = json_pack("{s:I, s:I, s:b, s:o}", "lines", (json_int_t)import->table.n_rows,
		"changes", (json_int_t)import->n_changes, "applied", applied, "errors", list);
	printf("%s\n", reflect_json_text(import->connection->arena, all));
	json_decref(all);
}

static void tell(const struct table_import *import, bool applied)
{
	if (import->connection->json) {
		tell_json(import, applied);
	} else if (import->faults.count > 0) {
		tell_faults(import);
	} else {
		printf("%s: %zu lines, %zu %s\n", import->layout->name, import->table.n_rows,
			import->n_changes,
			applied ? "saved, the others as they were"
				: "would be saved, the others are as they should be");
	}
}

/* ---- trying */

/* A line may rest on another one of the file, which the suite does not know yet. */
static bool is_in_file(const struct table_import *import, const struct layout_request *request,
	const json_t *found)
{
	const struct layout *layout = import->layout;
	const char *rule = json_string_value(json_object_get(found, "rule"));
	const char *field = json_string_value(json_object_get(found, "field"));
	const struct layout_column *column = &layout->columns[layout->refers];
	if (!request->refers || rule == NULL || field == NULL || strcmp(rule, "unknown") != 0 ||
		strcmp(field, column->field) != 0) {
		return false;
	}
	const char *referred = layout_referred(layout, &import->table, request);
	for (size_t i = 0; i < import->requests.count; i++) {
		const struct layout_request *other = &import->requests.items[i];
		if (!other->refers && strcmp(other->key, referred) == 0) {
			return true;
		}
	}
	return false;
}

/* What the suite refuses, as faults of the file. False: all of it may be ignored. */
static bool take_refusal(struct table_import *import, const struct layout_request *request,
	const struct client_reply *reply)
{
	struct arena *arena = import->connection->arena;
	json_t *problem = json_loads(reply->body, 0, NULL);
	const json_t *violations = json_object_get(problem, "violations");
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	bool refused = json_array_size(violations) == 0;
	if (refused) {
		layout_complain(arena, import->layout, &import->table, request, "",
			detail != NULL ? detail : "the suite refused this line", &import->faults);
	}
	for (size_t i = 0; i < json_array_size(violations); i++) {
		const json_t *found = json_array_get(violations, i);
		const char *field = json_string_value(json_object_get(found, "field"));
		const char *message = json_string_value(json_object_get(found, "message"));
		if (!is_in_file(import, request, found)) {
			refused = true;
			layout_complain(arena, import->layout, &import->table, request,
				field != NULL ? field : "", message != NULL ? message : "",
				&import->faults);
		}
	}
	json_decref(problem);
	return refused;
}

/* A dry run's key is used for nothing; it lets the connection repeat the question. */
static int send(struct table_import *import, struct arena *arena,
	const struct layout_request *request, const char *key, bool dry,
	struct client_reply *out_reply)
{
	const struct client_request sent = { .method = import->layout->method,
		.path = request->path,
		.body = request->body,
		.n_headers = 2,
		.headers = { text_format(arena, "Idempotency-Key: %s", key),
			dry ? "Dry-Run: true" : "Dry-Run: false" } };
	return connection_try(import->connection, arena, &sent, CONNECTION_PATIENCE_MS, out_reply);
}

/* The key follows from what is said and from what it is said of: what was once so, and became so
 * again, is another change. */
static const char *key_of(struct arena *arena, const struct layout_request *request,
	const char *prefix, uint32_t version)
{
	const char *text = text_format(arena, "%s %u %s", request->path, version, request->body);
	return request_key(arena, prefix, text, strlen(text));
}

/* What it would do; a fault of the line is none of the connection. */
static int try_request(struct table_import *import, struct arena *arena, size_t place)
{
	const struct layout_request *request = &import->requests.items[place];
	struct client_reply reply;
	int exit_code =
		send(import, arena, request, key_of(arena, request, "dry-", 0), true, &reply);
	if (exit_code == EXIT_REFUSED && (reply.status == 401 || reply.status == 403)) {
		connection_complain(import->connection, &reply);
		return exit_code;
	}
	if (exit_code == EXIT_REFUSED && !take_refusal(import, request, &reply)) {
		import->versions[place] = 1;
		import->n_changes += request->n_rows;
	}
	if (exit_code != EXIT_DONE) {
		if (exit_code != EXIT_REFUSED) {
			connection_complain(import->connection, &reply);
		}
		return exit_code == EXIT_REFUSED ? EXIT_DONE : exit_code;
	}
	const ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, &reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	const Asskomm__Recorded *recorded = AS(Asskomm__Recorded, asskomm__recorded, message);
	if (recorded->would_change) {
		import->versions[place] = recorded->version;
		import->n_changes += request->n_rows;
	}
	return EXIT_DONE;
}

/* ---- saving */

static int save_request(struct table_import *import, struct arena *arena, size_t place)
{
	const struct layout_request *request = &import->requests.items[place];
	const char *key = key_of(arena, request, "import-", import->versions[place]);
	struct client_reply reply;
	if (import->versions[place] == 0) {
		return EXIT_DONE;
	}
	int exit_code = send(import, arena, request, key, false, &reply);
	if (exit_code != EXIT_DONE) {
		progress_clear(&import->progress);
		connection_complain(import->connection, &reply);
		fprintf(stderr,
			"asskomm: stopped at line %zu of %s; what is before it is saved: mend what "
			"is wrong, and import the same file again\n",
			request->rows[0]->line, import->path);
	}
	return exit_code;
}

/* One pass over all requests, each with an arena of its own. */
static int pass(struct table_import *import, const char *label,
	int (*step)(struct table_import *import, struct arena *arena, size_t place))
{
	int exit_code = EXIT_DONE;
	progress_init(&import->progress, label, import->requests.count);
	for (size_t i = 0; exit_code == EXIT_DONE && i < import->requests.count; i++) {
		struct arena *arena = arena_new(REQUEST_ARENA_MAX);
		exit_code = step(import, arena, i);
		arena_destroy(&arena);
		progress_set(&import->progress, i + 1);
	}
	progress_end(&import->progress);
	return exit_code;
}

/* What stands in the file alone: no question to the suite is needed to refuse it. */
static bool read_requests(struct table_import *import, const char *bytes, size_t len)
{
	struct arena *arena = import->connection->arena;
	return table_read(arena, bytes, len, &import->table, &import->faults) &&
	       layout_requests(
		       arena, import->layout, &import->table, &import->requests, &import->faults);
}

/* The latest of a municipality; NULL with the fault told, or with *out_exit_code. */
static const char *latest_analysis(
	struct table_import *import, const struct layout_request *request, int *out_exit_code)
{
	struct arena *arena = import->connection->arena;
	struct client_reply reply;
	const char *path = address_with(arena, "/analyses?limit=1000", "participant", request->key);
	*out_exit_code = connection_try(import->connection, arena,
		&(struct client_request){ .method = "GET", .path = path }, CONNECTION_PATIENCE_MS,
		&reply);
	if (*out_exit_code == EXIT_REFUSED && reply.status == 400) { /* no key at all */
		*out_exit_code = EXIT_DONE;
		take_refusal(import, request, &reply);
		return NULL;
	}
	if (*out_exit_code != EXIT_DONE) {
		connection_complain(import->connection, &reply);
		return NULL;
	}
	const ProtobufCMessage *message =
		connection_message(arena, &analysis__analysis_list__descriptor, &reply);
	const Analysis__AnalysisList *list =
		message == NULL ? NULL
				: AS(Analysis__AnalysisList, analysis__analysis_list, message);
	if (list != NULL && list->n_items > 0) {
		return list->items[list->n_items - 1]->id;
	}
	layout_complain(arena, import->layout, &import->table, request, "participant",
		"it has no analysis; kick one off, or name one with --analysis", &import->faults);
	return NULL;
}

/* Surveys lie in analyses, which a file does not name: people know towns. Whether a town is in the
 * analysis that was named is for the suite to judge, line by line. */
static int find_analyses(struct table_import *import, const char *reference)
{
	const char *id = NULL;
	int exit_code = EXIT_DONE;
	if (!import->layout->sums) {
		return EXIT_DONE;
	}
	if (reference != NULL) {
		exit_code = analysis_find(import->connection, reference, &id);
	}
	for (size_t i = 0; exit_code == EXIT_DONE && i < import->requests.count; i++) {
		struct layout_request *request = &import->requests.items[i];
		const char *found = id != NULL ? id : latest_analysis(import, request, &exit_code);
		if (found != NULL) {
			layout_set_address(
				import->connection->arena, import->layout, request, found);
		}
	}
	return exit_code;
}

int import_table(struct connection *connection, const struct layout *layout, const char *path,
	const char *analysis, bool dry_run)
{
	struct table_import import = { .connection = connection, .layout = layout, .path = path };
	size_t len;
	const char *bytes = files_read(connection->arena, path, FILE_MAX, &len);
	int exit_code = EXIT_DONE;
	if (bytes == NULL) {
		return EXIT_USAGE;
	}
	if (read_requests(&import, bytes, len)) {
		import.versions = NEW_ARRAY(connection->arena, uint32_t, import.requests.count + 1);
		memset(import.versions, 0, (import.requests.count + 1) * sizeof *import.versions);
		exit_code = find_analyses(&import, analysis);
		if (exit_code == EXIT_DONE && import.faults.count == 0) {
			exit_code = pass(&import, "checked", try_request);
		}
	}
	if (exit_code == EXIT_DONE && import.faults.count > 0) {
		exit_code = EXIT_REFUSED;
		tell(&import, false);
	} else if (exit_code == EXIT_DONE && dry_run) {
		tell(&import, false);
	} else if (exit_code == EXIT_DONE) {
		exit_code =
			import.n_changes > 0 ? pass(&import, "imported", save_request) : EXIT_DONE;
		if (exit_code == EXIT_DONE) {
			tell(&import, true);
		}
	}
	return exit_code;
}
