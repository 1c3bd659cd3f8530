/* A cooperation agreement is signed by each municipality that accedes, with police and LPR: one
 * document, one accession and one fact per municipality. */
#include "rules.h"

#include "agreement_facts.h"
#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* Who can sign for a municipality, union or district. */
static const char *const MUNICIPAL_ROLES[] = { "mayor", "lord_mayor", "deputy_mayor",
	"first_deputy_mayor", "district_administrator", "union_chair",
	"municipality_representative" };

/* Roles are an open list (a code); only these bind a municipality. */
static bool signs_for_municipality(const Registry__Person *person)
{
	for (size_t i = 0; i < sizeof(MUNICIPAL_ROLES) / sizeof(MUNICIPAL_ROLES[0]); i++)
		if (strcmp(person->role, MUNICIPAL_ROLES[i]) == 0)
			return true;
	return false;
}

/* The organisation is the party's key or name; a lone accession needs none to be named. */
static bool signs_for(struct arena *arena, const Registry__Person *person,
	const Registry__Party *party, bool alone)
{
	if (!signs_for_municipality(person))
		return false;
	if (person->organisation[0] == '\0')
		return alone;
	return strcmp(person->organisation, party->key) == 0 ||
	       strstr(text_fold(arena, person->organisation), text_fold(arena, party->name)) !=
		       NULL;
}

/* Each accession needs a signature of its own; one mayor may sign for several towns that he names.
 */
static enum verdict require_signatory(struct ruling *ruling,
	const Registry__SignAgreementRequest *wish, const Registry__Party *party)
{
	for (size_t i = 0; i < wish->n_signatories; i++)
		if (signs_for(ruling->arena, wish->signatories[i], party, wish->n_accessions == 1))
			return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, "signatories", "municipality_signs",
		"%s does not sign: add a signatory with the role mayor or lord_mayor and the "
		"organisation "
		"\"%s\"",
		party->name, party->key);
}

/* A name becomes a contact; agreement and facts keep its id, role and organisation. */
static Registry__Signatory *keep_person(
	struct ruling *ruling, Registry__Agreement *agreement, const Registry__Person *person)
{
	Registry__Signatory *signatory = NEW(ruling->arena, Registry__Signatory);
	Registry__Contact *contact;

	registry__signatory__init(signatory);
	signatory->role = person->role;
	signatory->organisation = person->organisation;
	if (person->name[0] == '\0')
		return signatory;
	contact = NEW(ruling->arena, Registry__Contact);
	registry__contact__init(contact);
	contact->id = signatory->contact_id = ruling_id(ruling);
	contact->name = person->name;
	contact->role = person->role;
	contact->organisation = person->organisation;
	contact->purpose = text_copy(ruling->arena, "agreement_signatory");
	reflect_append(ruling->arena, &agreement->base, "contacts", contact);
	return signatory;
}

/* One accession; the agreement grows by it. That a participant has no other accession in force is a
 * constraint of the database, as for councils. */
static enum verdict accede(struct ruling *ruling, Registry__Agreement *agreement,
	const Registry__SignAgreementRequest *wish, size_t place)
{
	Registry__Party *party = the_body(ruling, agreement->resolved[place], wish->signed_on,
		text_format(ruling->arena, "accessions[%zu]", place));
	Registry__Accession *accession = NEW(ruling->arena, Registry__Accession);

	if (party == NULL || require_signatory(ruling, wish, party) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < agreement->n_accessions; i++)
		if (strcmp(agreement->accessions[i]->participant, party->key) == 0)
			return refuse(ruling, FAILURE_INVALID,
				text_format(ruling->arena, "accessions[%zu]", place), "twice",
				"%s is named twice", party->name);
	registry__accession__init(accession);
	accession->participant = party->key;
	accession->name = party->name;
	accession->district = party->district;
	reflect_append(ruling->arena, &agreement->base, "accessions", accession);
	reflect_append(ruling->arena, &agreement->base, "participants", party->key);
	return ACCEPTED;
}

/* After all have acceded, so that each fact tells how many they are. */
static void emit_signed(struct ruling *ruling, Registry__Agreement *agreement, size_t place)
{
	Registry__Accession *accession = agreement->accessions[place];
	struct emitted *emitted = emit(ruling, &registry__agreement_signed__descriptor,
		agreement->signed_on, 1, &accession->participant);

	accession->fact_id = emitted->id;
	emitted->fact = &agreement_signed_fact(ruling->arena, agreement,
		party_of(agreement->resolved[place], accession->participant))
				 ->base;
}

/* Late entry is normal: what is recorded today may have ended years ago. */
static enum verdict end_as_entered(struct ruling *ruling, Registry__Agreement *agreement,
	const Registry__SignAgreementRequest *wish)
{
	if (wish->terminated_on[0] == '\0')
		return ACCEPTED;
	if (require_past(ruling, "terminatedOn", wish->terminated_on) == REFUSED)
		return REFUSED;
	if (strcmp(wish->terminated_on, wish->signed_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "terminatedOn", "order",
			"an agreement can end only after the day it was signed");
	for (size_t i = 0; i < agreement->n_accessions; i++)
		agreement_end_accession(ruling, agreement, agreement->accessions[i],
			wish->terminated_on, wish->termination_reason);
	agreement->status = REGISTRY__AGREEMENT__STATUS__TERMINATED;
	return ACCEPTED;
}

/* Fields are counted and compared by their codes, so a slip of the pen would make a field of its
 * own. */
static enum verdict require_known_fields(struct ruling *ruling,
	const Registry__Agreement *agreement, const Registry__SignAgreementRequest *wish)
{
	const char *unknown;
	size_t place = 0;

	if (agreement->n_unknown_action_fields == 0)
		return ACCEPTED;
	unknown = agreement->unknown_action_fields[0];
	while (place < wish->n_action_fields && strcmp(wish->action_fields[place], unknown) != 0)
		place++;
	return refuse(ruling, FAILURE_REFUSED,
		text_format(ruling->arena, "actionFields[%zu]", place), "unknown",
		"the list action_fields has no code %s on %s", unknown, wish->signed_on);
}

/* `resolved` has an item per accession of the request, in its order. */
enum verdict sign_agreement(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Agreement *agreement = AS(Registry__Agreement, registry__agreement, aggregate);
	const Registry__SignAgreementRequest *wish =
		AS(Registry__SignAgreementRequest, registry__sign_agreement_request, request);

	if (require_past(ruling, "signedOn", wish->signed_on) == REFUSED)
		return REFUSED;
	for (size_t i = 0; i < agreement->n_resolved; i++)
		if (accede(ruling, agreement, wish, i) == REFUSED)
			return REFUSED;
	if (require_known_fields(ruling, agreement, wish) == REFUSED)
		return REFUSED;
	agreement->id = ruling_id(ruling);
	agreement->status = REGISTRY__AGREEMENT__STATUS__IN_FORCE;
	agreement->signed_on = wish->signed_on;
	agreement->mode = wish->mode;
	agreement->n_action_fields = wish->n_action_fields;
	agreement->action_fields = wish->action_fields;
	for (size_t i = 0; i < wish->n_signatories; i++)
		reflect_append(ruling->arena, aggregate, "signatories",
			keep_person(ruling, agreement, wish->signatories[i]));
	for (size_t i = 0; i < wish->n_witnesses; i++)
		reflect_append(ruling->arena, aggregate, "witnesses",
			keep_person(ruling, agreement, wish->witnesses[i]));
	for (size_t i = 0; i < agreement->n_accessions; i++)
		emit_signed(ruling, agreement, i);
	return end_as_entered(ruling, agreement, wish);
}
