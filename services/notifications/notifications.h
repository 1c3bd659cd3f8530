/* Notifications' table of contents, for main and for the rules' tests. */
#ifndef ASSKOMM_NOTIFICATIONS_H
#define ASSKOMM_NOTIFICATIONS_H

#include "runtime/service.h"

extern const struct service_table notifications;

#endif
