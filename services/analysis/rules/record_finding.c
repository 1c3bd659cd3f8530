/* What an analysis found in one action field is written down, with what it recommends. */
#include "rules.h"

#include "core/reflect.h"
#include "findings.h"

/* The load gives a finding that is empty but for its analysis and the municipalities. */
enum verdict record_finding(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Finding *finding = AS(Analysis__Finding, analysis__finding, aggregate);
	const Analysis__RecordFindingRequest *wish =
		AS(Analysis__RecordFindingRequest, analysis__record_finding_request, request);
	Analysis__FindingRecorded *fact = NEW(ruling->arena, Analysis__FindingRecorded);

	if (require_past(ruling, "foundOn", wish->found_on) == REFUSED ||
		require_codes(ruling, wish->found_on) == REFUSED ||
		require_members(ruling, wish->participants, wish->n_participants,
			finding->participants, finding->n_participants) == REFUSED ||
		require_distinct(ruling, wish->recommendations, wish->n_recommendations) == REFUSED)
		return REFUSED;
	finding->id = ruling_id(ruling);
	finding->status = ANALYSIS__FINDING__STATUS__RECORDED;
	finding->found_on = wish->found_on;
	finding->action_field = wish->action_field;
	finding->summary = wish->summary;
	finding->n_recommendations = wish->n_recommendations;
	finding->recommendations = wish->recommendations;
	analysis__finding_recorded__init(fact);
	reflect_share(&fact->base, aggregate);
	fact->finding_id = finding->id;
	emit_entry(ruling, aggregate, wish->found_on, &fact->base);
	return ACCEPTED;
}
