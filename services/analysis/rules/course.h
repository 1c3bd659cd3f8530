/* What the rules of a running analysis share. */
#ifndef ASSKOMM_ANALYSIS_COURSE_H
#define ASSKOMM_ANALYSIS_COURSE_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"
#include <stdbool.h>

/* Refuses unless the analysis was kicked off and neither cancelled nor withdrawn, and unless the
 * day is neither in the future nor before the kick-off. `field` is the day's in the request. */
enum verdict course_runs(struct ruling *ruling, const Analysis__SecurityAnalysis *analysis,
	const char *field, const char *day);

/* The open step of that code. NULL and refused: there is none, or it is done. */
Analysis__PlannedStep *course_step(
	struct ruling *ruling, const Analysis__SecurityAnalysis *analysis, const char *code);

/* Emits the fact like emit_entry and notes in the entry which step it was about. */
void course_record(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const char *valid_on, ProtobufCMessage *fact, const char *step);

/* A step is done on that day: the plan moves on. Gives the open steps whose day moved with it. */
size_t course_done(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day, Analysis__DueStep ***out_moved);

/* An open step is done on that day, with the fact of a milestone or of a task. Not for those that
 * mean more: the presentation and the strategy. */
void course_complete(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__PlannedStep *step, const char *day);

/* Whether all that the step follows was done by that day. */
bool course_follows(const Analysis__SecurityAnalysis *analysis, const Analysis__PlannedStep *step,
	const char *day);

/* The presentation, by whichever command it was recorded. The analysis counts as done. */
enum verdict course_present(
	struct ruling *ruling, Analysis__SecurityAnalysis *analysis, const char *day);

#endif
