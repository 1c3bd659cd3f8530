/* Work on a measure began. */
#include "rules.h"

#include "core/reflect.h"
#include "measures.h"

/* The due date stays: it was set for the end, whenever the work begins. A start that nobody
 * recorded is no fault, so this move may be left out. */
enum verdict start_measure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__StartMeasureRequest *wish =
		AS(Analysis__StartMeasureRequest, analysis__start_measure_request, request);
	Analysis__MeasureStarted *fact = NEW(ruling->arena, Analysis__MeasureStarted);

	analysis__measure_started__init(fact);
	measure->started_on = wish->started_on;
	return measure_move(ruling, measure, "startedOn", wish->started_on, &fact->base, "");
}
