/* Facts at hand: those that are being applied, and those that come next. */
#include "runtime/listener_internal.h"

#include "core/reflect.h"

#define PAGE_ARENA (64u * 1024 * 1024)

/* Anything else than facts is as good as nothing: the ledger is asked again. */
bool listener_page_read(struct listener_page *page, const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(PAGE_ARENA);
	const Ledger__FactList *list = (Ledger__FactList *)(void *)reflect_unpack(
		arena, &ledger__fact_list__descriptor, bytes, len);

	if (list == NULL || list->n_items == 0) {
		arena_destroy(&arena);
		return false;
	}
	page->arena = arena;
	page->facts = AS(Ledger__FactList, ledger__fact_list, list);
	return true;
}

bool listener_page_of(struct listener_page *page, const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(PAGE_ARENA);
	Asskomm__Fact *fact = (Asskomm__Fact *)(void *)reflect_unpack(
		arena, &asskomm__fact__descriptor, bytes, len);

	if (fact == NULL) {
		arena_destroy(&arena);
		return false;
	}
	page->arena = arena;
	page->facts =
		(Ledger__FactList *)(void *)reflect_new(arena, &ledger__fact_list__descriptor);
	reflect_append(arena, &page->facts->base, "items", fact);
	return true;
}

/* As many as are applied when nothing has failed. */
void listener_page_prepare(struct listener_page *page, const struct listener *listener)
{
	if (!listener->together)
		return;
	page->prepared = page->facts->n_items < LISTENER_TOGETHER_MAX ? page->facts->n_items
								      : LISTENER_TOGETHER_MAX;
	listener_calls(page->arena, listener, page->facts->items, &page->prepared, &page->call);
}

/* What was prepared is used when just these facts are applied. */
size_t listener_page_calls(const struct listener_page *page, const struct listener *listener,
	size_t at, size_t *count, struct db_call *out_calls)
{
	if (at == 0 && *count == page->prepared) {
		out_calls[0] = page->call;
		return 1;
	}
	return listener_calls(page->arena, listener, &page->facts->items[at], count, out_calls);
}

void listener_page_drop(struct listener_page *page)
{
	arena_destroy(&page->arena);
	*page = (struct listener_page){ .arena = NULL };
}
