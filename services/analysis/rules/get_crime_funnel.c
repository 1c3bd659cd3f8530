/* Small towns differ by chance more than large ones: each is held against the limits of its size,
 * never against a ranking. */
#include "rules.h"

#include "core/reflect.h"
#include "statistics.h"

/* A point has its limits also when its own rate is not told. */
static Analysis__FunnelPoint *point_of(
	struct arena *arena, const Analysis__CrimeTotal *own, const Analysis__CrimeTotal *group)
{
	Analysis__FunnelPoint *point = NEW(arena, Analysis__FunnelPoint);

	analysis__funnel_point__init(point);
	point->key = own->key;
	point->name = own->name;
	point->rate = rate_of(arena, own);
	point->limits = limits_of(arena, own, group);
	return point;
}

/* The sum is of all municipalities, the points are those in the caller's scope. */
ProtobufCMessage *crime_funnel(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Analysis__FunnelFacts *facts = AS(Analysis__FunnelFacts, analysis__funnel_facts, row);
	const Analysis__CrimeTotal *group = facts->group;
	Analysis__Funnel *funnel = NEW(arena, Analysis__Funnel);

	(void)request;
	analysis__funnel__init(funnel);
	funnel->n_participants = facts->n_participants;
	funnel->participants = facts->participants;
	funnel->year = facts->year;
	funnel->offence = facts->offence;
	funnel->kind = group->kind;
	funnel->group = group->key;
	funnel->municipalities = group->municipalities;
	funnel->too_few = group_is_too_few(group);
	if (!funnel->too_few)
		funnel->rate = rate_of(arena, group);
	for (size_t i = 0; i < facts->n_points; i++)
		reflect_append(
			arena, &funnel->base, "points", point_of(arena, facts->points[i], group));
	return &funnel->base;
}
