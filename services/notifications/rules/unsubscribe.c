/* A subscription ends today; ended once is ended. */
#include "rules.h"

#include "core/reflect.h"

/* Kept with its end and not deleted: who was told what must remain explicable. */
enum verdict unsubscribe(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Notifications__Subscription *subscription =
		AS(Notifications__Subscription, notifications__subscription, aggregate);

	(void)request;
	if (subscription->ended_on[0] != '\0')
		return UNCHANGED;
	subscription->ended_on = ruling->today;
	return ACCEPTED;
}
