/* The watch over what stalls: no fact tells that nothing happened, so it is asked for.
 *
 * Every ASSKOMM_STALLS_EVERY_S seconds the open coachings are read from coaching, page by page, and
 * what their health is poor in is told to those who subscribed. Several replicas may do so at once:
 * an episode is told once for each recipient, by constraint. */
#ifndef ASSKOMM_NOTIFICATIONS_STALLS_H
#define ASSKOMM_NOTIFICATIONS_STALLS_H

#include "runtime/service.h"

/* Begins to look; the first time after a second. */
void stalls_start(struct service *service);

/* Whether no look is under way. */
bool stalls_is_quiet(struct service *service);

/* Looks no more; frees what stalls_start made. */
void stalls_stop(struct service *service);

#endif
