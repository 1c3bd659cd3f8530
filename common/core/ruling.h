/* What a business rule gets and gives: the rule is a pure function over messages.
 *
 *   enum verdict sign_agreement(struct ruling *ruling, ProtobufCMessage *aggregate,
 *                               const ProtobufCMessage *request);
 *
 * It reads the request, the aggregate (version 0 when it is new) and, where its command row says
 * so, another service's answer (ruling->knowledge); it changes the aggregate in place and emits
 * facts, or refuses. No socket, no SQL, no clock. Tests are JSON files (tests/rules). */
#ifndef ASSKOMM_CORE_RULING_H
#define ASSKOMM_CORE_RULING_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/civil.h"
#include "core/failure.h"
#include <stddef.h>

enum verdict {
	ACCEPTED,  /* save the aggregate and the facts */
	UNCHANGED, /* all is as the request wants it: answer, save nothing */
	REFUSED,   /* ruling->failure says why */
};

#define RULING_FACTS_MAX 128
#define UUID_SIZE 37

/* A fact that a rule emitted: header and content. The runner fills in the header's actor,
 * aggregate, version, provenance and trace. */
struct emitted {
	char id[UUID_SIZE];
	Asskomm__FactHeader header;
	ProtobufCMessage *fact;
};

struct ruling {
	struct arena *arena;
	char today[CIVIL_DATE_SIZE];       /* in Europe/Berlin */
	const char *claimed_on;            /* the day that an import claims to record on, or NULL */
	const ProtobufCMessage *knowledge; /* another service's answer, or NULL */
	void (*new_id)(
		struct ruling *ruling, char out_id[UUID_SIZE]); /* random, or counted in tests */
	uint64_t ids;                                           /* how many were given */
	size_t n_facts;
	struct emitted facts[RULING_FACTS_MAX];
	Asskomm__Failure *failure; /* set by refuse */
};

typedef enum verdict rule_fn(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request);

/* A new uuid in the arena. */
char *ruling_id(struct ruling *ruling);

/* Refuses: sets the failure (with one violation when `field` is given) and returns REFUSED.
 *   return refuse(ruling, FAILURE_CONFLICT, "signedOn", "order", "…"); */
enum verdict refuse(struct ruling *ruling, enum failure_code code, const char *field,
	const char *rule, const char *format, ...) PRINTF_LIKE(5, 6);

/* Emits a fact of that type, valid on that day, about those participants (keys, copied). Returns
 * the fact's record: fill in ->fact. */
struct emitted *emit(struct ruling *ruling, const ProtobufCMessageDescriptor *type,
	const char *valid_on, size_t n_participants, char *const *participants);

/* The short name of a fact's type: "AgreementSigned". */
const char *fact_kind(const ProtobufCMessageDescriptor *type);

/* The day as of which it is decided, for a request that names none: today, or the import's. */
const char *ruling_day(const struct ruling *ruling);

/* Refuses when the day lies after today. */
enum verdict require_past(struct ruling *ruling, const char *field, const char *day);

/* Emits `fact`, complete as it is, about the aggregate's own `participants`, and remembers it in
 * its `entries`. What nearly every rule ends with: the aggregate must know its participants by now.
 */
void emit_entry(struct ruling *ruling, ProtobufCMessage *aggregate, const char *valid_on,
	ProtobufCMessage *fact);

/* Takes back the latest entry of an aggregate: refuses unless `fact_id` is that entry, removes it
 * and emits FactWithdrawn with `corrects`. Gives the entry that is now the latest (NULL: none). */
enum verdict withdraw_latest(struct ruling *ruling, ProtobufCMessage *aggregate,
	const char *fact_id, const char *reason, const Asskomm__Entry **out_latest);

/* Takes back any entry: for aggregates whose facts do not rest on each other. Refuses unless one of
 * its `entries` is that fact, removes it and emits FactWithdrawn. */
enum verdict withdraw_entry(struct ruling *ruling, ProtobufCMessage *aggregate, const char *fact_id,
	const char *reason);

#endif
