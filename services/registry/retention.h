/* What ends by the clock: contacts past their last day are erased, and what is kept of their
 * readers goes after twelve months. */
#ifndef ASSKOMM_REGISTRY_RETENTION_H
#define ASSKOMM_REGISTRY_RETENTION_H

#include "runtime/service.h"

/* Looks soon, and then every ASSKOMM_RETENTION_CHECK_S. */
void retention_start(struct service *service);

/* Nothing of it is on its way. */
bool retention_is_quiet(struct service *service);

/* Ends the timer. */
void retention_stop(struct service *service);

#endif
