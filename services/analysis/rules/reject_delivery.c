/* A delivery was looked at and cannot be used: why is said, and it is expected again. */
#include "rules.h"

#include "core/reflect.h"
#include "deliveries.h"
#include "personal.h"

/* What was wrong is a code, so that it can be counted; a remark may help, but a quotation from the
 * register does not belong into it. */
enum verdict reject_delivery(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__RejectDeliveryRequest *wish =
		AS(Analysis__RejectDeliveryRequest, analysis__reject_delivery_request, request);
	Analysis__DeliveryRejected *fact = NEW(ruling->arena, Analysis__DeliveryRejected);
	Analysis__Delivery *delivery;
	Analysis__DeliveryRound *round;

	if (personal_text(ruling->arena, wish->remark))
		return refuse(ruling, FAILURE_REFUSED, "remark", "personal",
			"This looks like a quotation from the delivery. By policy nothing of what "
			"is in it is kept here: say what is wrong without persons and data");
	delivery = delivery_owed(ruling, analysis, wish->kind, wish->participant);
	analysis__delivery_rejected__init(fact);
	if (delivery == NULL || delivery_move(ruling, analysis, delivery, "rejectedOn",
					wish->rejected_on, &fact->base) == REFUSED)
		return REFUSED;
	round = delivery_round(delivery);
	round->checked_on = wish->rejected_on;
	round->fault = fact->fault = wish->fault;
	round->remark = fact->remark = wish->remark;
	return ACCEPTED;
}
