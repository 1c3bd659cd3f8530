/* Coaching's table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_COACHING_H
#define ASSKOMM_COACHING_H

#include "runtime/service.h"

extern const struct service_table coaching;

#endif
