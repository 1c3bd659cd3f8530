/* What a measure has brought is judged, by a method that is named; it may be judged again later. */
#include "rules.h"

#include "core/reflect.h"
#include "measures.h"

/* Bounds what a row holds. */
#define EVALUATIONS_MAX 50

/* The result is a word of a short list, so that results can be counted; the text is for people. */
enum verdict evaluate_measure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__EvaluateMeasureRequest *wish =
		AS(Analysis__EvaluateMeasureRequest, analysis__evaluate_measure_request, request);
	Analysis__MeasureEvaluated *fact = NEW(ruling->arena, Analysis__MeasureEvaluated);
	Analysis__Evaluation *evaluation = NEW(ruling->arena, Analysis__Evaluation);

	if (measure->n_evaluations >= EVALUATIONS_MAX)
		return refuse(ruling, FAILURE_REFUSED, NULL, "limit",
			"a measure has at most %d evaluations", EVALUATIONS_MAX);
	analysis__evaluation__init(evaluation);
	reflect_share(&evaluation->base, request);
	evaluation->on = wish->evaluated_on;
	reflect_append(ruling->arena, aggregate, "evaluations", evaluation);
	analysis__measure_evaluated__init(fact);
	fact->result = wish->result;
	fact->method = wish->method;
	fact->text = wish->text;
	return measure_move(ruling, measure, "evaluatedOn", wish->evaluated_on, &fact->base, "");
}
