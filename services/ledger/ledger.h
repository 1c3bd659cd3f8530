/* The ledger's table of contents. */
#ifndef ASSKOMM_LEDGER_H
#define ASSKOMM_LEDGER_H

#include "runtime/service.h"

extern const struct service_table ledger;

#endif
