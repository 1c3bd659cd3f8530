/* Coachings and coaches as people read them. Pure but for printing. */
#ifndef ASSKOMM_COACHINGS_H
#define ASSKOMM_COACHINGS_H

#include "actions.h"

/* Print the answer of an action: a list, one coaching with what is wrong, its sessions,
 * its history, a ranking, the pool. What is no such answer is told on stderr. */
void coachings_print_list(struct action_run *run);
void coachings_print_one(struct action_run *run);
void coachings_print_sessions(struct action_run *run);
void coachings_print_history(struct action_run *run);
void coachings_print_ranking(struct action_run *run);
void coachings_print_pool(struct action_run *run);
void coachings_print_coach(struct action_run *run);

#endif
