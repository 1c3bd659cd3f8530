/* A measure gets another due date, and why is said; how often that happened is told. */
#include "rules.h"

#include "core/reflect.h"
#include "measures.h"
#include <string.h>

/* A day that is past on the day of the change would be overdue at once, which is a slip of the
 * pen; the first due date is kept beside the present one. */
enum verdict change_measure_due_date(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__ChangeMeasureDueDateRequest *wish =
		AS(Analysis__ChangeMeasureDueDateRequest, analysis__change_measure_due_date_request,
			request);
	Analysis__MeasureDueDateChanged *fact = NEW(ruling->arena, Analysis__MeasureDueDateChanged);

	if (strcmp(wish->due_on, measure->due_on) == 0)
		return UNCHANGED;
	if (strcmp(wish->due_on, wish->changed_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "dueOn", "order",
			"give a due date that is not before %s, the day of the change",
			wish->changed_on);
	analysis__measure_due_date_changed__init(fact);
	fact->due_before = measure->due_on;
	fact->reason = wish->reason;
	measure->due_on = wish->due_on;
	measure->due_changes++;
	return measure_move(
		ruling, measure, "changedOn", wish->changed_on, &fact->base, wish->due_on);
}
