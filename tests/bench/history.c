/* Makes a ledger of a whole country's prevention work, as rows for ledger.event:
 *
 *   bench-history [facts] [municipalities] [years] [seed] | psql -c 'copy ledger.event from stdin'
 *
 * The same arguments give the same rows, hash chain and all. The first fact is the territory; each
 * other one is a step in the life of one municipality: contacted, advised again and again, signed,
 * coached, analysed. A third comes late, by up to a year; one in fifty is taken back or replaced by
 * the same on another day; one in two thousand is a merger with the neighbour. */
#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/envelope.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/digest.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_DAY 20000 /* 2024-10-04 */
#define DAY_US 86400000000ll
#define TOWNS_PER_DISTRICT 27u
#define UUID_SIZE 37
#define FACT_ARENA (256u * 1024 * 1024)

/* What a municipality has behind it or is in the middle of. */
enum stage {
	ADVISED = 1,
	SIGNED = 2,
	COUNCIL = 4,
	ASLEEP = 8,
	ASKED = 16,
	MATCHED = 32,
	COACHED = 64,
	ANALYSING = 128,
	PRESENTED = 256,
};

/* What it goes through has an id of its own, which stands in the field of that name. */
enum process { AGREEMENT, COUNCIL_BODY, COACHING, ANALYSIS, PROCESSES, ITSELF };
static const char *const ID_FIELDS[] = { "agreement_id", "council_id", "coaching_id",
	"analysis_id" };

/* To add one: a row. Possible when all of `needs` and none of `forbids` holds. */
static const struct act {
	const ProtobufCMessageDescriptor *type;
	enum process process;
	bool begins;       /* with an id that is new */
	const char *field; /* and with what value, or NULL */
	const char *value;
	unsigned needs, forbids, adds, removes;
	unsigned weight;
} ACTS[] = {
	{ &registry__participant_contacted__descriptor, ITSELF, false, NULL, NULL, 0, 0, 0, 0, 60 },
	{ &registry__participant_advised__descriptor, ITSELF, false, "topic", "prevention", 0, 0,
		ADVISED, 0, 400 },
	{ &registry__participant_cooperation_level_changed__descriptor, ITSELF, false, "level",
		"CLOSE", ADVISED, 0, 0, 0, 20 },
	{ &registry__participant_cooperation_level_changed__descriptor, ITSELF, false, "level",
		"LOOSE", ADVISED, 0, 0, 0, 5 },
	{ &registry__preliminary_agreement_signed__descriptor, ITSELF, false, NULL, NULL, ADVISED,
		SIGNED, 0, 0, 10 },
	{ &registry__agreement_signed__descriptor, AGREEMENT, true, NULL, NULL, ADVISED, SIGNED,
		SIGNED, 0, 20 },
	{ &registry__agreement_terminated__descriptor, AGREEMENT, false, NULL, NULL, SIGNED, 0, 0,
		SIGNED, 1 },
	{ &registry__council_constituted__descriptor, COUNCIL_BODY, true, NULL, NULL, SIGNED,
		COUNCIL, COUNCIL, 0, 20 },
	{ &registry__council_went_dormant__descriptor, COUNCIL_BODY, false, NULL, NULL, COUNCIL,
		ASLEEP, ASLEEP, 0, 5 },
	{ &registry__council_reactivated__descriptor, COUNCIL_BODY, false, NULL, NULL,
		COUNCIL | ASLEEP, 0, 0, ASLEEP, 20 },
	{ &coaching__coaching_requested__descriptor, COACHING, true, "stage", "REQUESTED", SIGNED,
		ASKED, ASKED, 0, 10 },
	{ &coaching__coach_matched__descriptor, COACHING, false, "stage", "COACH_MATCHED", ASKED,
		MATCHED, MATCHED, 0, 150 },
	{ &coaching__coaching_started__descriptor, COACHING, false, "stage", "ACTIVE", MATCHED,
		COACHED, COACHED, 0, 150 },
	{ &coaching__session_held__descriptor, COACHING, false, "stage", "ACTIVE", COACHED, 0, 0, 0,
		300 },
	{ &coaching__coaching_closed__descriptor, COACHING, false, "stage", "CLOSED", COACHED, 0, 0,
		ASKED | MATCHED | COACHED, 60 },
	{ &analysis__analysis_kicked_off__descriptor, ANALYSIS, true, NULL, NULL, SIGNED,
		ANALYSING | PRESENTED, ANALYSING, 0, 5 },
	{ &analysis__analysis_presented__descriptor, ANALYSIS, false, NULL, NULL, ANALYSING, 0,
		PRESENTED, ANALYSING, 60 },
	{ &analysis__prevention_strategy_adopted__descriptor, ANALYSIS, false, NULL, NULL,
		PRESENTED, 0, 0, PRESENTED, 60 },
};
#define ACTS_COUNT (sizeof(ACTS) / sizeof(ACTS[0]))

struct town {
	char key[9], district[6];
	unsigned stages;
	bool merged; /* into its neighbour; hardly anything is heard of it any more */
	char processes[PROCESSES][UUID_SIZE];
	const struct act *last; /* that can be corrected, or NULL */
	char last_id[UUID_SIZE];
};

struct story {
	uint64_t random;
	size_t n_towns, facts;
	struct town *towns;
	int32_t first_day, days;
	uint64_t seq;
	uint8_t hash[DIGEST_SIZE];
};

/* splitmix64: the same for ever. */
static uint64_t draw(struct story *story)
{
	uint64_t z = story->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned below(struct story *story, unsigned count)
{
	return (unsigned)(draw(story) % count);
}

static void draw_uuid(struct story *story, char out_text[UUID_SIZE])
{
	uint64_t high = draw(story), low = draw(story);

	snprintf(out_text, UUID_SIZE, "%08x-%04x-4%03x-8%03x-%012" PRIx64, (unsigned)(high >> 32),
		(unsigned)(high >> 16) & 0xffffu, (unsigned)high & 0xfffu,
		(unsigned)(low >> 52) & 0xfffu, low & 0xffffffffffffu);
}

/* ---- one row of the ledger */

static uint8_t *put_int8(uint8_t *out, int64_t value)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*out++ = (uint8_t)((uint64_t)value >> shift);
	return out;
}

static uint8_t *put_bytes(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

static uint8_t *put_uuid(uint8_t *out, const char *text)
{
	unsigned byte;

	for (; *text != '\0'; text += text[0] == '-' ? 1 : 2)
		if (text[0] != '-' && sscanf(text, "%2x", &byte) == 1)
			*out++ = (uint8_t)byte;
	return out;
}

struct row {
	const char *id, *type;
	int64_t recorded_us;
	uint8_t *header, *payload;
	size_t header_len, payload_len;
};

/* As number_pending in common/schema/ledger does it. */
static void chain(struct arena *arena, struct story *story, const struct row *row)
{
	size_t room = DIGEST_SIZE + 32 + strlen(row->type) + row->header_len + row->payload_len;
	uint8_t *bytes = NEW_ARRAY(arena, uint8_t, room), *out = bytes;

	out = put_bytes(out, story->hash, DIGEST_SIZE);
	out = put_int8(out, (int64_t)story->seq);
	out = put_int8(out, row->recorded_us);
	out = put_uuid(out, row->id);
	out = put_bytes(out, row->type, strlen(row->type));
	out = put_bytes(out, row->header, row->header_len);
	out = put_bytes(out, row->payload, row->payload_len);
	digest_sha256(bytes, (size_t)(out - bytes), story->hash);
}

/* In the text form of COPY, which wants the backslash of bytes twice; `key` may be "". */
static void put_row(
	struct arena *arena, const struct story *story, const struct row *row, const char *key)
{
	printf("%" PRIu64 "\t%s\t%s\t%s\t\\%s\t\\%s\t{%s}\t\\%s\n", story->seq,
		civil_print_instant(arena, row->recorded_us), row->id, row->type,
		text_bytea(arena, row->header, row->header_len),
		text_bytea(arena, row->payload, row->payload_len), key,
		text_bytea(arena, story->hash, DIGEST_SIZE));
}

/* Spread evenly over the years: the n-th of all facts is recorded at its share of the time. */
static int64_t recorded_us(const struct story *story)
{
	return story->first_day * DAY_US +
	       (int64_t)((double)story->seq / (double)story->facts * (double)story->days * DAY_US);
}

static void tell(struct arena *arena, struct story *story, const char *id, const char *key,
	Asskomm__FactHeader *header, const ProtobufCMessage *content)
{
	struct row row = { .id = id, .type = content->descriptor->name };
	char *keys[] = { text_copy(arena, key) };

	story->seq++;
	row.recorded_us = recorded_us(story);
	header->actor = "bench";
	header->aggregate = header->aggregate[0] != '\0' ? header->aggregate : keys[0];
	header->version = 1;
	header->participants = keys;
	header->n_participants = key[0] != '\0';
	row.header = reflect_pack(arena, &header->base, &row.header_len);
	row.payload = reflect_pack(arena, content, &row.payload_len);
	chain(arena, story, &row);
	put_row(arena, story, &row, key);
}

/* ---- the territory */

static void add_district(struct arena *arena, Registry__TerritoryChanged *fact, struct town *town)
{
	Registry__District *district = NEW(arena, Registry__District);

	registry__district__init(district);
	district->ags5 = town->district;
	district->name = text_format(arena, "District %s", town->district);
	district->kind = text_copy(arena, "district");
	district->police_directorate = text_copy(arena, "PD");
	reflect_append(arena, &fact->base, "districts", district);
}

static void add_town(struct arena *arena, struct story *story, Registry__TerritoryChanged *fact,
	struct town *town)
{
	Registry__Municipality *municipality = NEW(arena, Registry__Municipality);

	registry__municipality__init(municipality);
	municipality->ags8 = town->key;
	municipality->name = text_format(arena, "Town %s", town->key);
	municipality->district = town->district;
	municipality->population = 500 + below(story, 30000);
	reflect_append(arena, &fact->base, "municipalities", municipality);
}

static void day_text(int32_t days, char out_text[CIVIL_DATE_SIZE])
{
	civil_print(civil_from_days(days), out_text);
}

static void tell_territory(struct story *story)
{
	struct arena *arena = arena_new(FACT_ARENA);
	Registry__TerritoryChanged *fact = NEW(arena, Registry__TerritoryChanged);
	Asskomm__FactHeader header = ASSKOMM__FACT_HEADER__INIT;
	char id[UUID_SIZE], day[CIVIL_DATE_SIZE];

	registry__territory_changed__init(fact);
	for (size_t i = 0; i < story->n_towns; i++) {
		if (i % TOWNS_PER_DISTRICT == 0)
			add_district(arena, fact, &story->towns[i]);
		add_town(arena, story, fact, &story->towns[i]);
	}
	draw_uuid(story, id);
	day_text(story->first_day, day);
	header.valid_on = fact->status_date = day;
	tell(arena, story, id, "", &header, &fact->base);
	arena_destroy(&arena);
}

/* ---- a life */

static const struct act *choose(struct story *story, const struct town *town)
{
	unsigned weights = 0, at;

	for (size_t i = 0; i < ACTS_COUNT; i++)
		weights += ACTS[i].weight;
	for (;;) {
		const struct act *act = ACTS;

		for (at = below(story, weights); at >= act->weight; act++)
			at -= act->weight;
		if ((town->stages & act->needs) == act->needs && !(town->stages & act->forbids))
			return act;
	}
}

/* A third is late: mostly by weeks, one in twenty by up to a year. */
static int32_t lateness(struct story *story)
{
	unsigned kind = below(story, 100);

	return kind < 66 ? 0 : (int32_t)below(story, kind < 95 ? 30 : 365);
}

static ProtobufCMessage *content_of(
	struct arena *arena, const struct act *act, const struct town *town)
{
	ProtobufCMessage *content = reflect_new(arena, act->type);
	bool many = reflect_field(act->type, "municipalities") != NULL;
	const char *party = text_format(arena,
		"{\"key\":\"%s\",\"name\":\"Town %s\",\"kind\":\"MUNICIPALITY\","
		"\"district\":\"%s\"}",
		town->key, town->key, town->district);

	CHECK(reflect_set_text(arena, content, many ? "municipalities" : "participant",
		many ? text_format(arena, "[%s]", party) : party));
	if (act->process != ITSELF)
		CHECK(reflect_set_text(
			arena, content, ID_FIELDS[act->process], town->processes[act->process]));
	if (act->field != NULL)
		CHECK(reflect_set_text(arena, content, act->field, act->value));
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
		replaces ? content_of(arena, town->last, town) : withdrawal_of(arena, town));
	town->last = NULL;
}

static void act_on(struct arena *arena, struct story *story, struct town *town,
	Asskomm__FactHeader *header, const char *id)
{
	const struct act *act = choose(story, town);

	if (act->begins)
		draw_uuid(story, town->processes[act->process]);
	header->aggregate = aggregate_of(town, act);
	town->stages = (town->stages | act->adds) & ~act->removes;
	town->last = act;
	snprintf(town->last_id, sizeof(town->last_id), "%s", id);
	tell(arena, story, id, town->key, header, content_of(arena, act, town));
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
	for (;;) {
		struct town *town = &story->towns[below(story, (unsigned)story->n_towns)];

		if (!town->merged || below(story, 10) == 0)
			return town;
	}
}

static void tell_one(struct story *story)
{
	struct arena *arena = arena_new(FACT_ARENA);
	struct town *town = draw_town(story);
	Asskomm__FactHeader header = ASSKOMM__FACT_HEADER__INIT;
	int32_t today = (int32_t)(recorded_us(story) / DAY_US);
	char id[UUID_SIZE], day[CIVIL_DATE_SIZE];

	draw_uuid(story, id);
	day_text(today - lateness(story), day);
	header.valid_on = day;
	if (town->last != NULL && below(story, 50) == 0)
		correct(arena, story, town, &header, id);
	else if (!town->merged && story->n_towns > 1 && below(story, 2000) == 0)
		merge(arena, story, town, &header, id);
	else
		act_on(arena, story, town, &header, id);
	arena_destroy(&arena);
}

/* Keys as in Germany: 16 states, districts of 27 municipalities on average. */
static void found_towns(struct story *story)
{
	story->towns = calloc(story->n_towns, sizeof(*story->towns));
	CHECK(story->towns != NULL);
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
	tell_territory(&story);
	while (story.seq < story.facts)
		tell_one(&story);
	free(story.towns);
	return EXIT_SUCCESS;
}
