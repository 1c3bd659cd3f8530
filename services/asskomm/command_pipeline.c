/* asskomm pipeline: who is where in each district, what stalls, why, and who is to act.
 *
 * A matrix for each track: a row for each district, a column for each stage that the track has, in
 * its order; "3" is three cases, "3 (2!)" that two of them are stalled or overdue. Below it the
 * cases that are held up, the longest first. */
#include "address.h"
#include "asskomm/monitor.pb-c.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "figures.h"
#include "options.h"
#include "output.h"
#include "prospects.h"
#include <stdio.h>
#include <string.h>

#define HELD_MAX "1000"
#define REASONS_MAX 2000

struct pipeline_question {
	struct figures_question figures;
	const char *directorate;
	const char *adviser;
	const char *track;
	bool all; /* the cases that nothing holds up too */
	bool ageing;
	/* one of these, and nothing else */
	bool load; /* how much each adviser has to do */
	bool outcomes;
	bool forecast;
	bool milestones;
	const char *by; /* of the forecast */
};

static struct pipeline_question asked; /* one per process */

/* The columns of the matrices. To add one: a row; the stages of a track stand in their order. */
static const struct column {
	const char *track;
	const char *stage;
	const char *heading;
} COLUMNS[] = {
	{ "coaching", "requested", "requested" },
	{ "coaching", "clarification", "clarified" },
	{ "coaching", "coach_matched", "matched" },
	{ "coaching", "contracted", "contract" },
	{ "coaching", "active", "active" },
	{ "coaching", "paused", "paused" },
	{ "coaching", "in_review", "in review" },
	{ "analysis", "data_collection", "data collection" },
	{ "analysis", "survey_running", "survey" },
	{ "analysis", "evaluation", "evaluation" },
	{ "analysis", "report", "report" },
	{ "analysis", "presented", "presented" },
	{ "council", "active", "active" },
	{ "council", "dormant", "dormant" },
	{ "measure", "planned", "planned" },
	{ "measure", "running", "running" },
	{ "measure", "done", "to evaluate" },
};
#define COLUMN_COUNT (sizeof COLUMNS / sizeof COLUMNS[0])

static const char *const TRACKS[] = { "coaching", "analysis", "council", "measure" };
#define TRACK_COUNT (sizeof TRACKS / sizeof TRACKS[0])

/* ---- the matrix */

/* Sums of a column over the districts. */
struct sums {
	unsigned count[COLUMN_COUNT];
	unsigned held[COLUMN_COUNT];
};

static const char *print_cell(struct arena *arena, unsigned count, unsigned held)
{
	if (count == 0) {
		return "·";
	}
	return held > 0 ? text_format(arena, "%u (%u!)", count, held)
			: text_format(arena, "%u", count);
}

/* NULL: nobody of the district is in that stage, and the answer leaves it out. */
static const Monitor__StageCell *find_cell(
	const Monitor__PipelineRow *row, const struct column *column)
{
	for (size_t i = 0; i < row->n_cells; i++) {
		if (strcmp(row->cells[i]->track, column->track) == 0 &&
			strcmp(row->cells[i]->stage, column->stage) == 0) {
			return row->cells[i];
		}
	}
	return NULL;
}

/* A case that is both stalled and overdue counts once. */
static void add_district(struct arena *arena, struct table *table, const Monitor__PipelineRow *row,
	const char *track, struct sums *sums)
{
	const char *cells[TABLE_COLUMNS_MAX] = { row->district, row->name };
	size_t n_cells = 2;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strcmp(COLUMNS[i].track, track) != 0) {
			continue;
		}
		const Monitor__StageCell *cell = find_cell(row, &COLUMNS[i]);
		unsigned count = cell != NULL ? cell->count : 0;
		unsigned held = cell != NULL ? cell->held : 0;
		sums->count[i] += count;
		sums->held[i] += held;
		cells[n_cells++] = print_cell(arena, count, held);
	}
	table_add(table, cells);
}

/* The state's line comes last, under the districts that it adds up. */
static void add_sums(
	struct arena *arena, struct table *table, const char *track, const struct sums *sums)
{
	const char *cells[TABLE_COLUMNS_MAX] = { "", "all" };
	size_t n_cells = 2;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strcmp(COLUMNS[i].track, track) == 0) {
			cells[n_cells++] = print_cell(arena, sums->count[i], sums->held[i]);
		}
	}
	table_add(table, cells);
}

/* A district without any case has its row too: that nothing happens there is a finding. */
static void print_matrix(struct arena *arena, const Monitor__Pipeline *pipeline, const char *track)
{
	const char *headings[TABLE_COLUMNS_MAX] = { "district", track };
	struct sums sums = { .count = { 0 } };
	struct table table;
	size_t n_columns = 2;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strcmp(COLUMNS[i].track, track) == 0) {
			headings[n_columns++] = COLUMNS[i].heading;
		}
	}
	table_init(&table, arena, n_columns, headings, ~3u);
	for (size_t i = 0; i < pipeline->n_items; i++) {
		add_district(arena, &table, pipeline->items[i], track, &sums);
	}
	if (pipeline->n_items > 1) {
		add_sums(arena, &table, track, &sums);
	}
	table_print(&table, stdout);
	printf("\n");
}

/* ---- what is held up */

/* In the words of an adviser. */
static const char *print_reason(struct arena *arena, const Monitor__Reason *reason)
{
	const char *days = output_count(arena, reason->days, "day", "days");
	switch (reason->obstacle) {
	case MONITOR__OBSTACLE__NO_COACH:
		return text_format(arena, "no coach, %s overdue", days);
	case MONITOR__OBSTACLE__NO_ACTIVITY:
		return text_format(arena, "no activity, %s too long", days);
	case MONITOR__OBSTACLE__NO_CONTACT_PERSON:
		return "no contact person";
	case MONITOR__OBSTACLE__REVIEW_DUE:
		return text_format(arena, "interim review due for %s", days);
	case MONITOR__OBSTACLE__COACH_CHANGES:
		return "warning: more than one change of coach";
	case MONITOR__OBSTACLE__DEADLINE_PASSED:
		return text_format(arena, "%s overdue by %s", reason->step, days);
	case MONITOR__OBSTACLE__NOT_EVALUATED:
		return text_format(arena, "not evaluated, %s too long", days);
	case MONITOR__OBSTACLE__OBSTACLE_UNSPECIFIED:
	case _MONITOR__OBSTACLE_IS_INT_SIZE:
		break;
	}
	return "?";
}

/* Who is to act stands behind each reason: the next step is to ask them. */
static const char *print_reasons(struct arena *arena, const Monitor__PipelineItem *item)
{
	struct text text;
	text_init(&text, arena, REASONS_MAX);
	for (size_t i = 0; i < item->n_reasons; i++) {
		text_append_format(&text, "%s%s → %s", i > 0 ? "; " : "",
			print_reason(arena, item->reasons[i]), item->reasons[i]->who);
	}
	if (item->ageing) {
		text_append_format(&text, "%s85 of 100 left within %u days",
			item->n_reasons > 0 ? "; " : "", item->ageing_after_days);
	}
	for (char *letter = text.bytes; *letter != '\0'; letter++) {
		*letter = *letter == '_' ? ' ' : *letter;
	}
	return text.bytes;
}

/* In the order of the answer, the longest in their stage first: age alone is no fault, so those
 * that nothing holds up are left out unless asked for. */
static void print_items(struct arena *arena, const Monitor__PipelineItemList *list, bool all)
{
	static const char *const HEADINGS[] = { "since", "days", "track", "stage", "participant",
		"district", "why, and who is to act" };
	struct table table;
	size_t shown = 0, held = 0;
	table_init(&table, arena, 7, HEADINGS, 1u << 1);
	for (size_t i = 0; i < list->n_items; i++) {
		const Monitor__PipelineItem *item = list->items[i];
		if (!all && item->n_reasons == 0) {
			continue;
		}
		shown++;
		held += item->stalled || item->overdue;
		table_add(&table,
			(const char *const[]){ item->entered_on,
				text_format(arena, "%u%s", item->age_days, item->ageing ? "*" : ""),
				item->track, item->stage, item->name, item->district,
				print_reasons(arena, item) });
	}
	if (shown > 0) {
		table_print(&table, stdout);
	}
	if (all) {
		printf("%zu of %zu cases, %zu need somebody", shown, list->n_items, held);
	} else {
		printf("%zu of %zu cases need somebody; --all shows the others too", held,
			list->n_items);
	}
	printf("%s\n", list->next[0] != '\0' ? " (more than " HELD_MAX "; choose a district)" : "");
}

/* ---- who has how much to do */

/* Districts behind each other, as people say them. */
static const char *print_districts(struct arena *arena, const Monitor__LoadRow *row)
{
	const char *text = "";
	for (size_t i = 0; i < row->n_districts; i++) {
		text = text_format(arena, "%s%s%s", text, i > 0 ? " " : "", row->districts[i]);
	}
	return text;
}

/* A row for each adviser and track; one without a name has the cases of nobody. */
static void print_load(struct arena *arena, const Monitor__Load *load)
{
	static const char *const HEADINGS[] = { "adviser", "track", "open", "opened", "taken over",
		"overdue", "stalled", "districts" };
	struct table table;
	table_init(&table, arena, 8, HEADINGS, 0x7Cu);
	for (size_t i = 0; i < load->n_items; i++) {
		const Monitor__LoadRow *row = load->items[i];
		table_add(&table,
			(const char *const[]){ row->adviser[0] != '\0' ? row->adviser : "(nobody)",
				row->track, text_format(arena, "%u", row->wip),
				text_format(arena, "%u", row->arrivals),
				text_format(arena, "%u", row->taken_over),
				text_format(arena, "%u", row->overdue),
				text_format(arena, "%u", row->stalled),
				print_districts(arena, row) });
	}
	table_print(&table, stdout);
}

/* ---- asking */

/* One question, put to several addresses. */
static const char *pipeline_path(
	struct arena *arena, const char *path, const struct pipeline_question *question)
{
	path = figures_path(arena, path, &question->figures);
	path = address_with(arena, path, "policeDirectorate", question->directorate);
	return address_with(arena, path, "adviser", question->adviser);
}

/* For the head of the team; others see their own rows. */
static int show_load(struct connection *connection, const struct pipeline_question *question)
{
	struct arena *arena = connection->arena;
	int exit_code;
	ProtobufCMessage *message =
		connection_show(connection, pipeline_path(arena, "/pipeline/load", question),
			&monitor__load__descriptor, &exit_code);
	if (message != NULL) {
		print_load(arena, AS(Monitor__Load, monitor__load, message));
	}
	return exit_code;
}

/* Totals by stage are for every role. */
static int show_matrices(struct connection *connection, const struct pipeline_question *question)
{
	struct arena *arena = connection->arena;
	int exit_code;
	ProtobufCMessage *message =
		connection_show(connection, pipeline_path(arena, "/pipeline", question),
			&monitor__pipeline__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	for (size_t i = 0; i < TRACK_COUNT; i++) {
		if (question->track == NULL || strcmp(question->track, TRACKS[i]) == 0) {
			print_matrix(arena, AS(Monitor__Pipeline, monitor__pipeline, message),
				TRACKS[i]);
		}
	}
	return EXIT_DONE;
}

/* With --json this is the second line of two. */
static int show_items(struct connection *connection, const struct pipeline_question *question)
{
	struct arena *arena = connection->arena;
	const char *path = pipeline_path(arena, "/pipeline/items", question);
	int exit_code;
	path = address_with(arena, path, "track", question->track);
	path = address_with(arena, path, "ageing", question->ageing ? "true" : NULL);
	path = address_with(arena, path, "limit", HELD_MAX);
	ProtobufCMessage *message = connection_show(
		connection, path, &monitor__pipeline_item_list__descriptor, &exit_code);
	if (message != NULL) {
		print_items(arena,
			AS(Monitor__PipelineItemList, monitor__pipeline_item_list, message),
			question->all || question->ageing);
	}
	return exit_code;
}

/* What stands alone stands alone: nothing that was asked for is left out silently. */
static bool is_one_question(const struct manual *manual, const struct pipeline_question *question)
{
	if (question->load + question->outcomes + question->forecast + question->milestones +
			question->ageing >
		1) {
		options_wrong(manual,
			"give one of --load, --outcomes, --forecast, --milestones and --ageing");
		return false;
	}
	if (question->by != NULL && !question->forecast) {
		options_wrong(manual, "--by is the day of a forecast; give --forecast too");
		return false;
	}
	return true;
}

/* The matrix answers everybody alike, the cases by scope. */
static bool is_understood(const struct manual *manual, const struct pipeline_question *question)
{
	if (!is_one_question(manual, question)) {
		return false;
	}
	if (!options_are_dates(manual, "as-of", question->figures.as_of) ||
		!options_are_dates(manual, "by", question->by)) {
		return false;
	}
	for (size_t i = 0; question->track != NULL && i < TRACK_COUNT; i++) {
		if (strcmp(question->track, TRACKS[i]) == 0) {
			return true;
		}
	}
	if (question->track != NULL) {
		options_wrong(manual,
			"there is no track '%s'; there are coaching, analysis, council, measure",
			question->track);
	}
	return question->track == NULL;
}

/* One thing at a time: what was asked for alone comes first. */
static int show(struct connection *connection, const struct pipeline_question *question)
{
	struct arena *arena = connection->arena;
	int exit_code;
	if (question->load) {
		return show_load(connection, question);
	}
	if (question->outcomes) {
		return prospects_outcomes(
			connection, pipeline_path(arena, "/pipeline/outcomes", question));
	}
	if (question->forecast) {
		const char *path = pipeline_path(arena, "/pipeline/forecast", question);
		path = address_with(arena, path, "track", question->track);
		return prospects_forecast(
			connection, address_with(arena, path, "by", question->by), question->by);
	}
	if (question->milestones) {
		return prospects_milestones(
			connection, pipeline_path(arena, "/pipeline/milestones.csv", question));
	}
	exit_code = show_matrices(connection, question);
	return exit_code == EXIT_DONE ? show_items(connection, question) : exit_code;
}

static const struct option_row OPTIONS[] = {
	{ "as-of", "DATE", "the day spoken of (else today)", NULL, &asked.figures.as_of, NULL },
	{ "known-at", "TIME", "only what was recorded by then: a date (its end) or an instant",
		NULL, &asked.figures.known_at, NULL },
	{ "district", "AGS5", "one district (else the state)", NULL, &asked.figures.district,
		NULL },
	{ "directorate", "CODE", "the districts of a police directorate: PD-DD", NULL,
		&asked.directorate, NULL },
	{ "adviser", "SUBJECT", "the districts of an adviser: your own, or with the role lead any",
		NULL, &asked.adviser, NULL },
	{ "load", NULL,
		"only how much each adviser has to do: all for the role lead, else your "
		"own",
		&asked.load, NULL, NULL },
	{ "track", "TRACK", "coaching, analysis, council or measure (else all)", NULL, &asked.track,
		NULL },
	{ "all", NULL, "list the cases that nothing holds up too", &asked.all, NULL, NULL },
	{ "ageing", NULL,
		"list only the cases that are in their stage for longer than 85 of 100 were",
		&asked.ageing, NULL, NULL },
	{ "outcomes", NULL, "only what came of those who were contacted: signed, declined, dormant",
		&asked.outcomes, NULL, NULL },
	{ "forecast", NULL, "only how many will sign, or with --track how many cases will be done",
		&asked.forecast, NULL, NULL },
	{ "by", "DATE", "the day of the forecast: its whole weeks count (else 13)", NULL, &asked.by,
		NULL },
	{ "milestones", NULL,
		"only the days on which each participant reached its milestones, as CSV",
		&asked.milestones, NULL, NULL },
};
#define OPTION_COUNT (sizeof OPTIONS / sizeof OPTIONS[0])

int command_pipeline(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	const struct manual manual = { .name = "pipeline",
		.arguments = "",
		.text = "Prints for each district how many coachings, analyses, councils and\n"
			"measures are in which stage as of a day. \"3 (2!)\": of three, two are\n"
			"stalled or overdue. Below it the cases that need somebody: since when,\n"
			"why, and who is to act; \"312*\": in its stage for longer than 85 of 100\n"
			"that left it within a year, in the whole state.\n",
		.example = "  asskomm pipeline --as-of 2023-08-09 --district 14628\n"
			   "  asskomm pipeline --track coaching --directorate PD-DD\n"
			   "  asskomm pipeline --ageing --track analysis\n"
			   "  asskomm pipeline --load\n"
			   "  asskomm pipeline --forecast --by 2026-12-31\n"
			   "  asskomm pipeline --outcomes --district 14628\n",
		.options = OPTIONS,
		.n_options = OPTION_COUNT,
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_understood(&manual, &asked)) {
		return EXIT_USAGE;
	}
	bool is_of_people = asked.load || asked.adviser != NULL;
	exit_code = connection_open(&connection, is_of_people ? &PERSONA_LEAD : &PERSONA_READER);
	if (exit_code == EXIT_DONE) {
		exit_code = show(&connection, &asked);
		connection_close(&connection);
	}
	return exit_code;
}
