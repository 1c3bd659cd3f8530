/* Facts about councils and the states they lead to. */
#include "council_facts.h"

#include <string.h>

/* To add one: a row. */
static const struct {
	const char *kind;
	Registry__Council__Status status;
} STATUS_AFTER[] = {
	{ "CouncilConstituted", REGISTRY__COUNCIL__STATUS__ACTIVE },
	{ "CouncilReactivated", REGISTRY__COUNCIL__STATUS__ACTIVE },
	{ "CouncilWentDormant", REGISTRY__COUNCIL__STATUS__DORMANT },
	{ "CouncilDissolved", REGISTRY__COUNCIL__STATUS__DISSOLVED },
};

/* By name and not by type: an entry is read back from the database. */
Registry__Council__Status council_status_after(const Asskomm__Entry *latest)
{
	for (size_t i = 0; latest != NULL && i < sizeof(STATUS_AFTER) / sizeof(STATUS_AFTER[0]);
		i++)
		if (strcmp(latest->kind, STATUS_AFTER[i].kind) == 0)
			return STATUS_AFTER[i].status;
	return REGISTRY__COUNCIL__STATUS__WITHDRAWN;
}
