/* A security analysis starts for one or several municipalities; it is one analysis all the same. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* Municipalities alone, since the published figure counts municipalities analysed: a district or a
 * consortium would have to be taken apart first, and only the caller knows into what. */
static enum verdict add_municipality(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Registry__Resolved *resolved, size_t place)
{
	Registry__Party *party = the_party(ruling, resolved, "municipalities[%zu]", place);
	const char *field = text_format(ruling->arena, "municipalities[%zu]", place);

	if (party == NULL)
		return REFUSED;
	if (party->kind != REGISTRY__PARTY_KIND__MUNICIPALITY)
		return refuse(ruling, FAILURE_REFUSED, field, "municipality",
			"%s is no municipality; an analysis covers municipalities", party->name);
	for (size_t i = 0; i < analysis->n_participants; i++)
		if (strcmp(analysis->participants[i], party->key) == 0)
			return refuse(ruling, FAILURE_INVALID, field, "twice", "%s is named twice",
				party->name);
	reflect_append(
		ruling->arena, &analysis->base, "municipalities", party_copy(ruling->arena, party));
	reflect_append(ruling->arena, &analysis->base, "participants", party->key);
	return ACCEPTED;
}

/* All municipalities are looked at before anything is set; the first that does not fit refuses the
 * whole. */
enum verdict kick_off_analysis(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Analysis__KickOffAnalysisRequest *wish =
		AS(Analysis__KickOffAnalysisRequest, analysis__kick_off_analysis_request, request);
	const Registry__Parties *known =
		AS(Registry__Parties, registry__parties, ruling->knowledge);
	Analysis__AnalysisKickedOff *fact = NEW(ruling->arena, Analysis__AnalysisKickedOff);

	if (require_past(ruling, "kickedOffOn", wish->kicked_off_on) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < known->n_resolved; i++)
		if (add_municipality(ruling, analysis, known->resolved[i], i) == REFUSED)
			return REFUSED;
	analysis->id = ruling_id(ruling);
	analysis->status = ANALYSIS__SECURITY_ANALYSIS__STATUS__KICKED_OFF;
	analysis->kicked_off_on = wish->kicked_off_on;
	analysis__analysis_kicked_off__init(fact);
	fact->analysis_id = analysis->id;
	fact->n_municipalities = analysis->n_municipalities;
	fact->municipalities = analysis->municipalities;
	emit_entry(ruling, aggregate, wish->kicked_off_on, &fact->base);
	return ACCEPTED;
}
