/* Sends the mails that are due, one after the other. */
#ifndef ASSKOMM_NOTIFICATIONS_DELIVER_MAIL_H
#define ASSKOMM_NOTIFICATIONS_DELIVER_MAIL_H

#include "runtime/service.h"

/* Starts the worker; without ASSKOMM_SMTP_URL mails wait. */
void deliver_start(struct service *service);

/* There may be work: called after each fold. */
void deliver_look(struct service *service);

/* Whether no mail is on its way. */
bool deliver_is_quiet(struct service *service);

void deliver_stop(struct service *service);

#endif
