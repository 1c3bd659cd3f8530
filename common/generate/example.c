/* Examples are found field by field, the most telling source first: the table below by message and
 * field, by field alone, the format that the rules name, the ending of the name, the type. So a new
 * message has a whole and valid example at once, and a row makes it a better one.
 *
 * They tell one story: Heidenau signs on 9 August 2023. Persons are made up. */
#include "generate/example.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

#define HEIDENAU "\"14628160\""
#define PIRNA "\"14628270\""
#define DISTRICT "\"14628\""
#define DAY "\"2023-08-09\""
#define INSTANT "\"2023-08-09T12:30:00.000000Z\""
#define FACT_ID "\"0f8fad5b-d9cb-469f-a165-70867728950e\""

/* The value of a field as JSON; NULL leaves the field out. */
struct row {
	const char *name; /* "registry.Person.role", or "role" of any message; a whole message */
	const char *value;
};

/* To add one: a row here, in the order of the services. */
static const struct row ROWS[] = {
	{ "Recorded.dryRun", NULL }, { "Recorded.wouldChange", NULL },
	{ "registry.SignAgreementRequest",
		"{\"accessions\":[" HEIDENAU "],\"signedOn\":" DAY ",\"mode\":\"IN_PERSON\","
		"\"signatories\":["
		"{\"role\":\"mayor\",\"organisation\":" HEIDENAU ",\"name\":\"Mara Muster\"},"
		"{\"role\":\"station_head\",\"organisation\":\"Polizeirevier Pirna\","
		"\"name\":\"Rudi Revier\"},"
		"{\"role\":\"lpr_representative\","
		"\"organisation\":\"Landespräventionsrat Sachsen\"}],"
		"\"witnesses\":[{\"role\":\"minister\","
		"\"organisation\":\"Sächsisches Staatsministerium des Innern\"}],"
		"\"actionFields\":[\"school_absenteeism\"]}" },
	{ "registry.RegisterConsortiumRequest.name", "\"Region Pirna\"" },
	{ "registry.RegisterConsortiumRequest.members", "[" HEIDENAU "," PIRNA "]" },
	{ "registry.TerminateAgreementRequest.reason", "\"The council decided to leave\"" },
	{ "registry.SetCooperationLevelRequest.level", "\"CLOSE\"" },
	{ "registry.Participant.cooperationLevel", "\"CLOSE\"" },
	{ "analysis.SecurityAnalysis.chosen", NULL }, { "registry.Participant.resolved", NULL },
	{ "registry.Participant.members", NULL }, { "registry.Participant.withdrawn", NULL },
	{ "registry.Agreement.contacts", NULL }, { "registry.Agreement.resolved", NULL },
	{ "registry.Land.key", "\"14\"" }, { "registry.Accession.terminatedOn", "\"\"" },
	{ "registry.Council.resolved", NULL },
	{ "registry.SetOrganisationRequest.key", "\"PRev-Pirna\"" },
	{ "registry.SetOrganisationRequest.kind", "\"POLICE_STATION\"" },
	{ "registry.SetOrganisationRequest.parent", "\"PD-DD\"" },
	{ "registry.GetOrganisationRequest.key", "\"PRev-Pirna\"" },
	{ "registry.AssignAdvisersRequest.key", "\"14628\"" },
	{ "registry.WithdrawAdviserRequest.key", "\"14628\"" },
	{ "registry.GetDistrictAdvisersRequest.key", "\"14628\"" },
	{ "registry.DistrictAdvisers.id", "\"14628\"" },
	{ "registry.Organisation.id", "\"PRev-Pirna\"" }, { "registry.Organisation.above", NULL },
	{ "registry.Organisation.resolved", NULL }, { "registry.DistrictAdvisers.known", NULL },
	{ "registry.ContactReaderList.next", "\"812\"" },
	{ "registry.Contact.organisation", "\"\"" }, { "registry.Contact.resolved", NULL },
	{ "registry.Contact.employer", NULL }, { "registry.Contact.retentionMonths", NULL },
	{ "registry.Contact.roleLabel", NULL }, { "registry.Contact.unknownPurposes", NULL },
	{ "registry.Contact.erasedOn", "\"\"" }, { "registry.Contact.consentOn", "\"\"" },
	{ "registry.SetContactRequest",
		"{\"name\":\"Mara Muster\",\"function\":\"Leiterin des Ordnungsamts\","
		"\"phone\":\"03529 571-0\",\"email\":\"mara.muster@example.org\","
		"\"role\":\"coordinator\",\"participant\":" HEIDENAU ","
		"\"purpose\":\"municipal_contact\",\"legalBasis\":\"PUBLIC_TASK\","
		"\"validFrom\":" DAY "}" },
	{ "registry.Council.status", "\"ACTIVE\"" },
	{ "registry.FindParticipantsRequest.cursor", HEIDENAU },
	{ "registry.District.name", "\"Sächsische Schweiz-Osterzgebirge\"" },
	{ "registry.District.kind", "\"district\"" }, { "registry.District.seat", "\"Pirna\"" },
	{ "registry.Association.name", "\"Dohna-Müglitztal\"" },
	{ "registry.Association.members", "[\"14628080\",\"14628250\"]" },
	{ "registry.Municipality.association", "\"\"" },
	{ "registry.Association.kind", "\"partnership\"" },
	{ "registry.PoliceDirectorate.name", "\"Polizeidirektion Dresden\"" },
	{ "registry.PoliceDirectorate.seat", "\"Dresden\"" },
	{ "registry.PoliceDirectorate.code", "\"PD-DD\"" },
	{ "registry.SetBoundariesRequest.level", "\"districts\"" },
	{ "registry.SetBoundariesRequest.land", "\"14\"" },
	{ "registry.SetBoundariesRequest.credit", "\"© GeoBasis-DE / BKG 2021\"" },
	{ "registry.SetBoundariesRequest.creditUrl", "\"https://www.bkg.bund.de\"" },
	{ "registry.SetBoundariesRequest.toleranceM", "100" },
	{ "registry.SetBoundariesRequest.features",
		"[{\"key\":\"14628\",\"polygons\":[{\"rings\":[{\"points\":[1350000,5080000,"
		"1440000,5080000,1440000,5110000,1350000,5080000]}]}]}]" },
	{ "registry.GetBoundariesRequest.level", "\"districts\"" },
	{ "registry.Agreement.unknownActionFields", NULL },
	{ "monitor.PipelineRow.name", "\"Sächsische Schweiz-Osterzgebirge\"" },
	{ "monitor.PipelineRow.agreements", "6" }, { "monitor.Figures.knownAt", "\"\"" },
	{ "monitor.Figures.district", "\"\"" }, { "monitor.PipelineItem.ageDays", "61" },
	{ "monitor.PipelineItem.ageing", "true" }, { "monitor.PipelineItem.ageingAfterDays", "47" },
	{ "monitor.PressText.text",
		"\"Hintergrundinformationen: Über 140 Kommunen wurden beraten …\"" },
	{ "notifications.Subscription.endedOn", "\"\"" },
	{ "notifications.InboxMessage.subject", "\"Heidenau hat unterzeichnet\"" },
	{ "notifications.InboxMessage.text",
		"\"Heidenau ist der Allianz am 9. August 2023 beigetreten.\"" },
	{ "analysis.ReceiveDeliveryRequest.deliveredBy", "\"public_order_office\"" },
	{ "analysis.ReceiveDeliveryRequest.records", "1500" },
	{ "analysis.ReceiveDeliveryRequest.columns", "[\"Ortsteil\"]" },
	{ "analysis.ReceiveDeliveryRequest.sha256",
		"\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"" },
	{ "analysis.DeliveryRound.deliveredBy", "\"public_order_office\"" },
	{ "analysis.DeliveryRound.sha256", "\"\"" },
	{ "analysis.DeliveryRound.remark", "\"One quarter of the town is missing\"" },
	{ "analysis.RejectDeliveryRequest.remark", "\"One quarter of the town is missing\"" },
	{ "analysis.ExpectDeliveryRequest.dueOn", "\"2023-09-20\"" },
	{ "analysis.Delivery.step", "\"register_extract\"" },
	{ "analysis.Delivery.responsible", "\"municipality\"" },
	{ "coaching.RequestCoachingRequest.partners", "[\"14628270\"]" },
	{ "coaching.LogSessionRequest.topic", "\"steering_group\"" },
	{ "coaching.LogSessionRequest.nextSessionOn", "\"2023-09-20\"" },
	{ "coaching.Session.topic", "\"steering_group\"" },
	{ "coaching.Step.topic", "\"steering_group\"" },
	{ "coaching.Step.kind", "\"SessionHeld\"" },
	{ "coaching.Goal.code", "\"council_constituted\"" },
	{ "coaching.Goal.text", "\"Der Präventionsrat tagt bis Herbst zum ersten Mal\"" },
	/* by the name alone */
	{ "name", "\"Heidenau\"" }, { "key", HEIDENAU }, { "ags8", HEIDENAU }, { "ags5", DISTRICT },
	{ "ars9", "\"146285209\"" }, { "unit", HEIDENAU }, { "reference", HEIDENAU },
	{ "participant", HEIDENAU }, { "participants", HEIDENAU }, { "accessions", HEIDENAU },
	{ "municipalities", HEIDENAU }, { "members", HEIDENAU }, { "district", DISTRICT },
	{ "areaHa", "1106" }, { "postcode", "\"01809\"" },
	{ "officialName", "\"Heidenau, Stadt\"" }, { "predecessor", "\"14522450\"" },
	{ "successor", "\"14522275\"" }, { "policeDirectorate", "\"PD-DD\"" },
	{ "credit", "\"© Statistisches Bundesamt (Destatis), GV-ISys, 30 November 2023\"" },
	{ "citation", "\"Medieninformation vom 9. August 2023\"" }, { "population", "16884" },
	{ "statusDate", "\"2023-11-30\"" }, { "role", "\"mayor\"" }, { "organisation", HEIDENAU },
	{ "topic", "\"Prävention an Schulen\"" }, { "reason", "\"Recorded for the wrong town\"" },
	{ "actionFields", "\"school_absenteeism\"" }, { "since", "\"2023-03-01\"" },
	{ "adviser", "\"lpr-adviser-3\"" }, { "coach", "\"coach-17\"" },
	{ "assignees", "\"coach-coach-17\"" }, { "topics", "\"council_building\"" },
	{ "goalCodes", "\"council_constituted\"" }, { "contactRole", "\"coordinator\"" },
	{ "minutes", "90" }, { "expectedSessions", "8" }, { "year", "2023" },
	{ "amountCents", "\"110000000\"" }, { "budgetCents", "\"110000000\"" },
	{ "seq", "\"1204\"" }, { "after", "\"1200\"" }, { "ledgerSeq", "\"1204\"" },
	{ "limit", "50" }, { "next", "\"\"" }, { "counter", "\"agreements\"" },
	{ "kind", "\"AgreementSigned\"" }, { "type", "\"asskomm.registry.v1.AgreementSigned\"" },
	{ "epoch", "\"5d1f4c0e-8b7a-4d0e-9c53-3f0c8e0a9b11\"" },
	{ "hash", "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"" },
	{ "facts", FACT_ID }, { "recipient", "\"demo-adviser\"" },
	{ "email", "\"presse@example.org\"" }, { "scopes", DISTRICT }, { "on", DAY },
	{ "advised", "143" }, { "contacted", "150" }, { "closelyCooperating", "64" },
	{ "agreements", "53" }, { "agreementsGross", "54" }, { "councils", "34" },
	{ "coachings", "47" }, { "analyses", "25" }, { "ordinal", "53" },
	{ "districtOrdinal", "6" }, { "ordinalAsRecorded", "53" }, { "corrected", "false" },
	{ "land", "\"14\"" }, { "provenance", "\"PUBLISHED\"" },
	{ "follows", "\"\"" }, /* the kick-off: another step would have to be there */
};

/* By format of the rules. To add one: a row for each of format.c. */
static const struct row BY_FORMAT[] = {
	{ "date", DAY },
	{ "instant", "\"2023-08-10\"" },
	{ "uuid", "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"" },
	{ "key", HEIDENAU },
	{ "district", DISTRICT },
	{ "code", "\"school_absenteeism\"" },
	{ "email", "\"presse@example.org\"" },
	{ "name", "\"AgreementSigned\"" },
	{ "organisation", "\"PRev-Pirna\"" },
	{ "place", "\"2023-08-09_7c9e6679-7425-40de-944b-e07fc1f90ae7\"" },
};

/* Replies have no rules: their names tell as much. */
static const struct row BY_ENDING[] = {
	{ "On", DAY },
	{ "asOf", DAY },
	{ "At", INSTANT },
	{ "factId", FACT_ID },
	{ "Id", "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"" },
	{ "id", "\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"" },
};

/* Tables are short and read a few thousand times in all: a plain search does. */
static const struct row *find(const struct row *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

#define FIND(rows, name) find(rows, sizeof(rows) / sizeof *(rows), name)

static const char *by_ending(const char *name)
{
	for (size_t i = 0; i < sizeof BY_ENDING / sizeof *BY_ENDING; i++) {
		size_t len = strlen(name), ending_len = strlen(BY_ENDING[i].name);

		if (len >= ending_len && strcmp(name + len - ending_len, BY_ENDING[i].name) == 0)
			return BY_ENDING[i].value;
	}
	return "\"text\"";
}

/* The name alone says little of the type: "participants" are keys here and a number there. */
static bool fits(const struct model_field *field, const char *value)
{
	bool is_quoted = *value == '"';
	bool is_word = *value == 't' || *value == 'f';

	if (field->message || field->enumeration)
		return false;
	if (field->proto->type == TYPE(BOOL))
		return is_word;
	if (field_is_wide(field) && is_quoted)
		return strspn(value + 1, "-0123456789") == strlen(value) - 2;
	if (field_is_integer(field))
		return !field_is_wide(field) && !is_quoted && !is_word;
	return field_is_string(field) && is_quoted;
}

static const char *first_value(const struct model_enum *enumeration)
{
	const Google__Protobuf__EnumDescriptorProto *proto = enumeration->proto;
	size_t first = proto->n_value > 1 && strstr(proto->value[0]->name, "UNSPECIFIED") ? 1 : 0;

	return keep_format("\"%s\"", proto->value[first]->name);
}

/* When nothing is known but the type. */
static const char *by_type(const struct model_field *field)
{
	bool has_least = field->rules->gte_opt_case == ASSKOMM__RULES__GTE_OPT_GTE;
	long long least = has_least ? (long long)field->rules->gte : 3;

	if (field->enumeration)
		return first_value(field->enumeration);
	if (field->proto->type == TYPE(BYTES))
		return "\"CgoyMDIzLTA4LTA5\"";
	if (field->proto->type == TYPE(BOOL))
		return "true";
	if (field_is_wide(field))
		return keep_format("\"%lld\"", least);
	return field_is_string(field) ? by_ending(field->proto->json_name)
				      : keep_format("%lld", least);
}

/* One value of a field that is no message. */
static const char *scalar(const struct model_field *field)
{
	const struct row *row = FIND(ROWS, field->proto->json_name);

	if (!row || !fits(field, row->value))
		row = FIND(BY_FORMAT, field->rules->format);
	return row && fits(field, row->value) ? row->value : by_type(field);
}

/* The row of just this field, or of a whole message. */
static const struct row *own_row(
	const struct model_message *message, const struct model_field *field)
{
	return FIND(ROWS, field ? keep_format("%s.%s", message->component, field->proto->json_name)
				: message->component);
}

static void value(struct json *json, const char *name, const struct model_field *field)
{
	if (field->message)
		example_message(json, name, field->message, NULL);
	else
		json_raw(json, name, scalar(field));
}

void example_field(struct json *json, const char *name, const struct model_message *message,
	const struct model_field *field)
{
	const struct row *row = own_row(message, field);

	if (row && row->value) {
		json_raw(json, name, row->value);
	} else if (field_is_map(field)) {
		json_object(json, name);
		value(json, "key", &field->message->fields[1]);
		json_close(json, '}');
	} else if (field_is_repeated(field)) {
		json_array(json, name);
		value(json, NULL, field);
		json_close(json, ']');
	} else {
		value(json, name, field);
	}
}

void example_message(struct json *json, const char *name, const struct model_message *message,
	const struct model_method *method)
{
	const struct row *row = own_row(message, NULL);

	if (row && row->value) {
		json_raw(json, name, row->value);
		return;
	}
	json_object(json, name);
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct model_field *field = &message->fields[i];
		const struct row *own = own_row(message, field);

		if (route_is_in_body(method, field) && (!own || own->value))
			example_field(json, field->proto->json_name, message, field);
	}
	json_close(json, '}');
}

const char *example_word(const struct model_message *message, const struct model_field *field)
{
	const struct row *row = own_row(message, field);
	const char *json = row && row->value ? row->value : scalar(field);

	return *json == '"' ? keep_text(json + 1, strlen(json) - 2) : json;
}
