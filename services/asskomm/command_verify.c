/* asskomm verify: proves from outside that the ledger is whole, or that the figures follow from it.
 *
 * Nothing of what the suite computed is believed: the chain is hashed anew (verify_chain.c), the
 * counters are counted anew (recount.c). */
#include "command.h"
#include "connection.h"
#include "core/text.h"
#include "options.h"
#include "progress.h"
#include "runtime/db.h"
#include "verify.h"
#include "verify_chain.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD_ARENA_MAX (8u * 1024 * 1024)

/* Page by page, each with its own arena: the ledger may be far larger than memory. What came in
 * after the walk began is left out, or a busy suite would never be done. */
int verify_walk(const struct fact_source *source, const char *label, uint64_t after, uint64_t until,
	struct fact_visitor *visitor)
{
	struct progress progress;
	progress_init(&progress, label, until);
	int exit_code = EXIT_DONE;
	uint64_t seq = after;
	bool more = seq < until;
	while (exit_code == EXIT_DONE && more) {
		struct arena *arena = arena_new(FACTS_PAGE_ARENA_MAX);
		struct fact_page page = { .count = 0 };
		exit_code = facts_read(source, arena, seq, &page);
		more = page.count > 0;
		for (size_t i = 0; i < page.count && exit_code == EXIT_DONE && more; i++) {
			more = page.facts[i]->seq <= until;
			if (more) {
				exit_code = visitor->on_fact(visitor, arena, page.facts[i]);
				seq = page.facts[i]->seq;
			}
		}
		arena_destroy(&arena);
		more = more && seq < until;
		progress_set(&progress, seq);
	}
	progress_end(&progress);
	return exit_code;
}

/* ---- the chain */

struct chain_visitor {
	struct fact_visitor visitor;
	struct chain chain;
};

/* The first break ends it: each later hash rests on the broken one and would only repeat the
 * news. */
static int on_fact(struct fact_visitor *visitor, struct arena *page, const Asskomm__Fact *fact)
{
	struct chain_visitor *self = CONTAINER_OF(visitor, struct chain_visitor, visitor);
	const char *broken = chain_add(&self->chain, page, fact);
	if (broken == NULL) {
		return EXIT_DONE;
	}
	printf("broken at fact %" PRIu64 " (%s): %s\n", fact->seq, fact->id, broken);
	return EXIT_REFUSED;
}

/* The head is printed to be kept outside: a ledger that was rewritten as a whole is consistent
 * in itself and shows only against an older copy of its head. */
static void print_whole(const Ledger__Head *head, bool json)
{
	if (json) {
		printf("{\"seq\":\"%" PRIu64
		       "\",\"hash\":\"%s\",\"epoch\":\"%s\",\"whole\":true}\n",
			head->seq, head->hash, head->epoch);
		return;
	}
	printf("whole: %" PRIu64 " facts\nhead:  %s\nepoch: %s\n", head->seq, head->hash,
		head->epoch);
}

/* The head is asked for first, so that a fact which comes in meanwhile is no error. */
int verify_chain(const struct fact_source *source, bool json)
{
	struct arena *arena = arena_new(HEAD_ARENA_MAX);
	struct chain_visitor walk = { .visitor = { on_fact } };
	Ledger__Head *head;
	chain_init(&walk.chain);
	int exit_code = facts_head(source, arena, &head);
	if (exit_code == EXIT_DONE) {
		exit_code = verify_walk(source, "facts", 0, head->seq, &walk.visitor);
	}
	if (exit_code == EXIT_DONE) {
		const char *differs = chain_differs(&walk.chain, arena, head);
		if (differs != NULL) {
			printf("broken at the head: %s\n", differs);
			exit_code = EXIT_REFUSED;
		} else {
			print_whole(head, json);
		}
	}
	arena_destroy(&arena);
	return exit_code;
}

/* ---- the command */

/* The same walk over the table itself: an API that hides something is found by comparing the
 * two. */
static int verify_database(const char *conninfo, bool json)
{
	struct arena *arena = arena_new(HEAD_ARENA_MAX);
	char *error = NULL;
	struct fact_source source = { .database = db_blocking_open(conninfo, arena, &error) };
	int exit_code = EXIT_UNREACHABLE;
	if (source.database == NULL) {
		fprintf(stderr, "asskomm: the database is not reachable: %s\n", error);
	} else {
		exit_code = verify_chain(&source, json);
		db_blocking_close(&source.database);
	}
	arena_destroy(&arena);
	return exit_code;
}

/* Needs to see every fact: a scope that is narrower leaves gaps, which are reported as such. */
static int verify_suite(struct connection *connection, bool figures)
{
	int exit_code = connection_open(connection, &PERSONA_READER);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	const struct fact_source source = { .connection = connection };
	exit_code = figures ? verify_figures(connection) : verify_chain(&source, connection->json);
	connection_close(connection);
	return exit_code;
}

/* Two ways that must come to the same: the API, and the table behind it. */
int command_verify(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	const char *database = NULL;
	bool figures = false;
	const struct option_row rows[] = {
		{ "figures", NULL, "recount the published counters instead", &figures, NULL, NULL },
		{ "database", "CONNINFO", "read the ledger's table itself, not the API", NULL,
			&database, NULL },
	};
	const struct manual manual = { .name = "verify",
		.arguments = "",
		.text = "Reads all facts and proves that the ledger is whole: numbers without a "
			"gap, times that\n"
			"never go back, every hash, and the head. With --figures it recounts every "
			"published\n"
			"counter from the facts, for up to 400 days and every district, and prints "
			"what differs.\n"
			"Needs a token that sees everything (auditor, scope *).\n",
		.example = "  asskomm verify\n  asskomm verify --figures\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (figures && database != NULL) {
		return options_wrong(&manual, "--figures asks the suite; leave --database out");
	}
	return database != NULL ? verify_database(database, connection.json)
				: verify_suite(&connection, figures);
}
