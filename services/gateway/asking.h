/* One question to a service, asked again while that can help: the only place of the suite that
 * repeats a request. */
#ifndef ASSKOMM_GATEWAY_ASKING_H
#define ASSKOMM_GATEWAY_ASKING_H

#include "runtime/bus.h"

#define ASKING_REPEATS_MAX 3   /* beyond the first attempt */
#define ASKING_WAITING_MAX 256 /* questions that wait to be repeated, of all together */

/* All questions under way. Zeroed memory, then askings_init. */
struct askings {
	uv_timer_t timer; /* for the first of the waiting ones */
	struct asking *first;
	size_t n_waiting;
	bool ending; /* nothing is repeated any more */
};

/* One question. The caller fills in the upper part: header (method, principal, idempotency_key,
 * traceparent, claim) and body of the request, and keeps it until on_answer, which comes exactly
 * once and never from inside asking_start. */
struct asking {
	struct bus_request request;
	struct bus_peers *peers;
	struct arena *arena;
	uint32_t deadline_ms; /* for all attempts together */
	/* As on_reply of bus_request. */
	void (*on_answer)(struct asking *asking, const Asskomm__Failure *failure,
		const uint8_t *body, size_t body_len);

	/* private */
	struct askings *askings;
	struct asking *next, *previous;
	uint64_t began_ns;
	uint64_t due_ns; /* waits until then; 0: is with the service */
	unsigned attempts;
};

void askings_init(struct askings *askings, uv_loop_t *loop);

/* Ends every question with UNAVAILABLE; what is asked later is not repeated. */
void askings_end(struct askings *askings);

void asking_start(struct askings *askings, struct asking *asking);

/* Nobody wants the answer any more: on_answer will not come. */
void asking_cancel(struct asking *asking);

#endif
