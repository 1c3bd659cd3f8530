/* asskomm analysis crime: police crime statistics, alone and beside others, with their intervals.
 * Figures come in by `asskomm import crime-statistics`. Where there are too few cases nothing is
 * told of a rate: a number that rests on chance would be read as one that does not. */
#include "actions.h"
#include "analysis.h"
#include "analysis_parts.h"
#include "asskomm/analysis.pb-c.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <stdio.h>

#define TOO_FEW "too few"

/* The answer as a message of that type; NULL when it is none, which was told. */
#define ANSWER(run, type, prefix)                                                                  \
	((type *)(void *)connection_message(                                                       \
		(run)->connection->arena, &prefix##__descriptor, (run)->reply))

/* ---- numbers */

static const char *number(struct arena *arena, uint32_t value)
{
	return text_format(arena, "%u", value);
}

/* Tenths and thousandths of the whole both have one place: "5 432.1" would need a comma of the
 * reader's own, so there is none. */
static const char *tenths(struct arena *arena, uint32_t value)
{
	return text_format(arena, "%u.%u", value / 10, value % 10);
}

static const char *between(struct arena *arena, uint32_t lower, uint32_t upper)
{
	return text_format(arena, "%s..%s", tenths(arena, lower), tenths(arena, upper));
}

/* ---- the list */

static void print_list(struct action_run *run)
{
	static const char *const HEADINGS[] = { "key", "municipality", "year", "offence", "cases",
		"cleared", "inhabitants", "per 100,000", "cleared %" };
	struct arena *arena = run->connection->arena;
	const Analysis__CrimeStatisticList *list =
		ANSWER(run, Analysis__CrimeStatisticList, analysis__crime_statistic_list);
	struct table table;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 9, HEADINGS, 0x1f0);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__CrimeStatistic *one = list->items[i];
		table_add(&table,
			(const char *const[]){ one->key, one->name, number(arena, one->year),
				one->offence, number(arena, one->cases),
				number(arena, one->cleared), number(arena, one->population),
				one->too_few ? TOO_FEW : tenths(arena, one->incidence_tenths),
				one->too_few ? TOO_FEW : tenths(arena, one->clearance_permille) });
	}
	table_print(&table, stdout);
	printf("%s\n", output_count(arena, list->n_items, "figure", "figures"));
	if (list->next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, list->next));
	}
}

/* ---- the comparison */

/* What the row is of, its rate with the interval, and where it lies; no position for groups. */
static void add_rate(struct table *table, const char *year, const char *area, const char *count,
	const Analysis__Rate *rate, const char *position)
{
	struct arena *arena = table->arena;
	if (rate == NULL || rate->too_few) {
		table_add(table, (const char *const[]){ year, area, count,
					 rate != NULL ? number(arena, rate->cases) : "", TOO_FEW,
					 "", "", "" });
		return;
	}
	table_add(table,
		(const char *const[]){ year, area, count, number(arena, rate->cases),
			tenths(arena, rate->incidence_tenths),
			between(arena, rate->incidence_lower_tenths, rate->incidence_upper_tenths),
			tenths(arena, rate->clearance_permille), position });
}

/* The municipality's own limits by the size of its group: "above" is unlikely to be chance. */
static const char *position_of(struct arena *arena, const Analysis__Limits *limits)
{
	return limits == NULL || limits->position == ANALYSIS__POSITION__POSITION_UNSPECIFIED
		       ? ""
		       : text_format(arena, "it is %s",
				 output_label(arena,
					 reflect_get_text(arena, &limits->base, "position")));
}

static void add_year(struct table *table, const char *name, const Analysis__YearComparison *year)
{
	struct arena *arena = table->arena;
	add_rate(table, number(arena, year->year), name, "", year->rate, "");
	for (size_t i = 0; i < year->n_groups; i++) {
		const Analysis__GroupComparison *group = year->groups[i];
		const char *area = text_format(arena, "%s %s",
			output_label(arena, reflect_get_text(arena, &group->base, "kind")),
			group->key);
		add_rate(table, "", area, number(arena, group->municipalities),
			group->too_few ? NULL : group->rate, position_of(arena, group->limits));
	}
}

/* Over the years, each beside the groups that it is one of. */
static void print_comparison(struct action_run *run)
{
	static const char *const HEADINGS[] = { "year", "area", "of", "cases", "per 100,000",
		"95 %", "cleared %", "" };
	struct arena *arena = run->connection->arena;
	const Analysis__Comparison *comparison =
		ANSWER(run, Analysis__Comparison, analysis__comparison);
	struct table table;
	if (comparison == NULL) {
		return;
	}
	table_init(&table, arena, 8, HEADINGS, 0x7c);
	for (size_t i = 0; i < comparison->n_years; i++) {
		add_year(&table, comparison->name, comparison->years[i]);
	}
	table_print(&table, stdout);
	printf("%s, offence %s, %s\n", output_safe(arena, comparison->name),
		output_safe(arena, comparison->offence),
		output_count(arena, comparison->n_years, "year", "years"));
}

/* ---- the funnel */

static void add_point(struct table *table, const Analysis__FunnelPoint *point)
{
	struct arena *arena = table->arena;
	const Analysis__Limits *limits = point->limits;
	const Analysis__Rate *rate = point->rate;
	table_add(table,
		(const char *const[]){ point->key, point->name,
			rate != NULL ? number(arena, rate->population) : "",
			rate != NULL && !rate->too_few ? tenths(arena, rate->incidence_tenths)
						       : TOO_FEW,
			limits != NULL && limits->upper_95_tenths > 0
				? between(arena, limits->lower_95_tenths, limits->upper_95_tenths)
				: "",
			limits != NULL &&
					limits->position != ANALYSIS__POSITION__POSITION_UNSPECIFIED
				? output_label(
					  arena, reflect_get_text(arena, &limits->base, "position"))
				: "" });
}

/* By population: the fewer live there, the wider is what chance alone explains. */
static void print_funnel(struct action_run *run)
{
	static const char *const HEADINGS[] = { "key", "municipality", "inhabitants", "per 100,000",
		"95 % by chance", "" };
	struct arena *arena = run->connection->arena;
	const Analysis__Funnel *funnel = ANSWER(run, Analysis__Funnel, analysis__funnel);
	struct table table;
	if (funnel == NULL) {
		return;
	}
	table_init(&table, arena, 6, HEADINGS, 0x1c);
	for (size_t i = 0; i < funnel->n_points; i++) {
		add_point(&table, funnel->points[i]);
	}
	table_print(&table, stdout);
	printf("%s against the %s %s (%u with figures%s)\n",
		output_count(arena, funnel->n_points, "municipality", "municipalities"),
		output_label(arena, reflect_get_text(arena, &funnel->base, "kind")),
		output_safe(arena, funnel->group), funnel->municipalities,
		funnel->too_few ? ", too few to compare" : "");
}

/* ---- the actions */

/* A municipality is named in the address, so its name is looked up first. */
static int resolve_town(struct action_run *run)
{
	return analysis_find_town(run->connection, run->words->items[0], &run->id);
}

/* Lists may be of one municipality. */
static int resolve_filter(struct action_run *run)
{
	return run->words->count == 0 ? EXIT_DONE : resolve_town(run);
}

#define OFFENCE(required)                                                                          \
	{                                                                                          \
		"offence", "KEY", "offence", FIELD_TEXT, required, "key of the group: 890000"      \
	}
#define YEAR(required)                                                                             \
	{                                                                                          \
		"year", "YEAR", "year", FIELD_NUMBER, required, "of the statistics"                \
	}
#define DISTRICT(what)                                                                             \
	{                                                                                          \
		"district", "AGS5", "district", FIELD_TEXT, false, what                            \
	}

/* To add one: a row. */
static const struct action CRIME[] = {
	{ "list", "[TOWN]", "prints the figures, by municipality, year and offence",
		"Heidenau --offence 890000", "GET", "/crime-statistics", NULL, "participant",
		{ YEAR(false), OFFENCE(false), DISTRICT("of one district"),
			{ "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)" },
			{ "cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before" },
			END },
		resolve_filter, print_list, &PERSONA_READER },
	{ "compare", "TOWN", "prints one over time, beside its district, size class and Land",
		"Heidenau --offence 890000 --from 2020", "GET", "/municipalities", "/comparison",
		NULL,
		{ OFFENCE(true), { "from", "YEAR", "fromYear", FIELD_NUMBER, false, "the first" },
			{ "to", "YEAR", "toYear", FIELD_NUMBER, false, "the last" }, END },
		resolve_town, print_comparison, &PERSONA_READER },
	{ "funnel", "", "prints all against what chance explains at their size",
		"--year 2022 --offence 890000 --district 14628", "GET", "/crime-statistics/funnel",
		NULL, NULL,
		{ YEAR(true), OFFENCE(true), DISTRICT("compared within it (else within the Land)"),
			{ "land", "AGS2", "land", FIELD_TEXT, false, "another Land (else 14)" },
			END },
		NULL, print_funnel, &PERSONA_READER },
	{ "withdraw", "TOWN", "takes a figure back that should not have been recorded",
		"Heidenau --year 2022 --offence 890000 --reason 'of another town'", "POST",
		"/municipalities", "/crime-statistics/withdraw", NULL,
		{ YEAR(true), OFFENCE(true),
			{ "reason", "TEXT", "reason", FIELD_TEXT, true, "why" }, END },
		resolve_town, actions_print_recorded, &PERSONA_ADVISER },
};

const struct action_group ANALYSIS_CRIME = { "analysis crime",
	"Police crime statistics of municipalities; from files: asskomm import "
	"crime-statistics.\n",
	CRIME, sizeof CRIME / sizeof CRIME[0] };
