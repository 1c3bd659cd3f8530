/* The wall clock and random ids: what rules must not touch themselves. */
#ifndef ASSKOMM_RUNTIME_CLOCK_H
#define ASSKOMM_RUNTIME_CLOCK_H

#include "core/civil.h"
#include "core/ruling.h"
#include <stdint.h>

/* Microseconds since 1970, UTC. */
int64_t clock_now_us(void);

/* Today in Europe/Berlin. */
void clock_today(char out_today[CIVIL_DATE_SIZE]);

/* A version 7 uuid: sorts by time of making. */
void clock_uuid(char out_id[UUID_SIZE]);

/* The same for rules: the ruling's new_id. */
void clock_new_id(struct ruling *ruling, char out_id[UUID_SIZE]);

#endif
