/* asskomm codes: the lists of codes that people maintain. A list is a file as the suite takes it:
 * what `export` prints, `import` reads. The lists that the suite begins with are built in; they
 * come in where there is none of that name yet, so that nobody's own list is ever overwritten. */
#include "address.h"
#include "asskomm/registry.pb-c.h"
#include "claim.h"
#include "code_lists.h"
#include "codes.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "files.h"
#include "options.h"
#include "output.h"
#include "request_key.h"
#include <stdio.h>
#include <string.h>

#define LIST_MAX (1024u * 1024)

struct codes {
	struct words words;
	const char *as_of;
	bool dry_run;
};

static const char *list_path(struct arena *arena, const char *name)
{
	return text_format(arena, "/code-lists/%s", address_escape(arena, name));
}

/* ---- list and export */

/* The answer as a message, or NULL with the exit code. */
static ProtobufCMessage *get(struct connection *connection, const char *path,
	const ProtobufCMessageDescriptor *type, struct client_reply *out_reply, int *out_exit_code)
{
	ProtobufCMessage *message = NULL;
	*out_exit_code = connection_get(connection, connection->arena, path, out_reply);
	if (*out_exit_code == EXIT_DONE) {
		message = connection_message(connection->arena, type, out_reply);
		*out_exit_code = message != NULL ? EXIT_DONE : EXIT_REFUSED;
	}
	return message;
}

static int list_lists(struct connection *connection)
{
	static const char *const HEADINGS[] = { "list", "version", "status", "codes", "title", "" };
	struct arena *arena = connection->arena;
	struct client_reply reply;
	struct table table;
	int exit_code;
	ProtobufCMessage *message = get(
		connection, "/code-lists", &registry__code_lists__descriptor, &reply, &exit_code);
	if (message == NULL || connection->json) {
		fputs(message != NULL ? reply.body : "", stdout);
		return exit_code;
	}
	const Registry__CodeLists *lists = AS(Registry__CodeLists, registry__code_lists, message);
	table_init(&table, arena, 6, HEADINGS, 1u << 1 | 1u << 3);
	for (size_t i = 0; i < lists->n_items; i++) {
		const Registry__CodeListSummary *list = lists->items[i];
		table_add(&table,
			(const char *const[]){ list->id, text_format(arena, "%u", list->version),
				list->status_date, text_format(arena, "%u", list->count),
				list->title_de, list->title_en });
	}
	table_print(&table, stdout);
	return EXIT_DONE;
}

static int list_codes(struct connection *connection, const char *name, const char *as_of)
{
	static const char *const HEADINGS[] = { "code", "deutsch", "english", "from", "until" };
	struct arena *arena = connection->arena;
	struct client_reply reply;
	struct table table;
	int exit_code;
	const char *path = address_with(arena, list_path(arena, name), "asOf", as_of);
	ProtobufCMessage *message =
		get(connection, path, &registry__code_list__descriptor, &reply, &exit_code);
	if (message == NULL || connection->json) {
		fputs(message != NULL ? reply.body : "", stdout);
		return exit_code;
	}
	const Registry__CodeList *list = AS(Registry__CodeList, registry__code_list, message);
	table_init(&table, arena, 5, HEADINGS, 0);
	for (size_t i = 0; i < list->n_codes; i++) {
		const Registry__Code *code = list->codes[i];
		table_add(&table, (const char *const[]){ code->code, code->label_de, code->label_en,
					  code->valid_from, code->valid_until });
	}
	printf("%s (%s), version %u of %s\n", output_safe(arena, list->title_de),
		output_safe(arena, list->title_en), list->version,
		output_safe(arena, list->status_date));
	table_print(&table, stdout);
	return EXIT_DONE;
}

static int export_list(struct connection *connection, const char *name)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	int exit_code;
	ProtobufCMessage *list = get(connection, list_path(arena, name),
		&registry__code_list__descriptor, &reply, &exit_code);
	if (list != NULL) {
		fputs(codes_export(arena, list), stdout);
	}
	return exit_code;
}

/* ---- import */

/* What is to be imported, under which circumstances. */
struct import_run {
	struct connection *connection;
	const Registry__CodeLists *lists; /* that are there */
	const char *claim;                /* header, or NULL */
	bool dry_run;
	bool quiet; /* prints only how many */
};

/* The facts tell whether anything changed; a dry run has none, so its version tells. */
static void print_recorded(
	const struct import_run *run, const char *name, const Asskomm__Recorded *recorded)
{
	const char *said = run->dry_run            ? "nothing was saved; it would be version"
			   : recorded->n_facts > 0 ? "now version"
						   : "it was so before, version";
	printf("%s: %s %u\n", output_safe(run->connection->arena, name), said, recorded->version);
}

/* 0 when there is none of that name. */
static uint32_t version_of(const Registry__CodeLists *lists, const char *name)
{
	for (size_t i = 0; i < lists->n_items; i++) {
		if (strcmp(lists->items[i]->id, name) == 0) {
			return lists->items[i]->version;
		}
	}
	return 0;
}

/* The key follows from the list and from the version that it replaces: the same list after another
 * one is another command. Between the two, the same list again changes nothing anyway. */
static int put_list(const struct import_run *run, const char *name, const char *body)
{
	struct connection *connection = run->connection;
	struct arena *arena = connection->arena;
	struct client_reply reply;
	const char *said = text_format(arena, "%s %u %s", name, version_of(run->lists, name), body);
	const char *key = request_key(arena, "codes-", said, strlen(said));
	struct client_request put = { .method = "PUT",
		.path = list_path(arena, name),
		.body = body,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s", key) } };
	if (run->claim != NULL) {
		put.headers[put.n_headers++] = run->claim;
	}
	if (run->dry_run) {
		put.headers[put.n_headers++] = "Dry-Run: true";
	}
	int exit_code = connection_send(connection, arena, &put, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *recorded =
		connection_message(arena, &asskomm__recorded__descriptor, &reply);
	if (recorded == NULL) {
		return EXIT_REFUSED;
	}
	if (run->quiet) {
		return EXIT_DONE;
	}
	if (connection->json) {
		printf("%s\n", reply.body);
	} else {
		print_recorded(run, name, AS(Asskomm__Recorded, asskomm__recorded, recorded));
	}
	return EXIT_DONE;
}

/* From the file, or what is built in under the name. */
static int import_list(const struct import_run *run, const char *name, const char *file)
{
	struct arena *arena = run->connection->arena;
	const char *text = codes_builtin(name);
	const char *error = NULL;
	size_t len = text != NULL ? strlen(text) : 0;
	if (file != NULL) {
		text = files_read(arena, file, LIST_MAX, &len);
	} else if (text == NULL) {
		fprintf(stderr, "asskomm: no list %s is built in; give a FILE\n", name);
	}
	if (text == NULL) {
		return EXIT_USAGE;
	}
	const char *body = codes_request(arena, text, len, &error);
	if (body == NULL) {
		fprintf(stderr, "asskomm: %s: %s\n", file != NULL ? file : name, error);
		return EXIT_REFUSED;
	}
	return put_list(run, name, body);
}

/* Only what is missing: a list that is there belongs to those who maintain it. */
static int import_builtin(struct import_run *run)
{
	size_t loaded = 0, count = 0;
	int exit_code = claim_before_history(run->connection, &run->claim);
	for (const struct builtin_codes *list = BUILTIN_CODES;
		exit_code == EXIT_DONE && list->name != NULL; list++) {
		count++;
		if (version_of(run->lists, list->name) == 0) {
			exit_code = import_list(run, list->name, NULL);
			loaded += exit_code == EXIT_DONE;
		}
	}
	if (exit_code == EXIT_DONE && !run->connection->json) {
		printf("code lists: %zu built in, %zu %s\n", count, loaded,
			run->dry_run ? "would be loaded" : "loaded now");
	}
	return exit_code;
}

/* Before history: each list by name would only be in the way there. */
int code_lists_load(struct connection *connection)
{
	struct import_run run = { .connection = connection, .quiet = true };
	struct client_reply reply;
	int exit_code = connection_get(connection, connection->arena, "/code-lists", &reply);
	ProtobufCMessage *lists = exit_code != EXIT_DONE
					  ? NULL
					  : connection_message(connection->arena,
						    &registry__code_lists__descriptor, &reply);
	if (lists == NULL) {
		return exit_code != EXIT_DONE ? exit_code : EXIT_REFUSED;
	}
	run.lists = AS(Registry__CodeLists, registry__code_lists, lists);
	return import_builtin(&run);
}

static int import_codes(struct connection *connection, const struct codes *codes)
{
	struct import_run run = { .connection = connection, .dry_run = codes->dry_run };
	struct client_reply reply;
	int exit_code;
	ProtobufCMessage *lists = get(
		connection, "/code-lists", &registry__code_lists__descriptor, &reply, &exit_code);
	if (lists == NULL) {
		return exit_code;
	}
	run.lists = AS(Registry__CodeLists, registry__code_lists, lists);
	if (codes->words.count == 1) {
		return import_builtin(&run);
	}
	return import_list(&run, codes->words.items[1],
		codes->words.count == 3 ? codes->words.items[2] : NULL);
}

/* ---- the command */

/* Whether the words are one of the forms that the manual shows. */
static bool is_understood(const struct manual *manual, const struct codes *codes)
{
	const char *const *word = codes->words.items;
	size_t count = codes->words.count;
	bool imports = count > 0 && strcmp(word[0], "import") == 0;
	bool lists = count == 0 || strcmp(word[0], "list") == 0;
	if (!(lists && count <= 2) && !(imports && count <= 3) &&
		!(count == 2 && strcmp(word[0], "export") == 0)) {
		options_wrong(manual, "say list [NAME], import [NAME [FILE]] or export NAME");
		return false;
	}
	if (codes->dry_run && !imports) {
		options_wrong(manual, "--dry-run is for import");
		return false;
	}
	if (codes->as_of != NULL && !(lists && count == 2)) {
		options_wrong(manual, "--as-of is for the list of a NAME");
		return false;
	}
	return options_are_dates(manual, "as-of", codes->as_of);
}

static int run(struct connection *connection, const struct codes *codes)
{
	const char *const *word = codes->words.items;
	size_t count = codes->words.count;
	if (count == 0 || strcmp(word[0], "list") == 0) {
		return count == 2 ? list_codes(connection, word[1], codes->as_of)
				  : list_lists(connection);
	}
	if (strcmp(word[0], "export") == 0) {
		return export_list(connection, word[1]);
	}
	return import_codes(connection, codes);
}

/* As an operator also for reading: the demo suite has one token for the whole command then. */
int command_codes(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct codes codes = { .as_of = NULL };
	const struct option_row rows[] = {
		{ "as-of", "DATE", "list NAME: only codes in use on that day", NULL, &codes.as_of,
			NULL },
		{ "dry-run", NULL, "import: say what would be, change nothing", &codes.dry_run,
			NULL, NULL },
	};
	const struct manual manual = { .name = "codes",
		.arguments = "[list [NAME] | import [NAME [FILE]] | export NAME]",
		.text = "Shows and maintains the lists of codes: action fields, roles, purposes "
			"and "
			"others. An\n"
			"import replaces one list as a whole (codes are ended, never removed); "
			"without FILE\n"
			"it is the one that is built in, without NAME all of those that are "
			"missing. To\n"
			"change a list: export it, edit the file, import it.\n",
		.example = "  asskomm codes list action_fields --as-of 2023-08-09\n"
			   "  asskomm codes export action_fields > fields.json\n"
			   "  asskomm codes import action_fields fields.json --dry-run\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &codes.words,
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_understood(&manual, &codes)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_OPERATOR);
	if (exit_code == EXIT_DONE) {
		exit_code = run(&connection, &codes);
		connection_close(&connection);
	}
	return exit_code;
}
