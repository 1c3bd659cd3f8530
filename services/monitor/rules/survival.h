/* How long a stage takes when those who are still in it are not left out. */
#ifndef ASSKOMM_MONITOR_SURVIVAL_H
#define ASSKOMM_MONITOR_SURVIVAL_H

#include "asskomm/monitor.pb-c.h"
#include "core/arena.h"

/* Kaplan and Meier's estimate over pool_left_after (they left) and pool_open_after (not seen any
 * longer), both in order and in days from 1 on. */
Monitor__Survival *survival_of(struct arena *arena, const Monitor__StageFacts *facts);

#endif
