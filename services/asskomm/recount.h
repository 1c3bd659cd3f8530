/* Every counter of Figures, counted anew from the facts: pure, and written without a look at how
 * the monitor does it.
 *
 * The whole definition: a fact that another one corrects or takes back does not count. The others
 * are put in the order of the day they are valid on (and of their number within a day). Each sets
 * units: "14628160 has an agreement in force: 1", "… : 0". A counter on a day is the sum over its
 * units as the facts up to that day left them. Before the facts of a day, those who end on it hand
 * over what they counted as on the eve to their successors, and count for nothing ever after. */
#ifndef ASSKOMM_RECOUNT_H
#define ASSKOMM_RECOUNT_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/civil.h"
#include "counters.h"
#include "tally.h"
#include <stddef.h>
#include <stdint.h>

#define RECOUNT_DISTRICTS_MAX 64u

/* What one fact says about one unit. */
struct recount_mark {
	char valid_on[CIVIL_DATE_SIZE];
	enum counter counter;
	uint64_t seq;
	const char *fact_id;
	const char *unit;     /* a participant's key, a coaching's id, … */
	const char *district; /* AGS5, "" counts for the state alone */
	int64_t value;
};

/* Who took whose place, from that day on. */
struct recount_merger {
	char valid_on[CIVIL_DATE_SIZE];
	const char *fact_id;
	const char *predecessor, *predecessor_district;
	const char *successor, *successor_district; /* "" when nobody takes over */
};

struct recount {
	struct arena *arena;
	size_t n_marks;
	size_t capacity;
	struct recount_mark *marks;
	size_t n_mergers;
	struct recount_merger *mergers;
	struct tally corrected; /* ids of facts that no longer count */
	size_t n_districts;
	const char *districts[RECOUNT_DISTRICTS_MAX];

	/* while going through the days */
	size_t place;        /* the first mark that is not counted yet */
	size_t merger_place; /* and the first merger */
	struct tally ended;  /* who is no more */
	char day[CIVIL_DATE_SIZE];
	struct tally units;  /* value of each unit, by counter, district and unit */
	struct tally totals; /* sum of each counter, by counter and district */
};

/* Before the first fact. Everything comes from the arena and ends with it. */
void recount_init(struct recount *recount, struct arena *arena);

/* Takes note of one fact, in the order of the ledger. A type that counts for nothing is ignored. */
void recount_add(struct recount *recount, const Asskomm__Fact *fact,
	const Asskomm__FactHeader *header, const ProtobufCMessage *content);

/* Takes note of one mark; for recount_read.c. */
void recount_mark(struct recount *recount, const struct recount_mark *mark);

/* Takes note of one merger; for recount_read.c. */
void recount_merger(struct recount *recount, const struct recount_merger *merger);

/* After the last fact: drops what was corrected and puts the rest in order. */
void recount_sort(struct recount *recount);

/* The days on which anything changes, ascending, at most `most` of them, evenly chosen, the last
 * one among them. From the arena. */
size_t recount_days(const struct recount *recount, size_t most, const char *const **out_days);

/* Goes on to the end of a day; days must ascend. */
void recount_go_to(struct recount *recount, const char *day);

/* A counter at the end of that day; district NULL is the state. */
int64_t recount_value(const struct recount *recount, enum counter counter, const char *district);

#endif
