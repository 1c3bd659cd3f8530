/* One JSON line per event on stderr. Only runtime, gateway and adapters log. No bodies, no tokens,
 * nothing personal. */
#ifndef ASSKOMM_RUNTIME_LOG_H
#define ASSKOMM_RUNTIME_LOG_H

#include "core/check.h"
#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Once, at start: the service's name and the least important level to write. A full pipe never
 * blocks: the line is dropped and counted. */
void log_init(const char *service, enum log_level level);

/* A line {"ts","level","svc","msg", …}. Pairs of name and text follow, ended by NULL; NULL values
 * are left out.  log_line(LOG_INFO, "ready", "bind", endpoint, NULL); */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

/* With true, lines wait for log_flush, for a warning or for 4 KiB of them, and are written
 * together: for a loop, which flushes before it sleeps. What is not flushed when a process is
 * killed is lost.
 */
void log_gather(bool gathers);
void log_flush(void);

/* Lines dropped so far. */
unsigned long log_dropped(void);

#endif
