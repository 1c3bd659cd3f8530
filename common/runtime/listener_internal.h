/* From facts to statements; for listener.c, listener_page.c and listener_calls.c alone. */
#ifndef ASSKOMM_RUNTIME_LISTENER_INTERNAL_H
#define ASSKOMM_RUNTIME_LISTENER_INTERNAL_H

#include "runtime/service_internal.h"

#include "asskomm/ledger.pb-c.h"

#define LISTENER_APPLY_MAX 64     /* facts in one transaction, a statement for each */
#define LISTENER_TOGETHER_MAX 500 /* facts in one statement */

/* The calls that apply the first `*count` facts in their order, and how many calls that are: one
 * for all, or one for each (out_calls has room for as many). Values lie in the arena and point into
 * the facts. A fact that cannot be read ends the list: *count is how many stand before it, then. */
size_t listener_calls(struct arena *arena, const struct listener *listener,
	Asskomm__Fact *const *facts, size_t *count, struct db_call *out_calls);

/* Facts as they came, in an arena of their own; all zero is a page without any. */
struct listener_page {
	struct arena *arena;
	Ledger__FactList *facts; /* at least one fact, or NULL */
	struct db_call call;     /* for its first `prepared` facts */
	size_t prepared;
};

/* From a packed FactList, or from one packed Fact. False: there is no fact in it, and the page is
 * as before, without any. */
MUST_CHECK bool listener_page_read(struct listener_page *page, const uint8_t *bytes, size_t len);
MUST_CHECK bool listener_page_of(struct listener_page *page, const uint8_t *bytes, size_t len);

/* Works out what the facts say before it is their turn, where one statement takes them all. */
void listener_page_prepare(struct listener_page *page, const struct listener *listener);

/* The calls for `*count` facts from the place `at` on, as listener_calls. */
size_t listener_page_calls(const struct listener_page *page, const struct listener *listener,
	size_t at, size_t *count, struct db_call *out_calls);

void listener_page_drop(struct listener_page *page);

#endif
