/* What the rules about agreements share. */
#ifndef ASSKOMM_REGISTRY_AGREEMENT_FACTS_H
#define ASSKOMM_REGISTRY_AGREEMENT_FACTS_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The fact of one accession, with all who signed. */
Registry__AgreementSigned *agreement_signed_fact(
	struct arena *arena, const Registry__Agreement *agreement, const Registry__Party *party);

/* Ends an accession on a day: emits its AgreementTerminated and remembers it. */
void agreement_end_accession(struct ruling *ruling, const Registry__Agreement *agreement,
	Registry__Accession *accession, char *day, char *reason);

/* Takes a fact of an accession back: emits FactWithdrawn that names it. */
void agreement_take_back(struct ruling *ruling, const Registry__Accession *accession,
	const char *fact_id, const ProtobufCMessageDescriptor *type, const char *day, char *reason);

/* The party behind an accession, as it was called at the signing. */
Registry__Party *agreement_party(struct arena *arena, const Registry__Accession *accession);

#endif
