/* A country's invented history; for history.c and history_row.c alone. */
#ifndef ASSKOMM_BENCH_HISTORY_H
#define ASSKOMM_BENCH_HISTORY_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/civil.h"
#include "runtime/digest.h"
#include <stdint.h>

#define TOWNS_PER_DISTRICT 27u
#define UUID_SIZE 37
#define FACT_ARENA (256u * 1024 * 1024)

/* What a municipality goes through has an id of its own. */
enum process { AGREEMENT, COUNCIL_BODY, COACHING, ANALYSIS, PROCESSES, ITSELF };

struct act;

struct town {
	char key[9], district[6];
	unsigned stages;
	bool merged; /* into its neighbour; hardly anything is heard of it any more */
	char processes[PROCESSES][UUID_SIZE];
	const struct act *last; /* that can be corrected, or NULL */
	char last_id[UUID_SIZE];
	int32_t told_on; /* the last day that was told of a case */
	size_t busy_at;  /* its place among the busy ones, counted from 1; 0: in no case */
};

struct story {
	uint64_t random;
	size_t n_towns, n_districts;
	size_t facts, beginnings; /* how many in all, how many of them in the first year */
	struct town *towns;
	struct town **busy; /* those in a coaching or an analysis */
	size_t n_busy, coachings, analyses;
	int32_t first_day, days, day; /* the one of the fact that is told */
	uint64_t seq;
	uint8_t hash[DIGEST_SIZE];
};

/* The next random number, always the same after the same ones; one below a count; an id. */
uint64_t draw(struct story *story);
unsigned below(struct story *story, unsigned count);
void draw_uuid(struct story *story, char out_text[UUID_SIZE]);

/* The day on which the last fact was recorded, in days since 1970. */
int32_t today_of(const struct story *story);
void day_text(int32_t days, char out_text[CIVIL_DATE_SIZE]);

/* Writes a fact as the next row of the ledger, about the municipality of that key (or nobody, "").
 * The header has its day, its aggregate (empty: the municipality) and what it corrects. */
void tell(struct arena *arena, struct story *story, const char *id, const char *key,
	Asskomm__FactHeader *header, const ProtobufCMessage *content);

/* The first fact: all municipalities and districts. */
void tell_territory(struct story *story);

#endif
