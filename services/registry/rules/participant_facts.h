/* What the rules about one participant share. */
#ifndef ASSKOMM_REGISTRY_PARTICIPANT_FACTS_H
#define ASSKOMM_REGISTRY_PARTICIPANT_FACTS_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The party that the request's key means, with the day not in the future; NULL when refused. */
Registry__Party *participant_party(struct ruling *ruling, Registry__Participant *participant,
	const char *field, const char *day);

/* Sets the cooperation level to what the entries say: that of the one valid last, whatever the
 * order in which they were recorded. */
void participant_set_level(Registry__Participant *participant);

/* Sets *first to the earlier of itself and the day: late entries move firsts back. */
void participant_earliest(char **first, char *day);

#endif
