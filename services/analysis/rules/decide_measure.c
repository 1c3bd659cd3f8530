/* A measure is decided: who sees to it is a role in an organisation, never a person, and it is due
 * on a day. */
#include "rules.h"

#include "core/reflect.h"
#include "findings.h"
#include "measures.h"
#include <string.h>

/* The finding must be one of the same analysis; the load gives its recommendations. */
static enum verdict check_finding(struct ruling *ruling, const Analysis__Measure *measure,
	const Analysis__DecideMeasureRequest *wish)
{
	if (strcmp(measure->finding_id, wish->finding_id) != 0)
		return refuse(ruling, FAILURE_REFUSED, "findingId", "unknown",
			"there is no such finding of this analysis");
	if (wish->recommendation[0] == '\0')
		return ACCEPTED;
	for (size_t i = 0; i < measure->n_offered; i++)
		if (strcmp(measure->offered[i]->code, wish->recommendation) == 0)
			return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, "recommendation", "unknown",
		"the finding has no recommendation %s", wish->recommendation);
}

/* The load gives a measure that is empty but for its analysis, the municipalities and the finding.
 */
enum verdict decide_measure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Measure *measure = AS(Analysis__Measure, analysis__measure, aggregate);
	const Analysis__DecideMeasureRequest *wish =
		AS(Analysis__DecideMeasureRequest, analysis__decide_measure_request, request);
	Analysis__MeasureDecided *fact = NEW(ruling->arena, Analysis__MeasureDecided);

	if (require_codes(ruling, wish->decided_on) == REFUSED ||
		require_members(ruling, wish->participants, wish->n_participants,
			measure->participants, measure->n_participants) == REFUSED ||
		check_finding(ruling, measure, wish) == REFUSED)
		return REFUSED;
	if (strcmp(wish->due_on, wish->decided_on) < 0)
		return refuse(ruling, FAILURE_REFUSED, "dueOn", "order",
			"it was decided on %s and cannot be due before that", wish->decided_on);
	measure->id = ruling_id(ruling);
	measure->title = wish->title;
	measure->action_field = wish->action_field;
	measure->owner_role = wish->owner_role;
	measure->owner_organisation = wish->owner_organisation;
	measure->decided_on = wish->decided_on;
	measure->first_due_on = measure->due_on = wish->due_on;
	measure->recommendation = wish->recommendation;
	analysis__measure_decided__init(fact);
	return measure_move(
		ruling, measure, "decidedOn", wish->decided_on, &fact->base, wish->due_on);
}
