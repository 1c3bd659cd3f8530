/* Everything the registry answers.
 * To add one: the rpc in proto/asskomm/registry.proto, a row here, a rule (or a query's .sql), a
 * case file in tests/rules/registry. */
#include "registry.h"

#include "retention.h"
#include "rules/rules.h"

static const struct command commands[] = {
	/* rpc, works on, load, rule, save */
	{ "ImportTerritory", &registry__territory__descriptor, "territory.load", import_territory,
		"territory.save", NULL },
	{ "RegisterConsortium", &registry__participant__descriptor, "consortium.load",
		register_consortium, "participant.save", NULL },
	{ "RecordContact", &registry__participant__descriptor, "participant.load", record_contact,
		"participant.save", NULL },
	{ "RecordAdvice", &registry__participant__descriptor, "participant.load", record_advice,
		"participant.save", NULL },
	{ "SetCooperationLevel", &registry__participant__descriptor, "participant.load",
		set_cooperation_level, "participant.save", NULL },
	{ "SignPreliminaryAgreement", &registry__participant__descriptor, "participant.load",
		sign_preliminary_agreement, "participant.save", NULL },
	{ "DesignateModelMunicipality", &registry__participant__descriptor, "participant.load",
		designate_model_municipality, "participant.save", NULL },
	{ "DeclineCooperation", &registry__participant__descriptor, "participant.load",
		decline_cooperation, "participant.save", NULL },
	{ "WithdrawParticipantFact", &registry__participant__descriptor, "participant.withdraw",
		withdraw_participant_fact, "participant.save", NULL },
	{ "SignAgreement", &registry__agreement__descriptor, "agreement.new", sign_agreement,
		"agreement.save", NULL },
	{ "TerminateAgreement", &registry__agreement__descriptor, "agreement.load",
		terminate_agreement, "agreement.save", NULL },
	{ "ReinstateAgreement", &registry__agreement__descriptor, "agreement.load",
		reinstate_agreement, "agreement.save", NULL },
	{ "CorrectAgreement", &registry__agreement__descriptor, "agreement.load", correct_agreement,
		"agreement.save", NULL },
	{ "WithdrawAgreement", &registry__agreement__descriptor, "agreement.load",
		withdraw_agreement, "agreement.save", NULL },
	{ "ConstituteCouncil", &registry__council__descriptor, "council.new", constitute_council,
		"council.save", NULL },
	{ "ChangeCouncil", &registry__council__descriptor, "council.load", change_council,
		"council.save", NULL },
	{ "WithdrawCouncilFact", &registry__council__descriptor, "council.load",
		withdraw_council_fact, "council.save", NULL },
	{ "SetCodeList", &registry__code_list__descriptor, "code_list.load", set_code_list,
		"code_list.save", NULL },
	{ "SetOrganisation", &registry__organisation__descriptor, "organisation.load",
		set_organisation, "organisation.save", NULL },
	{ "AssignAdvisers", &registry__district_advisers__descriptor, "district_advisers.load",
		assign_advisers, "district_advisers.save", NULL },
	{ "WithdrawAdviser", &registry__district_advisers__descriptor, "district_advisers.load",
		withdraw_adviser, "district_advisers.save", NULL },
	{ "SetContact", &registry__contact__descriptor, "contact.load", set_contact, "contact.save",
		NULL },
	{ "EraseContact", &registry__contact__descriptor, "contact.kept", erase_contact,
		"contact.save", NULL },
	{ "SetBoundaries", &registry__boundaries__descriptor, "boundaries.load", set_boundaries,
		"boundaries.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "FindParticipants", "find_participants", NULL, NULL },
	{ "GetParticipant", "get_participant", NULL, NULL },
	{ "ListAgreements", "list_agreements", NULL, NULL },
	{ "GetAgreement", "get_agreement", NULL, NULL },
	{ "ListCouncils", "list_councils", NULL, NULL },
	{ "GetCouncil", "get_council", NULL, NULL },
	{ "ResolveParties", "resolve_parties", NULL, NULL },
	{ "PreviewTerritory", "territory.load", &registry__territory__descriptor,
		preview_territory },
	{ "GetTerritory", "get_territory", NULL, NULL },
	{ "ListMunicipalities", "list_municipalities", NULL, NULL },
	{ "Search", "search", NULL, NULL },
	{ "GetBoundaries", "get_boundaries", NULL, NULL },
	{ "ListCodeLists", "list_code_lists", NULL, NULL },
	{ "GetCodeList", "get_code_list", NULL, NULL },
	{ "ListOrganisations", "list_organisations", NULL, NULL },
	{ "GetOrganisation", "get_organisation", NULL, NULL },
	{ "ListAdvisers", "list_advisers", NULL, NULL },
	{ "GetDistrictAdvisers", "get_district_advisers", NULL, NULL },
	{ "ListContacts", "list_contacts", NULL, NULL },
	{ "GetContact", "get_contact", NULL, NULL },
	{ "ListContactReaders", "list_contact_readers", NULL, NULL },
	{ "ResolveCodes", "resolve_codes", NULL, NULL },
	{ "ResolveInhabitants", "resolve_inhabitants", NULL, NULL },
	{ .rpc = NULL },
};

static const struct constraint constraints[] = {
	{ "accession_one_at_a_time", FAILURE_CONFLICT, "accessions", "one_at_a_time",
		"a participant has an accession in force already; terminate that first" },
	{ "council_one_per_participant", FAILURE_CONFLICT, "participant", "one_at_a_time",
		"this participant has a council already; reactivate or dissolve that one" },
	{ "party_pkey", FAILURE_CONFLICT, "name", "once",
		"a consortium has this name, or one that makes the same key" },
	{ .name = NULL },
};

/* Itself: what ends by the clock is erased by the same command as what a person asks for. */
static const char *const peers[] = { "registry", NULL };

static struct setting settings[] = {
	{ "ASSKOMM_RETENTION_CHECK_S", "3600", false,
		"seconds between looks for contacts that are past their day", NULL },
	{ .name = NULL },
};

const struct service_table registry = {
	.name = "registry",
	.descriptor = &registry__registry__descriptor,
	.commands = commands,
	.queries = queries,
	.constraints = constraints,
	.peers = peers,
	.on_start = retention_start,
	.is_quiet = retention_is_quiet,
	.on_end = retention_stop,
	.settings = settings,
};
