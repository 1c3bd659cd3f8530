/* asskomm coaching: the life of a coaching, from its request to its closing. One that is open is
 * named by its participant; where that has several, by its id. */
#include "actions.h"
#include "address.h"
#include "asskomm/coaching.pb-c.h"
#include "coachings.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

#define UUID_LEN 36u

/* ---- names instead of ids */

/* In the form of every complaint of the command line. */
static int complain(struct arena *arena, const char *word, const char *what)
{
	fprintf(stderr, "asskomm coaching: '%s' %s\n", output_safe(arena, word), what);
	return EXIT_REFUSED;
}

/* The key of the one participant that a word may mean; several are told with their keys. */
static int find_key(struct action_run *run, const char *word, const char **out_key)
{
	struct arena *arena = run->connection->arena;
	int exit_code;
	const char *path = address_with(arena, "/participants", "name", word);
	ProtobufCMessage *message = actions_get(
		run->connection, path, &registry__participant_list__descriptor, &exit_code);
	if (message == NULL) {
		return exit_code;
	}
	const Registry__ParticipantList *list =
		AS(Registry__ParticipantList, registry__participant_list, message);
	if (list->n_items == 1) {
		*out_key = list->items[0]->key;
		return EXIT_DONE;
	}
	exit_code = complain(arena, word,
		list->n_items == 0 ? "is no participant; see asskomm search"
				   : "may mean several; give the key of one:");
	for (size_t i = 0; i < list->n_items; i++) {
		fprintf(stderr, "  %s  %s (%s)\n", output_safe(arena, list->items[i]->key),
			output_safe(arena, list->items[i]->name),
			output_safe(arena, list->items[i]->district));
	}
	return exit_code;
}

/* Of several none is chosen: a wrong one would be changed. */
static int choose(struct action_run *run, const char *word, const Coaching__CoachingList *list)
{
	struct arena *arena = run->connection->arena;
	if (list->n_items == 1) {
		run->id = list->items[0]->id;
		return EXIT_DONE;
	}
	complain(arena, word,
		list->n_items == 0 ? "has no such coaching; see asskomm coaching list"
				   : "has several coachings; give the id of one:");
	for (size_t i = 0; i < list->n_items; i++) {
		const Coaching__CoachingProcess *coaching = list->items[i];
		fprintf(stderr, "  %s  %s, requested on %s\n", output_safe(arena, coaching->id),
			output_label(arena, reflect_get_text(arena, &coaching->base, "status")),
			coaching->requested_on);
	}
	return EXIT_REFUSED;
}

/* The coachings of a participant, narrowed by one more part of the address; NULL with the exit
 * code.
 */
static const Coaching__CoachingList *list_of(struct action_run *run, const char *key,
	const char *name, const char *value, int *out_exit_code)
{
	struct arena *arena = run->connection->arena;
	const char *path = address_with(arena, "/coachings", "participant", key);
	ProtobufCMessage *message =
		actions_get(run->connection, address_with(arena, path, name, value),
			&coaching__coaching_list__descriptor, out_exit_code);
	return message == NULL ? NULL
			       : AS(Coaching__CoachingList, coaching__coaching_list, message);
}

/* An id is taken as it is; anything else is a participant, of whose coachings `name` and `value` (a
 * part of the address) leave those that may be meant. With `or_any` a participant without such a
 * one has another one meant. */
static int resolve(struct action_run *run, const char *name, const char *value, bool or_any)
{
	const char *word = run->words->items[0];
	const Coaching__CoachingList *list;
	const char *key;
	int exit_code;
	if (strlen(word) == UUID_LEN && strspn(word, "0123456789abcdef-") == UUID_LEN) {
		run->id = word;
		return EXIT_DONE;
	}
	exit_code = find_key(run, word, &key);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	list = list_of(run, key, name, value, &exit_code);
	if (list != NULL && list->n_items == 0 && or_any) {
		list = list_of(run, key, "limit", "100", &exit_code);
	}
	return list != NULL ? choose(run, word, list) : exit_code;
}

/* For what moves a process on. */
static int resolve_open(struct action_run *run)
{
	return resolve(run, "open", "true", false);
}

/* For taking one up again. */
static int resolve_closed(struct action_run *run)
{
	return resolve(run, "status", "CLOSED", false);
}

/* For reading, for late sessions and for taking back: the open one first. */
static int resolve_any(struct action_run *run)
{
	return resolve(run, "open", "true", true);
}

/* The suite knows what a participant's name means, and asks back with the candidates. */
static int take_word(struct action_run *run)
{
	run->id = run->words->items[0];
	return EXIT_DONE;
}

/* A list may be narrowed to one participant. */
static int find_participant(struct action_run *run)
{
	return run->words->count == 0 ? EXIT_DONE : find_key(run, run->words->items[0], &run->id);
}

/* ---- the actions */

/* Parts that several rows share. */
#define COACHING "COACHING"
#define TOPICS                                                                                     \
	{                                                                                          \
		"topic", "CODE", "topics", FIELD_TEXTS, false,                                     \
			"what it is about: mediation, …; see asskomm codes"                      \
	}
#define AS_OF                                                                                      \
	{                                                                                          \
		"as-of", "DATE", "asOf", FIELD_DATE, false, "as it stood on that day"              \
	}

/* To add one: a row. */
static const struct action ACTIONS[] = {
	{ "request", "PARTICIPANT", "asks for a coaching of a participant, by key or name",
		"Oelsnitz/Erzgeb. --on 2022-01-10 --topic mediation", "POST", "/coachings", NULL,
		"participant",
		{ ON("requestedOn", "the day of the request"),
			{ "with", "PARTICIPANT", "partners", FIELD_TEXTS, false,
				"who takes part beside the one that leads" },
			TOPICS, END },
		take_word, actions_print_recorded, &PERSONA_ADVISER },
	{ "clarify", COACHING, "records what the coaching is for",
		"Oelsnitz/Erzgeb. --on 2022-01-20 --topic mediation", "POST", "/coachings",
		"/clarify", NULL,
		{ ON("clarifiedOn", "the day of the clarification"), TOPICS, END }, resolve_open,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "matches", COACHING, "ranks the coaches of the pool for it, and says why",
		"Oelsnitz/Erzgeb.", "GET", "/coachings", "/matches", NULL,
		{ TOPICS,
			{ "on", "DATE", "on", FIELD_DATE, false,
				"when it is to begin (else today)" },
			END },
		resolve_open, coachings_print_ranking, &PERSONA_ADVISER },
	{ "match", COACHING, "records that a coach was found",
		"Oelsnitz/Erzgeb. --coach B3-17 --on 2022-02-01", "POST", "/coachings", "/match",
		NULL,
		{ ON("matchedOn", "the day of the match"),
			{ "coach", "REFERENCE", "coach", FIELD_TEXT, false, "of the pool" }, END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "change-coach", COACHING, "records that another coach takes over",
		"Oelsnitz/Erzgeb. --coach B3-04 --reason coach-left --on 2022-05-01", "POST",
		"/coachings", "/change-coach", NULL,
		{ ON("changedOn", "the day of the change"),
			{ "coach", "REFERENCE", "coach", FIELD_TEXT, true, "the new one" },
			{ "reason", "CODE", "reason", FIELD_ENUM, true,
				"coach-left, other-competence, participant-wish, coach-wish, "
				"other-change" },
			END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "contract", COACHING, "records what both sides agreed on",
		"Oelsnitz/Erzgeb. --goal 'council:Der Rat tagt bis Herbst' --on 2022-02-10", "POST",
		"/coachings", "/contract", NULL,
		{ ON("contractedOn", "the day of the contract"),
			{ "goal", "CODE[:TEXT]", "goals", FIELD_GOALS, true,
				"what is to be reached" },
			{ "contact", "ID", "contactId", FIELD_TEXT, false,
				"of the registry: who the coach talks to" },
			{ "role", "CODE", "contactRole", FIELD_TEXT, false,
				"of the contact: coordinator, mayor, …" },
			{ "sessions", "N", "expectedSessions", FIELD_NUMBER, false,
				"how many are expected" },
			{ "review", "DATE", "plannedReviewOn", FIELD_DATE, false,
				"when to look back" },
			END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "start", COACHING, "sets it going; it counts for ever from then on",
		"Oelsnitz/Erzgeb. --on 2022-03-01", "POST", "/coachings", "/start", NULL,
		{ ON("startedOn", "the day of the start"), END }, resolve_open,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "session", COACHING, "logs a session that was held",
		"Oelsnitz/Erzgeb. --on 2022-03-10 --form video --minutes 90 --next 2022-04-01",
		"POST", "/coachings", "/sessions", NULL,
		{ ON("heldOn", "the day of the session"),
			{ "form", "CODE", "form", FIELD_ENUM, false,
				"in-person (else), video, telephone" },
			{ "minutes", "N", "minutes", FIELD_NUMBER, false, "how long it took" },
			{ "topic", "CODE", "topic", FIELD_TEXT, false, "what it was about" },
			{ "next", "DATE", "nextSessionOn", FIELD_DATE, false, "the next one" },
			END },
		resolve_any, actions_print_recorded, &PERSONA_ADVISER },
	{ "pause", COACHING, "records that it rests",
		"Oelsnitz/Erzgeb. --reason staff-change --on 2022-05-01", "POST", "/coachings",
		"/pause", NULL,
		{ ON("pausedOn", "the first day of the pause"),
			{ "reason", "CODE", "reason", FIELD_ENUM, true,
				"participant-busy, staff-change, coach-unavailable, "
				"awaiting-decision, other-pause" },
			{ "until", "DATE", "resumePlannedOn", FIELD_DATE, false,
				"when it is to go on" },
			END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "resume", COACHING, "records that it goes on", "Oelsnitz/Erzgeb. --on 2022-06-01", "POST",
		"/coachings", "/resume", NULL, { ON("resumedOn", "the day"), END }, resolve_open,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "review", COACHING, "records the interim review",
		"Oelsnitz/Erzgeb. --on 2022-09-01 --next 2023-09-01", "POST", "/coachings",
		"/review", NULL,
		{ ON("reviewedOn", "the day of the review"),
			{ "next", "DATE", "plannedReviewOn", FIELD_DATE, false,
				"the one after it" },
			END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "close", COACHING, "records that it ended",
		"Oelsnitz/Erzgeb. --outcome partly --on 2022-12-01", "POST", "/coachings", "/close",
		NULL,
		{ ON("closedOn", "the last day"),
			{ "outcome", "CODE", "outcome", FIELD_ENUM, true,
				"goals-met, partly, aborted" },
			END },
		resolve_open, actions_print_recorded, &PERSONA_ADVISER },
	{ "reopen", COACHING, "takes a closed one up again, as a new one",
		"Oelsnitz/Erzgeb. --on 2023-01-01", "POST", "/coachings", "/reopen", NULL,
		{ ON("requestedOn", "the day of the request"), END }, resolve_closed,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "withdraw", COACHING, "takes back its latest fact, recorded by mistake",
		"Oelsnitz/Erzgeb. --fact 7c9e6679-7425-40de-944b-e07fc1f90ae7 --reason 'wrong day'",
		"POST", "/coachings", "/withdraw", NULL,
		{ { "fact", "ID", "factId", FIELD_TEXT, true, "the fact; see history" },
			{ "reason", "TEXT", "reason", FIELD_TEXT, true, "why" }, END },
		resolve_any, actions_print_recorded, &PERSONA_ADVISER },
	{ "list", "[PARTICIPANT]", "prints coachings, with what is wrong with each",
		"--district 14521 --open", "GET", "/coachings", NULL, "participant",
		{ { "district", "AGS5", "district", FIELD_TEXT, false, "one district" },
			{ "status", "CODE", "status", FIELD_ENUM, false,
				"requested, clarification, coach-matched, contracted, active, "
				"paused, in-review, closed" },
			{ "open", NULL, "open", FIELD_FLAG, false, "not those that are closed" },
			{ "coach", "REFERENCE", "coach", FIELD_TEXT, false, "of one coach" }, AS_OF,
			{ "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)" },
			{ "cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before" },
			END },
		find_participant, coachings_print_list, &PERSONA_READER },
	{ "show", COACHING, "prints one, with what is wrong and who is to act", "Oelsnitz/Erzgeb.",
		"GET", "/coachings", "", NULL, { AS_OF, END }, resolve_any, coachings_print_one,
		&PERSONA_READER },
	{ "sessions", COACHING, "prints its sessions, the latest first", "Oelsnitz/Erzgeb.", "GET",
		"/coachings", "/sessions", NULL,
		{ { "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)" }, END },
		resolve_any, coachings_print_sessions, &PERSONA_READER },
	{ "history", COACHING, "prints what happened to it, in the order of recording",
		"Oelsnitz/Erzgeb.", "GET", "/coachings", "/history", NULL,
		{ { "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)" },
			{ "cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before" },
			END },
		resolve_any, coachings_print_history, &PERSONA_READER },
};

/* Who acts is the adviser of the whole state where no token says otherwise. */
int command_coaching(int argc, char **argv)
{
	static const struct action_group group = { "coaching",
		"Coachings from their request to their closing. COACHING is an id, or the key or "
		"name of a\n"
		"participant that has just one in question; of several the ids are told.\n",
		ACTIONS, sizeof ACTIONS / sizeof ACTIONS[0] };
	return actions_run(&group, argc, argv);
}
