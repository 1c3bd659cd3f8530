/* What holds of every set of competing outcomes: the shares and the rest are 1, none ever falls,
 * and where nobody is censored they are the plain shares with the variance of a binomial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "rules/incidence.h"
#include "rules/numbers.h"

#define ROUNDS 400
#define CASES_MAX 60
#define DAYS 40
#define CLOSE 1e-12

/* Four lists that are filled by chance; the last one is of those to whom nothing came. */
struct sample {
	uint32_t days[INCIDENCE_CAUSES + 1][CASES_MAX];
	size_t count[INCIDENCE_CAUSES + 1];
};

/* Knuth's linear congruence: the same on every machine. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static void fill(struct sample *sample, uint64_t *state, unsigned kinds)
{
	uint32_t cases = 1 + draw(state, CASES_MAX);

	*sample = (struct sample){ .count = { 0 } };
	for (uint32_t i = 0; i < cases; i++) {
		unsigned kind = draw(state, kinds);

		sample->days[kind][sample->count[kind]++] = draw(state, DAYS);
	}
	for (unsigned kind = 0; kind <= INCIDENCE_CAUSES; kind++)
		qsort(sample->days[kind], sample->count[kind], sizeof(uint32_t), compare_numbers);
}

static struct incidence_data data_of(const struct sample *sample)
{
	struct incidence_data data = { .open_after = sample->days[INCIDENCE_CAUSES],
		.n_open_after = sample->count[INCIDENCE_CAUSES] };

	for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
		data.after[cause] = sample->days[cause];
		data.n_after[cause] = sample->count[cause];
	}
	return data;
}

static void assert_close(double value, double wanted)
{
	assert_true(value > wanted - CLOSE && value < wanted + CLOSE);
}

static void shares_and_the_rest_are_one_and_none_falls(void **state)
{
	uint64_t chance = 20260101;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct arena *arena = arena_new(1 << 20);
		struct sample sample;
		struct incidence *incidence;
		struct incidence_step before = { .remaining = 1 };
		struct incidence_data data;

		fill(&sample, &chance, INCIDENCE_CAUSES + 1);
		data = data_of(&sample);
		incidence = incidence_of(arena, &data);
		for (size_t i = 0; i < incidence->n_steps; i++) {
			const struct incidence_step *step = &incidence->steps[i];
			double sum = step->remaining;

			assert_true(i == 0 || step->day > before.day);
			assert_int_equal(step->at_risk, incidence_at_risk(&data, step->day));
			assert_true(step->remaining <= before.remaining && step->remaining >= 0);
			for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
				assert_true(step->share[cause] >= before.share[cause]);
				assert_true(incidence_variance(incidence, cause, step->day) >= 0);
				sum += step->share[cause];
			}
			assert_close(sum, 1);
			before = *step;
		}
		arena_destroy(&arena);
	}
}

/* The share on a day is that of those to whom it came by then. */
static void without_censoring_it_is_counting(void **state)
{
	uint64_t chance = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct arena *arena = arena_new(1 << 20);
		struct sample sample;
		struct incidence *incidence;
		struct incidence_data data;
		uint32_t day = draw(&chance, DAYS);

		fill(&sample, &chance, INCIDENCE_CAUSES);
		data = data_of(&sample);
		incidence = incidence_of(arena, &data);
		for (unsigned cause = 0; cause < INCIDENCE_CAUSES; cause++) {
			const struct incidence_step *step = incidence_on(incidence, day);
			double n = incidence->n, came = 0, share;

			for (size_t i = 0; i < sample.count[cause]; i++)
				came += sample.days[cause][i] <= day;
			share = came / n;
			assert_close(step != NULL ? step->share[cause] : 0, share);
			assert_close(
				incidence_variance(incidence, cause, day), share * (1 - share) / n);
		}
		arena_destroy(&arena);
	}
}

/* Who declined is not waiting to sign: one minus Kaplan and Meier, which takes him for censored,
 * says too much. */
static void what_competes_makes_each_share_smaller(void **state)
{
	const uint32_t signed_after[] = { 5, 9 }, declined_after[] = { 1, 2, 3, 4 },
		       nobody[] = { 0 };
	struct incidence_data both = { .after = { signed_after, declined_after, nobody },
		.n_after = { 2, 4, 0 },
		.open_after = nobody };
	struct incidence_data censored = { .after = { signed_after, nobody, nobody },
		.n_after = { 2, 0, 0 },
		.open_after = declined_after,
		.n_open_after = 4 };
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	assert_close(incidence_on(incidence_of(arena, &both), 9)->share[0], 2.0 / 6);
	assert_close(incidence_on(incidence_of(arena, &censored), 9)->share[0], 1);
	arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_and_the_rest_are_one_and_none_falls),
		cmocka_unit_test(without_censoring_it_is_counting),
		cmocka_unit_test(what_competes_makes_each_share_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
