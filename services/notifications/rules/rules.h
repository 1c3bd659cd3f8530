/* The pure parts of notifications. */
#ifndef ASSKOMM_NOTIFICATIONS_RULES_H
#define ASSKOMM_NOTIFICATIONS_RULES_H

#include "asskomm/coaching.pb-c.h"
#include "asskomm/notifications.pb-c.h"
#include "core/ruling.h"

rule_fn subscribe;
rule_fn unsubscribe;

/* What a fact means to recipients: a Notice, or NULL when nobody needs to hear of it. */
ProtobufCMessage *notice_of(
	struct arena *arena, const Asskomm__FactHeader *header, const ProtobufCMessage *fact);

/* What to tell of coachings that stall: one notice for each finding of their health. */
Notifications__StallNotices *stall_notices(struct arena *arena, const Coaching__CoachingList *list);

#endif
