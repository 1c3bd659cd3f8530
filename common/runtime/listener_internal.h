/* From facts to statements; for listener.c and listener_calls.c alone. */
#ifndef ASSKOMM_RUNTIME_LISTENER_INTERNAL_H
#define ASSKOMM_RUNTIME_LISTENER_INTERNAL_H

#include "runtime/service_internal.h"

#define LISTENER_APPLY_MAX 64     /* facts in one transaction, a statement for each */
#define LISTENER_TOGETHER_MAX 500 /* facts in one statement */

/* The calls that apply `count` facts in their order, and how many calls that are: one for all, or
 * one for each (out_calls has room for as many). Values lie in the arena and point into the facts.
 */
size_t listener_calls(struct arena *arena, const struct listener *listener,
	Asskomm__Fact *const *facts, size_t count, struct db_call *out_calls);

#endif
