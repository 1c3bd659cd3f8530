/* A register on its way into the suite: read, asked about, confirmed, told, imported.
 *
 * Nothing is imported before the suite has said what would change, and what is gone has a successor
 * that somebody confirmed: in a file, or here on the terminal, one by one. */
#include "import_territory.h"
#include "command.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include "facts.h"
#include "files.h"
#include "gv100ad.h"
#include "output.h"
#include "problem.h"
#include "progress.h"
#include "request_key.h"
#include "territory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUCCESSORS_MAX (1024u * 1024)
#define ANSWER_MAX 80

/* In a ledger without history the territory is what history will stand on: recorded before all of
 * it. */
#define BEFORE_HISTORY "Recorded-On: 2000-01-01"
#define AFTER_TERRITORY "2000-01-02"

/* One register while it is imported. */
struct run {
	struct connection *connection;
	const struct territory_import *import;
	Registry__ImportTerritoryRequest *request;
	const Registry__TerritoryPreview *preview;
};

/* ---- reading */

/* For the bar alone: a pipe or a device has none, and is read all the same. */
static uint64_t size_of(FILE *file)
{
	struct stat status;
	return fstat(fileno(file), &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size
								       : 0;
}

/* In pieces, so that a file of any size needs no more memory than a register has. */
static bool feed_file(struct gv100ad *reader, FILE *file)
{
	struct progress progress;
	char block[65536];
	uint64_t done = 0;
	size_t len;
	bool good = true;
	progress_init(&progress, "reading", size_of(file));
	while (good && (len = fread(block, 1, sizeof block, file)) > 0) {
		good = gv100ad_feed(reader, block, len);
		done += len;
		progress_set(&progress, done);
	}
	progress_clear(&progress);
	return good && !ferror(file);
}

/* Errors of the file come with its name, line and column; those of reading it as errno tells them.
 */
static Registry__ImportTerritoryRequest *read_file(struct arena *arena, const char *path)
{
	struct gv100ad *reader = NEW(arena, struct gv100ad);
	FILE *file = fopen(path, "rbe");
	if (file == NULL) {
		fprintf(stderr, "asskomm: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	gv100ad_init(reader, arena);
	bool good = feed_file(reader, file);
	if (!good && reader->error == NULL) {
		fprintf(stderr, "asskomm: %s: %s\n", path, strerror(errno));
	}
	Registry__ImportTerritoryRequest *request = good ? gv100ad_end(reader) : NULL;
	if (reader->error != NULL) {
		fprintf(stderr, "asskomm: %s, %s\nasskomm: nothing was imported\n", path,
			output_safe(arena, reader->error));
	}
	fclose(file);
	return request;
}

/* A broken one is a fault of this program, and told as such. */
static Registry__ImportTerritoryRequest *read_built_in(
	struct arena *arena, const char *text, size_t len)
{
	struct gv100ad *reader = NEW(arena, struct gv100ad);
	gv100ad_init(reader, arena);
	Registry__ImportTerritoryRequest *request =
		gv100ad_feed(reader, text, len) ? gv100ad_end(reader) : NULL;
	if (request == NULL) {
		fprintf(stderr, "asskomm: the register of this program is broken: %s\n",
			reader->error);
	}
	return request;
}

/* What the register does not say itself. */
static bool complete(struct run *run, const char *successors, const char *source)
{
	struct arena *arena = run->connection->arena;
	const char *error = NULL;
	territory_credit(arena, run->request, run->import->credit, run->import->population_on);
	if (!territory_police(arena, run->request, TERRITORY_POLICE_DIRECTORATES, &error)) {
		fprintf(stderr, "asskomm: police_directorates.tsv, %s\n", error);
		return false;
	}
	if (successors != NULL && !territory_successors(arena, run->request, successors, &error)) {
		fprintf(stderr, "asskomm: %s, %s\n", source, error);
		return false;
	}
	return true;
}

/* ---- talking to the suite */

/* Asked and not assumed: a second import of a later register stands in a ledger with history. */
static int stands_before_history(struct connection *connection, bool *out_before)
{
	const struct fact_source source = { .connection = connection };
	Ledger__Head *head;
	int exit_code = facts_head(&source, connection->arena, &head);
	if (exit_code == EXIT_DONE) {
		*out_before = head->seq == 0 || strncmp(head->recorded_at, AFTER_TERRITORY, 10) < 0;
	}
	return exit_code;
}

/* A question, so it may be repeated as it is while the suite starts. */
static int ask_preview(struct run *run)
{
	struct arena *arena = run->connection->arena;
	struct client_reply reply;
	const struct client_request post = { .method = "POST",
		.path = "/territory/preview",
		.body = reflect_to_json_text(arena, &run->request->base) };
	int exit_code =
		connection_send(run->connection, arena, &post, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message =
		connection_message(arena, &registry__territory_preview__descriptor, &reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	run->preview = AS(Registry__TerritoryPreview, registry__territory_preview, message);
	if (run->import->dry_run && run->connection->json) {
		printf("%s\n", reply.body);
	}
	return EXIT_DONE;
}

/* The key follows from the register, and from what is claimed with it: a repetition finds a ledger
 * that has history and claims nothing, which is another command. It changes nothing then. */
static int put(struct run *run)
{
	struct connection *connection = run->connection;
	struct arena *arena = connection->arena;
	struct client_reply reply;
	const char *body = reflect_to_json_text(arena, &run->request->base);
	bool before = false;
	int exit_code = stands_before_history(connection, &before);
	const char *prefix = before ? "territory-before-history-" : "territory-";
	const char *key = request_key(arena, prefix, body, strlen(body));
	struct client_request request = { .method = "PUT",
		.path = "/territory",
		.body = body,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s", key) } };
	if (before) {
		request.headers[request.n_headers++] = BEFORE_HISTORY;
	}
	if (exit_code == EXIT_DONE) {
		exit_code = connection_send(
			connection, arena, &request, CONNECTION_PATIENCE_MS, &reply);
	}
	if (exit_code == EXIT_DONE && connection->json) {
		printf("%s\n", reply.body);
	}
	return exit_code;
}

/* ---- telling */

/* Who is gone is in the preview, whoever is there in the register. */
static const char *name_of(const struct run *run, const char *key)
{
	const Registry__TerritoryPreview *preview = run->preview;
	for (size_t i = 0; i < preview->n_gone; i++) {
		if (strcmp(preview->gone[i]->key, key) == 0) {
			return preview->gone[i]->name;
		}
	}
	return territory_name(run->request, key);
}

/* From the register before to this one, Land by Land. */
static void tell_sums(const struct run *run)
{
	const Registry__TerritoryPreview *preview = run->preview;
	for (size_t i = 0; i < preview->n_sums; i++) {
		const Registry__TerritoryPreview__Sums *sums = preview->sums[i];
		printf("%s, register of %s: ", sums->land->name, preview->status_date);
		if (sums->since[0] == '\0') {
			printf("%u municipalities, %u inhabitants\n", sums->municipalities,
				sums->population);
		} else {
			printf("%u → %u municipalities, %u → %u inhabitants since %s\n",
				sums->municipalities_before, sums->municipalities,
				sums->population_before, sums->population, sums->since);
		}
	}
}

/* In columns that line up, so that a long list can be searched by eye and by grep. */
static void tell_changes(const struct run *run)
{
	const Registry__TerritoryPreview *preview = run->preview;
	for (size_t i = 0; i < preview->n_successions; i++) {
		const Registry__Succession *s = preview->successions[i];
		printf("  gone     %-9s %s → %s%s%s from %s\n", s->predecessor,
			name_of(run, s->predecessor),
			s->successor[0] != '\0' ? s->successor : "nobody",
			s->successor[0] != '\0' ? " " : "", name_of(run, s->successor),
			s->effective_on);
	}
	for (size_t i = 0; i < preview->n_added; i++) {
		printf("  new      %-9s %s\n", preview->added[i]->key, preview->added[i]->name);
	}
	for (size_t i = 0; i < preview->n_renamed; i++) {
		printf("  renamed  %-9s %s → %s\n", preview->renamed[i]->key,
			preview->renamed[i]->before, preview->renamed[i]->after);
	}
	for (size_t i = 0; i < preview->n_moved; i++) {
		const Registry__TerritoryPreview__Move *move = preview->moved[i];
		printf("  moved    %-9s %s: association %s → %s\n", move->key, move->name,
			move->before[0] != '\0' ? move->before : "none",
			move->after[0] != '\0' ? move->after : "none");
	}
}

/* For people; with --json the suite's own answer is printed instead. */
static void tell(const struct run *run)
{
	if (run->connection->json) {
		return;
	}
	if (!run->preview->changes) {
		printf("the register of %s is there already: nothing changes\n",
			run->preview->status_date);
		return;
	}
	tell_sums(run);
	tell_changes(run);
}

/* ---- confirming */

/* What would have to stand in the file: as comments where nothing fits. */
/* On stderr, because nothing was done; the lines that are no comments can be pasted as they are. */
static void tell_proposals(const struct run *run)
{
	const Registry__TerritoryPreview *preview = run->preview;
	fprintf(stderr,
		"asskomm: nothing was imported: %zu of the register before are gone, and need a "
		"confirmed successor\n"
		"Check these lines, put them into a file (no successor: dissolved) and give it "
		"with --successors FILE:\n\n",
		preview->n_proposals);
	for (size_t i = 0; i < preview->n_proposals; i++) {
		const Registry__TerritoryPreview__Proposal *p = preview->proposals[i];
		if (p->successor == NULL) {
			fprintf(stderr, "# %s: nothing fits; name the successor\n# %s;;%s\n",
				p->predecessor->name, p->predecessor->key, p->effective_on);
		} else {
			fprintf(stderr, "# %s → %s, because of %s\n%s;%s;%s\n",
				p->predecessor->name, p->successor->name, p->because,
				p->predecessor->key, p->successor->key, p->effective_on);
		}
	}
}

/* One line from the terminal without its end; NULL at the end of the input. */
/* Longer answers than a key and a day need are cut, and then are no answer. */
static char *ask_line(char answer[ANSWER_MAX])
{
	fflush(stderr);
	if (fgets(answer, ANSWER_MAX, stdin) == NULL) {
		return NULL;
	}
	answer[strcspn(answer, "\r\n")] = '\0';
	return answer;
}

/* Enter alone confirms nothing: a merger is a decision. */
static bool ask_one(struct run *run, const Registry__TerritoryPreview__Proposal *proposal)
{
	char answer[ANSWER_MAX];
	const Registry__Party *gone = proposal->predecessor, *taker = proposal->successor;
	if (taker != NULL) {
		fprintf(stderr, "%s (%s) is gone. Proposed: %s (%s) from %s,\nbecause of %s\n",
			gone->name, gone->key, taker->name, taker->key, proposal->effective_on,
			proposal->because);
	} else {
		fprintf(stderr, "%s (%s) is gone, and nothing fits.\n", gone->name, gone->key);
	}
	for (;;) {
		fprintf(stderr, "%s\"none\" (dissolved), a key, or KEY DATE; anything else stops: ",
			taker != NULL ? "\"yes\", " : "");
		if (ask_line(answer) == NULL) {
			return false;
		}
		char *day = strchr(answer, ' ');
		if (day != NULL) {
			*day++ = '\0';
		}
		struct civil_date date;
		const char *from = day != NULL ? day : proposal->effective_on;
		const char *key = strcmp(answer, "yes") == 0 && taker != NULL ? taker->key : answer;
		bool is_none = strcmp(answer, "none") == 0;
		if (!is_none && (key[0] < '0' || key[0] > '9')) {
			return false;
		}
		if (!civil_parse(from, &date)) {
			fprintf(stderr, "%s is no day (2023-01-01)\n", from);
		} else if (!is_none && territory_name(run->request, key)[0] == '\0') {
			fprintf(stderr, "%s is not in this register\n", key);
		} else {
			territory_succeed(run->connection->arena, run->request, gone->key,
				is_none ? "" : key, from);
			return true;
		}
	}
}

/* On a terminal each is asked for; elsewhere they are told. */
static int confirm(struct run *run)
{
	if (run->preview->n_proposals == 0) {
		return EXIT_DONE;
	}
	if (run->import->dry_run || isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
		tell_proposals(run);
		return EXIT_REFUSED;
	}
	const Registry__TerritoryPreview *asked = run->preview;
	for (size_t i = 0; i < asked->n_proposals; i++) {
		if (!ask_one(run, asked->proposals[i])) {
			fputs("asskomm: stopped; nothing was imported\n", stderr);
			return EXIT_REFUSED;
		}
	}
	return ask_preview(run);
}

/* ---- one register */

/* A refusal of the preview is told as the import's would be. */
/* Already in the language of the environment: the suite was asked in it. */
static int refuse_run(const struct run *run)
{
	const Asskomm__Failure *failure = run->preview->refusal;
	for (size_t i = 0; i < failure->n_violations; i++) {
		fprintf(stderr, "asskomm: %s\n",
			output_safe(run->connection->arena, failure->violations[i]->message));
	}
	fputs("asskomm: nothing was imported\n", stderr);
	return EXIT_REFUSED;
}

/* On a dry run the preview is all; else it is told before anything is confirmed or imported. */
static int import_one(struct run *run)
{
	int exit_code = ask_preview(run);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	if (run->import->dry_run || run->preview->n_proposals > 0) {
		tell(run);
	}
	exit_code = confirm(run);
	if (exit_code == EXIT_DONE && run->preview->refusal != NULL) {
		exit_code = refuse_run(run);
	}
	if (exit_code != EXIT_DONE || run->import->dry_run) {
		return exit_code;
	}
	tell(run);
	exit_code = put(run);
	if (exit_code == EXIT_DONE && !run->connection->json) {
		printf("territory of %s: %zu districts, %zu municipalities, %zu associations, "
		       "%zu police directorates\n%s\n",
			run->request->status_date, run->request->n_districts,
			run->request->n_municipalities, run->request->n_associations,
			run->request->n_police_directorates, run->request->credit);
	}
	return exit_code;
}

/* ---- all of them */

/* In the order of their days, with the successions that are built in beside them. */
static int import_built_in(struct connection *connection, const struct territory_import *import)
{
	const struct {
		const char *text;
		size_t len;
	} registers[] = {
		{ TERRITORY_REGISTER_2021, TERRITORY_REGISTER_2021_LEN },
		{ TERRITORY_REGISTER_2023, TERRITORY_REGISTER_2023_LEN },
	};
	int exit_code = EXIT_DONE;
	for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
		struct run run = { .connection = connection,
			.import = import,
			.request = read_built_in(
				connection->arena, registers[i].text, registers[i].len) };
		if (run.request == NULL ||
			!complete(&run, TERRITORY_SUCCESSORS, "successors.csv")) {
			return EXIT_REFUSED;
		}
		exit_code = exit_code == EXIT_DONE ? import_one(&run) : exit_code;
	}
	return exit_code;
}

/* A broken file of successors is refused before the register is sent anywhere. */
int import_territory(struct connection *connection, const struct territory_import *import)
{
	struct arena *arena = connection->arena;
	const char *successors = NULL;
	size_t len;
	if (import->file == NULL) {
		return import_built_in(connection, import);
	}
	if (import->successors != NULL && (successors = files_read(arena, import->successors,
						   SUCCESSORS_MAX, &len)) == NULL) {
		return EXIT_USAGE;
	}
	struct run run = { .connection = connection,
		.import = import,
		.request = read_file(arena, import->file) };
	if (run.request == NULL || !complete(&run, successors, import->successors)) {
		return EXIT_REFUSED;
	}
	return import_one(&run);
}
