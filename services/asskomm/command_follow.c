/* asskomm follow: facts as they happen, one line each.
 *
 * It asks where the ledger stands and reads what is new; the position is the number of the last
 * fact that was printed. A suite that restarts is waited for. A ledger that was restored to an
 * earlier state has another epoch: the position then goes back to its head, and a line says so. */
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/ruling.h"
#include "core/text.h"
#include "facts.h"
#include "files.h"
#include "options.h"
#include "output.h"
#include "wait.h"
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MS 500u
#define LONGEST_PAUSE_MS 5000u
#define EPOCH_SIZE 64
#define STATE_MAX 256u

struct follow {
	struct connection connection;
	const char *after_text;
	const char *state_path;
	uint64_t after;
	bool placed;            /* a position was given; else it begins at the head */
	char epoch[EPOCH_SIZE]; /* "" until the first answer */
	bool lost;              /* the suite does not answer at the moment, and it was said */
};

static volatile sig_atomic_t ended;

/* Only notes it: everything else happens between two pages, where the position is certain. */
static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

/* Without SA_RESTART, so that a pause ends at once. */
static void listen_to_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* ---- printing */

/* Header and content are decoded here: whoever reads these lines needs neither proto files nor
 * base64. */
static void print_json(struct arena *arena, const Asskomm__Fact *fact,
	const Asskomm__FactHeader *header, const ProtobufCMessage *content)
{
	json_t *line = json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "seq",
		json_sprintf("%" PRIu64, fact->seq), "recordedAt", fact->recorded_at, "id",
		fact->id, "type", fact->type, "header", reflect_to_json(&header->base), "fact",
		reflect_to_json(content));
	puts(reflect_json_text(arena, line));
	json_decref(line);
}

/* Columns of fixed width, as each line is printed before the next is known. */
static void print_line(struct arena *arena, const Asskomm__Fact *fact,
	const Asskomm__FactHeader *header, const ProtobufCMessage *content)
{
	struct text keys;
	text_init(&keys, arena, 1024);
	for (size_t i = 0; i < header->n_participants; i++) {
		text_append_format(&keys, "%s%s", i > 0 ? "," : "", header->participants[i]);
	}
	printf("%6" PRIu64 "  %s  %-34s  %s  %s\n", fact->seq,
		output_safe(arena, fact->recorded_at), fact_kind(content->descriptor),
		output_safe(arena, header->valid_on), output_safe(arena, keys.bytes));
}

/* A fact of a later version of the suite is shown as far as it is understood. */
static void print_fact(struct follow *follow, struct arena *arena, const Asskomm__Fact *fact)
{
	Asskomm__FactHeader *header;
	ProtobufCMessage *content;
	if (!facts_open(arena, fact, &header, &content)) {
		printf("%6" PRIu64 "  %s  %s (not known here)\n", fact->seq,
			output_safe(arena, fact->recorded_at), output_safe(arena, fact->type));
	} else if (follow->connection.json) {
		print_json(arena, fact, header, content);
	} else {
		print_line(arena, fact, header, content);
	}
}

/* ---- the position */

/* After each page, not only at the end: a crash repeats at most one page, and loses none. */
static bool save_state(const struct follow *follow)
{
	if (follow->state_path == NULL) {
		return true;
	}
	struct arena *arena = arena_new(STATE_MAX * 16);
	bool good = files_write(arena, follow->state_path, 0644,
		text_format(arena, "%" PRIu64 " %s\n", follow->after, follow->epoch));
	arena_destroy(&arena);
	return good;
}

/* A sign or white space before the number, which strtoull would take, is refused. */
static bool parse_position(const char *text, uint64_t *out_after, const char **out_rest)
{
	char *end = NULL;
	uint64_t after = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9') {
		return false;
	}
	*out_after = after;
	*out_rest = end;
	return true;
}

/* --after wins over the state; a state that is not there yet is no error. */
static bool find_position(struct follow *follow)
{
	const char *rest = "";
	size_t len;
	if (follow->after_text != NULL) {
		follow->placed = parse_position(follow->after_text, &follow->after, &rest);
		return follow->placed && rest[0] == '\0';
	}
	if (follow->state_path == NULL || !files_exists(follow->state_path)) {
		return true;
	}
	char *state = files_read(follow->connection.arena, follow->state_path, STATE_MAX, &len);
	if (state == NULL || !parse_position(state, &follow->after, &rest)) {
		return false;
	}
	follow->placed = true;
	rest += strspn(rest, " ");
	snprintf(follow->epoch, sizeof follow->epoch, "%.*s", (int)strcspn(rest, "\r\n"), rest);
	return true;
}

/* What the head means for the position. */
static void meet_head(struct follow *follow, const Ledger__Head *head)
{
	if (!follow->placed) {
		follow->after = head->seq;
		follow->placed = true;
	}
	bool restored = follow->epoch[0] != '\0' && strcmp(follow->epoch, head->epoch) != 0;
	if (restored || follow->after > head->seq) {
		fprintf(stderr, "asskomm: the ledger was restored; it now ends at %" PRIu64 "\n",
			head->seq);
		follow->after = follow->after > head->seq ? head->seq : follow->after;
	}
	snprintf(follow->epoch, sizeof follow->epoch, "%s", head->epoch);
}

/* ---- reading */

/* Silent when there is no answer: who follows is told once, not at every turn. */
static int try_head(struct follow *follow, struct arena *arena, Ledger__Head **out_head)
{
	struct client_reply reply;
	const struct client_request request = { .method = "GET", .path = "/ledger/head" };
	int exit_code = connection_try(&follow->connection, arena, &request, 0, &reply);
	if (exit_code == EXIT_REFUSED) {
		connection_complain(&follow->connection, &reply);
	}
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

/* One page from the position on. Who sees only some facts gets an empty page before the head. */
static int print_page(struct follow *follow, struct arena *arena, uint64_t head)
{
	struct fact_page page;
	int exit_code = facts_try(&follow->connection, arena, follow->after, &page);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	for (size_t i = 0; i < page.count; i++) {
		print_fact(follow, arena, page.facts[i]);
		follow->after = page.facts[i]->seq;
	}
	if (page.count == 0) {
		follow->after = head;
	}
	fflush(stdout);
	return save_state(follow) ? EXIT_DONE : EXIT_REFUSED;
}

/* Everything up to the head that stands now. */
static int read_news(struct follow *follow)
{
	struct arena *arena = arena_new(FACTS_PAGE_ARENA_MAX);
	Ledger__Head *head;
	int exit_code = try_head(follow, arena, &head);
	if (exit_code == EXIT_DONE) {
		meet_head(follow, head);
	}
	uint64_t until = exit_code == EXIT_DONE ? head->seq : 0;
	while (exit_code == EXIT_DONE && follow->after < until && !ended) {
		struct arena *page = arena_new(FACTS_PAGE_ARENA_MAX);
		exit_code = print_page(follow, page, until);
		arena_destroy(&page);
	}
	arena_destroy(&arena);
	return exit_code;
}

/* Ends by a signal, or when the suite refuses; an unreachable one is tried again for ever. */
static int run(struct follow *follow)
{
	unsigned pause = PAUSE_MS;
	while (!ended) {
		int exit_code = read_news(follow);
		if (exit_code == EXIT_REFUSED) {
			return exit_code;
		}
		bool lost = exit_code != EXIT_DONE;
		if (lost != follow->lost) {
			fprintf(stderr, lost ? "asskomm: the suite does not answer; trying again\n"
					     : "asskomm: the suite answers again\n");
		}
		follow->lost = lost;
		pause = lost ? pause * 2 : PAUSE_MS;
		pause = pause > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause;
		if (!ended) {
			wait_ms(pause);
		}
	}
	fprintf(stderr, "asskomm: stopped after fact %" PRIu64 "\n", follow->after);
	return save_state(follow) ? EXIT_DONE : EXIT_REFUSED;
}

/* Signals are heeded only from here on: before, Ctrl-C ends the program as it ends any other. */
int command_follow(int argc, char **argv)
{
	struct follow follow = { .after = 0 };
	const struct option_row rows[] = {
		{ "after", "SEQ", "begin after this fact; 0 is from the first (else only new ones)",
			NULL, &follow.after_text, NULL },
		{ "state", "FILE", "keep the position in this file, and resume from it", NULL,
			&follow.state_path, NULL },
	};
	const struct manual manual = { .name = "follow",
		.arguments = "",
		.text = "Prints each fact as it is recorded: number, time of recording, kind, the "
			"day it is\n"
			"valid on, participants. With --json one object per line, with all of it. "
			"Ends with\n"
			"Ctrl-C and tells where; waits for a suite that restarts.\n",
		.example = "  asskomm follow --after 0\n"
			   "  asskomm follow --state var/follow.state --json\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.connection = &follow.connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	exit_code = connection_open(&follow.connection, &PERSONA_READER);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	listen_to_signals();
	exit_code = find_position(&follow)
			    ? run(&follow)
			    : options_wrong(&manual, "there is no position to begin at");
	connection_close(&follow.connection);
	return exit_code;
}
