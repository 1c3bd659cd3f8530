/* Tables of coachings: what is said in the API by codes stands here in words. */
#include "coachings.h"

#include "asskomm/coaching.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

/* The answer as a message of that type; NULL when it is none, which was told. */
#define ANSWER(run, type, prefix)                                                                  \
	((type *)(void *)connection_message(                                                       \
		(run)->connection->arena, &prefix##__descriptor, (run)->reply))

/* "COACH_MATCHED" is read as "coach matched"; "" for an unspecified one. */
static const char *spell(struct arena *arena, const ProtobufCMessage *message, const char *field)
{
	const char *name = reflect_get_text(arena, message, field);
	return output_label(arena, name);
}

/* Lists of codes are short: they fit a cell. */
static const char *join(struct arena *arena, char *const *items, size_t count)
{
	struct text text;
	text_init(&text, arena, 4000);
	for (size_t i = 0; i < count; i++) {
		text_append_format(&text, "%s%s", i > 0 ? ", " : "", items[i]);
	}
	return text.bytes;
}

/* Cells are texts. */
static const char *number(struct arena *arena, uint32_t value)
{
	return text_format(arena, "%u", value);
}

/* ---- coachings */

/* Why it stalls, in the words of the suite. */
static const char *tell_findings(struct arena *arena, const Coaching__CoachingProcess *coaching)
{
	struct text text;
	text_init(&text, arena, 1000);
	for (size_t i = 0; coaching->health != NULL && i < coaching->health->n_findings; i++) {
		text_append_format(
			&text, "%s%s", i > 0 ? "; " : "", coaching->health->findings[i]->text);
	}
	return text.bytes;
}

/* Of several participants the one that leads. */
static const char *name_of(const Coaching__CoachingProcess *coaching)
{
	return coaching->participant != NULL ? coaching->participant->name : "";
}

/* What is wrong stands last, where it may be long; how many stall is the sum that is asked for. */
void coachings_print_list(struct action_run *run)
{
	static const char *const HEADINGS[] = { "coaching", "participant", "district", "stage",
		"since", "coach", "sessions", "last", "" };
	struct arena *arena = run->connection->arena;
	const Coaching__CoachingList *list =
		ANSWER(run, Coaching__CoachingList, coaching__coaching_list);
	struct table table;
	size_t stalled = 0;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 9, HEADINGS, 1u << 6);
	for (size_t i = 0; i < list->n_items; i++) {
		const Coaching__CoachingProcess *coaching = list->items[i];
		stalled += coaching->health != NULL && coaching->health->stalled;
		table_add(&table,
			(const char *const[]){ coaching->id, name_of(coaching),
				coaching->participant != NULL ? coaching->participant->district
							      : "",
				spell(arena, &coaching->base, "status"), coaching->moved_on,
				coaching->coach, number(arena, coaching->sessions),
				coaching->last_session_on, tell_findings(arena, coaching) });
	}
	table_print(&table, stdout);
	printf("%zu coachings, %zu of them stalled\n", list->n_items, stalled);
	if (list->next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, list->next));
	}
}

/* One line of a page about one thing; what is not given is left out. */
static void add_line(struct table *table, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0') {
		table_add(table, (const char *const[]){ label, value });
	}
}

/* In the order of the stages, not of the days: what is missing is seen. */
static void add_days(struct table *table, const Coaching__CoachingProcess *coaching)
{
	add_line(table, "requested on", coaching->requested_on);
	add_line(table, "mandate clarified on", coaching->clarified_on);
	add_line(table, "coach matched on", coaching->matched_on);
	add_line(table, "contract of", coaching->contracted_on);
	add_line(table, "started on", coaching->started_on);
	add_line(table, "paused on", coaching->paused_on);
	add_line(table, "to be resumed on", coaching->resume_planned_on);
	add_line(table, "resumed on", coaching->resumed_on);
	add_line(table, "reviewed on", coaching->reviewed_on);
	add_line(table, "next review on", coaching->planned_review_on);
	add_line(table, "closed on", coaching->closed_on);
	add_line(table, "last session on", coaching->last_session_on);
	add_line(table, "next session on", coaching->next_session_on);
}

/* Sessions stand beside what was agreed on. */
static void add_contract(
	struct arena *arena, struct table *table, const Coaching__CoachingProcess *coaching)
{
	for (size_t i = 0; i < coaching->n_goals; i++) {
		add_line(table, "goal",
			text_format(arena, "%s: %s", coaching->goals[i]->code,
				coaching->goals[i]->text));
	}
	add_line(table, "contact", coaching->contact_id);
	add_line(table, "contact's role", coaching->contact_role);
	if (coaching->expected_sessions > 0) {
		add_line(table, "sessions",
			text_format(arena, "%u of %u", coaching->sessions,
				coaching->expected_sessions));
	} else {
		add_line(table, "sessions", number(arena, coaching->sessions));
	}
}

/* Each finding says who is to act: that is what a person looks for here. */
static void print_health(struct arena *arena, const Coaching__Health *health)
{
	for (size_t i = 0; health != NULL && i < health->n_findings; i++) {
		const Coaching__Health__Finding *finding = health->findings[i];
		printf("stalled since %s: %s (to act: %s)\n", finding->since,
			output_safe(arena, finding->text), spell(arena, &finding->base, "to_act"));
	}
}

/* What is wrong comes below all else: nobody reads past it. */
void coachings_print_one(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Coaching__CoachingProcess *coaching =
		ANSWER(run, Coaching__CoachingProcess, coaching__coaching_process);
	struct table table;
	if (coaching == NULL) {
		return;
	}
	table_init(&table, arena, 2, NULL, 0);
	add_line(&table, "coaching", coaching->id);
	add_line(&table, "participant", name_of(coaching));
	for (size_t i = 0; i < coaching->n_partners; i++) {
		add_line(&table, "together with", coaching->partners[i]->name);
	}
	add_line(&table, "stage", spell(arena, &coaching->base, "status"));
	add_line(&table, "outcome", spell(arena, &coaching->base, "outcome"));
	add_line(&table, "coach", coaching->coach);
	add_line(&table, "topics", join(arena, coaching->topics, coaching->n_topics));
	add_days(&table, coaching);
	add_contract(arena, &table, coaching);
	add_line(&table, "takes up again", coaching->reopens);
	add_line(&table, "taken up again as", coaching->reopened_as);
	table_print(&table, stdout);
	print_health(arena, coaching->health);
}

/* The form is always known, the length need not be. */
void coachings_print_sessions(struct action_run *run)
{
	static const char *const HEADINGS[] = { "held on", "form", "minutes", "topic", "next" };
	struct arena *arena = run->connection->arena;
	const Coaching__SessionList *list =
		ANSWER(run, Coaching__SessionList, coaching__session_list);
	struct table table;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 5, HEADINGS, 1u << 2);
	for (size_t i = 0; i < list->n_items; i++) {
		const Coaching__Session *session = list->items[i];
		table_add(
			&table, (const char *const[]){ session->held_on,
					spell(arena, &session->base, "form"),
					session->minutes > 0 ? number(arena, session->minutes) : "",
					session->topic, session->next_session_on });
	}
	table_print(&table, stdout);
	printf("%zu sessions\n", list->n_items);
}

/* What is worth telling of a step beside its kind: at most one or two things. */
static const char *tell_step(struct arena *arena, const Coaching__Step *step)
{
	static const char *const CODES[] = { "change_reason", "form", "pause_reason", "outcome" };
	struct text text;
	text_init(&text, arena, 1000);
	for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
		const char *word = spell(arena, &step->base, CODES[i]);
		text_append_format(&text, "%s%s", text.len > 0 && word[0] != '\0' ? ", " : "",
			strstr(word, "unspecified") != NULL ? "" : word);
	}
	if (step->minutes > 0) {
		text_append_format(&text, ", %u minutes", step->minutes);
	}
	if (step->n_goal_codes > 0) {
		text_append(&text, join(arena, step->goal_codes, step->n_goal_codes));
	}
	if (step->withdrawn_at[0] != '\0') {
		text_append_format(&text, "%staken back", text.len > 0 ? ", " : "");
	}
	return text.bytes;
}

/* The fact's id stands last: it is what `withdraw` asks for. */
void coachings_print_history(struct action_run *run)
{
	static const char *const HEADINGS[] = { "on", "what", "stage", "coach", "", "fact" };
	struct arena *arena = run->connection->arena;
	const Coaching__CoachingHistory *history =
		ANSWER(run, Coaching__CoachingHistory, coaching__coaching_history);
	struct table table;
	if (history == NULL) {
		return;
	}
	table_init(&table, arena, 6, HEADINGS, 0);
	for (size_t i = 0; i < history->n_items; i++) {
		const Coaching__Step *step = history->items[i];
		table_add(&table, (const char *const[]){ step->on, step->kind,
					  spell(arena, &step->base, "stage"), step->coach,
					  tell_step(arena, step), step->fact_id });
	}
	table_print(&table, stdout);
	if (history->next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, history->next));
	}
}

/* ---- coaches */

/* Each criterion with what it gives of what it could, and why. */
void coachings_print_ranking(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Coaching__CoachRanking *ranking =
		ANSWER(run, Coaching__CoachRanking, coaching__coach_ranking);
	struct table table;
	if (ranking == NULL) {
		return;
	}
	table_init(&table, arena, 3, NULL, 1u << 1);
	for (size_t i = 0; i < ranking->n_ranked; i++) {
		const Coaching__RankedCoach *ranked = ranking->ranked[i];
		table_add(&table, (const char *const[]){
					  text_format(arena, "%u. %s", ranked->rank, ranked->coach),
					  number(arena, ranked->score), "of 100" });
		for (size_t k = 0; k < ranked->n_criteria; k++) {
			const Coaching__Criterion *criterion = ranked->criteria[k];
			table_add(&table, (const char *const[]){
						  text_format(arena, "   %s",
							  spell(arena, &criterion->base, "kind")),
						  text_format(arena, "%u/%u", criterion->points,
							  criterion->most),
						  criterion->text });
		}
	}
	for (size_t i = 0; i < ranking->n_excluded; i++) {
		const Coaching__ExcludedCoach *excluded = ranking->excluded[i];
		table_add(&table, (const char *const[]){ excluded->coach, "no",
					  join(arena, excluded->texts, excluded->n_texts) });
	}
	table_print(&table, stdout);
	printf("%zu coaches suit, %zu do not\n", ranking->n_ranked, ranking->n_excluded);
}

/* Places as "taken of all", so that a full coach is seen at once. */
static void add_coach(struct arena *arena, struct table *table, const Coaching__PoolCoach *coach)
{
	table_add(table,
		(const char *const[]){ coach->id, spell(arena, &coach->base, "status"),
			text_format(arena, "%u/%u", coach->taken, coach->capacity),
			coach->n_districts > 0 ? join(arena, coach->districts, coach->n_districts)
					       : "anywhere",
			join(arena, coach->competences, coach->n_competences) });
}

static const char *const POOL_HEADINGS[] = { "coach", "status", "taken", "districts",
	"competences" };

/* The same columns for the pool and for one of it. */
void coachings_print_pool(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Coaching__PoolCoachList *list =
		ANSWER(run, Coaching__PoolCoachList, coaching__pool_coach_list);
	struct table table;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 5, POOL_HEADINGS, 1u << 2);
	for (size_t i = 0; i < list->n_items; i++) {
		add_coach(arena, &table, list->items[i]);
	}
	table_print(&table, stdout);
	printf("%zu coaches\n", list->n_items);
	if (list->next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, list->next));
	}
}

void coachings_print_coach(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Coaching__PoolCoach *coach = ANSWER(run, Coaching__PoolCoach, coaching__pool_coach);
	struct table table;
	if (coach == NULL) {
		return;
	}
	table_init(&table, arena, 5, POOL_HEADINGS, 1u << 2);
	add_coach(arena, &table, coach);
	table_print(&table, stdout);
}
