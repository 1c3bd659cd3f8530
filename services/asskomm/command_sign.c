/* asskomm sign: one document, one accession per participant named.
 *
 * The short form (keys and a day) is enough: the mayor of each participant signs then. What the
 * suite accepts is not narrowed here; what it refuses is shown with its candidates. */
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "options.h"
#include "output.h"
#include "request_key.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct agreement {
	const char *day;
	const char *mode;
	const char *key;
	struct words participants;
	struct words signatories;
	struct words witnesses;
	struct words fields;
};

/* "role:organisation:name"; what is not there is left out. */
static json_t *make_person(struct arena *arena, const char *text)
{
	static const char *const MEMBERS[] = { "role", "organisation", "name" };
	json_t *person = json_object();
	for (size_t i = 0; i < 3; i++) {
		/* the name comes last and may hold colons */
		size_t len = i < 2 ? strcspn(text, ":") : strlen(text);
		if (len > 0) {
			json_object_set_new(
				person, MEMBERS[i], json_string(text_copy_len(arena, text, len)));
		}
		text += len;
		text += *text == ':';
	}
	return person;
}

/* Each option is one person, in the order in which they were named. */
static json_t *make_people(struct arena *arena, const struct words *words)
{
	json_t *people = json_array();
	for (size_t i = 0; i < words->count; i++) {
		json_array_append_new(people, make_person(arena, words->items[i]));
	}
	return people;
}

/* What a signing looks like in nearly every case: each municipality is bound by its mayor. */
static json_t *make_mayors(const struct words *participants)
{
	json_t *people = json_array();
	for (size_t i = 0; i < participants->count; i++) {
		json_array_append_new(people, json_pack("{s:s, s:s}", "role", "mayor",
						      "organisation", participants->items[i]));
	}
	return people;
}

/* Keys and names go out as they were typed; only the registry knows what they mean. */
static json_t *make_texts(const struct words *words)
{
	json_t *texts = json_array();
	for (size_t i = 0; i < words->count; i++) {
		json_array_append_new(texts, json_string(words->items[i]));
	}
	return texts;
}

/* "in_person" as the API names it: IN_PERSON. */
static char *upper(struct arena *arena, const char *text)
{
	char *copy = text_copy(arena, text);
	for (char *at = copy; *at != '\0'; at++) {
		*at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	}
	return copy;
}

/* The request's JSON text. Words are UTF-8 (options_read saw to that), so jansson takes them all.
 */
static char *make_body(struct arena *arena, const struct agreement *agreement)
{
	json_t *body = json_object();
	json_t *signatories = agreement->signatories.count > 0
				      ? make_people(arena, &agreement->signatories)
				      : make_mayors(&agreement->participants);
	json_object_set_new(body, "accessions", make_texts(&agreement->participants));
	json_object_set_new(body, "signedOn", json_string(agreement->day));
	json_object_set_new(body, "mode", json_string(upper(arena, agreement->mode)));
	json_object_set_new(body, "signatories", signatories);
	json_object_set_new(body, "witnesses", make_people(arena, &agreement->witnesses));
	json_object_set_new(body, "actionFields", make_texts(&agreement->fields));
	char *text = reflect_json_text(arena, body);
	json_decref(body);
	return text;
}

/* The ids of the facts are printed, so that a figure can be asked for that knows them
 * (afterFact). */
static void print_recorded(struct arena *arena, const struct client_reply *reply)
{
	ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, reply);
	if (message == NULL) {
		return;
	}
	const Asskomm__Recorded *recorded = AS(Asskomm__Recorded, asskomm__recorded, message);
	printf("agreement %s, %zu accession%s\n", output_safe(arena, recorded->id),
		recorded->n_facts, recorded->n_facts == 1 ? "" : "s");
	for (size_t i = 0; i < recorded->n_facts; i++) {
		printf("  fact %s\n", output_safe(arena, recorded->facts[i]));
	}
}

/* The key follows from the content and its day: repeating the command after a lost answer cannot
 * sign twice. */
static int sign(struct connection *connection, const struct agreement *agreement)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	char *body = make_body(arena, agreement);
	const char *key = agreement->key != NULL ? agreement->key
						 : request_key(arena, "sign-", body, strlen(body));
	if (connection->verbose) {
		fprintf(stderr, "asskomm: POST /agreements %s\nasskomm: Idempotency-Key %s\n", body,
			key);
	}
	const struct client_request request = { .method = "POST",
		.path = "/agreements",
		.body = body,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s", key) } };
	int exit_code =
		connection_send(connection, arena, &request, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	if (connection->json) {
		printf("%s\n", reply.body);
	} else {
		print_recorded(arena, &reply);
	}
	return EXIT_DONE;
}

/* What the command line itself must bring; the rest is the suite's to judge. */
static bool is_complete(const struct manual *manual, const struct agreement *agreement)
{
	if (agreement->participants.count == 0) {
		options_wrong(manual, "name at least one participant by key or name");
		return false;
	}
	if (agreement->day == NULL) {
		options_wrong(manual, "--on is missing: the day of signing");
		return false;
	}
	if (agreement->key != NULL && strpbrk(agreement->key, "\r\n") != NULL) {
		options_wrong(manual, "--key must be one line");
		return false;
	}
	return options_are_dates(manual, "on", agreement->day);
}

/* As an adviser of the whole state; with a token of one's own, as whoever that is. */
int command_sign(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct agreement agreement = { .mode = "in_person" };
	const struct option_row rows[] = {
		{ "on", "DATE", "the day of signing", NULL, &agreement.day, NULL },
		{ "mode", "MODE", "in_person (when not given) or video_conference", NULL,
			&agreement.mode, NULL },
		{ "signatory", "PERSON", "ROLE:ORGANISATION[:NAME]; else the mayor of each", NULL,
			NULL, &agreement.signatories },
		{ "witness", "PERSON", "likewise, of one who is present", NULL, NULL,
			&agreement.witnesses },
		{ "field", "CODE", "an action field: graffiti, vandalism, …", NULL, NULL,
			&agreement.fields },
		{ "key", "TEXT", "Idempotency-Key (else derived from the content)", NULL,
			&agreement.key, NULL },
	};
	const struct manual manual = { .name = "sign",
		.arguments = "KEY-OR-NAME...",
		.text = "Records a signed cooperation agreement: one document, one accession for "
			"each\n"
			"participant. A name that may mean several is refused with the candidates. "
			"The same\n"
			"command again changes nothing.\n",
		.example = "  asskomm sign 14628160 --on 2023-08-09\n"
			   "  asskomm sign Rodewisch 14523020 Lengenfeld --on 2022-07-22 \\\n"
			   "    --signatory mayor:Rodewisch --signatory "
			   "'police_president:Polizeidirektion "
			   "Zwickau'\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &agreement.participants,
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_complete(&manual, &agreement)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_ADVISER);
	if (exit_code == EXIT_DONE) {
		exit_code = sign(&connection, &agreement);
		connection_close(&connection);
	}
	return exit_code;
}
