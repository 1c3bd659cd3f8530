/* asskomm analysis crime|delivery|finding|measure|survey: what belongs to an analysis, each a group
 * of actions like those of coachings. */
#ifndef ASSKOMM_ANALYSIS_PARTS_H
#define ASSKOMM_ANALYSIS_PARTS_H

#include "core/arena.h"

struct action_group;
struct action_run;

/* Police crime statistics; their printing is of no use elsewhere. */
extern const struct action_group ANALYSIS_CRIME;

/* The group of that name, or NULL. */
const struct action_group *analysis_part(const char *name);

/* Print the answer of an action: a list, or one of its kind. What is no such answer is told on
 * stderr. */
void analysis_print_deliveries(struct action_run *run);
void analysis_print_findings(struct action_run *run);
void analysis_print_finding(struct action_run *run);
void analysis_print_measures(struct action_run *run);
void analysis_print_measure(struct action_run *run);
void analysis_print_surveys(struct action_run *run);

#endif
