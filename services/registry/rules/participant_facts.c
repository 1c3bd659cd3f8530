/* Shared by the rules about one participant. */
#include "participant_facts.h"

#include "core/parties.h"
#include <string.h>

Registry__Party *participant_party(struct ruling *ruling, Registry__Participant *participant,
	const char *field, const char *day)
{
	if (require_past(ruling, field, day) == REFUSED)
		return NULL;
	return the_party(ruling, participant->resolved, "key");
}

void participant_earliest(char **first, char *day)
{
	if ((*first)[0] == '\0' || strcmp(day, *first) < 0)
		*first = day;
}
