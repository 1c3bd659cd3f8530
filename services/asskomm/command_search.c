/* asskomm search: who or what may be meant, best first. The words of the line are one question, so
 * that names of several words need no quotes. */
#include "address.h"
#include "asskomm/registry.pb-c.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "options.h"
#include "output.h"
#include <stdio.h>

#define QUESTION_MAX (1024u * 1024) /* no shell gives more; what is too long the suite says */

struct search {
	struct words words;
	struct words kinds;
	const char *limit;
};

/* "AGREEMENT" is read as "agreement". */
static const char *spell_kind(struct arena *arena, const Registry__SearchHit *hit)
{
	return text_fold(arena, reflect_get_text(arena, &hit->base, "kind"));
}

/* The name that matched stands behind the official one, an agreement's day before its status. */
static void print_hits(struct arena *arena, const Registry__SearchHits *hits)
{
	static const char *const HEADINGS[] = { "kind", "key or id", "name", "district", "" };
	struct table table;
	table_init(&table, arena, 5, HEADINGS, 0);
	for (size_t i = 0; i < hits->n_items; i++) {
		const Registry__SearchHit *hit = hits->items[i];
		const char *more =
			hit->matched[0] != '\0'
				? text_format(arena, "found as %s", hit->matched)
				: text_format(arena, "%s%s%s", hit->signed_on,
					  hit->signed_on[0] != '\0' ? " " : "", hit->detail);
		table_add(&table, (const char *const[]){ spell_kind(arena, hit), hit->id, hit->name,
					  hit->district, more });
	}
	table_print(&table, stdout);
}

static const char *search_path(struct arena *arena, const struct search *search)
{
	struct text question;
	const char *path;
	text_init(&question, arena, QUESTION_MAX);
	for (size_t i = 0; i < search->words.count; i++) {
		text_append_format(&question, "%s%s", i > 0 ? " " : "", search->words.items[i]);
	}
	path = address_with(arena, "/search", "q", question.bytes);
	for (size_t i = 0; i < search->kinds.count; i++) {
		path = address_with(arena, path, "kinds", search->kinds.items[i]);
	}
	return address_with(arena, path, "limit", search->limit);
}

/* Nothing found is a finding: the exit code tells scripts. */
static int show(struct connection *connection, const struct search *search)
{
	struct arena *arena = connection->arena;
	struct client_reply reply;
	int exit_code = connection_get(connection, arena, search_path(arena, search), &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message =
		connection_message(arena, &registry__search_hits__descriptor, &reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	const Registry__SearchHits *hits = AS(Registry__SearchHits, registry__search_hits, message);
	if (connection->json) {
		printf("%s\n", reply.body);
	} else if (hits->n_items > 0) {
		print_hits(arena, hits);
	} else {
		fputs("asskomm: nothing is called that, or it is not in your scope\n", stderr);
	}
	return hits->n_items > 0 ? EXIT_DONE : EXIT_REFUSED;
}

/* Kinds and limit are the suite's to judge. */
int command_search(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct search search = { .limit = NULL };
	const struct option_row rows[] = {
		{ "kind", "KIND",
			"only municipality, union, district, consortium, agreement or person; may "
			"be "
			"repeated",
			NULL, NULL, &search.kinds },
		{ "limit", "N", "at most so many (else 20)", NULL, &search.limit, NULL },
	};
	const struct manual manual = { .name = "search",
		.arguments = "WORD...",
		.text = "Finds participants and agreements, best first. Forgives slips of the pen, "
			"case, marks\n"
			"and hyphens. Exit code 1 when nothing was found.\n",
		.example = "  asskomm search heidnau\n"
			   "  asskomm search --kind agreement mayor Pirna\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &search.words,
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (search.words.count == 0) {
		return options_wrong(&manual, "say what to look for");
	}
	exit_code = connection_open(&connection, &PERSONA_READER);
	if (exit_code == EXIT_DONE) {
		exit_code = show(&connection, &search);
		connection_close(&connection);
	}
	return exit_code;
}
