/* What each fact means to the counters, one row per type. Nothing here is taken from the monitor's
 * rule: both follow domain.md 7.1, so an error in one shows as a difference. */
#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include "recount.h"
#include <stdio.h>
#include <string.h>

#define ROW_COUNTERS 2
#define DISTRICT_LEN 5     /* a key begins with its district, AGS5 */
#define NONE COUNTER_COUNT /* ends the counters of a row */

/* A type whose parties (field `participant` or `municipalities`) count. The unit is the text in
 * `unit_field`, or the party's key. */
struct row {
	const ProtobufCMessageDescriptor *type;
	const char *unit_field;
	int64_t value;
	enum counter counters[ROW_COUNTERS];
};

/* To add one: a row here. */
static const struct row ROWS[] = {
	{ &registry__participant_contacted__descriptor, NULL, 1, { COUNTER_CONTACTED, NONE } },
	{ &registry__participant_advised__descriptor, NULL, 1,
		{ COUNTER_CONTACTED, COUNTER_ADVISED } },
	{ &registry__preliminary_agreement_signed__descriptor, NULL, 1,
		{ COUNTER_PRELIMINARY_AGREEMENTS, NONE } },
	{ &registry__model_municipality_designated__descriptor, NULL, 1,
		{ COUNTER_MODEL_MUNICIPALITIES, NONE } },
	{ &registry__agreement_signed__descriptor, NULL, 1, { COUNTER_AGREEMENTS, NONE } },
	{ &registry__agreement_terminated__descriptor, NULL, 0, { COUNTER_AGREEMENTS, NONE } },
	{ &registry__council_constituted__descriptor, "council_id", 1, { COUNTER_COUNCILS, NONE } },
	{ &registry__council_went_dormant__descriptor, "council_id", 0,
		{ COUNTER_COUNCILS, NONE } },
	{ &registry__council_reactivated__descriptor, "council_id", 1, { COUNTER_COUNCILS, NONE } },
	{ &registry__council_dissolved__descriptor, "council_id", 0, { COUNTER_COUNCILS, NONE } },
	{ &coaching__coaching_requested__descriptor, "coaching_id", 1,
		{ COUNTER_COACHINGS_REQUESTED, NONE } },
	{ &coaching__coach_matched__descriptor, "coaching_id", 1,
		{ COUNTER_COACHES_MATCHED, NONE } },
	{ &coaching__coaching_started__descriptor, "coaching_id", 1, { COUNTER_COACHINGS, NONE } },
	{ &analysis__analysis_kicked_off__descriptor, "analysis_id", 1,
		{ COUNTER_ANALYSES_STARTED, NONE } },
	{ &analysis__analysis_presented__descriptor, "analysis_id", 1, { COUNTER_ANALYSES, NONE } },
};

/* One fact while it is read. */
struct view {
	struct recount *recount;
	const Asskomm__Fact *fact;
	const Asskomm__FactHeader *header;
	const char *fact_id; /* copied once for all its marks */
};

/* Copied, as the fact's page is gone long before the marks are counted. */
static void mark(const struct view *view, enum counter counter, const char *unit,
	const char *district, int64_t value)
{
	struct arena *arena = view->recount->arena;
	struct recount_mark made = { .counter = counter,
		.seq = view->fact->seq,
		.fact_id = view->fact_id,
		.unit = text_copy(arena, unit),
		.district = text_copy(arena, district),
		.value = value };
	snprintf(made.valid_on, sizeof made.valid_on, "%s", view->header->valid_on);
	recount_mark(view->recount, &made);
}

/* The parties of a fact: its `participant`, or its `municipalities`. */
static size_t find_parties(const ProtobufCMessage *content, Registry__Party *const **out_parties)
{
	const char *base = (const char *)content;
	const ProtobufCFieldDescriptor *one = reflect_field(content->descriptor, "participant");
	const ProtobufCFieldDescriptor *many = reflect_field(content->descriptor, "municipalities");
	if (one != NULL) {
		*out_parties = (Registry__Party *const *)(const void *)(base + one->offset);
		return **out_parties != NULL ? 1 : 0;
	}
	CHECK(many != NULL);
	*out_parties = *(Registry__Party *const *const *)(const void *)(base + many->offset);
	return *(const size_t *)(const void *)(base + many->quantifier_offset);
}

/* A field that is missing is a mistake in ROWS, not in the ledger. */
static const char *find_unit(const struct row *row, const ProtobufCMessage *content)
{
	if (row->unit_field == NULL) {
		return NULL;
	}
	const ProtobufCFieldDescriptor *field = reflect_field(content->descriptor, row->unit_field);
	CHECK(field != NULL);
	return *(char *const *)(const void *)((const char *)content + field->offset);
}

/* Councils of districts have a counter of their own. */
static enum counter counter_for(enum counter counter, const Registry__Party *party)
{
	bool district = party->kind == REGISTRY__PARTY_KIND__DISTRICT;
	return counter == COUNTER_COUNCILS && district ? COUNTER_DISTRICT_COUNCILS : counter;
}

/* One fact may count in several places: advice is contact too. */
static void mark_party(const struct view *view, const struct row *row, const char *unit,
	const Registry__Party *party)
{
	for (size_t i = 0; i < ROW_COUNTERS && row->counters[i] != NONE; i++) {
		mark(view, counter_for(row->counters[i], party), unit != NULL ? unit : party->key,
			party->district, row->value);
	}
}

/* An analysis of several municipalities is one unit, in the district of the first. */
static void read_row(
	const struct view *view, const struct row *row, const ProtobufCMessage *content)
{
	Registry__Party *const *parties;
	if (find_parties(content, &parties) > 0) {
		mark_party(view, row, find_unit(row, content), parties[0]);
	}
}

/* How many municipalities were analysed: one in two analyses counts once. */
static void read_presented(const struct view *view, const ProtobufCMessage *content)
{
	const Analysis__AnalysisPresented *presented =
		AS(Analysis__AnalysisPresented, analysis__analysis_presented, content);
	for (size_t i = 0; i < presented->n_municipalities; i++) {
		mark(view, COUNTER_MUNICIPALITIES_ANALYSED, presented->municipalities[i]->key,
			presented->municipalities[i]->district, 1);
	}
}

/* "Closely cooperating" is a status that an adviser sets and ends; districts are not counted. */
static void read_level(const struct view *view, const ProtobufCMessage *content)
{
	const Registry__ParticipantCooperationLevelChanged *changed =
		AS(Registry__ParticipantCooperationLevelChanged,
			registry__participant_cooperation_level_changed, content);
	const Registry__Party *party = changed->participant;
	if (party == NULL) {
		return;
	}
	if (party->kind != REGISTRY__PARTY_KIND__DISTRICT) {
		mark(view, COUNTER_CLOSELY_COOPERATING, party->key, party->district,
			changed->level == REGISTRY__COOPERATION_LEVEL__CLOSE);
	}
}

/* Accessions ever signed: an agreement's termination does not take them away. */
static void read_accession(const struct view *view, const ProtobufCMessage *content)
{
	const Registry__AgreementSigned *accession =
		AS(Registry__AgreementSigned, registry__agreement_signed, content);
	if (accession->participant == NULL) {
		return;
	}
	mark(view, COUNTER_AGREEMENTS_GROSS,
		text_format(view->recount->arena, "%s/%s", accession->agreement_id,
			accession->participant->key),
		accession->participant->district, 1);
}

/* An amount is that of its year, from the day it was decided on, but not before the year begins. */
static void read_budget(const struct view *view, const ProtobufCMessage *content)
{
	const Funding__BudgetSet *budget = AS(Funding__BudgetSet, funding__budget_set, content);
	struct arena *arena = view->recount->arena;
	Asskomm__FactHeader header = *view->header;
	char *new_year = text_format(arena, "%04u-01-01", budget->year);
	if (strcmp(header.valid_on, new_year) < 0) {
		header.valid_on = new_year;
	}
	struct view in_force = *view;
	in_force.header = &header;
	mark(&in_force, COUNTER_BUDGET_CENTS, text_format(arena, "%04u", budget->year), "",
		budget->amount_cents);
}

/* The districts that exist, for those who ask for all of them. */
static void read_territory(const struct view *view, const ProtobufCMessage *content)
{
	const Registry__TerritoryChanged *territory =
		AS(Registry__TerritoryChanged, registry__territory_changed, content);
	struct recount *recount = view->recount;
	recount->n_districts = 0;
	for (size_t i = 0; i < territory->n_districts && i < RECOUNT_DISTRICTS_MAX; i++) {
		recount->districts[recount->n_districts++] =
			text_copy(recount->arena, territory->districts[i]->ags5);
	}
}

/* The text of a party that is named, "" for nobody. */
static const char *text_of(const struct view *view, const Registry__Party *party, bool district)
{
	return text_copy(view->recount->arena, party == NULL ? ""
					       : district    ? party->district
							     : party->key);
}

static void read_succeeded(const struct view *view, const ProtobufCMessage *content)
{
	const Registry__MunicipalitySucceeded *succeeded =
		AS(Registry__MunicipalitySucceeded, registry__municipality_succeeded, content);
	struct recount_merger merger = { .fact_id = view->fact_id,
		.predecessor = text_of(view, succeeded->predecessor, false),
		.predecessor_district = text_of(view, succeeded->predecessor, true),
		.successor = text_of(view, succeeded->successor, false),
		.successor_district = text_of(view, succeeded->successor, true) };
	snprintf(merger.valid_on, sizeof merger.valid_on, "%s", view->header->valid_on);
	if (merger.predecessor[0] != '\0' && strcmp(merger.predecessor, merger.successor) != 0) {
		recount_merger(view->recount, &merger);
	}
}

/* Taken back, and nothing in its place. */
static void read_withdrawn(const struct view *view, const ProtobufCMessage *content)
{
	const Asskomm__FactWithdrawn *withdrawn =
		AS(Asskomm__FactWithdrawn, asskomm__fact_withdrawn, content);
	*tally_at(&view->recount->corrected, withdrawn->fact_id) = 1;
}

/* To add one: a row here, for a type that needs more than ROWS can say. */
static const struct {
	const ProtobufCMessageDescriptor *type;
	void (*read)(const struct view *view, const ProtobufCMessage *content);
} READERS[] = {
	{ &registry__participant_cooperation_level_changed__descriptor, read_level },
	{ &registry__agreement_signed__descriptor, read_accession },
	{ &analysis__analysis_presented__descriptor, read_presented },
	{ &funding__budget_set__descriptor, read_budget },
	{ &asskomm__fact_withdrawn__descriptor, read_withdrawn },
	{ &registry__territory_changed__descriptor, read_territory },
	{ &registry__municipality_succeeded__descriptor, read_succeeded },
};

static void read_participant(const struct view *view, const char *key, const char *place)
{
	mark(view, COUNTER_PARTICIPANTS, key,
		text_copy_len(view->recount->arena, place,
			strlen(place) < DISTRICT_LEN ? 0 : DISTRICT_LEN),
		1);
}

/* Everybody whom a fact is about takes part, unless it takes another fact back or tells of a
 * merger. What is said of a
 * consortium makes the consortium take part, at the place of its first member. */
static void read_participants(const struct view *view)
{
	const Asskomm__FactHeader *header = view->header;
	bool of_consortium = header->n_participants > 0 && strncmp(header->aggregate, "k-", 2) == 0;
	if (of_consortium) {
		read_participant(view, header->aggregate, header->participants[0]);
	}
	for (size_t i = 0; i < header->n_participants && !of_consortium; i++) {
		read_participant(view, header->participants[i], header->participants[i]);
	}
}

/* A correction is noted for whatever fact names one: also when the new fact is of a kind that
 * counts for nothing. */
void recount_add(struct recount *recount, const Asskomm__Fact *fact,
	const Asskomm__FactHeader *header, const ProtobufCMessage *content)
{
	if (header->corrects[0] != '\0') {
		*tally_at(&recount->corrected, header->corrects) = 1;
	}
	const struct view view = { recount, fact, header, text_copy(recount->arena, fact->id) };
	if (content->descriptor != &asskomm__fact_withdrawn__descriptor &&
		content->descriptor != &registry__municipality_succeeded__descriptor) {
		read_participants(&view);
	}
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		if (ROWS[i].type == content->descriptor) {
			read_row(&view, &ROWS[i], content);
		}
	}
	for (size_t i = 0; i < sizeof READERS / sizeof READERS[0]; i++) {
		if (READERS[i].type == content->descriptor) {
			READERS[i].read(&view, content);
		}
	}
}
