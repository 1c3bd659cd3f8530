/* Time for a program that works on one thing at a time: it may block, unlike the services. */
#ifndef ASSKOMM_WAIT_H
#define ASSKOMM_WAIT_H

#include <stdint.h>

/* Milliseconds of a clock that never goes back. */
uint64_t wait_now_ms(void);

/* Sleeps; a signal ends it early. */
void wait_ms(unsigned ms);

/* Microseconds since 1970, UTC. */
int64_t wait_unix_us(void);

#endif
