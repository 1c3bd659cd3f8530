/* The recount against small histories whose figures can be counted by hand. */
#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/funding.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/text.h"
#include "recount.h"
#include "unit.h"
#include <string.h>

/* A history that is told fact by fact. */
struct tale {
	struct arena *arena;
	struct recount recount;
	uint64_t seq;
};

static struct tale *begin(void **state)
{
	struct tale *tale = NEW(*state, struct tale);
	tale->arena = *state;
	recount_init(&tale->recount, *state);
	return tale;
}

static Registry__Party party(const char *key)
{
	Registry__Party made = REGISTRY__PARTY__INIT;
	made.key = (char *)(uintptr_t)key;
	made.kind = strlen(key) == 5 ? REGISTRY__PARTY_KIND__DISTRICT
				     : REGISTRY__PARTY_KIND__MUNICIPALITY;
	made.district = strlen(key) == 5 ? made.key : "14628";
	if (strncmp(key, "14522", 5) == 0) {
		made.district = "14522";
	}
	return made;
}

/* The fact's id is its number as text, so that later ones can name it. */
static void tell(struct tale *tale, const char *day, const char *key, const char *corrects,
	const ProtobufCMessage *content)
{
	char *participants[] = { (char *)(uintptr_t)key };
	Asskomm__Fact fact = ASSKOMM__FACT__INIT;
	Asskomm__FactHeader header = ASSKOMM__FACT_HEADER__INIT;
	fact.seq = ++tale->seq;
	fact.id = text_format(tale->arena, "%u", (unsigned)fact.seq);
	header.valid_on = (char *)(uintptr_t)day;
	header.corrects = (char *)(uintptr_t)corrects;
	header.n_participants = key[0] != '\0' ? 1 : 0;
	header.participants = participants;
	recount_add(&tale->recount, &fact, &header, content);
}

static void advise(struct tale *tale, const char *day, const char *key)
{
	Registry__ParticipantAdvised fact = REGISTRY__PARTICIPANT_ADVISED__INIT;
	Registry__Party who = party(key);
	fact.participant = &who;
	tell(tale, day, key, "", &fact.base);
}

static void contact(struct tale *tale, const char *day, const char *key)
{
	Registry__ParticipantContacted fact = REGISTRY__PARTICIPANT_CONTACTED__INIT;
	Registry__Party who = party(key);
	fact.participant = &who;
	tell(tale, day, key, "", &fact.base);
}

static void sign(
	struct tale *tale, const char *day, const char *key, char *id, const char *corrects)
{
	Registry__AgreementSigned fact = REGISTRY__AGREEMENT_SIGNED__INIT;
	Registry__Party who = party(key);
	fact.agreement_id = id;
	fact.participant = &who;
	tell(tale, day, key, corrects, &fact.base);
}

static void terminate(struct tale *tale, const char *day, const char *key, char *id)
{
	Registry__AgreementTerminated fact = REGISTRY__AGREEMENT_TERMINATED__INIT;
	Registry__Party who = party(key);
	fact.agreement_id = id;
	fact.participant = &who;
	tell(tale, day, key, "", &fact.base);
}

static void withdraw(struct tale *tale, const char *day, const char *key, char *fact_id)
{
	Asskomm__FactWithdrawn fact = ASSKOMM__FACT_WITHDRAWN__INIT;
	fact.fact_id = fact_id;
	tell(tale, day, key, fact_id, &fact.base);
}

static void constitute(struct tale *tale, const char *day, const char *key, char *id)
{
	Registry__CouncilConstituted fact = REGISTRY__COUNCIL_CONSTITUTED__INIT;
	Registry__Party who = party(key);
	fact.council_id = id;
	fact.participant = &who;
	tell(tale, day, key, "", &fact.base);
}

static void rest(struct tale *tale, const char *day, const char *key, char *id)
{
	Registry__CouncilWentDormant fact = REGISTRY__COUNCIL_WENT_DORMANT__INIT;
	Registry__Party who = party(key);
	fact.council_id = id;
	fact.participant = &who;
	tell(tale, day, key, "", &fact.base);
}

static void set_level(
	struct tale *tale, const char *day, const char *key, Registry__CooperationLevel level)
{
	Registry__ParticipantCooperationLevelChanged fact =
		REGISTRY__PARTICIPANT_COOPERATION_LEVEL_CHANGED__INIT;
	Registry__Party who = party(key);
	fact.participant = &who;
	fact.level = level;
	tell(tale, day, key, "", &fact.base);
}

static void set_budget(struct tale *tale, const char *day, uint32_t year, int64_t cents)
{
	Funding__BudgetSet fact = FUNDING__BUDGET_SET__INIT;
	fact.year = year;
	fact.amount_cents = cents;
	tell(tale, day, "", "", &fact.base);
}

static void succeed(struct tale *tale, const char *day, const char *key, const char *successor,
	const char *corrects)
{
	Registry__MunicipalitySucceeded fact = REGISTRY__MUNICIPALITY_SUCCEEDED__INIT;
	Registry__Party from = party(key), to = party(successor);
	fact.predecessor = &from;
	fact.successor = successor[0] != '\0' ? &to : NULL;
	tell(tale, day, key, corrects, &fact.base);
}

/* A counter on a day; days must ascend within one test. */
static int on(struct tale *tale, const char *day, enum counter counter, const char *district)
{
	recount_go_to(&tale->recount, day);
	return (int)recount_value(&tale->recount, counter, district);
}

static void one_who_is_advised_twice_counts_once(void **state)
{
	struct tale *tale = begin(state);
	contact(tale, "2021-01-01", "14628160");
	advise(tale, "2021-02-01", "14628160");
	advise(tale, "2021-03-01", "14628160");
	advise(tale, "2021-02-01", "14522180");
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2020-12-31", COUNTER_CONTACTED, NULL), 0);
	assert_int_equal(on(tale, "2021-01-01", COUNTER_CONTACTED, NULL), 1);
	assert_int_equal(on(tale, "2021-01-01", COUNTER_ADVISED, NULL), 0);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_ADVISED, NULL), 2);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_CONTACTED, NULL), 2);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_ADVISED, "14628"), 1);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_ADVISED, "14522"), 1);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_ADVISED, "14521"), 0);
	assert_int_equal(on(tale, "2021-03-01", COUNTER_PARTICIPANTS, NULL), 2);
}

static void an_agreement_that_ended_is_gross_not_net(void **state)
{
	struct tale *tale = begin(state);
	terminate(tale, "2022-01-01", "14628160", "a"); /* recorded in any order */
	sign(tale, "2021-01-01", "14628160", "a", "");
	sign(tale, "2023-01-01", "14628160", "b", "");
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2021-12-31", COUNTER_AGREEMENTS, NULL), 1);
	assert_int_equal(on(tale, "2022-06-01", COUNTER_AGREEMENTS, NULL), 0);
	assert_int_equal(on(tale, "2022-06-01", COUNTER_AGREEMENTS_GROSS, NULL), 1);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_AGREEMENTS, "14628"), 1);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_AGREEMENTS_GROSS, NULL), 2);
}

static void a_corrected_day_replaces_the_first(void **state)
{
	struct tale *tale = begin(state);
	sign(tale, "2023-08-09", "14628160", "a", "");
	sign(tale, "2023-08-19", "14628160", "a", "1"); /* it was ten days later */
	sign(tale, "2023-08-01", "14522180", "b", "");
	withdraw(tale, "2023-08-01", "14522180", "3");
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2023-08-18", COUNTER_AGREEMENTS, NULL), 0);
	assert_int_equal(on(tale, "2023-08-18", COUNTER_PARTICIPANTS, NULL), 0);
	assert_int_equal(on(tale, "2023-08-19", COUNTER_AGREEMENTS, NULL), 1);
	assert_int_equal(on(tale, "2023-08-19", COUNTER_AGREEMENTS_GROSS, NULL), 1);
}

static void a_dormant_council_is_not_counted(void **state)
{
	struct tale *tale = begin(state);
	constitute(tale, "2018-01-01", "14628160", "c1");
	constitute(tale, "2018-01-01", "14522", "c2");
	rest(tale, "2019-01-01", "14628160", "c1");
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2018-01-01", COUNTER_COUNCILS, NULL), 1);
	assert_int_equal(on(tale, "2018-01-01", COUNTER_DISTRICT_COUNCILS, "14522"), 1);
	assert_int_equal(on(tale, "2019-01-01", COUNTER_COUNCILS, NULL), 0);
	assert_int_equal(on(tale, "2019-01-01", COUNTER_DISTRICT_COUNCILS, NULL), 1);
}

static void the_last_level_of_a_day_counts_and_districts_do_not(void **state)
{
	struct tale *tale = begin(state);
	set_level(tale, "2020-01-01", "14628160", REGISTRY__COOPERATION_LEVEL__LOOSE);
	set_level(tale, "2020-01-01", "14628160", REGISTRY__COOPERATION_LEVEL__CLOSE);
	set_level(tale, "2020-01-01", "14522", REGISTRY__COOPERATION_LEVEL__CLOSE);
	set_level(tale, "2020-01-02", "14628160", REGISTRY__COOPERATION_LEVEL__LOOSE);
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2020-01-01", COUNTER_CLOSELY_COOPERATING, NULL), 1);
	assert_int_equal(on(tale, "2020-01-02", COUNTER_CLOSELY_COOPERATING, NULL), 0);
}

static void an_analysis_of_two_towns_is_one(void **state)
{
	struct tale *tale = begin(state);
	Registry__Party towns[] = { party("14628160"), party("14628110") };
	Registry__Party *both[] = { &towns[0], &towns[1] };
	for (unsigned i = 0; i < 2; i++) { /* the second analysis: one of them again */
		Analysis__AnalysisPresented fact = ANALYSIS__ANALYSIS_PRESENTED__INIT;
		fact.analysis_id = i == 0 ? "x" : "y";
		fact.municipalities = both;
		fact.n_municipalities = i == 0 ? 2 : 1;
		tell(tale, "2022-01-01", "14628160", "", &fact.base);
	}
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2022-01-01", COUNTER_ANALYSES, NULL), 2);
	assert_int_equal(on(tale, "2022-01-01", COUNTER_ANALYSES_STARTED, NULL), 0);
	assert_int_equal(on(tale, "2022-01-01", COUNTER_MUNICIPALITIES_ANALYSED, "14628"), 2);
}

static void a_coaching_that_closed_was_still_set_going(void **state)
{
	struct tale *tale = begin(state);
	Registry__Party who = party("14628160");
	Coaching__CoachingStarted started = COACHING__COACHING_STARTED__INIT;
	Coaching__CoachingClosed closed = COACHING__COACHING_CLOSED__INIT;
	started.coaching_id = closed.coaching_id = "c";
	started.participant = closed.participant = &who;
	tell(tale, "2022-01-01", "14628160", "", &started.base);
	tell(tale, "2022-06-01", "14628160", "", &closed.base);
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2022-12-31", COUNTER_COACHINGS, NULL), 1);
	assert_int_equal(on(tale, "2022-12-31", COUNTER_COACHINGS_REQUESTED, NULL), 0);
}

static void a_budget_is_of_its_year(void **state)
{
	struct tale *tale = begin(state);
	set_budget(tale, "2022-12-20", 2023, 110000000);
	set_budget(tale, "2023-07-01", 2023, 90000000);
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2022-12-31", COUNTER_BUDGET_CENTS, NULL), 0);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_BUDGET_CENTS, NULL), 110000000);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_BUDGET_CENTS, "14628"), 0);
	assert_int_equal(on(tale, "2023-12-31", COUNTER_BUDGET_CENTS, NULL), 90000000);
	assert_int_equal(on(tale, "2024-01-01", COUNTER_BUDGET_CENTS, NULL), 0);
}

/* It is a participant of its own: neither its members nor another consortium of theirs. */
static void a_consortium_counts_beside_its_members(void **state)
{
	struct tale *tale = begin(state);
	Registry__ParticipantAdvised fact = REGISTRY__PARTICIPANT_ADVISED__INIT;
	Registry__Party consortium = party("k-silberberg");
	fact.participant = &consortium;
	advise(tale, "2021-02-01", "14628160");
	tell(tale, "2021-02-02", "14628160", "", &fact.base); /* about its first member too */
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2021-02-02", COUNTER_ADVISED, NULL), 2);
	assert_int_equal(on(tale, "2021-02-02", COUNTER_CONTACTED, "14628"), 2);
	assert_int_equal(on(tale, "2021-02-02", COUNTER_PARTICIPANTS, NULL), 1);
}

/* Ostrau and Zschaitz-Ottewig became Jahnatal. */
static void a_merged_municipality_counts_once(void **state)
{
	struct tale *tale = begin(state);
	succeed(tale, "2023-01-01", "14522450", "14522275", "");
	succeed(tale, "2023-01-01", "14522620", "14522275", "");
	sign(tale, "2019-01-01", "14522450", "a", "");
	sign(tale, "2020-01-01", "14522620", "b", "");
	sign(tale, "2020-01-01", "14628160", "c", "");
	terminate(tale, "2021-01-01", "14522450", "a"); /* the other one is still in force */
	advise(tale, "2023-05-01", "14522450");         /* said of one who is no more */
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2020-12-31", COUNTER_AGREEMENTS, NULL), 3);
	assert_int_equal(on(tale, "2022-12-31", COUNTER_AGREEMENTS, "14522"), 1);
	assert_int_equal(on(tale, "2022-12-31", COUNTER_PARTICIPANTS, NULL), 3);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_AGREEMENTS, NULL), 2);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_AGREEMENTS, "14522"), 1);
	assert_int_equal(on(tale, "2023-06-01", COUNTER_PARTICIPANTS, "14522"), 1);
	assert_int_equal(on(tale, "2023-06-01", COUNTER_ADVISED, NULL), 0);
	assert_int_equal(on(tale, "2023-06-01", COUNTER_AGREEMENTS_GROSS, NULL), 3);
}

/* On one day the last link takes over from all; a year later the next one; then nobody. */
static void mergers_go_in_chains(void **state)
{
	struct tale *tale = begin(state);
	sign(tale, "2019-01-01", "14522010", "a", "");
	succeed(tale, "2020-01-01", "14522010", "14522020", "");
	succeed(tale, "2020-01-01", "14522020", "14628030", "");
	succeed(tale, "2021-01-01", "14628030", "14522040", "");
	terminate(tale, "2022-01-01", "14522040", "a");
	sign(tale, "2022-06-01", "14522040", "a2", "");
	succeed(tale, "2023-01-01", "14522040", "", "");
	succeed(tale, "2018-01-01", "14522010", "14522040", "");
	withdraw(tale, "2018-01-01", "14522010", "8");
	recount_sort(&tale->recount);
	assert_int_equal(on(tale, "2019-01-01", COUNTER_AGREEMENTS, "14522"), 1);
	assert_int_equal(on(tale, "2020-01-01", COUNTER_AGREEMENTS, "14522"), 0);
	assert_int_equal(on(tale, "2020-01-01", COUNTER_AGREEMENTS, "14628"), 1);
	assert_int_equal(on(tale, "2021-01-01", COUNTER_AGREEMENTS, "14522"), 1);
	assert_int_equal(on(tale, "2022-01-01", COUNTER_AGREEMENTS, NULL), 0);
	assert_int_equal(on(tale, "2022-06-01", COUNTER_AGREEMENTS, NULL), 1);
	assert_int_equal(on(tale, "2023-01-01", COUNTER_AGREEMENTS, NULL), 0);
}

static void days_are_evenly_chosen_with_the_last(void **state)
{
	struct tale *tale = begin(state);
	const char *const *days;
	for (unsigned i = 1; i <= 28; i++) {
		advise(tale, text_format(*state, "2021-02-%02u", 29 - i), "14628160");
	}
	recount_sort(&tale->recount);
	assert_int_equal(recount_days(&tale->recount, 7, &days), 7);
	assert_string_equal(days[0], "2021-02-04");
	assert_string_equal(days[6], "2021-02-28");
	assert_int_equal(recount_days(&tale->recount, 100, &days), 28);
	assert_string_equal(days[0], "2021-02-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(one_who_is_advised_twice_counts_once),
		UNIT(an_agreement_that_ended_is_gross_not_net),
		UNIT(a_corrected_day_replaces_the_first),
		UNIT(a_dormant_council_is_not_counted),
		UNIT(the_last_level_of_a_day_counts_and_districts_do_not),
		UNIT(an_analysis_of_two_towns_is_one),
		UNIT(a_coaching_that_closed_was_still_set_going),
		UNIT(a_budget_is_of_its_year),
		UNIT(a_consortium_counts_beside_its_members),
		UNIT(a_merged_municipality_counts_once),
		UNIT(mergers_go_in_chains),
		UNIT(days_are_evenly_chosen_with_the_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
