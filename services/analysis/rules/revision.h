/* Revisions of a procedure, and whether an analysis can go over to one. */
#ifndef ASSKOMM_ANALYSIS_REVISION_H
#define ASSKOMM_ANALYSIS_REVISION_H

#include "asskomm/analysis.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

/* The revision of that number, the latest for 0; NULL when there is none. */
const Analysis__Revision *revision_find(const Analysis__Procedure *procedure, uint32_t number);

/* Whether the revision has a step of that code. */
bool revision_has(const Analysis__Revision *revision, const char *code);

/* The code of a step that is done and that the revision lacks, or NULL: the day it was done would
 * be lost, so the analysis cannot go over to that revision. */
const char *revision_lacks(
	const Analysis__SecurityAnalysis *analysis, const Analysis__Revision *revision);

#endif
