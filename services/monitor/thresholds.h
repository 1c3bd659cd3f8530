/* Puts the thresholds of the settings where the queries read them. */
#ifndef ASSKOMM_MONITOR_THRESHOLDS_H
#define ASSKOMM_MONITOR_THRESHOLDS_H

#include "runtime/service.h"

/* At the start, as soon as the database is there; until then the service is not ready. */
void thresholds_start(struct service *service);

/* Why the service is not ready yet, or NULL. */
const char *thresholds_why_not(struct service *service);

/* Whether none is on its way to the database. */
bool thresholds_are_quiet(struct service *service);

void thresholds_stop(struct service *service);

#endif
