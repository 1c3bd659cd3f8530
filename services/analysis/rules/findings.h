/* What the rules of findings and measures share. */
#ifndef ASSKOMM_ANALYSIS_FINDINGS_H
#define ASSKOMM_ANALYSIS_FINDINGS_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"

/* Refuses when the registry's answer (ruling->knowledge, ResolvedCodes) names a code that its list
 * does not have; `day` is the day it was asked about. */
enum verdict require_codes(struct ruling *ruling, const char *day);

/* Refuses when the request names a participant that is not among those known, by its place in
 * `participants`. Who is known was cut down to those named by the load. */
enum verdict require_members(struct ruling *ruling, char *const *named, size_t n_named,
	char *const *known, size_t n_known);

/* Refuses a recommendation's code that is there twice. */
enum verdict require_distinct(
	struct ruling *ruling, Analysis__Recommendation *const *items, size_t count);

#endif
