/* Analysis's table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_ANALYSIS_H
#define ASSKOMM_ANALYSIS_H

#include "runtime/service.h"

extern const struct service_table analysis;

#endif
