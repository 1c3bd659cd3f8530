/* Whether a stage takes in more than it lets out. */
#ifndef ASSKOMM_MONITOR_FLOW_H
#define ASSKOMM_MONITOR_FLOW_H

#include "asskomm/monitor.pb-c.h"
#include "core/arena.h"

/* Arrivals by departures, unless these are too few. */
Monitor__Flow *flow_of(struct arena *arena, uint32_t arrivals, uint32_t departures);

/* Mean age minus the median cycle time; nothing where there is none of either. */
void set_flow_debt(Monitor__StageIndicators *stage, const Monitor__StageFacts *facts);

/* Whether Little's law holds in the last 180 days, and why not (little.c). */
Monitor__LittlesLaw *littles_law_of(struct arena *arena, const Monitor__StageFacts *facts);

/* How many are in the stage for longer than 85 of 100 that left it (indicators.c); 0 without
 * percentiles. */
uint32_t count_ageing(const Monitor__StageFacts *facts, const Monitor__Percentiles *cycle_time);

#endif
