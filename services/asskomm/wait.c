/* The clocks of the command line: one for durations, one for dates. */
#include "wait.h"
#include <time.h>

/* Not the wall clock, which can be set while something waits. */
uint64_t wait_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void wait_ms(unsigned ms)
{
	struct timespec pause = { .tv_sec = (time_t)(ms / 1000u),
		.tv_nsec = (long)(ms % 1000u) * 1000000L };
	nanosleep(&pause, NULL); /* not resumed: follow wants to hear of SIGINT at once */
}

/* The wall clock: for what others will read, never for how long something takes. */
int64_t wait_unix_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
