/* Makes a ledger of a whole country's prevention work, as rows for ledger.event:
 *
 *   bench-history [facts] [municipalities] [years] [seed] | psql -c 'copy ledger.event from stdin'
 *
 * The same arguments give the same rows, hash chain and all. The first fact is the territory; each
 * other one is a step in the life of one municipality: contacted, advised again and again, signed,
 * coached, analysed. A third comes late, by up to a year, in a case never before what happened
 * before; one in fifty is taken back or replaced by the same on another day; one in two thousand is
 * a merger with the neighbour.
 *
 * In the first year two municipalities of each district go through what there is. From then on no
 * more coachings and analyses are open at once than there are districts, since coaches are few, and
 * one fact in eight is about a municipality that is in the middle of one. So a short history and a
 * long one end with as many open cases; they differ in how much is behind them. */
#include "history.h"

#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_DAY 20000 /* 2024-10-04 */

/* What a municipality has behind it or is in the middle of. */
enum stage {
	ADVISED = 1,
	SIGNED = 2,
	COUNCIL = 4,
	ASLEEP = 8,
	ASKED = 16,
	MATCHED = 32,
	CONTRACT = 64,
	COACHED = 128,
	ANALYSING = 256,
	SURVEYED = 512,
	PRESENTED = 1024,
	IN_COACHING = ASKED | MATCHED | CONTRACT | COACHED,
	IN_ANALYSIS = ANALYSING | SURVEYED | PRESENTED,
};

/* The fields of their ids. */
static const char *const ID_FIELDS[] = { "agreement_id", "council_id", "coaching_id",
	"analysis_id" };

/* To add one: a row. Possible when all of `needs` and none of `forbids` holds. */
static const struct act {
	const ProtobufCMessageDescriptor *type;
	enum process process;
	bool begins; /* with an id that is new */
	struct {
		const char *field, *value; /* +60: a day, 60 days later */
	} says[2];
	unsigned needs, forbids, adds, removes;
	unsigned weight;
} ACTS[] = {
	{ &registry__participant_contacted__descriptor, ITSELF, false, { { NULL } }, 0, 0, 0, 0,
		60 },
	{ &registry__participant_advised__descriptor, ITSELF, false, { { "topic", "prevention" } },
		0, 0, ADVISED, 0, 400 },
	{ &registry__participant_cooperation_level_changed__descriptor, ITSELF, false,
		{ { "level", "CLOSE" } }, ADVISED, 0, 0, 0, 20 },
	{ &registry__participant_cooperation_level_changed__descriptor, ITSELF, false,
		{ { "level", "LOOSE" } }, ADVISED, 0, 0, 0, 5 },
	{ &registry__preliminary_agreement_signed__descriptor, ITSELF, false, { { NULL } }, ADVISED,
		SIGNED, 0, 0, 10 },
	{ &registry__agreement_signed__descriptor, AGREEMENT, true, { { NULL } }, ADVISED, SIGNED,
		SIGNED, 0, 20 },
	{ &registry__agreement_terminated__descriptor, AGREEMENT, false, { { NULL } }, SIGNED,
		IN_COACHING | IN_ANALYSIS, 0, SIGNED, 1 },
	{ &registry__council_constituted__descriptor, COUNCIL_BODY, true, { { NULL } }, SIGNED,
		COUNCIL, COUNCIL, 0, 20 },
	{ &registry__council_went_dormant__descriptor, COUNCIL_BODY, false, { { NULL } }, COUNCIL,
		ASLEEP, ASLEEP, 0, 5 },
	{ &registry__council_reactivated__descriptor, COUNCIL_BODY, false, { { NULL } },
		COUNCIL | ASLEEP, 0, 0, ASLEEP, 20 },
	{ &coaching__coaching_requested__descriptor, COACHING, true, { { "stage", "REQUESTED" } },
		SIGNED, IN_COACHING, ASKED, 0, 60 },
	{ &coaching__coach_matched__descriptor, COACHING, false, { { "stage", "COACH_MATCHED" } },
		ASKED, MATCHED, MATCHED, 0, 150 },
	{ &coaching__contract_made__descriptor, COACHING, false,
		{ { "contact_id", "contact" }, { "planned_review_on", "+365" } }, MATCHED, CONTRACT,
		CONTRACT, 0, 150 },
	{ &coaching__coaching_started__descriptor, COACHING, false, { { "stage", "ACTIVE" } },
		CONTRACT, COACHED, COACHED, 0, 150 },
	{ &coaching__session_held__descriptor, COACHING, false,
		{ { "stage", "ACTIVE" }, { "next_session_on", "+60" } }, COACHED, 0, 0, 0, 300 },
	{ &coaching__coaching_closed__descriptor, COACHING, false, { { "stage", "CLOSED" } },
		COACHED, 0, 0, IN_COACHING, 60 },
	{ &analysis__analysis_kicked_off__descriptor, ANALYSIS, true, { { NULL } }, SIGNED,
		IN_ANALYSIS, ANALYSING, 0, 60 },
	{ &analysis__analysis_milestone_reached__descriptor, ANALYSIS, false,
		{ { "step", "field_start" } }, ANALYSING, SURVEYED | PRESENTED, SURVEYED, 0, 100 },
	{ &analysis__analysis_presented__descriptor, ANALYSIS, false, { { NULL } },
		ANALYSING | SURVEYED, PRESENTED, PRESENTED, 0, 60 },
	{ &analysis__prevention_strategy_adopted__descriptor, ANALYSIS, false, { { NULL } },
		PRESENTED, 0, 0, IN_ANALYSIS, 60 },
};
#define ACTS_COUNT (sizeof(ACTS) / sizeof(ACTS[0]))

/* The first year: what happens in each district in turn, to its first and second municipality. */
static const struct beginning {
	unsigned town, act; /* a row of ACTS */
} BEGINNINGS[] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { 0, 2 }, { 0, 4 }, { 0, 5 }, { 1, 5 }, { 0, 7 },
	{ 1, 16 }, { 0, 8 }, { 1, 17 }, { 0, 10 }, { 0, 9 }, { 1, 18 }, { 0, 11 }, { 0, 16 },
	{ 0, 12 }, { 0, 13 }, { 1, 19 }, { 0, 14 } };
#define BEGINNINGS_COUNT (sizeof(BEGINNINGS) / sizeof(BEGINNINGS[0]))

/* ---- a life */

/* Coaches are few. */
static bool is_possible(const struct story *story, const struct town *town, const struct act *act)
{
	if (act->begins && act->process == COACHING && story->coachings >= story->n_districts)
		return false;
	if (act->begins && act->process == ANALYSIS && story->analyses >= story->n_districts)
		return false;
	return (town->stages & act->needs) == act->needs && !(town->stages & act->forbids);
}

static const struct act *choose(struct story *story, const struct town *town)
{
	unsigned weights = 0, at;

	for (size_t i = 0; i < ACTS_COUNT; i++)
		weights += ACTS[i].weight;
	for (;;) {
		const struct act *act = ACTS;

		for (at = below(story, weights); at >= act->weight; act++)
			at -= act->weight;
		if (is_possible(story, town, act))
			return act;
	}
}

/* A third is late: mostly by weeks, one in twenty by up to a year. */
static int32_t lateness(struct story *story)
{
	unsigned kind = below(story, 100);

	return kind < 66 ? 0 : (int32_t)below(story, kind < 95 ? 30 : 365);
}

static void set(struct arena *arena, ProtobufCMessage *content, const char *field,
	const char *value, int32_t today)
{
	char day[CIVIL_DATE_SIZE];

	if (value[0] == '+') {
		day_text(today + (int32_t)strtol(value, NULL, 10), day);
		value = day;
	}
	CHECK(reflect_set_text(arena, content, field, value));
}

/* The steps of an analysis, eight weeks apart. */
static void plan(struct arena *arena, Analysis__AnalysisKickedOff *fact, int32_t today)
{
	static const char *const STEPS[] = { "field_start", "field_end", "presentation",
		"strategy_workshop" };

	for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
		Analysis__DueStep *step = NEW(arena, Analysis__DueStep);
		char day[CIVIL_DATE_SIZE];

		day_text(today + 56 * (int32_t)(i + 1), day);
		analysis__due_step__init(step);
		step->step = text_copy(arena, STEPS[i]);
		step->responsible = text_copy(arena, "lpr_office");
		step->due_on = step->first_due_on = text_copy(arena, day);
		reflect_append(arena, &fact->base, "open", step);
	}
}

static ProtobufCMessage *content_of(
	struct arena *arena, const struct act *act, const struct town *town, int32_t today)
{
	ProtobufCMessage *content = reflect_new(arena, act->type);
	bool many = reflect_field(act->type, "municipalities") != NULL;
	const char *party = text_format(arena,
		"{\"key\":\"%s\",\"name\":\"Town %s\",\"kind\":\"MUNICIPALITY\","
		"\"district\":\"%s\"}",
		town->key, town->key, town->district);

	if (many || reflect_field(act->type, "participant") != NULL)
		CHECK(reflect_set_text(arena, content, many ? "municipalities" : "participant",
			many ? text_format(arena, "[%s]", party) : party));
	if (act->process != ITSELF)
		CHECK(reflect_set_text(
			arena, content, ID_FIELDS[act->process], town->processes[act->process]));
	for (size_t i = 0; i < 2 && act->says[i].field != NULL; i++)
		set(arena, content, act->says[i].field, act->says[i].value, today);
	if (act->type == &analysis__analysis_kicked_off__descriptor)
		plan(arena, AS(Analysis__AnalysisKickedOff, analysis__analysis_kicked_off, content),
			today);
	return content;
}

static char *aggregate_of(struct town *town, const struct act *act)
{
	return act->process == ITSELF ? town->key : town->processes[act->process];
}

static ProtobufCMessage *withdrawal_of(struct arena *arena, const struct town *town)
{
	Asskomm__FactWithdrawn *withdrawn = NEW(arena, Asskomm__FactWithdrawn);

	asskomm__fact_withdrawn__init(withdrawn);
	withdrawn->fact_id = text_copy(arena, town->last_id);
	withdrawn->type = text_copy(arena, town->last->type->name);
	withdrawn->reason = text_copy(arena, "entered by mistake");
	return &withdrawn->base;
}

/* The last fact is taken back, or replaced by the same on another day; then it is let be. */
static void correct(struct arena *arena, struct story *story, struct town *town,
	Asskomm__FactHeader *header, const char *id)
{
	bool replaces = below(story, 2) == 0;

	header->corrects = text_copy(arena, town->last_id);
	header->aggregate = aggregate_of(town, town->last);
	tell(arena, story, id, town->key, header,
		replaces ? content_of(arena, town->last, town, today_of(story))
			 : withdrawal_of(arena, town));
	town->last = NULL;
}

static bool is_busy(const struct town *town)
{
	return (town->stages & (IN_COACHING | IN_ANALYSIS)) != 0;
}

/* The last of the busy ones takes the place of one that is none any more. */
static void note_busy(struct story *story, struct town *town)
{
	if (is_busy(town) && town->busy_at == 0) {
		story->busy[story->n_busy++] = town;
		town->busy_at = story->n_busy;
	} else if (!is_busy(town) && town->busy_at != 0) {
		struct town *other = story->busy[--story->n_busy];

		story->busy[town->busy_at - 1] = other;
		other->busy_at = town->busy_at;
		town->busy_at = 0;
	}
}

static void act_on(struct arena *arena, struct story *story, struct town *town,
	const struct act *act, Asskomm__FactHeader *header, const char *id)
{
	bool was_coached = (town->stages & IN_COACHING) != 0;
	bool was_analysed = (town->stages & IN_ANALYSIS) != 0;

	if (act->process == COACHING || act->process == ANALYSIS) {
		town->told_on = story->day > town->told_on ? story->day : town->told_on;
		day_text(town->told_on, header->valid_on);
	}
	if (act->begins)
		draw_uuid(story, town->processes[act->process]);
	header->aggregate = aggregate_of(town, act);
	town->stages = (town->stages | act->adds) & ~act->removes;
	story->coachings += ((town->stages & IN_COACHING) != 0) - (size_t)was_coached;
	story->analyses += ((town->stages & IN_ANALYSIS) != 0) - (size_t)was_analysed;
	note_busy(story, town);
	town->last = act->removes == 0 ? act : NULL; /* what has ended has ended */
	snprintf(town->last_id, sizeof(town->last_id), "%s", id);
	tell(arena, story, id, town->key, header, content_of(arena, act, town, today_of(story)));
}

static Registry__Party *party_of(struct arena *arena, struct town *town)
{
	Registry__Party *party = NEW(arena, Registry__Party);

	registry__party__init(party);
	party->key = town->key;
	party->name = text_format(arena, "Town %s", town->key);
	party->kind = REGISTRY__PARTY_KIND__MUNICIPALITY;
	party->district = town->district;
	return party;
}

static void merge(struct arena *arena, struct story *story, struct town *town,
	Asskomm__FactHeader *header, const char *id)
{
	struct town *neighbour = town == story->towns ? town + 1 : town - 1;
	Registry__MunicipalitySucceeded *fact = NEW(arena, Registry__MunicipalitySucceeded);

	registry__municipality_succeeded__init(fact);
	fact->predecessor = party_of(arena, town);
	fact->successor = party_of(arena, neighbour);
	town->merged = true;
	town->last = NULL;
	header->aggregate = "territory";
	tell(arena, story, id, town->key, header, &fact->base);
}

/* Any; of those that are merged only one in ten that would be heard of. */
static struct town *draw_town(struct story *story)
{
	if (story->n_busy > 0 && below(story, 8) == 0)
		return story->busy[below(story, (unsigned)story->n_busy)];
	for (;;) {
		struct town *town = &story->towns[below(story, (unsigned)story->n_towns)];

		if (!town->merged || below(story, 10) == 0)
			return town;
	}
}

static void tell_one(struct story *story, struct town *town, const struct act *act)
{
	struct arena *arena = arena_new(FACT_ARENA);
	Asskomm__FactHeader header = ASSKOMM__FACT_HEADER__INIT;
	char id[UUID_SIZE], day[CIVIL_DATE_SIZE];

	draw_uuid(story, id);
	story->day = today_of(story) - lateness(story);
	day_text(story->day, day);
	header.valid_on = day;
	if (act != NULL)
		act_on(arena, story, town, act, &header, id);
	else if (town->last != NULL && below(story, 50) == 0)
		correct(arena, story, town, &header, id);
	else if (!town->merged && story->n_towns > 1 && below(story, 2000) == 0)
		merge(arena, story, town, &header, id);
	else
		act_on(arena, story, town, choose(story, town), &header, id);
	arena_destroy(&arena);
}

/* As far as there are facts, and municipalities in a district. */
static void tell_beginnings(struct story *story)
{
	for (size_t i = 0; i < BEGINNINGS_COUNT; i++)
		for (size_t district = 0; district < story->n_districts; district++) {
			size_t town = district * TOWNS_PER_DISTRICT + BEGINNINGS[i].town;

			if (town < story->n_towns && story->seq < story->facts)
				tell_one(story, &story->towns[town], &ACTS[BEGINNINGS[i].act]);
		}
}

/* Keys as in Germany: 16 states, districts of 27 municipalities on average. */
static void found_towns(struct story *story)
{
	story->towns = calloc(story->n_towns, sizeof(*story->towns));
	story->busy = calloc(story->n_towns, sizeof(struct town *));
	CHECK(story->towns != NULL && story->busy != NULL);
	story->n_districts = (story->n_towns + TOWNS_PER_DISTRICT - 1) / TOWNS_PER_DISTRICT;
	for (unsigned i = 0; i < story->n_towns; i++) {
		struct town *town = &story->towns[i];
		unsigned district = i / TOWNS_PER_DISTRICT, place = i % TOWNS_PER_DISTRICT;

		snprintf(town->district, sizeof(town->district), "%02u%03u", district % 16 + 1,
			district / 16 % 1000);
		snprintf(town->key, sizeof(town->key), "%s%03u", town->district,
			(place + 1) * 10 % 1000);
	}
}

static unsigned argument(char **argv, int argc, int place, unsigned otherwise)
{
	return argc > place ? (unsigned)strtoul(argv[place], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	struct story story = { .facts = argument(argv, argc, 1, 1000000),
		.n_towns = argument(argv, argc, 2, 10981),
		.days = (int32_t)argument(argv, argc, 3, 10) * 365,
		.random = argument(argv, argc, 4, 1) };

	if (story.facts == 0 || story.n_towns == 0 || story.days == 0) {
		fprintf(stderr, "usage: bench-history [facts] [municipalities] [years] [seed]\n");
		return EXIT_FAILURE;
	}
	story.first_day = LAST_DAY - story.days;
	digest_sha256("", 0, story.hash);
	found_towns(&story);
	story.beginnings = 1 + BEGINNINGS_COUNT * story.n_districts;
	tell_territory(&story);
	tell_beginnings(&story);
	while (story.seq < story.facts)
		tell_one(&story, draw_town(&story), NULL);
	free(story.busy);
	free(story.towns);
	return EXIT_SUCCESS;
}
