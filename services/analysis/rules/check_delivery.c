/* A delivery was looked at and is good. When all municipalities have delivered what a step asks
 * for, the step is done, on the day on which the last of it came: how long it was looked at is not
 * theirs to answer for. */
#include "rules.h"

#include "core/reflect.h"
#include "course.h"
#include "deliveries.h"
#include "planner.h"
#include <string.h>

/* The day of the last good one; NULL while one of the step is missing. */
static const char *delivered_on(const Analysis__SecurityAnalysis *analysis, const char *step)
{
	const char *latest = "";

	for (size_t i = 0; i < analysis->n_deliveries; i++) {
		const Analysis__Delivery *delivery = analysis->deliveries[i];
		const char *day;

		if (strcmp(delivery->step, step) != 0)
			continue;
		if (delivery->status != ANALYSIS__DELIVERY__STATUS__CHECKED)
			return NULL;
		day = delivery_round(delivery)->received_on;
		if (strcmp(day, latest) > 0)
			latest = day;
	}
	return latest;
}

/* A step that cannot be done yet, because another one comes before it, is left to be completed by
 * hand; so is one that was done by hand already. */
static void complete(struct ruling *ruling, Analysis__SecurityAnalysis *analysis, const char *code)
{
	Analysis__PlannedStep *step = code[0] != '\0' ? plan_find(analysis, code) : NULL;
	const char *day = delivered_on(analysis, code);

	if (step != NULL && step->done_on[0] == '\0' && day != NULL &&
		course_follows(analysis, step, day))
		course_complete(ruling, analysis, step, day);
}

enum verdict check_delivery(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__CheckDeliveryRequest *wish =
		AS(Analysis__CheckDeliveryRequest, analysis__check_delivery_request, request);
	Analysis__DeliveryChecked *fact = NEW(ruling->arena, Analysis__DeliveryChecked);
	Analysis__Delivery *delivery =
		delivery_owed(ruling, analysis, wish->kind, wish->participant);

	analysis__delivery_checked__init(fact);
	if (delivery == NULL || delivery_move(ruling, analysis, delivery, "checkedOn",
					wish->checked_on, &fact->base) == REFUSED)
		return REFUSED;
	fact->received_on = delivery_round(delivery)->received_on;
	delivery_round(delivery)->checked_on = wish->checked_on;
	complete(ruling, analysis, delivery->step);
	return ACCEPTED;
}
