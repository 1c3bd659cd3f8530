/* A municipality is compared with itself over the years, and each year with its district, its size
 * class and its Land; how much of a difference may be chance is said with it. */
#include "rules.h"

#include "core/reflect.h"
#include "statistics.h"

/* Of a group that is too small only that is told, and how many municipalities it has. */
static Analysis__GroupComparison *compare(
	struct arena *arena, const Analysis__CrimeTotal *own, const Analysis__CrimeTotal *group)
{
	Analysis__GroupComparison *comparison = NEW(arena, Analysis__GroupComparison);

	analysis__group_comparison__init(comparison);
	comparison->kind = group->kind;
	comparison->key = group->key;
	comparison->municipalities = group->municipalities;
	comparison->too_few = group_is_too_few(group);
	if (comparison->too_few)
		return comparison;
	comparison->rate = rate_of(arena, group);
	comparison->limits = limits_of(arena, own, group);
	return comparison;
}

/* The groups of a year are those that the municipality belonged to then: a town that grew is
 * beside another size class. */
static Analysis__YearComparison *compare_year(struct arena *arena,
	const Analysis__ComparisonFacts *facts, const Analysis__CrimeTotal *own)
{
	Analysis__YearComparison *year = NEW(arena, Analysis__YearComparison);

	analysis__year_comparison__init(year);
	year->year = own->year;
	year->rate = rate_of(arena, own);
	for (size_t i = 0; i < facts->n_groups; i++)
		if (facts->groups[i]->year == own->year)
			reflect_append(arena, &year->base, "groups",
				compare(arena, own, facts->groups[i]));
	return year;
}

/* Years without figures are left out, never shown as 0. */
ProtobufCMessage *compare_municipality(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Analysis__ComparisonFacts *facts =
		AS(Analysis__ComparisonFacts, analysis__comparison_facts, row);
	Analysis__Comparison *comparison = NEW(arena, Analysis__Comparison);

	(void)request;
	analysis__comparison__init(comparison);
	reflect_share(&comparison->base, row);
	for (size_t i = 0; i < facts->n_own; i++)
		reflect_append(arena, &comparison->base, "years",
			compare_year(arena, facts, facts->own[i]));
	return &comparison->base;
}
