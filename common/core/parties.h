/* From what a reference may mean to the one party that is meant. */
#ifndef ASSKOMM_CORE_PARTIES_H
#define ASSKOMM_CORE_PARTIES_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The one candidate of a reference that is valid on the day ("": on any). Refuses when there is
 * none (unknown, or out of the caller's scope: nobody can tell the two apart), when it had ended or
 * did not exist yet ("not_valid", with the successor as candidate), or when there are several
 * ("ambiguous", with those that are valid). NULL then; `field` is the path in the request,
 * printf'd.
 */
Registry__Party *the_party(struct ruling *ruling, const Registry__Resolved *resolved,
	const char *day, const char *field, ...) PRINTF_LIKE(4, 5);

/* The same, but a consortium is refused: agreements, councils and coachings are its members'. */
Registry__Party *the_body(struct ruling *ruling, const Registry__Resolved *resolved,
	const char *day, const char *field);

/* The candidate with that key: what the_party gave before. NULL: none. */
Registry__Party *party_of(const Registry__Resolved *resolved, const char *key);

/* Copies a party for a fact, so that the fact says what it was called then; how long it is valid is
 * left out, as that may be learned later. */
Registry__Party *party_copy(struct arena *arena, const Registry__Party *party);

#endif
