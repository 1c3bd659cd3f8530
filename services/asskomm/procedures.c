/* A procedure is a file as the suite takes it (services/analysis/procedures/<name>.json). */
#include "procedures.h"
#include "address.h"
#include "asskomm/analysis.pb-c.h"
#include "claim.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include "files.h"
#include "output.h"
#include "request_key.h"
#include <stdio.h>
#include <string.h>

#define FILE_MAX (1024u * 1024)

/* To add one: a file, a row here, in embedded.h and in common/cmake/service.cmake. */
static const struct {
	const char *name;
	const char *text;
} BUILTIN[] = {
	{ "full_2021", PROCEDURE_FULL_2021 },
	{ "modular_2024", PROCEDURE_MODULAR_2024 },
	{ "beccaria", PROCEDURE_BECCARIA },
	{ "ctc", PROCEDURE_CTC },
};
#define BUILTIN_COUNT (sizeof BUILTIN / sizeof BUILTIN[0])

/* Each with its latest revision alone, which is all that is shown and compared here. */
static const Analysis__ProcedureList *get_all(
	struct connection *connection, struct client_reply *out_reply, int *out_exit_code)
{
	ProtobufCMessage *message = NULL;
	*out_exit_code = connection_get(connection, connection->arena, "/procedures", out_reply);
	if (*out_exit_code == EXIT_DONE) {
		message = connection_message(
			connection->arena, &analysis__procedure_list__descriptor, out_reply);
		*out_exit_code = message != NULL ? EXIT_DONE : EXIT_REFUSED;
	}
	return message != NULL ? AS(Analysis__ProcedureList, analysis__procedure_list, message)
			       : NULL;
}

/* The revision that a new analysis would get, and how many steps it has. */
int procedures_list(struct connection *connection, const struct analysis_words *words)
{
	static const char *const HEADINGS[] = { "procedure", "revision", "steps", "deutsch",
		"english" };
	struct arena *arena = connection->arena;
	struct client_reply reply;
	struct table table;
	int exit_code;
	const Analysis__ProcedureList *list = get_all(connection, &reply, &exit_code);
	(void)words;
	if (list == NULL || connection->json) {
		fputs(list != NULL ? reply.body : "", stdout);
		return exit_code;
	}
	table_init(&table, arena, 5, HEADINGS, 1u << 1 | 1u << 2);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__Procedure *procedure = list->items[i];
		const Analysis__Revision *latest = procedure->revisions[procedure->n_revisions - 1];
		table_add(&table, (const char *const[]){ procedure->id,
					  text_format(arena, "%u", latest->number),
					  text_format(arena, "%zu", latest->n_steps),
					  procedure->label_de, procedure->label_en });
	}
	table_print(&table, stdout);
	return EXIT_DONE;
}

/* "register_extract + 2 weeks" */
static const char *print_after(struct arena *arena, const Analysis__Step *step)
{
	struct text text;
	text_init(&text, arena, 2000);
	for (size_t i = 0; i < step->n_after; i++) {
		const Analysis__Predecessor *after = step->after[i];
		const char *unit = reflect_get_text(arena, &after->base, "unit");
		text_append_format(&text, "%s%s + %u %s", i > 0 ? ", " : "",
			after->follows[0] != '\0' ? after->follows : "kick-off", after->offset,
			text_fold(arena, unit != NULL ? unit : ""));
	}
	return text.bytes;
}

/* Only the latest revision: earlier ones are of interest to analyses that still run by them, and
 * stand in --json. */
int procedures_show(struct connection *connection, const struct analysis_words *words)
{
	static const char *const HEADINGS[] = { "step", "kind", "english", "responsible", "module",
		"after" };
	struct arena *arena = connection->arena;
	struct client_reply reply;
	struct table table;
	int exit_code = connection_get(connection, arena,
		text_format(arena, "/procedures/%s", address_escape(arena, words->words.items[1])),
		&reply);
	ProtobufCMessage *message =
		exit_code == EXIT_DONE
			? connection_message(arena, &analysis__procedure__descriptor, &reply)
			: NULL;
	if (message == NULL || connection->json) {
		fputs(message != NULL ? reply.body : "", stdout);
		return exit_code;
	}
	const Analysis__Procedure *procedure =
		AS(Analysis__Procedure, analysis__procedure, message);
	const Analysis__Revision *latest = procedure->revisions[procedure->n_revisions - 1];
	printf("%s (%s), revision %u\n", output_safe(arena, procedure->label_de),
		output_safe(arena, procedure->label_en), latest->number);
	table_init(&table, arena, 6, HEADINGS, 0);
	for (size_t i = 0; i < latest->n_steps; i++) {
		const Analysis__Step *step = latest->steps[i];
		table_add(&table,
			(const char *const[]){ step->code,
				text_fold(arena, reflect_get_text(arena, &step->base, "kind")),
				step->label_en, step->responsible, step->module,
				print_after(arena, step) });
	}
	table_print(&table, stdout);
	return EXIT_DONE;
}

/* The key follows from the text and from the version that it replaces. */
static int put(struct connection *connection, const char *name, const char *text, uint32_t version,
	const char *claim)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	const char *said = text_format(arena, "%s %u %s", name, version, text);
	struct client_request request = { .method = "PUT",
		.path = text_format(arena, "/procedures/%s", address_escape(arena, name)),
		.body = text,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s",
			request_key(arena, "procedure-", said, strlen(said))) } };
	if (claim != NULL) {
		request.headers[request.n_headers++] = claim;
	}
	int exit_code =
		connection_send(connection, arena, &request, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code == EXIT_DONE && connection->json) {
		printf("%s\n", reply.body);
	}
	return exit_code;
}

/* 0 when there is none of that name: the same text may then be defined for the first time. */
static uint32_t version_of(const Analysis__ProcedureList *list, const char *name)
{
	for (size_t i = 0; i < list->n_items; i++) {
		if (strcmp(list->items[i]->id, name) == 0) {
			return list->items[i]->version;
		}
	}
	return 0;
}

/* What the file says is the suite's to judge; whoever defines a procedure wants to know that
 * nothing that runs is touched by it. */
int procedures_define(struct connection *connection, const struct analysis_words *words)
{
	struct client_reply reply;
	size_t len;
	int exit_code;
	const char *name = words->words.items[1];
	const char *text = files_read(connection->arena, words->words.items[2], FILE_MAX, &len);
	if (text == NULL) {
		return EXIT_USAGE;
	}
	const Analysis__ProcedureList *list = get_all(connection, &reply, &exit_code);
	if (list != NULL) {
		exit_code = put(connection, name, text, version_of(list, name), NULL);
	}
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("procedure %s: defined; running analyses keep their revision\n", name);
	}
	return exit_code;
}

/* In a ledger that is still empty they are recorded before all history, which is planned by them.
 */
int procedures_load(struct connection *connection, const struct analysis_words *words)
{
	struct client_reply reply;
	const char *claim = NULL;
	size_t loaded = 0;
	int exit_code;
	const Analysis__ProcedureList *list = get_all(connection, &reply, &exit_code);
	(void)words;
	if (exit_code == EXIT_DONE) {
		exit_code = claim_before_history(connection, &claim);
	}
	for (size_t i = 0; exit_code == EXIT_DONE && i < BUILTIN_COUNT; i++) {
		if (version_of(list, BUILTIN[i].name) == 0) {
			exit_code = put(connection, BUILTIN[i].name, BUILTIN[i].text, 0, claim);
			loaded += exit_code == EXIT_DONE;
		}
	}
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("procedures: %zu built in, %zu loaded now\n", BUILTIN_COUNT, loaded);
	}
	return exit_code;
}
