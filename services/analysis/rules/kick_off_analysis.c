/* A security analysis starts for one or several municipalities; it is one analysis all the same.
 * Its course is planned by a procedure, in the revision that is the latest on this day. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include "course.h"
#include "deliveries.h"
#include "planner.h"
#include "revision.h"
#include <string.h>

/* Municipalities alone, since the published figure counts municipalities analysed: a district or a
 * consortium would have to be taken apart first, and only the caller knows into what. */
static enum verdict add_municipality(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Registry__Resolved *resolved, const char *day, size_t place)
{
	Registry__Party *party = the_party(ruling, resolved, day, "municipalities[%zu]", place);
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

static bool has_module(const Analysis__Revision *revision, const char *code)
{
	for (size_t i = 0; i < revision->n_modules; i++)
		if (strcmp(revision->modules[i]->code, code) == 0)
			return true;
	return false;
}

/* The modules that there are, for whoever chose none or a wrong one. */
static const char *module_codes(struct arena *arena, const Analysis__Revision *revision)
{
	struct text codes;

	text_init(&codes, arena, 2000);
	for (size_t i = 0; i < revision->n_modules; i++)
		text_append_format(&codes, "%s%s", i > 0 ? ", " : "", revision->modules[i]->code);
	return codes.bytes;
}

static enum verdict check_modules(struct ruling *ruling, const Analysis__Revision *revision,
	const Analysis__KickOffAnalysisRequest *wish)
{
	if (revision->n_modules > 0 && wish->n_modules == 0)
		return refuse(ruling, FAILURE_REFUSED, "modules", "required",
			"this procedure is put together from modules; choose from: %s",
			module_codes(ruling->arena, revision));
	for (size_t i = 0; i < wish->n_modules; i++)
		if (!has_module(revision, wish->modules[i]))
			return refuse(ruling, FAILURE_REFUSED,
				text_format(ruling->arena, "modules[%zu]", i), "unknown",
				"the procedure has no module \"%s\"; it has: %s", wish->modules[i],
				revision->n_modules > 0 ? module_codes(ruling->arena, revision)
							: "-");
	return ACCEPTED;
}

/* Without any procedure in the books (a suite that has only imported history) there is no plan; one
 * that is named must be there. */
static enum verdict plan_course(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	const Analysis__KickOffAnalysisRequest *wish)
{
	const Analysis__Revision *revision = revision_find(analysis->chosen, 0);

	if (revision == NULL && wish->procedure[0] != '\0')
		return refuse(ruling, FAILURE_NOT_FOUND, "procedure", "unknown",
			"there is no procedure \"%s\"", wish->procedure);
	if (revision == NULL)
		return ACCEPTED;
	if (check_modules(ruling, revision, wish) == REFUSED)
		return REFUSED;
	analysis->procedure = analysis->chosen->id;
	analysis->n_modules = wish->n_modules;
	analysis->modules = wish->modules;
	plan_adopt(ruling->arena, analysis, revision);
	deliveries_adopt(ruling->arena, analysis, analysis->kicked_off_on);
	if (plan_find(analysis, STEP_PRESENTATION) == NULL)
		return refuse(ruling, FAILURE_REFUSED, "procedure", "presentation",
			"%s has no step \"presentation\" and is none for analyses",
			analysis->procedure);
	return ACCEPTED;
}

static void emit_kicked_off(struct ruling *ruling, Analysis__SecurityAnalysis *analysis)
{
	Analysis__AnalysisKickedOff *fact = NEW(ruling->arena, Analysis__AnalysisKickedOff);

	analysis__analysis_kicked_off__init(fact);
	reflect_share(&fact->base, &analysis->base);
	fact->analysis_id = analysis->id;
	fact->n_open = plan_open(ruling->arena, analysis, &fact->open);
	course_record(ruling, analysis, analysis->kicked_off_on, &fact->base, "");
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

	if (require_past(ruling, "kickedOffOn", wish->kicked_off_on) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < known->n_resolved; i++)
		if (add_municipality(ruling, analysis, known->resolved[i], wish->kicked_off_on,
			    i) == REFUSED)
			return REFUSED;
	if (strcmp(analysis->previous, wish->previous) != 0)
		return refuse(ruling, FAILURE_NOT_FOUND, "previous", "unknown",
			"there is no such analysis, or not in your scope");
	analysis->id = ruling_id(ruling);
	analysis->status = ANALYSIS__SECURITY_ANALYSIS__STATUS__KICKED_OFF;
	analysis->kicked_off_on = wish->kicked_off_on;
	if (plan_course(ruling, analysis, wish) == REFUSED)
		return REFUSED;
	emit_kicked_off(ruling, analysis);
	return ACCEPTED;
}
