/* Counters, gauges and histograms, printed as Prometheus text. */
#ifndef ASSKOMM_RUNTIME_METRICS_H
#define ASSKOMM_RUNTIME_METRICS_H

#include "core/arena.h"
#include <stdint.h>

/* A series by name and one optional label pair ("method", "SignAgreement"); made on first use, at
 * most 1000 of them, later ones are dropped. Names: asskomm_rpc_total. */
void metrics_add(const char *name, const char *label, const char *value, double n);
void metrics_set(const char *name, const char *label, const char *value, double n);
/* Adds a duration to a histogram with fixed buckets from 0.5 ms to 10 s. */
void metrics_observe_ns(const char *name, const char *label, const char *value, uint64_t ns);

/* The page for /metrics, text format 0.0.4. From the arena. */
char *metrics_print(struct arena *arena);

#endif
