/* Which services the suite has: those that get a key, and that status asks. */
#ifndef ASSKOMM_SUITE_H
#define ASSKOMM_SUITE_H

#define SERVICE_COUNT 8

/* Names of the services. The place is the admin port: the base and 1 is the first one's. */
extern const char *const SERVICES[SERVICE_COUNT];

#endif
