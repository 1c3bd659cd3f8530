/* Wall clock and uuids. */
#include "runtime/clock.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

int64_t clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The day of those who work with the suite, not of the server: around midnight UTC is another day.
 */
void clock_today(char out_today[CIVIL_DATE_SIZE])
{
	civil_print(civil_berlin(clock_now_us()), out_today);
}

/* RFC 9562, version 7: 48 bits of milliseconds, then chance. Ids that grow with time keep the
 * indexes of the tables dense at their end. */
void clock_uuid(char out_id[UUID_SIZE])
{
	uint64_t ms = (uint64_t)(clock_now_us() / 1000);
	uint8_t random[10];

	/* 10 bytes never come short from getrandom(2) */
	CHECK(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	snprintf(out_id, UUID_SIZE, "%08x-%04x-7%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		(unsigned)(ms >> 16), (unsigned)(ms & 0xffff), random[0] & 0xfu, random[1],
		(random[2] & 0x3fu) | 0x80u, random[3], random[4], random[5], random[6], random[7],
		random[8], random[9]);
}

void clock_new_id(struct ruling *ruling, char out_id[UUID_SIZE])
{
	ruling->ids++;
	clock_uuid(out_id);
}
