/* Aalen and Johansen (1978): on each day on which something came, of those to whom nothing had come
 * yet the share that it came to is added to its cause. Who declined is not waiting to sign any
 * more: one minus Kaplan and Meier would count him as if he were. Who is censored on a day was
 * seen on it. The variance is that of the delta method (Marubini and Valsecchi 1995); where nobody
 * is censored it is p (1 − p) / n. */
#include "incidence.h"

#include <stdbool.h>

/* Where each list has been read to. */
struct reading {
	size_t at[INCIDENCE_CAUSES];
	size_t open_at;
};

/* The next day on which something came; false when nothing does any more. */
static bool next_day(
	const struct incidence_data *data, const struct reading *reading, uint32_t *out_day)
{
	bool found = false;

	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
		size_t at = reading->at[cause];

		if (at == data->n_after[cause] || (found && data->after[cause][at] >= *out_day))
			continue;
		*out_day = data->after[cause][at];
		found = true;
	}
	return found;
}

/* Of those that are left, the ones who were not seen on the day any more are left out. */
static uint32_t count_at_risk(
	const struct incidence_data *data, struct reading *reading, uint32_t day)
{
	size_t count = 0;

	while (reading->open_at < data->n_open_after && data->open_after[reading->open_at] < day)
		reading->open_at++;
	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++)
		count += data->n_after[cause] - reading->at[cause];
	return (uint32_t)(count + data->n_open_after - reading->open_at);
}

/* What came on the day is read over. */
static void take_step(const struct incidence_data *data, struct reading *reading,
	const struct incidence_step *before, struct incidence_step *step)
{
	uint32_t all = 0;

	step->at_risk = count_at_risk(data, reading, step->day);
	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
		size_t *at = &reading->at[cause];

		for (; *at < data->n_after[cause] && data->after[cause][*at] == step->day; ++*at)
			step->came[cause]++;
		all += step->came[cause];
		step->share[cause] = before->share[cause] +
				     before->remaining * step->came[cause] / step->at_risk;
	}
	step->remaining = before->remaining * (step->at_risk - all) / step->at_risk;
}

static uint32_t latest_of(const uint32_t *days, size_t count, uint32_t latest)
{
	return count > 0 && days[count - 1] > latest ? days[count - 1] : latest;
}

/* There are at most as many steps as things that came. */
struct incidence *incidence_of(struct arena *arena, const struct incidence_data *data)
{
	struct incidence *incidence = NEW(arena, struct incidence);
	struct incidence_step nothing = { .remaining = 1 };
	struct reading reading = { { 0 }, 0 };
	size_t count = 0;
	uint32_t day = 0;

	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
		count += data->n_after[cause];
		incidence->seen_until =
			latest_of(data->after[cause], data->n_after[cause], incidence->seen_until);
	}
	incidence->seen_until =
		latest_of(data->open_after, data->n_open_after, incidence->seen_until);
	incidence->n = (uint32_t)(count + data->n_open_after);
	incidence->steps = NEW_ARRAY(arena, struct incidence_step, count + 1);
	while (next_day(data, &reading, &day)) {
		struct incidence_step *step = &incidence->steps[incidence->n_steps];

		step->day = day;
		take_step(data, &reading, incidence->n_steps > 0 ? step - 1 : &nothing, step);
		incidence->n_steps++;
	}
	return incidence;
}

const struct incidence_step *incidence_on(const struct incidence *incidence, uint32_t day)
{
	const struct incidence_step *found = NULL;

	for (size_t i = 0; i < incidence->n_steps && incidence->steps[i].day <= day; i++)
		found = &incidence->steps[i];
	return found;
}

static uint32_t count_from(const uint32_t *days, size_t count, uint32_t day)
{
	size_t at = 0;

	while (at < count && days[at] < day)
		at++;
	return (uint32_t)(count - at);
}

uint32_t incidence_at_risk(const struct incidence_data *data, uint32_t day)
{
	uint32_t count = count_from(data->open_after, data->n_open_after, day);

	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++)
		count += count_from(data->after[cause], data->n_after[cause], day);
	return count;
}

/* Three sums: what is not certain about who was left, about who of them it came to, and that both
 * hang together. Where all that are left leave at once, nothing comes after it: the first and the
 * third are 0. */
double incidence_variance(const struct incidence *incidence, unsigned cause, uint32_t day)
{
	const struct incidence_step *last = incidence_on(incidence, day);
	double variance = 0, remaining = 1;

	for (const struct incidence_step *step = incidence->steps; last != NULL && step <= last;
		step++) {
		double n = step->at_risk, came = step->came[cause], all = 0;
		double later = last->share[cause] - step->share[cause];

		for (unsigned k = 0; k < INCIDENCE_CAUSES; k++)
			all += step->came[k];
		if (all < n)
			variance += later * later * all / (n * (n - all));
		variance += remaining * remaining * (n - came) * came / (n * n * n);
		variance -= 2 * later * remaining * came / (n * n);
		remaining = step->remaining;
	}
	return variance > 0 ? variance : 0;
}
