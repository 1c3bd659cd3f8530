/* A measure is given up before it is done, and why is said. */
#include "rules.h"

#include "core/reflect.h"
#include "measures.h"

/* It stays in the lists with its reason: what was decided and not done is worth knowing. */
enum verdict drop_measure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__DropMeasureRequest *wish =
		AS(Analysis__DropMeasureRequest, analysis__drop_measure_request, request);
	Analysis__MeasureDropped *fact = NEW(ruling->arena, Analysis__MeasureDropped);

	analysis__measure_dropped__init(fact);
	measure->dropped_on = wish->dropped_on;
	measure->dropped_because = wish->reason;
	fact->reason = wish->reason;
	return measure_move(ruling, measure, "droppedOn", wish->dropped_on, &fact->base, "");
}
