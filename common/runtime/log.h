/* One JSON line per event on stderr. Only runtime, gateway and adapters log. No bodies, no tokens,
 * nothing personal. */
#ifndef ASSKOMM_RUNTIME_LOG_H
#define ASSKOMM_RUNTIME_LOG_H

#include "core/check.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Once, at start: the service's name and the least important level to write. A full pipe never
 * blocks: the line is dropped and counted. */
void log_init(const char *service, enum log_level level);

/* A line {"ts","level","svc","msg", …}. Pairs of name and text follow, ended by NULL; NULL values
 * are left out.  log_line(LOG_INFO, "ready", "bind", endpoint, NULL); */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

/* Lines dropped so far. */
unsigned long log_dropped(void);

#endif
