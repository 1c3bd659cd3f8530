/* Everything the ledger answers: its head and its facts; beside that it numbers (numbering.c).
 * To add one: the rpc in proto/asskomm/ledger.proto, a row here, its .sql. */
#include "ledger.h"

#include "asskomm/ledger.pb-c.h"
#include "numbering.h"

static const struct query queries[] = {
	{ "GetHead", "get_head", NULL, NULL },
	{ "ListFacts", "list_facts", NULL, NULL },
	{ .rpc = NULL },
};

const struct service_table ledger = {
	.name = "ledger",
	.descriptor = &ledger__ledger__descriptor,
	.queries = queries,
	.on_start = numbering_start,
	.on_kick = numbering_kick,
	.on_end = numbering_stop,
	.publishes = true,
};
