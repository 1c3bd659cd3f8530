/* Funding's table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_FUNDING_H
#define ASSKOMM_FUNDING_H

#include "runtime/service.h"

extern const struct service_table funding;

#endif
