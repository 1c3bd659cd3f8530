/* Rows of the ledger, as number_pending would have made them, and the first of them. */
#include "history.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_US 86400000000ll

/* splitmix64: the same for ever. */
uint64_t draw(struct story *story)
{
	uint64_t z = story->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned below(struct story *story, unsigned count)
{
	return (unsigned)(draw(story) % count);
}

void draw_uuid(struct story *story, char out_text[UUID_SIZE])
{
	uint64_t high = draw(story), low = draw(story);

	snprintf(out_text, UUID_SIZE, "%08x-%04x-4%03x-8%03x-%012" PRIx64, (unsigned)(high >> 32),
		(unsigned)(high >> 16) & 0xffffu, (unsigned)high & 0xfffu,
		(unsigned)(low >> 52) & 0xfffu, low & 0xffffffffffffu);
}

void day_text(int32_t days, char out_text[CIVIL_DATE_SIZE])
{
	civil_print(civil_from_days(days), out_text);
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

/* The beginnings in the first year, the others spread evenly over the others. */
static int64_t recorded_us(const struct story *story)
{
	double first = (double)story->beginnings, years = (double)story->days / 365;
	double n = (double)story->seq, facts = (double)story->facts;
	double share = n <= first ? n / first / years
				  : (1 + (years - 1) * (n - first) / (facts - first)) / years;

	return story->first_day * DAY_US + (int64_t)(share * (double)story->days * DAY_US);
}

int32_t today_of(const struct story *story)
{
	return (int32_t)(recorded_us(story) / DAY_US);
}

void tell(struct arena *arena, struct story *story, const char *id, const char *key,
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

void tell_territory(struct story *story)
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
