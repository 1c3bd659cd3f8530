/* A user subscribes for itself; what it may be told is bounded by its scope of today. */
#include "rules.h"

#include "core/reflect.h"

/* Nothing is checked here that a rule of the form does not say. The scope is stored by the save
 * statement and asked again at each delivery. */
enum verdict subscribe(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Notifications__Subscription *subscription =
		AS(Notifications__Subscription, notifications__subscription, aggregate);
	const Notifications__SubscribeRequest *wish =
		AS(Notifications__SubscribeRequest, notifications__subscribe_request, request);

	subscription->id = ruling_id(ruling);
	subscription->email = wish->email;
	subscription->participant = wish->participant;
	subscription->district = wish->district;
	subscription->kind = wish->kind;
	return ACCEPTED;
}
