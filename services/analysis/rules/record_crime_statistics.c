/* The police publish, for each municipality, year and group of offences, how many cases there were
 * and how many were cleared. The same again changes nothing; other numbers correct what was told.
 */
#include "rules.h"

#include "asskomm/registry.pb-c.h"
#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include "crime.h"
#include <stdlib.h>
#include <string.h>

/* A fact each; a ruling holds a few more. */
#define FACTS_MAX 100u

typedef Analysis__RecordCrimeStatisticsRequest Wish;

/* What is told while the figures are gone through. */
struct telling {
	struct ruling *ruling;
	Analysis__CrimeRecord *record;
	const Registry__Inhabitants *known;
	bool changed;
};

static const char *path_of(struct ruling *ruling, size_t place, const char *member)
{
	return text_format(ruling->arena, "figures[%zu].%s", place, member);
}

/* As the statistics of the police write them: "890000", "****00", "------". */
static bool is_offence(const char *offence)
{
	return strspn(offence,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*_-") ==
	       strlen(offence);
}

/* A year's statistics are made when it is over. */
static enum verdict check_entry(struct ruling *ruling, const Wish *wish, size_t place)
{
	const Analysis__CrimeEntry *entry = wish->figures[place];

	if (entry->year >= strtoul(ruling->today, NULL, 10))
		return refuse(ruling, FAILURE_REFUSED, path_of(ruling, place, "year"), "future",
			"the statistics of %u are made when that year is over", entry->year);
	if (!is_offence(entry->offence))
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "offence"), "format",
			"Give the key of an offence group: letters, digits, *, _ and -");
	if (entry->cases_opt_case != ANALYSIS__CRIME_ENTRY__CASES_OPT_CASES)
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "cases"), "required",
			"Give the number of cases, 0 too");
	if (entry->cleared_opt_case != ANALYSIS__CRIME_ENTRY__CLEARED_OPT_CLEARED)
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "cleared"),
			"required", "Give the number of cleared cases, 0 too");
	for (size_t i = 0; i < place; i++)
		if (wish->figures[i]->year == entry->year &&
			strcmp(wish->figures[i]->offence, entry->offence) == 0)
			return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "offence"),
				"twice", "%u, %s is there twice", entry->year, entry->offence);
	return ACCEPTED;
}

/* The inhabitants of that day by the registers; 0: they do not tell. */
static uint32_t inhabitants_on(const Registry__Inhabitants *known, const char *day)
{
	for (size_t i = 0; i < known->n_counts; i++)
		if (strcmp(known->counts[i]->population_on, day) == 0)
			return known->counts[i]->population;
	return 0;
}

/* The figure as it shall be. By the police's rule the base is the population of the last day of the
 * year before. NULL and refused: nobody tells it. */
static Analysis__CrimeFigure *make_figure(
	struct telling *telling, const Analysis__CrimeEntry *entry, size_t place)
{
	struct ruling *ruling = telling->ruling;
	Analysis__CrimeFigure *figure = NEW(ruling->arena, Analysis__CrimeFigure);

	analysis__crime_figure__init(figure);
	figure->year = entry->year;
	figure->offence = entry->offence;
	figure->cases = entry->cases;
	figure->cleared = entry->cleared;
	figure->population = entry->population;
	figure->population_on = entry->population_on[0] != '\0'
					? entry->population_on
					: crime_day(ruling->arena, entry->year - 1);
	if (figure->population == 0)
		figure->population = inhabitants_on(telling->known, figure->population_on);
	if (figure->population > 0)
		return figure;
	refuse(ruling, FAILURE_REFUSED, path_of(ruling, place, "population"), "unknown",
		"the registers do not tell the inhabitants of %s; give them",
		figure->population_on);
	return NULL;
}

/* Where it is told from does not matter. */
static bool is_same(const Analysis__CrimeFigure *a, const Analysis__CrimeFigure *b)
{
	return !a->withdrawn && a->cases == b->cases && a->cleared == b->cleared &&
	       a->population == b->population && strcmp(a->population_on, b->population_on) == 0;
}

/* The fact that takes a figure: new ones of a year share one, and so do those that correct the same
 * earlier fact. NULL and refused: there would be too many. */
static ProtobufCMessage *fact_for(
	struct telling *telling, uint32_t year, const char *corrects, const char **out_fact_id)
{
	struct ruling *ruling = telling->ruling;
	const ProtobufCMessageDescriptor *type =
		corrects[0] == '\0' ? &analysis__crime_statistics_recorded__descriptor
				    : &analysis__crime_statistics_corrected__descriptor;
	const char *day = crime_day(ruling->arena, year);
	struct emitted *emitted = ruling->facts;

	while (emitted < ruling->facts + ruling->n_facts &&
		(strcmp(emitted->header.valid_on, day) != 0 ||
			strcmp(emitted->header.corrects, corrects) != 0))
		emitted++;
	if (emitted == ruling->facts + ruling->n_facts) {
		if (ruling->n_facts >= FACTS_MAX) {
			refuse(ruling, FAILURE_REFUSED, "figures", "limit",
				"these are too many corrections at once; give fewer figures");
			return NULL;
		}
		emit(ruling, type, day, 1, &telling->record->id);
		emitted->header.corrects = text_copy(ruling->arena, corrects);
		reflect_share(emitted->fact, &telling->record->base);
		CHECK(reflect_set_text(ruling->arena, emitted->fact, "year",
			text_format(ruling->arena, "%u", year)));
		CHECK(reflect_set_text(ruling->arena, emitted->fact, "figures", "[]"));
	}
	*out_fact_id = emitted->id;
	return emitted->fact;
}

/* A figure that was taken back is told anew like one that never was. */
static enum verdict take_figure(struct telling *telling, Analysis__CrimeFigure *figure)
{
	struct arena *arena = telling->ruling->arena;
	Analysis__CrimeFigure *known = crime_find(telling->record, figure->year, figure->offence);
	bool corrects = known != NULL && !known->withdrawn;
	Analysis__CrimeFigure *before = NEW(arena, Analysis__CrimeFigure);
	const char *fact_id;
	ProtobufCMessage *fact;

	if (known != NULL && is_same(known, figure))
		return ACCEPTED;
	fact = fact_for(telling, figure->year, corrects ? known->fact_id : "", &fact_id);
	if (fact == NULL)
		return REFUSED;
	figure->fact_id = text_copy(arena, fact_id);
	telling->changed = true;
	if (corrects) {
		*before = *known;
		reflect_append(arena, fact, "before", before);
	}
	reflect_append(arena, fact, "figures", figure);
	if (known != NULL)
		*known = *figure;
	else
		reflect_append(arena, &telling->record->base, "figures", figure);
	return ACCEPTED;
}

/* All or nothing: the first figure that does not fit refuses the whole request. Any day of the
 * municipality will do: statistics of one that has ended since are as good as others. */
enum verdict record_crime_statistics(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__CrimeRecord *record =
		AS(Analysis__CrimeRecord, analysis__crime_record, aggregate);
	const Wish *wish = AS(Analysis__RecordCrimeStatisticsRequest,
		analysis__record_crime_statistics_request, request);
	struct telling telling = { .ruling = ruling, .record = record };
	Registry__Party *party;

	telling.known = AS(Registry__Inhabitants, registry__inhabitants, ruling->knowledge);
	party = the_party(ruling, telling.known->resolved, "", "key");
	if (party == NULL)
		return REFUSED;
	if (party->kind != REGISTRY__PARTY_KIND__MUNICIPALITY)
		return refuse(ruling, FAILURE_REFUSED, "key", "municipality",
			"%s is no municipality; crime statistics are kept by municipality",
			party->name);
	record->municipality = party_copy(ruling->arena, party);
	for (size_t i = 0; i < wish->n_figures; i++) {
		Analysis__CrimeFigure *figure = NULL;

		if (check_entry(ruling, wish, i) == ACCEPTED)
			figure = make_figure(&telling, wish->figures[i], i);
		if (figure == NULL || take_figure(&telling, figure) == REFUSED)
			return REFUSED;
	}
	return telling.changed ? ACCEPTED : UNCHANGED;
}
