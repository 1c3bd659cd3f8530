/* Queues by aggregate: a fixed table of buckets, each a list of the turns at work; whoever comes
 * for an aggregate that is at work waits in the list behind it. One process, one loop: no locks. */
#include "runtime/turns.h"

#include <string.h>

#define BUCKETS 512

static struct turn *buckets[BUCKETS];

/* FNV-1a; the keys are ours and bounded, so a crowded bucket is only slower. */
static struct turn **bucket_of(const char *aggregate)
{
	uint32_t hash = 2166136261u;

	for (const char *c = aggregate; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return &buckets[hash % BUCKETS];
}

/* Turns at work are linked by `next`, those behind one of them by `waiting`: a bucket is searched
 * over those at work alone. */
void turn_take(struct turn *turn)
{
	struct turn **bucket = bucket_of(turn->aggregate);

	turn->next = turn->waiting = NULL;
	for (struct turn *at_work = *bucket; at_work != NULL; at_work = at_work->next)
		if (strcmp(at_work->aggregate, turn->aggregate) == 0) {
			while (at_work->waiting != NULL)
				at_work = at_work->waiting;
			at_work->waiting = turn;
			return;
		}
	turn->next = *bucket;
	*bucket = turn;
	turn->on_turn(turn);
}

/* on_turn comes from inside, and may end that turn at once; nothing is touched after it. */
void turn_end(struct turn *turn)
{
	struct turn **link = bucket_of(turn->aggregate);
	struct turn *heir = turn->waiting;

	while (*link != turn)
		link = &(*link)->next;
	if (heir == NULL) {
		*link = turn->next;
		return;
	}
	/* the heir takes the place, and keeps those who wait behind it */
	heir->next = turn->next;
	*link = heir;
	heir->on_turn(heir);
}
