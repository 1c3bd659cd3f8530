/* From what a reference may mean to the one party that is meant. */
#ifndef ASSKOMM_CORE_PARTIES_H
#define ASSKOMM_CORE_PARTIES_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The one candidate of a reference. Refuses when there is none (unknown, or out of the caller's
 * scope: nobody can tell the two apart) or several ("ambiguous", with the candidates). NULL then;
 * `field` is the path in the request, printf'd. */
Registry__Party *the_party(struct ruling *ruling, const Registry__Resolved *resolved,
	const char *field, ...) PRINTF_LIKE(3, 4);

/* The same, but a consortium is refused: agreements, councils and coachings are its members'. */
Registry__Party *the_body(
	struct ruling *ruling, const Registry__Resolved *resolved, const char *field);

/* Copies a party for a fact, so that the fact says what it was called then. */
Registry__Party *party_copy(struct arena *arena, const Registry__Party *party);

#endif
