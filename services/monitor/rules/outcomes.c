/* What came of those who were contacted or advised: they signed or declined, whichever was first,
 * or were not heard of for long; and of how many nothing can be said yet.
 *
 * They are told by the share that it came to within so many days, with those who have not been
 * there for so long counted for as long as they were. Of fewer than 5 no share is told. */
#include "rules.h"

#include "core/reflect.h"
#include "incidence.h"
#include "numbers.h"

#define Z_95 1.959963984540054
#define POINT_EVERY 30u
#define SMALLEST 1e-9 /* less is rounding */

enum cause { CAUSE_SIGNED, CAUSE_DECLINED, CAUSE_DORMANT };

static uint32_t permille_of(double share)
{
	return (uint32_t)(share * 1000 + 0.5);
}

/* How many cases without any censoring would be worth as much as the estimate. Where it came to
 * nobody, or to all, its variance is 0 and says nothing: then it is those who were seen to the
 * end of the time. */
static double worth_of(const struct incidence *incidence, const struct incidence_data *data,
	enum cause cause, uint32_t day)
{
	const struct incidence_step *step = incidence_on(incidence, day);
	double share = step != NULL ? step->share[cause] : 0;
	double variance = incidence_variance(incidence, cause, day);
	double censored = 0;

	if (variance > SMALLEST)
		return share * (1 - share) / variance;
	for (size_t i = 0; i < data->n_open_after; i++)
		censored += data->open_after[i] < day;
	return incidence->n - censored;
}

/* Wilson's interval, as of every other share; rounded outwards, but for what rounding itself made.
 */
static Monitor__OutcomeShare *share_of(struct arena *arena, const struct incidence *incidence,
	const struct incidence_data *data, enum cause cause, uint32_t day)
{
	Monitor__OutcomeShare *answer = NEW(arena, Monitor__OutcomeShare);
	const struct incidence_step *step = incidence_on(incidence, day);
	double share = step != NULL ? step->share[cause] : 0;
	double n = worth_of(incidence, data, cause, day), z2 = Z_95 * Z_95;
	double middle = share + z2 / (2 * n);
	double half = Z_95 * square_root((share * (1 - share) + z2 / (4 * n)) / n);
	double low = (middle - half) / (1 + z2 / n) * 1000 + SMALLEST;
	double high = (middle + half) / (1 + z2 / n) * 1000 - SMALLEST;

	monitor__outcome_share__init(answer);
	answer->permille = permille_of(share);
	answer->low = low > 0 ? (uint32_t)low : 0;
	answer->high = high < 999 ? (uint32_t)high + 1 : 1000;
	return answer;
}

static Monitor__OutcomePoint *point_on(struct arena *arena, const struct incidence *incidence,
	const struct incidence_data *data, uint32_t day)
{
	Monitor__OutcomePoint *point = NEW(arena, Monitor__OutcomePoint);
	const struct incidence_step *step = incidence_on(incidence, day);

	monitor__outcome_point__init(point);
	point->days = day;
	point->at_risk = incidence_at_risk(data, day);
	point->none_yet = 1000;
	if (step == NULL)
		return point;
	point->signed_ = permille_of(step->share[CAUSE_SIGNED]);
	point->declined = permille_of(step->share[CAUSE_DECLINED]);
	point->dormant = permille_of(step->share[CAUSE_DORMANT]);
	point->none_yet = permille_of(step->remaining);
	return point;
}

/* The last day that can be told: where nobody was seen for so long and some are open, what came of
 * them is not known; where all have an outcome it stays as it is. */
static uint32_t told_until(
	const struct incidence *incidence, const struct incidence_data *data, uint32_t within)
{
	return data->n_open_after == 0 || incidence->seen_until > within ? within
									 : incidence->seen_until;
}

static void set_shares(struct arena *arena, Monitor__Outcomes *answer,
	const struct incidence_data *data, uint32_t within)
{
	const struct incidence *incidence = incidence_of(arena, data);

	answer->until = told_until(incidence, data, within);
	answer->signed_share = share_of(arena, incidence, data, CAUSE_SIGNED, answer->until);
	answer->declined_share = share_of(arena, incidence, data, CAUSE_DECLINED, answer->until);
	answer->dormant_share = share_of(arena, incidence, data, CAUSE_DORMANT, answer->until);
	for (uint32_t day = 0; day < answer->until; day += POINT_EVERY)
		reflect_append(
			arena, &answer->base, "points", point_on(arena, incidence, data, day));
	reflect_append(
		arena, &answer->base, "points", point_on(arena, incidence, data, answer->until));
}

/* Days are in order. */
ProtobufCMessage *outcomes(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__OutcomeFacts *facts = AS(Monitor__OutcomeFacts, monitor__outcome_facts, row);
	struct incidence_data data = {
		.after = { facts->signed_after, facts->declined_after, facts->dormant_after },
		.n_after = { facts->n_signed_after, facts->n_declined_after,
			facts->n_dormant_after },
		.open_after = facts->open_after,
		.n_open_after = facts->n_open_after,
	};
	Monitor__Outcomes *answer = NEW(arena, Monitor__Outcomes);

	(void)request;
	monitor__outcomes__init(answer);
	reflect_share(&answer->base, row);
	answer->signed_ = (uint32_t)facts->n_signed_after;
	answer->declined = (uint32_t)facts->n_declined_after;
	answer->dormant = (uint32_t)facts->n_dormant_after;
	answer->open = (uint32_t)facts->n_open_after;
	answer->n = answer->signed_ + answer->declined + answer->dormant + answer->open;
	answer->too_few = answer->n < ENOUGH;
	if (!answer->too_few)
		set_shares(arena, answer, &data, facts->within);
	return &answer->base;
}
