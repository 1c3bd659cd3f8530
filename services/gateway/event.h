/* A fact as those who follow the ledger get it: one event of text/event-stream.
 *
 * Pure: fact in, text out. What the fact says in detail is not in it; who needs that asks
 * /ledger/facts. */
#ifndef ASSKOMM_GATEWAY_EVENT_H
#define ASSKOMM_GATEWAY_EVENT_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include <stdbool.h>
#include <stddef.h>

#define EVENT_MAX (64u * 1024) /* bytes of one; a fact is about some dozens of participants */

/* The header of the fact, in the arena. NULL when it is unreadable. */
Asskomm__FactHeader *event_header(struct arena *arena, const Asskomm__Fact *fact);

/* "id: 7\nevent: AgreementSigned\ndata: {…}\n\n" with a message asskomm.ledger.v1.Event as data, in
 * the arena. NULL when it would be longer than EVENT_MAX. */
char *event_text(struct arena *arena, const Asskomm__Fact *fact, const Asskomm__FactHeader *header);

/* Whether the principal may see the fact: it is about the state, or about somebody in reach. As
 * row-level security decides it in the ledger. */
bool event_concerns(const Asskomm__FactHeader *header, const Asskomm__Principal *principal);

#endif
