/* What the rules about agreements share. */
#ifndef ASSKOMM_REGISTRY_AGREEMENT_FACTS_H
#define ASSKOMM_REGISTRY_AGREEMENT_FACTS_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The fact of one accession, with all who signed. */
ProtobufCMessage *agreement_signed_fact(
	struct arena *arena, const Registry__Agreement *agreement, const Registry__Party *party);

/* The party behind an accession, as it was called at the signing. */
Registry__Party *agreement_party(struct arena *arena, const Registry__Accession *accession);

#endif
