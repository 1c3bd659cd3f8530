/* A coaching stalls when nobody coaches it, nobody meets, nobody can be reached or nobody looks
 * back; that coaches come and go is a warning, since nothing waits for it. Each finding says since
 * when, and who is to act.
 *
 * The monitor says the same in SQL (services/monitor/schema/0014_cases.sql, cases_on), and
 * tests/flow/health.test.mjs compares the two: change both. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define STATUS(name) COACHING__COACHING_PROCESS__STATUS__##name
#define REASON(name) COACHING__HEALTH__REASON__##name
#define ACTOR(name) COACHING__HEALTH__ACTOR__##name

/* One process on one day. */
struct patient {
	struct arena *arena;
	const Coaching__CoachingProcess *coaching;
	const Coaching__HealthLimits *limits;
	int32_t today; /* days since 1970 */
	Coaching__Health *health;
};

/* Set for days that are there; "" is none. */
static bool read_day(const char *text, int32_t *out_days)
{
	struct civil_date date;

	if (!civil_parse(text, &date))
		return false;
	*out_days = civil_days(date);
	return true;
}

/* The later of two days; "" lies before all. */
static const char *later(const char *a, const char *b)
{
	return strcmp(a, b) >= 0 ? a : b;
}

/* In the order of the checks, which is that of a process's life. */
static void find(struct patient *patient, Coaching__Health__Reason reason,
	Coaching__Health__Actor actor, const char *since, uint32_t count, uint32_t limit,
	char *text)
{
	Coaching__Health__Finding *finding = NEW(patient->arena, Coaching__Health__Finding);

	coaching__health__finding__init(finding);
	finding->reason = reason;
	finding->to_act = actor;
	finding->since = text_copy(patient->arena, since);
	finding->count = count;
	finding->limit = limit;
	finding->text = text;
	reflect_append(patient->arena, &patient->health->base, "findings", finding);
	patient->health->stalled |= reason != REASON(COACH_CHANGES);
}

/* How many days have passed since, when that is more than the limit; *out_since is the first day on
 * which it was. 0: it is fine. */
static uint32_t overdue(const struct patient *patient, const char *base, uint32_t limit,
	char out_since[CIVIL_DATE_SIZE])
{
	int32_t day;

	if (!read_day(base, &day) || patient->today - day <= (int32_t)limit)
		return 0;
	civil_print(civil_from_days(day + (int32_t)limit + 1), out_since);
	return (uint32_t)(patient->today - day);
}

/* What is over has no health. */
static bool is_open(const Coaching__CoachingProcess *coaching)
{
	return coaching->status != STATUS(CLOSED) && coaching->status != STATUS(WITHDRAWN) &&
	       coaching->status != STATUS(UNSPECIFIED);
}

/* Once it goes on it has one, whether or not anybody recorded the match. */
static bool waits_for_coach(const Coaching__CoachingProcess *coaching)
{
	return coaching->status == STATUS(REQUESTED) || coaching->status == STATUS(CLARIFICATION);
}

/* Where sessions are due: a pause is none of it. */
static bool is_under_way(const Coaching__CoachingProcess *coaching)
{
	return coaching->status == STATUS(ACTIVE) || coaching->status == STATUS(IN_REVIEW);
}

/* Between the match and the start. */
static bool is_prepared(const Coaching__CoachingProcess *coaching)
{
	return coaching->status == STATUS(COACH_MATCHED) || coaching->status == STATUS(CONTRACTED);
}

/* Those who find coaches are to act: the request is theirs from its first day on. */
static void check_coach(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;
	char since[CIVIL_DATE_SIZE];
	uint32_t days =
		overdue(patient, coaching->requested_on, patient->limits->coach_days, since);

	if (waits_for_coach(coaching) && days > 0)
		find(patient, REASON(NO_COACH), ACTOR(COACHING_PROVIDER), since, days,
			patient->limits->coach_days,
			say(patient->arena, "no coach for %u days after the request", days));
}

/* A start, a resumption and a review are signs of life like a session; that the contract or the
 * coach changes is none. */
static void check_session(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;
	const char *alive = later(later(coaching->started_on, coaching->resumed_on),
		later(coaching->last_session_on, coaching->reviewed_on));
	char since[CIVIL_DATE_SIZE];
	uint32_t days = overdue(patient, alive, patient->limits->session_days, since);

	if (is_under_way(coaching) && days > 0)
		find(patient, REASON(NO_SESSION), ACTOR(COACH), since, days,
			patient->limits->session_days,
			say(patient->arena, "no session for %u days", days));
}

/* Before the start whatever leads to it is a sign of life. */
static void check_start(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;
	const char *alive = later(later(coaching->matched_on, coaching->coach_changed_on),
		later(coaching->clarified_on, coaching->contracted_on));
	char since[CIVIL_DATE_SIZE];
	uint32_t days = overdue(patient, alive, patient->limits->session_days, since);

	if (is_prepared(coaching) && days > 0)
		find(patient, REASON(NO_SESSION), ACTOR(COACH), since, days,
			patient->limits->session_days,
			say(patient->arena, "not started, and nothing happened for %u days", days));
}

/* From the day on which somebody should have been named. */
static void check_contact(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;
	const char *since =
		coaching->contracted_on[0] != '\0' ? coaching->contracted_on : coaching->started_on;
	int32_t day;

	if (coaching->contact_id[0] == '\0' && read_day(since, &day))
		find(patient, REASON(NO_CONTACT), ACTOR(COORDINATOR), since,
			(uint32_t)(patient->today - day), 0,
			say(patient->arena, "no contact person is named"));
}

/* A pause is no excuse: who looks back may find that it should end. */
static void check_review(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;
	char since[CIVIL_DATE_SIZE];
	uint32_t days = overdue(patient, later(coaching->started_on, coaching->reviewed_on),
		patient->limits->review_days, since);

	if (days > 0)
		find(patient, REASON(REVIEW_OVERDUE), ACTOR(ADVISER), since, days,
			patient->limits->review_days,
			say(patient->arena, "no review for %u days", days));
}

/* Since the latest change: with each further one it is news again. */
static void check_changes(struct patient *patient)
{
	const Coaching__CoachingProcess *coaching = patient->coaching;

	if (coaching->coach_changes > patient->limits->coach_changes)
		find(patient, REASON(COACH_CHANGES), ACTOR(ADVISER), coaching->coach_changed_on,
			coaching->coach_changes, patient->limits->coach_changes,
			say(patient->arena, "the coach changed %u times", coaching->coach_changes));
}

/* Without a day nothing can be said, and nothing is. */
Coaching__Health *coaching_health(struct arena *arena, const Coaching__CoachingProcess *coaching,
	const Coaching__HealthLimits *limits)
{
	struct patient patient = { arena, coaching, limits, 0, NEW(arena, Coaching__Health) };

	coaching__health__init(patient.health);
	if (!is_open(coaching) || !read_day(coaching->as_of, &patient.today))
		return patient.health;
	check_coach(&patient);
	check_session(&patient);
	check_start(&patient);
	check_contact(&patient);
	check_review(&patient);
	check_changes(&patient);
	return patient.health;
}
