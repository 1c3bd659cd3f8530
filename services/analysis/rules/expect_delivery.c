/* A municipality owes data that the plan does not ask for, or there is no plan: until a day, it is
 * expected. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "deliveries.h"
#include <string.h>

/* The step's day is the delivery's: two days for the same would contradict each other. */
static enum verdict check_due(struct ruling *ruling, const Analysis__Delivery *delivery,
	const Analysis__ExpectDeliveryRequest *wish)
{
	if (delivery->step[0] != '\0')
		return wish->due_on[0] == '\0'
			       ? ACCEPTED
			       : refuse(ruling, FAILURE_REFUSED, "dueOn", "step",
					 "the plan says when it is due, by its step %s: leave the "
					 "day out, or postpone the step",
					 delivery->step);
	if (wish->due_on[0] == '\0')
		return refuse(ruling, FAILURE_REFUSED, "dueOn", "required",
			"no open step of the plan asks for it: say until when it is due");
	if (strcmp(wish->due_on, wish->expected_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "dueOn", "order",
			"it is expected since %s and cannot be due before that", wish->expected_on);
	return ACCEPTED;
}

static enum verdict expect(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Analysis__ExpectDeliveryRequest *wish, const char *participant, size_t place)
{
	Analysis__DeliveryExpected *fact = NEW(ruling->arena, Analysis__DeliveryExpected);
	Analysis__Delivery *delivery = delivery_add(ruling, analysis, wish->kind, participant,
		text_format(ruling->arena, "participants[%zu]", place));

	if (delivery == NULL || check_due(ruling, delivery, wish) == REFUSED)
		return REFUSED;
	delivery->expected_on = wish->expected_on;
	delivery->due_on = wish->due_on;
	analysis__delivery_expected__init(fact);
	return delivery_move(
		ruling, analysis, delivery, "expectedOn", wish->expected_on, &fact->base);
}

/* Of those that owe it already nothing new is known: they are left as they are. */
enum verdict expect_delivery(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__ExpectDeliveryRequest *wish =
		AS(Analysis__ExpectDeliveryRequest, analysis__expect_delivery_request, request);
	bool all = wish->n_participants == 0;
	size_t count = all ? analysis->n_participants : wish->n_participants;
	char *const *keys = all ? analysis->participants : wish->participants;

	for (size_t i = 0; i < count; i++)
		if (delivery_find(analysis, wish->kind, keys[i]) == NULL &&
			expect(ruling, analysis, wish, keys[i], i) == REFUSED)
			return REFUSED;
	return ruling->n_facts > 0 ? ACCEPTED : UNCHANGED;
}
