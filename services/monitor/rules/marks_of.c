/* Which fact counts where: the definitions of the published counters (proto/asskomm/monitor.proto).
 *
 * One row per kind of fact and counter. A unit is what is counted once: a participant for what it
 * is or has, a process for what is run through. Municipalities of one analysis are units of their
 * own; the budget is a value that ends with its year. */
#include "marks.h"
#include "rules.h"

#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

enum unit {
	UNIT_PARTICIPANT,
	UNIT_AGGREGATE, /* the header's aggregate */
	UNIT_ACCESSION, /* aggregate and participant */
};

enum who {
	WHO_ALL,
	WHO_MUNICIPAL, /* towns, municipalities, unions, consortia: no districts */
	WHO_DISTRICT,
};

/* To add one: a row. */
static const struct counting {
	const ProtobufCMessageDescriptor *fact;
	const char *counter;
	enum unit unit;
	enum who who;
	int64_t n;
} COUNTINGS[] = {
	{ &registry__participant_contacted__descriptor, "contacted", UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__participant_advised__descriptor, "contacted", UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__participant_advised__descriptor, "advised", UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__preliminary_agreement_signed__descriptor, "preliminaryAgreements",
		UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__model_municipality_designated__descriptor, "modelMunicipalities",
		UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__agreement_signed__descriptor, "agreements", UNIT_PARTICIPANT, WHO_ALL, 1 },
	{ &registry__agreement_terminated__descriptor, "agreements", UNIT_PARTICIPANT, WHO_ALL, 0 },
	{ &registry__agreement_signed__descriptor, "agreementsGross", UNIT_ACCESSION, WHO_ALL, 1 },
	{ &registry__council_constituted__descriptor, "councils", UNIT_AGGREGATE, WHO_MUNICIPAL,
		1 },
	{ &registry__council_reactivated__descriptor, "councils", UNIT_AGGREGATE, WHO_MUNICIPAL,
		1 },
	{ &registry__council_went_dormant__descriptor, "councils", UNIT_AGGREGATE, WHO_MUNICIPAL,
		0 },
	{ &registry__council_dissolved__descriptor, "councils", UNIT_AGGREGATE, WHO_MUNICIPAL, 0 },
	{ &registry__council_constituted__descriptor, "districtCouncils", UNIT_AGGREGATE,
		WHO_DISTRICT, 1 },
	{ &registry__council_reactivated__descriptor, "districtCouncils", UNIT_AGGREGATE,
		WHO_DISTRICT, 1 },
	{ &registry__council_went_dormant__descriptor, "districtCouncils", UNIT_AGGREGATE,
		WHO_DISTRICT, 0 },
	{ &registry__council_dissolved__descriptor, "districtCouncils", UNIT_AGGREGATE,
		WHO_DISTRICT, 0 },
	{ &coaching__coaching_requested__descriptor, "coachingsRequested", UNIT_AGGREGATE, WHO_ALL,
		1 },
	{ &coaching__coach_matched__descriptor, "coachesMatched", UNIT_AGGREGATE, WHO_ALL, 1 },
	{ &coaching__coaching_started__descriptor, "coachings", UNIT_AGGREGATE, WHO_ALL, 1 },
	{ &analysis__analysis_kicked_off__descriptor, "analysesStarted", UNIT_AGGREGATE, WHO_ALL,
		1 },
	{ &analysis__analysis_presented__descriptor, "analyses", UNIT_AGGREGATE, WHO_ALL, 1 },
};

#define STATE "14"
#define DISTRICT_LEN 5

/* A key begins with its district's. */
static char *district_of(struct arena *arena, const char *place)
{
	if (strlen(place) < DISTRICT_LEN)
		return text_copy(arena, STATE);
	return text_copy_len(arena, place, DISTRICT_LEN);
}

/* The aggregate of a consortium's facts is the consortium. */
struct subject marks_subject(const Asskomm__FactHeader *header)
{
	const char *first = header->n_participants > 0 ? header->participants[0] : "";

	if (strncmp(header->aggregate, "k-", 2) == 0)
		return (struct subject){ header->aggregate, first };
	return (struct subject){ first, first };
}

/* By its length alone: consortia begin with "k-" and are longer, or this would count them. */
static bool is_district(const char *participant)
{
	return strlen(participant) == DISTRICT_LEN;
}

/* By the district of its place: what counts for a district counts for the state. */
Monitor__Mark *mark_new(struct arena *arena, const char *counter, const char *unit,
	struct subject subject, const char *valid_on, int64_t n)
{
	Monitor__Mark *mark = NEW(arena, Monitor__Mark);

	monitor__mark__init(mark);
	mark->counter = text_copy(arena, counter);
	mark->unit = text_copy(arena, unit);
	mark->participant = text_copy(arena, subject.key);
	mark->district = district_of(arena, subject.place);
	mark->valid_on = text_copy(arena, valid_on);
	mark->n = n;
	return mark;
}

static void add_mark(struct arena *arena, Monitor__Marks *marks, const char *counter,
	const char *unit, struct subject subject, const char *valid_on, int64_t n)
{
	reflect_append(
		arena, &marks->base, "marks", mark_new(arena, counter, unit, subject, valid_on, n));
}

/* The unit is what is counted once however many facts speak of it. */
static const char *unit_of(struct arena *arena, const struct counting *counting,
	const Asskomm__FactHeader *header, const char *participant)
{
	switch (counting->unit) {
	case UNIT_PARTICIPANT:
		return participant;
	case UNIT_AGGREGATE:
		return header->aggregate;
	case UNIT_ACCESSION:
		return text_format(arena, "%s/%s", header->aggregate, participant);
	}
	return NULL;
}

/* A consortium's key is no district's, so it is municipal. */
static bool counts_for(const struct counting *counting, const char *participant)
{
	return counting->who == WHO_ALL ||
	       is_district(participant) == (counting->who == WHO_DISTRICT);
}

/* About the first participant: a fact that counts is about one, or, as an analysis, counts once. */
static void mark_countings(struct arena *arena, Monitor__Marks *marks,
	const Asskomm__FactHeader *header, const ProtobufCMessageDescriptor *type)
{
	struct subject subject = marks_subject(header);

	for (size_t i = 0; i < sizeof(COUNTINGS) / sizeof(COUNTINGS[0]); i++)
		if (COUNTINGS[i].fact == type && counts_for(&COUNTINGS[i], subject.key))
			add_mark(arena, marks, COUNTINGS[i].counter,
				unit_of(arena, &COUNTINGS[i], header, subject.key), subject,
				header->valid_on, COUNTINGS[i].n);
}

/* Everybody that a fact is about takes part from then on; a withdrawal or a merger makes nobody
 * take part. */
static void mark_participants(struct arena *arena, Monitor__Marks *marks,
	const Asskomm__FactHeader *header, const ProtobufCMessageDescriptor *type)
{
	struct subject subject = marks_subject(header);

	if (type == &asskomm__fact_withdrawn__descriptor ||
		type == &registry__municipality_succeeded__descriptor || subject.key[0] == '\0')
		return;
	add_mark(arena, marks, "participants", subject.key, subject, header->valid_on, 1);
	for (size_t i = 1; i < header->n_participants && subject.key == subject.place; i++) {
		subject.key = subject.place = header->participants[i];
		add_mark(arena, marks, "participants", subject.key, subject, header->valid_on, 1);
	}
}

/* A municipality in two analyses is one unit, so it counts once. */
static void mark_municipalities(
	struct arena *arena, Monitor__Marks *marks, const Asskomm__FactHeader *header)
{
	for (size_t i = 0; i < header->n_participants; i++) {
		struct subject town = { header->participants[i], header->participants[i] };

		add_mark(arena, marks, "municipalitiesAnalysed", town.key, town, header->valid_on,
			1);
	}
}

/* The level is a value and not a flag: LOOSE sets the unit back to 0 from that day on. */
static void mark_cooperation(struct arena *arena, Monitor__Marks *marks,
	const Asskomm__FactHeader *header, const Registry__ParticipantCooperationLevelChanged *fact)
{
	struct subject subject = marks_subject(header);

	if (!is_district(subject.key))
		add_mark(arena, marks, "closelyCooperating", subject.key, subject, header->valid_on,
			fact->level == REGISTRY__COOPERATION_LEVEL__CLOSE ? 1 : 0);
}

/* The budget of a year is the figure of that year's days, from the day of its decision on. */
static void mark_budget(struct arena *arena, Monitor__Marks *marks,
	const Asskomm__FactHeader *header, const Funding__BudgetSet *fact)
{
	struct subject state = { "", "" };
	const char *unit = text_format(arena, "%u", fact->year);
	const char *first = text_format(arena, "%04u-01-01", fact->year);
	const char *after = text_format(arena, "%04u-01-01", fact->year + 1);

	if (strcmp(header->valid_on, after) >= 0)
		return; /* decided when the year was over: it never was the figure of a day */
	if (strcmp(header->valid_on, first) > 0)
		first = header->valid_on;
	add_mark(arena, marks, "budgetCents", unit, state, first, fact->amount_cents);
	add_mark(arena, marks, "budgetCents", unit, state, after, 0);
}

/* ---- successions */

/* Counters beside COUNTINGS whose unit is a participant. */
static const char *const OTHERS_BY_PARTICIPANT[] = { "participants", "municipalitiesAnalysed",
	"closelyCooperating" };

/* Once each, though two kinds of fact may count in one. */
static void add_counter(struct arena *arena, Monitor__Succession *succession, const char *counter)
{
	for (size_t i = 0; i < succession->n_counters; i++)
		if (strcmp(succession->counters[i], counter) == 0)
			return;
	reflect_append(arena, &succession->base, "counters", text_copy(arena, counter));
}

/* A merged municipality counts once: what the predecessor was, the successor is from that day on.
 * Processes and documents (coachings, councils, accessions ever signed) stay what they are. */
static void mark_succession(struct arena *arena, Monitor__Marks *marks,
	const Asskomm__FactHeader *header, const Registry__MunicipalitySucceeded *fact)
{
	Monitor__Succession *succession = NEW(arena, Monitor__Succession);
	const char *predecessor = fact->predecessor != NULL ? fact->predecessor->key : "";
	const char *successor = fact->successor != NULL ? fact->successor->key : "";

	if (predecessor[0] == '\0' || strcmp(predecessor, successor) == 0)
		return;
	monitor__succession__init(succession);
	succession->predecessor = text_copy(arena, predecessor);
	succession->predecessor_district = district_of(arena, predecessor);
	succession->successor = text_copy(arena, successor);
	succession->successor_district = district_of(arena, successor);
	succession->valid_on = text_copy(arena, header->valid_on);
	for (size_t i = 0; i < sizeof(COUNTINGS) / sizeof(COUNTINGS[0]); i++)
		if (COUNTINGS[i].unit == UNIT_PARTICIPANT)
			add_counter(arena, succession, COUNTINGS[i].counter);
	for (size_t i = 0; i < sizeof(OTHERS_BY_PARTICIPANT) / sizeof(char *); i++)
		add_counter(arena, succession, OTHERS_BY_PARTICIPANT[i]);
	reflect_append(arena, &marks->base, "successions", succession);
}

/* What a fact corrects or takes back is undone by the statement, which knows the marks of the fact
 * that is gone. */
ProtobufCMessage *marks_of(
	struct arena *arena, const Asskomm__FactHeader *header, const ProtobufCMessage *fact)
{
	Monitor__Marks *marks = NEW(arena, Monitor__Marks);
	const ProtobufCMessageDescriptor *type = fact->descriptor;

	monitor__marks__init(marks);
	mark_participants(arena, marks, header, type);
	mark_countings(arena, marks, header, type);
	mark_cases(arena, marks, header, fact);
	mark_advisers(arena, marks, fact);
	if (type == &analysis__analysis_presented__descriptor)
		mark_municipalities(arena, marks, header);
	else if (type == &registry__participant_cooperation_level_changed__descriptor)
		mark_cooperation(arena, marks, header,
			AS(Registry__ParticipantCooperationLevelChanged,
				registry__participant_cooperation_level_changed, fact));
	else if (type == &funding__budget_set__descriptor)
		mark_budget(
			arena, marks, header, AS(Funding__BudgetSet, funding__budget_set, fact));
	else if (type == &registry__municipality_succeeded__descriptor)
		mark_succession(arena, marks, header,
			AS(Registry__MunicipalitySucceeded, registry__municipality_succeeded,
				fact));
	else if (type == &registry__territory_changed__descriptor)
		places_of_territory(arena, marks,
			AS(Registry__TerritoryChanged, registry__territory_changed, fact));
	else if (type == &registry__consortium_registered__descriptor)
		places_of_consortium(arena, marks, header->valid_on,
			AS(Registry__ConsortiumRegistered, registry__consortium_registered, fact));
	return &marks->base;
}
