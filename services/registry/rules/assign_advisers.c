/* A district has one responsible adviser on any day, and may have deputies beside; a new adviser
 * takes over from one whose period has no end. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "people_facts.h"
#include <stdlib.h>
#include <string.h>

/* An assignment to be, and where it comes from. */
struct plan {
	Registry__Assignment *assignment;
	const Registry__Assignment *before; /* as it is stored; NULL: new */
	size_t wish;                        /* place in the request; NO_WISH: only stored */
};

#define NO_WISH SIZE_MAX
#define ADVISERS_MAX 70u /* assignments of a district: all of them may change in one ruling */

/* The plans of one ruling. */
struct plans {
	size_t count;
	struct plan *items;
};

/* By first day; the responsible before deputies. */
static int by_day(const void *a, const void *b)
{
	const Registry__Assignment *one = ((const struct plan *)a)->assignment;
	const Registry__Assignment *other = ((const struct plan *)b)->assignment;
	int order = strcmp(one->valid_from, other->valid_from);

	if (order == 0)
		order = (one->deputy != 0) - (other->deputy != 0);
	return order != 0 ? order : strcmp(one->adviser, other->adviser);
}

/* Copies: what is stored must stay as it is until it is known whether anything changes. */
static struct plans plan_stored(
	struct arena *arena, const Registry__DistrictAdvisers *district, size_t n_wishes)
{
	struct plans plans = { district->n_assignments,
		NEW_ARRAY(arena, struct plan, district->n_assignments + n_wishes + 1) };

	for (size_t i = 0; i < plans.count; i++)
		plans.items[i] = (struct plan){
			AS(Registry__Assignment, registry__assignment,
				reflect_clone(arena, &district->assignments[i]->base)),
			district->assignments[i], NO_WISH
		};
	return plans;
}

/* The natural key is adviser and first day. */
static struct plan *find_plan(const struct plans *plans, const Registry__AdviserPeriod *period)
{
	for (size_t i = 0; i < plans->count; i++)
		if (strcmp(plans->items[i].assignment->adviser, period->adviser) == 0 &&
			strcmp(plans->items[i].assignment->valid_from, period->valid_from) == 0)
			return &plans->items[i];
	return NULL;
}

/* One of the request: what is known already is replaced. */
static enum verdict add_wish(struct ruling *ruling, struct plans *plans,
	const Registry__AdviserPeriod *period, size_t place)
{
	struct plan *plan = find_plan(plans, period);

	if (people_require_period(ruling,
		    text_format(ruling->arena, "assignments[%zu].validUntil", place),
		    period->valid_from, period->valid_until) == REFUSED)
		return REFUSED;
	if (plan != NULL && plan->wish != NO_WISH)
		return refuse(ruling, FAILURE_INVALID,
			text_format(ruling->arena, "assignments[%zu]", place), "twice",
			"the same adviser from the same day is there twice");
	if (plan == NULL) {
		plan = &plans->items[plans->count++];
		plan->assignment = NEW(ruling->arena, Registry__Assignment);
		registry__assignment__init(plan->assignment);
		plan->before = NULL;
	}
	plan->wish = place;
	reflect_share(&plan->assignment->base, &period->base);
	return ACCEPTED;
}

/* The day before an ISO date. */
static char *day_before(struct arena *arena, const char *day)
{
	struct civil_date date;
	char *text = arena_alloc(arena, CIVIL_DATE_SIZE);

	CHECK(civil_parse(day, &date));
	civil_print(civil_from_days(civil_days(date) - 1), text);
	return text;
}

/* Names the one that the request can change. */
static enum verdict refuse_overlap(
	struct ruling *ruling, const struct plan *earlier, const struct plan *later)
{
	const struct plan *guilty = later->wish != NO_WISH ? later : earlier;
	const Registry__Assignment *other =
		guilty == later ? earlier->assignment : later->assignment;
	const char *field = text_format(ruling->arena, "assignments[%zu].validFrom", guilty->wish);

	if (other->valid_until[0] == '\0')
		return refuse(ruling, FAILURE_CONFLICT, field, "one_at_a_time",
			"%s is responsible from %s on: give an end before that day, or assign as a "
			"deputy",
			other->adviser, other->valid_from);
	return refuse(ruling, FAILURE_CONFLICT, field, "one_at_a_time",
		"%s is responsible from %s to %s: choose other days, or assign as a deputy",
		other->adviser, other->valid_from, other->valid_until);
}

/* Of the responsible ones, in the order of their days. */
static enum verdict hand_over(struct ruling *ruling, struct plans *plans)
{
	struct plan *earlier = NULL;

	qsort(plans->items, plans->count, sizeof(*plans->items), by_day);
	for (size_t i = 0; i < plans->count; i++) {
		struct plan *later = &plans->items[i];

		if (later->assignment->deputy)
			continue;
		if (earlier != NULL && earlier->assignment->valid_until[0] == '\0' &&
			strcmp(earlier->assignment->valid_from, later->assignment->valid_from) < 0)
			earlier->assignment->valid_until =
				day_before(ruling->arena, later->assignment->valid_from);
		if (earlier != NULL && (earlier->assignment->valid_until[0] == '\0' ||
					       strcmp(earlier->assignment->valid_until,
						       later->assignment->valid_from) >= 0))
			return refuse_overlap(ruling, earlier, later);
		earlier = later;
	}
	return ACCEPTED;
}

/* A fact for each that is new or another now; the latter replaces what was recorded. */
static void emit_changes(
	struct ruling *ruling, const Registry__DistrictAdvisers *district, struct plans *plans)
{
	for (size_t i = 0; i < plans->count; i++) {
		struct plan *plan = &plans->items[i];
		struct emitted *emitted;

		if (plan->before != NULL &&
			people_same(ruling->arena, &plan->before->base, &plan->assignment->base))
			continue;
		emitted = emit(ruling, &registry__adviser_assigned__descriptor,
			people_valid_on(ruling, plan->assignment->valid_from),
			district->n_participants, district->participants);
		reflect_share(emitted->fact, &plan->assignment->base);
		AS(Registry__AdviserAssigned, registry__adviser_assigned, emitted->fact)->district =
			district->id;
		if (plan->before != NULL)
			emitted->header.corrects = plan->before->fact_id;
		plan->assignment->fact_id = text_copy(ruling->arena, emitted->id);
	}
}

/* Overlaps are seen whole, as all periods of a district are one aggregate. */
enum verdict assign_advisers(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__DistrictAdvisers *district =
		AS(Registry__DistrictAdvisers, registry__district_advisers, aggregate);
	const Registry__AssignAdvisersRequest *wish =
		AS(Registry__AssignAdvisersRequest, registry__assign_advisers_request, request);
	struct plans plans = plan_stored(ruling->arena, district, wish->n_assignments);

	if (!district->known)
		return refuse(ruling, FAILURE_NOT_FOUND, "key", "unknown",
			"there is no district %s", wish->key);
	for (size_t i = 0; i < wish->n_assignments; i++)
		if (add_wish(ruling, &plans, wish->assignments[i], i) == REFUSED)
			return REFUSED;
	if (plans.count > ADVISERS_MAX)
		return refuse(ruling, FAILURE_REFUSED, "assignments", "max_items",
			"a district keeps at most %u assignments", ADVISERS_MAX);
	if (hand_over(ruling, &plans) == REFUSED)
		return REFUSED;
	emit_changes(ruling, district, &plans);
	if (ruling->n_facts == 0)
		return UNCHANGED;
	district->n_assignments = 0;
	district->assignments = NULL;
	for (size_t i = 0; i < plans.count; i++)
		reflect_append(ruling->arena, aggregate, "assignments", plans.items[i].assignment);
	return ACCEPTED;
}
