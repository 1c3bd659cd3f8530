/* Of the pool, who covers the topics, goes to the participants, has a place and time comes first;
 * who knows them already or has less to do than others comes before. Each point has its reason, and
 * so has each coach that is left out. */
#include "rules.h"

#include "core/catalogue.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define DISTRICT_LEN 5u
#define HALF_YEAR 182 /* days for which a coach should have time */

/* What each criterion is worth; 100 in all. */
enum worth {
	MOST_COMPETENCE = 40,
	MOST_DISTRICT = 20,
	MOST_CAPACITY = 15,
	MOST_AVAILABILITY = 10,
	MOST_EARLIER = 10,
	MOST_BALANCE = 5,
};

/* One question: what is looked for, and the ranking that comes of it. */
struct ranking {
	struct arena *arena;
	const Coaching__RankingMaterial *material;
	int32_t day;         /* days since 1970 */
	uint32_t most_taken; /* by any coach of the pool */
	Coaching__CoachRanking *reply;
};

/* Lists of codes are short; a plain search does. */
static bool is_among(const char *text, char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i], text) == 0)
			return true;
	return false;
}

/* Topics and competences are codes of one list. */
static uint32_t count_covered(const struct ranking *ranking, const Coaching__PoolCoach *coach)
{
	uint32_t covered = 0;

	for (size_t i = 0; i < ranking->reply->n_topics; i++)
		covered += is_among(
			ranking->reply->topics[i], coach->competences, coach->n_competences);
	return covered;
}

/* How many participants lie in districts that the coach names. */
static uint32_t count_near(const struct ranking *ranking, const Coaching__PoolCoach *coach)
{
	uint32_t near = 0;

	for (size_t i = 0; i < ranking->reply->n_participants; i++)
		near += is_among(text_copy_len(ranking->arena, ranking->reply->participants[i],
					 DISTRICT_LEN),
			coach->districts, coach->n_districts);
	return near;
}

/* Days from the one that is asked about to the end of the period that it lies in; 0 when the coach
 * has no time then. An open end is far enough. */
static int32_t days_available(const struct ranking *ranking, const Coaching__PoolCoach *coach)
{
	int32_t best = coach->n_availability == 0 ? HALF_YEAR : 0;

	for (size_t i = 0; i < coach->n_availability; i++) {
		const Coaching__Period *period = coach->availability[i];
		struct civil_date from, until;
		int32_t days = HALF_YEAR;

		if (civil_parse(period->from, &from) && civil_days(from) > ranking->day)
			continue;
		if (civil_parse(period->until, &until))
			days = civil_days(until) - ranking->day + 1;
		if (days > best)
			best = days < HALF_YEAR ? days : HALF_YEAR;
	}
	return best;
}

/* Sessions of coachings that are over count as well as those under way. */
static const Coaching__EarlierWork *earlier_of(
	const struct ranking *ranking, const Coaching__PoolCoach *coach)
{
	for (size_t i = 0; i < ranking->material->n_earlier; i++)
		if (strcmp(ranking->material->earlier[i]->coach, coach->id) == 0)
			return ranking->material->earlier[i];
	return NULL;
}

/* ---- why not */

/* Each reason for programs, and its sentence for people, at the same place. */
static void exclude(struct ranking *ranking, Coaching__ExcludedCoach *excluded,
	Coaching__ExcludedCoach__Reason reason, const char *text)
{
	excluded->reasons = arena_grow(
		ranking->arena, excluded->reasons, excluded->n_reasons, sizeof(*excluded->reasons));
	excluded->reasons[excluded->n_reasons++] = reason;
	reflect_append(ranking->arena, &excluded->base, "texts", text);
}

/* All reasons, so that one who asks why is not sent back and forth. */
static Coaching__ExcludedCoach *judge_out(struct ranking *ranking, const Coaching__PoolCoach *coach)
{
	Coaching__ExcludedCoach *excluded = NEW(ranking->arena, Coaching__ExcludedCoach);
	struct arena *arena = ranking->arena;

	coaching__excluded_coach__init(excluded);
	excluded->coach = coach->id;
	if (strcmp(coach->id, ranking->material->coach) == 0)
		exclude(ranking, excluded, COACHING__EXCLUDED_COACH__REASON__IS_THE_COACH,
			say(arena, "is the coach already"));
	if (coach->taken >= coach->capacity)
		exclude(ranking, excluded, COACHING__EXCLUDED_COACH__REASON__FULL,
			say(arena, "has %u of %u places taken", coach->taken, coach->capacity));
	if (days_available(ranking, coach) == 0)
		exclude(ranking, excluded, COACHING__EXCLUDED_COACH__REASON__NOT_AVAILABLE,
			say(arena, "is not available on %s", ranking->reply->on));
	if (coach->n_districts > 0 && count_near(ranking, coach) < ranking->reply->n_participants)
		exclude(ranking, excluded, COACHING__EXCLUDED_COACH__REASON__OTHER_DISTRICTS,
			say(arena, "goes to other districts only"));
	if (ranking->reply->n_topics > 0 && count_covered(ranking, coach) == 0)
		exclude(ranking, excluded, COACHING__EXCLUDED_COACH__REASON__NO_COMPETENCE,
			say(arena, "covers none of the topics"));
	return excluded->n_reasons > 0 ? excluded : NULL;
}

/* ---- why */

/* The score is nothing but the sum of what is told. */
static void add(struct ranking *ranking, Coaching__RankedCoach *ranked,
	Coaching__Criterion__Kind kind, uint32_t points, uint32_t most, char *text)
{
	Coaching__Criterion *criterion = NEW(ranking->arena, Coaching__Criterion);

	coaching__criterion__init(criterion);
	criterion->kind = kind;
	criterion->points = points;
	criterion->most = most;
	criterion->text = text;
	ranked->score += points;
	reflect_append(ranking->arena, &ranked->base, "criteria", criterion);
}

/* Where nothing is looked for, everybody covers it. */
static void judge_fit(
	struct ranking *ranking, Coaching__RankedCoach *ranked, const Coaching__PoolCoach *coach)
{
	uint32_t wanted = (uint32_t)ranking->reply->n_topics;
	uint32_t covered = count_covered(ranking, coach);

	if (wanted == 0)
		add(ranking, ranked, COACHING__CRITERION__KIND__COMPETENCE, MOST_COMPETENCE,
			MOST_COMPETENCE, say(ranking->arena, "no topics are named"));
	else
		add(ranking, ranked, COACHING__CRITERION__KIND__COMPETENCE,
			MOST_COMPETENCE * covered / wanted, MOST_COMPETENCE,
			say(ranking->arena, "covers %u of %u topics", covered, wanted));
	if (coach->n_districts == 0)
		add(ranking, ranked, COACHING__CRITERION__KIND__DISTRICT, MOST_DISTRICT / 2,
			MOST_DISTRICT, say(ranking->arena, "goes anywhere"));
	else
		add(ranking, ranked, COACHING__CRITERION__KIND__DISTRICT, MOST_DISTRICT,
			MOST_DISTRICT, say(ranking->arena, "names this district"));
}

/* Free places and days to come: what a coach can still take on. */
static void judge_time(
	struct ranking *ranking, Coaching__RankedCoach *ranked, const Coaching__PoolCoach *coach)
{
	uint32_t days = (uint32_t)days_available(ranking, coach);

	add(ranking, ranked, COACHING__CRITERION__KIND__CAPACITY,
		MOST_CAPACITY * (coach->capacity - coach->taken) / coach->capacity, MOST_CAPACITY,
		say(ranking->arena, "has %u of %u places free", coach->capacity - coach->taken,
			coach->capacity));
	add(ranking, ranked, COACHING__CRITERION__KIND__AVAILABILITY,
		MOST_AVAILABILITY * days / HALF_YEAR, MOST_AVAILABILITY,
		days >= HALF_YEAR ? say(ranking->arena, "is available for half a year and longer")
				  : say(ranking->arena, "is available for %u more days", days));
}

/* Knowing each other helps; who has less to do than the busiest gets a little more. */
static void judge_experience(
	struct ranking *ranking, Coaching__RankedCoach *ranked, const Coaching__PoolCoach *coach)
{
	const Coaching__EarlierWork *earlier = earlier_of(ranking, coach);
	uint32_t least = ranking->most_taken - coach->taken;

	if (earlier != NULL)
		add(ranking, ranked, COACHING__CRITERION__KIND__EARLIER_WORK, MOST_EARLIER,
			MOST_EARLIER,
			say(ranking->arena, "has worked with a participant before: %u sessions",
				earlier->sessions));
	else
		add(ranking, ranked, COACHING__CRITERION__KIND__EARLIER_WORK, 0, MOST_EARLIER,
			say(ranking->arena, "has not worked with the participants yet"));
	add(ranking, ranked, COACHING__CRITERION__KIND__BALANCE,
		ranking->most_taken == 0 ? MOST_BALANCE
					 : MOST_BALANCE * least / ranking->most_taken,
		MOST_BALANCE, say(ranking->arena, "has %u coachings now", coach->taken));
}

/* ---- the order */

/* One that is judged, beside what decides a tie. */
struct candidate {
	Coaching__RankedCoach *ranked;
	uint32_t taken;
};

/* Ties are decided by what is the same tomorrow: never by the order of rows. */
static int by_rank(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->ranked->score != b->ranked->score)
		return a->ranked->score > b->ranked->score ? -1 : 1;
	if (a->taken != b->taken)
		return a->taken < b->taken ? -1 : 1;
	return strcmp(a->ranked->coach, b->ranked->coach);
}

/* Each coach stands in one of the two lists. */
static void judge_all(struct ranking *ranking)
{
	const Coaching__RankingMaterial *material = ranking->material;
	struct candidate *candidates =
		NEW_ARRAY(ranking->arena, struct candidate, material->n_coaches + 1);
	size_t count = 0;

	for (size_t i = 0; i < material->n_coaches; i++) {
		const Coaching__PoolCoach *coach = material->coaches[i];
		Coaching__ExcludedCoach *excluded = judge_out(ranking, coach);
		Coaching__RankedCoach *ranked = NEW(ranking->arena, Coaching__RankedCoach);

		if (excluded != NULL) {
			reflect_append(ranking->arena, &ranking->reply->base, "excluded", excluded);
			continue;
		}
		coaching__ranked_coach__init(ranked);
		ranked->coach = coach->id;
		judge_fit(ranking, ranked, coach);
		judge_time(ranking, ranked, coach);
		judge_experience(ranking, ranked, coach);
		candidates[count++] = (struct candidate){ ranked, coach->taken };
	}
	qsort(candidates, count, sizeof(*candidates), by_rank);
	for (size_t i = 0; i < count; i++) {
		candidates[i].ranked->rank = (uint32_t)i + 1;
		reflect_append(
			ranking->arena, &ranking->reply->base, "ranked", candidates[i].ranked);
	}
}

/* What the request says of topics and day wins over what the coaching and the calendar say. */
ProtobufCMessage *rank_coaches(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Coaching__RankCoachesRequest *wish =
		AS(Coaching__RankCoachesRequest, coaching__rank_coaches_request, request);
	struct ranking ranking = { .arena = arena,
		.material = AS(Coaching__RankingMaterial, coaching__ranking_material, row),
		.reply = NEW(arena, Coaching__CoachRanking) };
	Coaching__CoachRanking *reply = ranking.reply;
	struct civil_date day;

	coaching__coach_ranking__init(reply);
	reflect_share(&reply->base, row);
	if (wish->n_topics > 0)
		reflect_share(&reply->base, request);
	reply->on = wish->on[0] != '\0' ? wish->on : ranking.material->today;
	CHECK(civil_parse(reply->on, &day));
	ranking.day = civil_days(day);
	for (size_t i = 0; i < ranking.material->n_coaches; i++)
		if (ranking.material->coaches[i]->taken > ranking.most_taken)
			ranking.most_taken = ranking.material->coaches[i]->taken;
	judge_all(&ranking);
	return &reply->base;
}
