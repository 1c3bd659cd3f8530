/* A measure is done; nobody needs to have recorded its start. */
#include "rules.h"

#include "core/reflect.h"
#include "measures.h"

/* Whether it was late is told by the fact, which has the due date too. */
enum verdict finish_measure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__FinishMeasureRequest *wish =
		AS(Analysis__FinishMeasureRequest, analysis__finish_measure_request, request);
	Analysis__MeasureFinished *fact = NEW(ruling->arena, Analysis__MeasureFinished);

	analysis__measure_finished__init(fact);
	measure->finished_on = wish->finished_on;
	return measure_move(ruling, measure, "finishedOn", wish->finished_on, &fact->base, "");
}
