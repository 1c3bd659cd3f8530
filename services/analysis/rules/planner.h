/* The planner: from a procedure's steps to days, and from what happened to days that moved.
 *
 * Pure and exact: the same plan and the same done steps always give the same days. A step is due on
 * the latest day that its predecessors give; a predecessor counts with the day it was done, else
 * with the day it is due. Nobody's deadline becomes shorter because somebody else was early. */
#ifndef ASSKOMM_ANALYSIS_PLANNER_H
#define ASSKOMM_ANALYSIS_PLANNER_H

#include "asskomm/analysis.pb-c.h"
#include "core/arena.h"
#include <stdbool.h>
#include <stddef.h>

/* The milestones that the suite knows by name. */
#define STEP_PRESENTATION "presentation"
#define STEP_STRATEGY "strategy_adopted"

/* Sets the analysis' plan to the revision's steps, but for those of modules that it has not, and
 * schedules it. Steps that were there by the same code keep what was done and postponed; their open
 * days are planned anew. */
void plan_adopt(struct arena *arena, Analysis__SecurityAnalysis *analysis,
	const Analysis__Revision *revision);

/* Sets the due days of the open steps. Where a day moves, due_changes counts it and `because` names
 * the step that is the cause: one that was done late, or the step itself when it was postponed. */
void plan_schedule(struct arena *arena, Analysis__SecurityAnalysis *analysis);

/* The step of that code, or NULL. */
Analysis__PlannedStep *plan_find(const Analysis__SecurityAnalysis *analysis, const char *code);

/* The plan as it was on a day: what was done later is open. */
void plan_as_of(struct arena *arena, Analysis__SecurityAnalysis *analysis, const char *day);

/* When an open step is to be expected, seen from a day: not before it, nor before what it waits
 * for. Of a done step the day it was done. As a day number; in the order of the plan. */
int32_t *plan_expected(
	struct arena *arena, const Analysis__SecurityAnalysis *analysis, int32_t today);

/* The open steps whose due day is not the one in `before`, an array in the order of the plan that
 * plan_days gave; for a fact. */
size_t plan_moved(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	char *const *before, Analysis__DueStep ***out_moved);
char **plan_days(struct arena *arena, const Analysis__SecurityAnalysis *analysis);

/* Which steps of the plan come after a step, by way of others too: a flag for each. */
bool *plan_after(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	const Analysis__PlannedStep *step);

/* All open steps with their days, for a fact. */
size_t plan_open(struct arena *arena, const Analysis__SecurityAnalysis *analysis,
	Analysis__DueStep ***out_open);

/* A day number of an ISO date that is known to be one. */
int32_t plan_day(const char *date);
char *plan_date(struct arena *arena, int32_t day);

#endif
