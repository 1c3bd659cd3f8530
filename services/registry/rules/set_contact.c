/* A contact is an official's data, kept for a purpose: it belongs to a participant or to an
 * organisation, is seen where that is, and no longer kept than its purpose allows. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include "people_facts.h"
#include <string.h>

#define STATE "14" /* who reaches it sees organisations without areas of their own */

/* Where no list of purposes says otherwise; the same stands in kept_until() of the schema. */
#define RETENTION_MONTHS 24u

/* Purposes that differ from what holds for others: months, and from when they count. To add one: a
 * row. */
static const struct purpose {
	const char *code;
	unsigned months;
	bool of_a_day; /* served on the first day; others last as long as the role */
} PURPOSES[] = {
	{ "agreement_signatory", 120, true },
	{ "event_participant", 12, true },
	{ "grant_contact", 120, false },
};

/* NULL for one that is as most are. */
static const struct purpose *find_purpose(const char *code)
{
	for (size_t i = 0; i < sizeof(PURPOSES) / sizeof(PURPOSES[0]); i++)
		if (strcmp(PURPOSES[i].code, code) == 0)
			return &PURPOSES[i];
	return NULL;
}

/* The day from which the retention counts; "" while the role lasts. */
static const char *served_on(const Registry__SetContactRequest *wish, const struct purpose *purpose)
{
	if (wish->valid_until[0] != '\0')
		return wish->valid_until;
	return purpose != NULL && purpose->of_a_day ? wish->valid_from : "";
}

/* The list of purposes decides, where there is one. */
static unsigned months_of(const Registry__Contact *contact, const struct purpose *purpose)
{
	if (contact->retention_months > 0)
		return contact->retention_months;
	return purpose != NULL ? purpose->months : RETENTION_MONTHS;
}

/* The same day so many months later, or the last of a shorter month; as PostgreSQL counts. */
static char *add_months(struct arena *arena, const char *day, unsigned months)
{
	char *text = arena_alloc(arena, CIVIL_DATE_SIZE);
	struct civil_date date;
	unsigned month;

	CHECK(civil_parse(day, &date));
	month = (unsigned)date.month - 1 + months;
	date.year += (int)(month / 12);
	date.month = (int)(month % 12) + 1;
	do /* at most three times */
		civil_print(date, text);
	while (!civil_parse(text, &(struct civil_date){ 0 }) && date.day-- > 28);
	return text;
}

/* A shorter time than the purpose's can be wished, a longer one not. */
static enum verdict set_retention(
	struct ruling *ruling, const Registry__Contact *contact, Registry__SetContactRequest *wish)
{
	const struct purpose *purpose = find_purpose(wish->purpose);
	const char *served = served_on(wish, purpose);
	char *latest = served[0] != '\0'
			       ? add_months(ruling->arena, served, months_of(contact, purpose))
			       : text_copy(ruling->arena, "");

	if (wish->retain_until[0] == '\0')
		wish->retain_until = latest;
	if (latest[0] != '\0' && strcmp(wish->retain_until, latest) > 0)
		return refuse(ruling, FAILURE_REFUSED, "retainUntil", "purpose",
			"data for this purpose are kept until %s at the longest", latest);
	if (wish->retain_until[0] != '\0' && strcmp(wish->retain_until, ruling->today) < 0)
		return refuse(ruling, FAILURE_REFUSED, "retainUntil", "retention",
			"these data were to be kept until %s: there is nothing to record any more",
			wish->retain_until);
	return ACCEPTED;
}

/* A consent has a day; what is a public task needs none. */
static enum verdict check_basis(struct ruling *ruling, const Registry__SetContactRequest *wish)
{
	bool consent = wish->legal_basis == REGISTRY__LEGAL_BASIS__CONSENT;

	if (consent != (wish->consent_on[0] != '\0'))
		return refuse(ruling, FAILURE_REFUSED, "consentOn", "legal_basis",
			"give the day of the consent where that is the legal basis, and only "
			"there");
	return require_past(ruling, "consentOn", wish->consent_on);
}

/* Seen by those who reach it; the participant's key takes the place of its name. */
static enum verdict belong_to_participant(
	struct ruling *ruling, Registry__Contact *contact, Registry__SetContactRequest *wish)
{
	Registry__Party *party = the_body(ruling, contact->resolved, "", "participant");

	if (party == NULL)
		return REFUSED;
	wish->participant = party->key;
	contact->n_participants = 0;
	contact->participants = NULL;
	reflect_append(ruling->arena, &contact->base, "participants", party->key);
	return ACCEPTED;
}

/* Seen where the organisation is competent. */
static enum verdict belong_to_organisation(
	struct ruling *ruling, Registry__Contact *contact, const Registry__SetContactRequest *wish)
{
	const Registry__OrganisationRef *employer = contact->employer;

	if (employer == NULL)
		return refuse(ruling, FAILURE_NOT_FOUND, "organisation", "unknown",
			"\"%s\" is not known; register it first", wish->organisation);
	contact->n_participants = 0;
	contact->participants = NULL;
	for (size_t i = 0; i < employer->n_areas; i++)
		reflect_append(ruling->arena, &contact->base, "participants", employer->areas[i]);
	if (employer->n_areas == 0)
		reflect_append(ruling->arena, &contact->base, "participants",
			text_copy(ruling->arena, STATE));
	return ACCEPTED;
}

/* To one of the two. */
static enum verdict set_belonging(
	struct ruling *ruling, Registry__Contact *contact, Registry__SetContactRequest *wish)
{
	if ((wish->participant[0] == '\0') == (wish->organisation[0] == '\0'))
		return refuse(ruling, FAILURE_REFUSED, "participant", "belonging",
			"give either a participant or an organisation");
	return wish->participant[0] != '\0' ? belong_to_participant(ruling, contact, wish)
					    : belong_to_organisation(ruling, contact, wish);
}

/* Both facts have the same fields, none of them a person's. */
static void emit_contact(struct ruling *ruling, const Registry__Contact *contact)
{
	struct emitted *emitted = emit(ruling,
		contact->version == 0 ? &registry__contact_recorded__descriptor
				      : &registry__contact_changed__descriptor,
		contact->version == 0 ? people_valid_on(ruling, contact->valid_from)
				      : ruling->today,
		contact->n_participants, contact->participants);

	reflect_share(emitted->fact, &contact->base);
	/* the two types lay out equal fields alike */
	((Registry__ContactRecorded *)(void *)emitted->fact)->contact_id = contact->id;
}

/* What the request says of the purpose and the past. */
static enum verdict check_state(struct ruling *ruling, const Registry__Contact *contact,
	const Registry__SetContactRequest *wish)
{
	if (contact->erased_on[0] != '\0')
		return refuse(ruling, FAILURE_CONFLICT, "id", "erased",
			"this contact was erased on %s: take another id, or leave it out",
			contact->erased_on);
	if (contact->n_unknown_purposes > 0)
		return refuse(ruling, FAILURE_REFUSED, "purpose", "unknown",
			"the list contact_purposes has no code %s on %s", wish->purpose,
			wish->valid_from);
	return people_require_period(ruling, "validUntil", wish->valid_from, wish->valid_until);
}

/* Compared before the participants are set anew: who may see it can change without the request. */
enum verdict set_contact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Contact *contact = AS(Registry__Contact, registry__contact, aggregate);
	Registry__SetContactRequest *wish = AS(Registry__SetContactRequest,
		registry__set_contact_request, reflect_clone(ruling->arena, request));
	Registry__SetContactRequest now = REGISTRY__SET_CONTACT_REQUEST__INIT;
	Registry__Contact before = *contact;

	if (check_state(ruling, contact, wish) == REFUSED ||
		set_belonging(ruling, contact, wish) == REFUSED ||
		check_basis(ruling, wish) == REFUSED ||
		set_retention(ruling, contact, wish) == REFUSED)
		return REFUSED;
	reflect_share(&now.base, aggregate);
	reflect_share(aggregate, &wish->base);
	if (contact->version > 0 && people_same(ruling->arena, &now.base, &wish->base) &&
		people_same(ruling->arena, &before.base, &contact->base))
		return UNCHANGED;
	emit_contact(ruling, contact);
	return ACCEPTED;
}
