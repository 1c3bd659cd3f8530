/* The ledger's recorded times never go back, so the day is older than any that history names. */
#include "claim.h"
#include "command.h"
#include "connection.h"
#include "facts.h"
#include <string.h>

#define BEFORE_HISTORY "2000-01-01"

int claim_before_history(struct connection *connection, const char **out_header)
{
	const struct fact_source source = { .connection = connection };
	Ledger__Head *head;
	int exit_code = facts_head(&source, connection->arena, &head);
	if (exit_code == EXIT_DONE) {
		bool first = head->seq == 0 || strncmp(head->recorded_at, BEFORE_HISTORY,
						       sizeof BEFORE_HISTORY - 1) <= 0;
		*out_header = first ? "Recorded-On: " BEFORE_HISTORY : NULL;
	}
	return exit_code;
}
