/* asskomm verify --figures: the published counters against a recount of the facts.
 *
 * The facts are read up to the head; the monitor is asked to have counted the last of them. Facts
 * that come in meanwhile would make honest figures look wrong: an answer that knows more than was
 * read says so by its ledgerSeq, and the whole comparison begins again. */
#include "verify.h"
#include "address.h"
#include "command.h"
#include "connection.h"
#include "core/civil.h"
#include "core/text.h"
#include "counters.h"
#include "figures.h"
#include "output.h"
#include "problem.h"
#include "progress.h"
#include "recount.h"
#include "wait.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAYS_MAX 400u
#define DISTRICT_DAYS_MAX 20u
#define TURNS_MAX 5u
#define DIFFERENCES_MAX 200u
#define ANSWER_ARENA_MAX (8u * 1024 * 1024)
#define MOVED (-1) /* the ledger grew: begin again */

struct comparison {
	struct fact_visitor visitor;
	struct connection *connection;
	struct arena *arena;
	struct recount recount;
	uint64_t seq; /* of the last fact read */
	char last_id[40];
	uint64_t compared; /* numbers */
	uint64_t different;
	struct table differences;
};

/* A fact that cannot be read cannot be counted, and a recount that leaves one out proves
 * nothing. */
static int on_fact(struct fact_visitor *visitor, struct arena *page, const Asskomm__Fact *fact)
{
	struct comparison *self = CONTAINER_OF(visitor, struct comparison, visitor);
	Asskomm__FactHeader *header;
	ProtobufCMessage *content;
	if (!facts_open(page, fact, &header, &content)) {
		fprintf(stderr, "asskomm: fact %" PRIu64 " (%s) cannot be read here\n", fact->seq,
			fact->type);
		return EXIT_REFUSED;
	}
	recount_add(&self->recount, fact, header, content);
	self->seq = fact->seq;
	snprintf(self->last_id, sizeof self->last_id, "%s", fact->id);
	return EXIT_DONE;
}

/* All are counted, though only the first are listed. */
static void note(struct comparison *self, const struct figures_question *question,
	enum counter counter, int64_t counted, const char *published)
{
	self->different++;
	if (self->different > DIFFERENCES_MAX) {
		return;
	}
	table_add(&self->differences,
		(const char *const[]){ question->as_of,
			question->district != NULL ? question->district : "state",
			COUNTER_ROWS[counter].json, counters_print(self->arena, counter, counted),
			published });
}

/* A total may be so wrong that the monitor cannot say it (less than nothing): the refusal names the
 * counter. Of the others nothing is known, then. */
static int note_unreadable(struct comparison *self, struct arena *arena,
	const struct figures_question *question, const struct client_reply *reply, int exit_code)
{
	const char *field = reply->status == 500
				    ? problem_field(arena, reply->body, reply->len, "stored")
				    : NULL;
	for (unsigned i = 0; field != NULL && i < COUNTER_COUNT; i++) {
		if (strcmp(COUNTER_ROWS[i].json, field) == 0) {
			self->compared++;
			note(self, question, (enum counter)i,
				recount_value(&self->recount, (enum counter)i, question->district),
				"unreadable");
			return EXIT_DONE;
		}
	}
	figures_complain(self->connection, reply);
	return exit_code;
}

/* One answer of GET /figures against the recount, which stands at that day. */
static int compare_one(
	struct comparison *self, struct arena *arena, const char *day, const char *district)
{
	struct client_reply reply;
	Monitor__Figures *figures;
	const struct figures_question question = { .as_of = day,
		.district = district,
		.after_fact = self->last_id[0] != '\0' ? self->last_id : NULL };
	int exit_code = figures_try(self->connection, arena, &question, &reply, &figures);
	if (exit_code != EXIT_DONE) {
		return note_unreadable(self, arena, &question, &reply, exit_code);
	}
	if (figures->ledger_seq > self->seq) {
		return MOVED;
	}
	for (unsigned i = 0; i < COUNTER_COUNT; i++) {
		int64_t counted = recount_value(&self->recount, (enum counter)i, district);
		int64_t published = counters_value(arena, &figures->base, (enum counter)i);
		self->compared++;
		if (counted != published) {
			note(self, &question, (enum counter)i, counted,
				counters_print(self->arena, (enum counter)i, published));
		}
	}
	return EXIT_DONE;
}

/* The sweep stands at the end of that day for all districts at once. */
static int compare_day(struct comparison *self, const char *day, bool districts)
{
	struct arena *arena = arena_new(ANSWER_ARENA_MAX);
	recount_go_to(&self->recount, day);
	int exit_code = compare_one(self, arena, day, NULL);
	for (size_t i = 0; districts && exit_code == EXIT_DONE && i < self->recount.n_districts;
		i++) {
		exit_code = compare_one(self, arena, day, self->recount.districts[i]);
	}
	arena_destroy(&arena);
	return exit_code;
}

/* The chosen days, and today where it is not among them; districts on an even choice of them. */
static int compare_days(struct comparison *self)
{
	const char *const *days;
	char today[CIVIL_DATE_SIZE];
	struct progress progress;
	size_t count = recount_days(&self->recount, DAYS_MAX, &days);
	size_t step = count / DISTRICT_DAYS_MAX + 1;
	int exit_code = EXIT_DONE;
	progress_init(&progress, "days", count + 1);
	for (size_t i = 0; i < count && exit_code == EXIT_DONE; i++) {
		exit_code = compare_day(self, days[i], (count - 1 - i) % step == 0);
		progress_set(&progress, i + 1);
	}
	civil_print(civil_berlin(wait_unix_us()), today);
	bool last_is_before = count == 0 || strcmp(days[count - 1], today) < 0;
	if (exit_code == EXIT_DONE && last_is_before) {
		exit_code = compare_day(self, today, true);
	}
	progress_set(&progress, count + 1);
	progress_end(&progress);
	return exit_code;
}

/* Read up to the head that stood at the beginning; what comes later makes an answer say so. */
static int compare_all(struct comparison *self)
{
	static const char *const HEADINGS[] = { "day", "where", "counter", "counted", "published" };
	const struct fact_source source = { .connection = self->connection };
	struct arena *arena = arena_new(ANSWER_ARENA_MAX);
	Ledger__Head *head;
	recount_init(&self->recount, self->arena);
	table_init(&self->differences, self->arena, 5, HEADINGS, 1u << 3 | 1u << 4);
	int exit_code = facts_head(&source, arena, &head);
	if (exit_code == EXIT_DONE) {
		exit_code = verify_walk(&source, "facts", 0, head->seq, &self->visitor);
	}
	arena_destroy(&arena);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	recount_sort(&self->recount);
	return compare_days(self);
}

/* How many numbers were compared is part of the proof: none would be right too. */
static int tell(const struct comparison *self)
{
	if (self->different == 0) {
		printf("right: %" PRIu64 " numbers recounted from %" PRIu64 " facts\n",
			self->compared, self->seq);
		return EXIT_DONE;
	}
	table_print(&self->differences, stdout);
	if (self->different > DIFFERENCES_MAX) {
		printf("… these are the first %u\n", DIFFERENCES_MAX);
	}
	printf("wrong: %" PRIu64 " of %" PRIu64 " numbers differ from the recount of %" PRIu64
	       " facts\n",
		self->different, self->compared, self->seq);
	return EXIT_REFUSED;
}

/* A turn that was overtaken is thrown away whole, since half of it spoke of an older ledger. */
int verify_figures(struct connection *connection)
{
	int exit_code = MOVED;
	for (unsigned turn = 0; turn < TURNS_MAX && exit_code == MOVED; turn++) {
		struct comparison self = { .visitor = { on_fact }, .connection = connection };
		self.arena = arena_new(VERIFY_ARENA_MAX);
		exit_code = compare_all(&self);
		if (exit_code == EXIT_DONE) {
			exit_code = tell(&self);
		}
		arena_destroy(&self.arena);
	}
	if (exit_code == MOVED) {
		fprintf(stderr, "asskomm: the ledger grows too fast to compare; try again later\n");
		return EXIT_UNREACHABLE;
	}
	return exit_code;
}
