/* Commands on the same aggregate take turns: within one process they run one after the other, in
 * the order of arrival, instead of racing for a version and losing. Between replicas the version
 * guard decides. */
#ifndef ASSKOMM_RUNTIME_TURNS_H
#define ASSKOMM_RUNTIME_TURNS_H

#include "runtime/service.h"

/* One command's place in the queue of its aggregate; embed it in your own struct. */
struct turn {
	const char *aggregate; /* what the queue is named by; must live as long as the turn */
	void (*on_turn)(struct turn *turn);
	struct turn *next; /* private: in the bucket, or behind the one that has its turn */
	struct turn *waiting;
};

/* Calls on_turn: at once when nobody is at work on the aggregate, else when those before have
 * ended. What waits is bounded by the requests in flight of the bus. */
void turn_take(struct turn *turn);

/* Ends a turn that began, and begins the next one on the same aggregate. */
void turn_end(struct turn *turn);

#endif
