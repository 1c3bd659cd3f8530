/* The registry's table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_REGISTRY_H
#define ASSKOMM_REGISTRY_H

#include "runtime/service.h"

extern const struct service_table registry;

#endif
