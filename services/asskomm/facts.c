/* Facts from the API: GET /ledger/facts?after=…&limit=500. A page is parsed fact by fact, because a
 * whole one may be larger than what the suite accepts as one JSON request. */
#include "facts.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/tables.h"
#include "core/text.h"
#include "facts_database.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

/* Strict: an answer that is not exactly a list of facts must not be verified as an empty ledger.
 * */
static int parse_page(
	struct arena *arena, const struct client_reply *reply, struct fact_page *out_page)
{
	json_t *list = json_loadb(reply->body, reply->len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *items = json_object_get(list, "items");
	struct fact_page page = { .count = 0 };
	page.facts = NEW_ARRAY(arena, Asskomm__Fact *, json_array_size(items) + 1);
	Asskomm__Failure *failure = NULL;
	for (size_t i = 0; i < json_array_size(items) && failure == NULL; i++) {
		ProtobufCMessage *fact = reflect_from_json(
			arena, &asskomm__fact__descriptor, json_array_get(items, i), &failure);
		if (fact != NULL) {
			page.facts[page.count++] = AS(Asskomm__Fact, asskomm__fact, fact);
		}
	}
	bool good = json_is_object(list) && failure == NULL;
	json_decref(list);
	if (!good) {
		fprintf(stderr, "asskomm: the suite's answer is no list of facts%s%s\n",
			failure != NULL ? ": " : "", failure != NULL ? failure->text : "");
		return EXIT_REFUSED;
	}
	*out_page = page;
	return EXIT_DONE;
}

/* The largest page that the suite gives. */
static const char *page_path(struct arena *arena, uint64_t after)
{
	return text_format(arena, "/ledger/facts?after=%" PRIu64 "&limit=%u", after, FACTS_PAGE);
}

/* A refusal is told here, since trying again would not change it; no answer is left to the
 * caller. */
int facts_try(struct connection *connection, struct arena *arena, uint64_t after,
	struct fact_page *out_page)
{
	struct client_reply reply;
	const struct client_request request = { .method = "GET", .path = page_path(arena, after) };
	int exit_code = connection_try(connection, arena, &request, 0, &reply);
	if (exit_code == EXIT_REFUSED) {
		connection_complain(connection, &reply);
	}
	return exit_code == EXIT_DONE ? parse_page(arena, &reply, out_page) : exit_code;
}

/* Where facts come from is decided here and nowhere else. */
int facts_read(const struct fact_source *source, struct arena *arena, uint64_t after,
	struct fact_page *out_page)
{
	struct client_reply reply;
	if (source->database != NULL) {
		return facts_database_read(source->database, arena, after, out_page);
	}
	int exit_code = connection_get(source->connection, arena, page_path(arena, after), &reply);
	return exit_code == EXIT_DONE ? parse_page(arena, &reply, out_page) : exit_code;
}

/* As facts_read. */
int facts_head(const struct fact_source *source, struct arena *arena, Ledger__Head **out_head)
{
	struct client_reply reply;
	if (source->database != NULL) {
		return facts_database_head(source->database, arena, out_head);
	}
	int exit_code = connection_get(source->connection, arena, "/ledger/head", &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *head = connection_message(arena, &ledger__head__descriptor, &reply);
	if (head == NULL) {
		return EXIT_REFUSED;
	}
	*out_head = AS(Ledger__Head, ledger__head, head);
	return EXIT_DONE;
}

/* The type comes from the ledger and may be newer than this program: that is no bug. */
bool facts_open(struct arena *arena, const Asskomm__Fact *fact, Asskomm__FactHeader **out_header,
	ProtobufCMessage **out_content)
{
	const ProtobufCMessageDescriptor *type = tables_descriptor(fact->type);
	ProtobufCMessage *header = reflect_unpack(
		arena, &asskomm__fact_header__descriptor, fact->header.data, fact->header.len);
	if (type == NULL || header == NULL) {
		return false;
	}
	ProtobufCMessage *content =
		reflect_unpack(arena, type, fact->payload.data, fact->payload.len);
	if (content == NULL) {
		return false;
	}
	*out_header = AS(Asskomm__FactHeader, asskomm__fact_header, header);
	*out_content = content;
	return true;
}
