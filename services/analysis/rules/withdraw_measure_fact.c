/* The latest fact of a measure was recorded by mistake: the measure is what it was before. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "measures.h"
#include <string.h>

/* What the withdrawn fact had set is empty again. */
static void unset(struct ruling *ruling, Analysis__Measure *measure, const char *kind)
{
	char *never = text_copy(ruling->arena, "");

	if (strcmp(kind, "MeasureStarted") == 0)
		measure->started_on = never;
	if (strcmp(kind, "MeasureFinished") == 0)
		measure->finished_on = never;
	if (strcmp(kind, "MeasureDropped") == 0)
		measure->dropped_on = measure->dropped_because = never;
	if (strcmp(kind, "MeasureEvaluated") == 0)
		measure->n_evaluations--;
	if (strcmp(kind, "MeasureDueDateChanged") == 0)
		measure->due_changes--;
}

/* Status and due date are told anew from the facts that are left, never remembered. */
enum verdict withdraw_measure_fact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__WithdrawMeasureFactRequest *wish = AS(Analysis__WithdrawMeasureFactRequest,
		analysis__withdraw_measure_fact_request, request);
	const char *kind = "";
	const Asskomm__Entry *latest;

	if (measure->n_entries > 0)
		kind = measure->entries[measure->n_entries - 1]->kind;
	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	unset(ruling, measure, kind);
	measure->status = measure_status(measure);
	measure->due_on = measure_due(measure);
	return ACCEPTED;
}
