/* A finding was recorded by mistake: it is taken back as a whole. */
#include "rules.h"

#include "core/reflect.h"

/* Its entry is the fact that holds now, which may be a correction: with it the whole finding goes.
 * Measures that answer it stay: they were decided all the same. */
enum verdict withdraw_finding(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Finding *finding = AS(Analysis__Finding, analysis__finding, aggregate);
	const Analysis__WithdrawFindingRequest *wish =
		AS(Analysis__WithdrawFindingRequest, analysis__withdraw_finding_request, request);
	const Asskomm__Entry *latest;

	if (withdraw_latest(ruling, aggregate, wish->fact_id, wish->reason, &latest) == REFUSED)
		return REFUSED;
	finding->status = ANALYSIS__FINDING__STATUS__WITHDRAWN;
	return ACCEPTED;
}
