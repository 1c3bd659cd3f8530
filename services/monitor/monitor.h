/* The monitor's table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_MONITOR_H
#define ASSKOMM_MONITOR_H

#include "runtime/service.h"

extern const struct service_table monitor;

#endif
