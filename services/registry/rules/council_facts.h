/* What the rules about councils share. */
#ifndef ASSKOMM_REGISTRY_COUNCIL_FACTS_H
#define ASSKOMM_REGISTRY_COUNCIL_FACTS_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* The status after a fact of that kind; of an empty history WITHDRAWN. */
Registry__Council__Status council_status_after(const Asskomm__Entry *latest);

#endif
