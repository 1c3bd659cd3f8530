/* What belongs to an analysis. An analysis is named by its id or by a town, whose latest is meant
 * then; findings and measures by their ids, which the lists tell. What a town owes or answered is
 * named by the town alone: --analysis names another one than its latest. */
#include "analysis_parts.h"
#include "actions.h"
#include "analysis.h"
#include "command.h"
#include <string.h>

/* ---- names instead of ids */

/* Of a town, its latest analysis: who types a name means what goes on there now. For another one
 * the id is typed, which `asskomm analysis list --town` tells. */
static int resolve_analysis(struct action_run *run)
{
	return analysis_find(run->connection, run->words->items[0], &run->id);
}

/* The town is what it is about, the analysis where it lies: a second word names it, if it is not
 * the town's latest. */
static int resolve_town(struct action_run *run)
{
	const char *analysis = run->words->items[run->words->count > 1 ? 1 : 0];
	int exit_code = analysis_find_town(run->connection, run->words->items[0], &run->subject);
	return exit_code == EXIT_DONE ? analysis_find(run->connection, analysis, &run->id)
				      : exit_code;
}

/* For lists, which may be narrowed to one town. Without a word they are of all that the caller may
 * see, in the order that the suite gives them. */
static int resolve_filter(struct action_run *run)
{
	return run->words->count == 0
		       ? EXIT_DONE
		       : analysis_find_town(run->connection, run->words->items[0], &run->id);
}

/* ---- parts that several rows share
 *
 * An option is called the same wherever it means the same: the day of what is recorded is --on in
 * every action, a due day is --due, a role is never a name. Codes in small letters are the suite's
 * own, those of lists (asskomm codes) are typed as they stand there. */

#define REASON                                                                                     \
	{                                                                                          \
		"reason", "TEXT", "reason", FIELD_TEXT, true, "why"                                \
	}
#define FACT                                                                                       \
	{                                                                                          \
		"fact", "ID", "factId", FIELD_TEXT, true, "the fact; see show"                     \
	}
#define KIND                                                                                       \
	{                                                                                          \
		"kind", "CODE", "kind", FIELD_ENUM, true,                                          \
			"register-extract, municipal-statistics or cover-letter"                   \
	}
#define TOWNS                                                                                      \
	{                                                                                          \
		"town", "KEY", "participants", FIELD_TEXTS, false, "of the analysis (else all)"    \
	}
#define ACTION_FIELD(required)                                                                     \
	{                                                                                          \
		"field", "CODE", "actionField", FIELD_TEXT, required,                              \
			"action field: littering, …; see asskomm codes"                          \
	}
#define RECOMMENDATIONS                                                                            \
	{                                                                                          \
		"recommend", "CODE:TEXT", "recommendations", FIELD_GOALS, false, "what it advises" \
	}
/* what lists are narrowed by, and how they go on */
#define OF_ANALYSIS                                                                                \
	{                                                                                          \
		"analysis", "ID", "analysisId", FIELD_TEXT, false, "of one analysis"               \
	}
#define DISTRICT                                                                                   \
	{                                                                                          \
		"district", "AGS5", "district", FIELD_TEXT, false, "of one district"               \
	}
#define AS_OF                                                                                      \
	{                                                                                          \
		"as-of", "DATE", "asOf", FIELD_DATE, false, "as of that day (else today)"          \
	}
#define OVERDUE                                                                                    \
	{                                                                                          \
		"overdue", NULL, "overdue", FIELD_FLAG, false, "only what is late on that day"     \
	}
#define LIMIT                                                                                      \
	{                                                                                          \
		"limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)"                   \
	}
#define CURSOR                                                                                     \
	{                                                                                          \
		"cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before"                \
	}

/* ---- deliveries; to add an action: a row */

/* Who delivers is a role, and what is delivered is never sent: its options have no place for it. */
static const struct action DELIVERIES[] = {
	{ "list", "[TOWN]", "prints what is owed, what came, what is late, and who is to act",
		"--district 14523 --overdue --as-of 2024-03-01", "GET", "/deliveries", NULL,
		"participant",
		{ OF_ANALYSIS, DISTRICT,
			{ "kind", "CODE", "kind", FIELD_ENUM, false,
				"register-extract, municipal-statistics or cover-letter" },
			{ "status", "CODE", "status", FIELD_ENUM, false,
				"expected, received, checked" },
			OVERDUE, AS_OF, LIMIT, CURSOR, END },
		resolve_filter, analysis_print_deliveries, &PERSONA_READER },
	{ "expect", "ANALYSIS", "says that its towns owe what its plan does not ask for",
		"Rodewisch --kind municipal-statistics --on 2024-02-05 --due 2024-03-01", "POST",
		"/analyses", "/deliveries", NULL,
		{ KIND, ON("expectedOn", "since when"),
			{ "due", "DATE", "dueOn", FIELD_DATE, false,
				"until when (not where a step of the plan says it)" },
			TOWNS, END },
		resolve_analysis, actions_print_recorded, &PERSONA_ADVISER },
	{ "receive", "TOWN [ANALYSIS]",
		"records that it came: what is known of it, never its content",
		"Rodewisch --kind register-extract --by coordinator --records 1500 --on 2024-02-20",
		"POST", "/analyses", "/deliveries/receive", "participant",
		{ KIND, ON("receivedOn", "the day on which it came"),
			{ "by", "CODE", "deliveredBy", FIELD_TEXT, true,
				"role of who delivered: coordinator, mayor, …; never a name" },
			{ "records", "N", "records", FIELD_NUMBER, false, "how many; or --sheets" },
			{ "sheets", "N", "sheets", FIELD_NUMBER, false, "how many" },
			{ "reference", "DATE", "referenceOn", FIELD_DATE, false,
				"the day of which the data is" },
			{ "sha256", "HEX", "sha256", FIELD_TEXT, false, "of the file" },
			{ "column", "TEXT", "columns", FIELD_TEXTS, false,
				"a heading of the file: looked at, never stored" },
			END },
		resolve_town, actions_print_recorded, &PERSONA_ADVISER },
	{ "check", "TOWN [ANALYSIS]", "records that it is good; with the last one the step is done",
		"Rodewisch --kind register-extract --on 2024-02-21", "POST", "/analyses",
		"/deliveries/check", "participant",
		{ KIND, ON("checkedOn", "the day on which it was looked at"), END }, resolve_town,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "reject", "TOWN [ANALYSIS]", "records that it cannot be used: it is expected again",
		"Rodewisch --kind register-extract --fault incomplete --on 2024-02-21", "POST",
		"/analyses", "/deliveries/reject", "participant",
		{ KIND, ON("rejectedOn", "the day on which it was looked at"),
			{ "fault", "CODE", "fault", FIELD_ENUM, true,
				"incomplete, wrong-format, wrong-reference-date, unreadable, "
				"too-much, not-approved" },
			{ "remark", "TEXT", "remark", FIELD_TEXT, false,
				"what to do better; no person, no data" },
			END },
		resolve_town, actions_print_recorded, &PERSONA_ADVISER },
};

/* ---- findings */

/* A finding is corrected as a whole, since half of it would be another finding. */
static const struct action FINDINGS[] = {
	{ "list", "[TOWN]", "prints what analyses found, in the order of the days",
		"--district 14523 --field littering", "GET", "/findings", NULL, "participant",
		{ OF_ANALYSIS, DISTRICT, ACTION_FIELD(false), AS_OF, LIMIT, CURSOR, END },
		resolve_filter, analysis_print_findings, &PERSONA_READER },
	{ "show", "FINDING", "prints one, with what it recommends and its facts",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7", "GET", "/findings", "", NULL, { END },
		actions_take_id, analysis_print_finding, &PERSONA_READER },
	{ "record", "ANALYSIS", "records what it found in one action field",
		"Rodewisch --field littering --summary 'Müll am Bahnhof' --recommend "
		"'lighting:Wege beleuchten' --on 2024-06-20",
		"POST", "/analyses", "/findings", NULL,
		{ ON("foundOn", "the day of the finding"), ACTION_FIELD(true),
			{ "summary", "TEXT", "summary", FIELD_TEXT, true, "names no person" },
			RECOMMENDATIONS, TOWNS, END },
		resolve_analysis, actions_print_recorded, &PERSONA_ADVISER },
	{ "correct", "FINDING", "replaces one that was recorded wrongly; the whole is given",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --field littering --summary 'Müll' --on "
		"2024-06-20",
		"POST", "/findings", "/correct", NULL,
		{ ON("foundOn", "the day of the finding"), ACTION_FIELD(true),
			{ "summary", "TEXT", "summary", FIELD_TEXT, true, "names no person" },
			RECOMMENDATIONS, END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "withdraw", "FINDING", "takes one back that was recorded by mistake",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --fact "
		"0f8fad5b-d9cb-469f-a165-70867728950e --reason 'wrong town'",
		"POST", "/findings", "/withdraw", NULL, { FACT, REASON, END }, actions_take_id,
		actions_print_recorded, &PERSONA_ADVISER },
};

/* ---- measures */

/* In the order of a measure's life; the suite has the table of moves. */
static const struct action MEASURES[] = {
	{ "list", "[TOWN]", "prints measures in the order in which they are due",
		"--district 14523 --overdue", "GET", "/measures", NULL, "participant",
		{ OF_ANALYSIS, DISTRICT, ACTION_FIELD(false),
			{ "status", "CODE", "status", FIELD_ENUM, false,
				"planned, running, done, dropped" },
			OVERDUE, AS_OF, LIMIT, CURSOR, END },
		resolve_filter, analysis_print_measures, &PERSONA_READER },
	{ "show", "MEASURE", "prints one, with what it brought and its facts",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7", "GET", "/measures", "", NULL, { END },
		actions_take_id, analysis_print_measure, &PERSONA_READER },
	{ "decide", "ANALYSIS", "records that it was decided",
		"Rodewisch --title 'Beleuchtung am Bahnhof' --field littering --role "
		"public_order_office --organisation 14523360 --due 2024-12-31 --on 2024-07-01",
		"POST", "/analyses", "/measures", NULL,
		{ ON("decidedOn", "the day of the decision"),
			{ "title", "TEXT", "title", FIELD_TEXT, true, "in one line" },
			ACTION_FIELD(true),
			{ "role", "CODE", "ownerRole", FIELD_TEXT, true,
				"who sees to it; never a name" },
			{ "organisation", "KEY", "ownerOrganisation", FIELD_TEXT, true,
				"whose role: a key or code" },
			{ "due", "DATE", "dueOn", FIELD_DATE, true, "until when" },
			{ "finding", "ID", "findingId", FIELD_TEXT, false, "that it answers" },
			{ "recommendation", "CODE", "recommendation", FIELD_TEXT, false,
				"of the finding" },
			TOWNS, END },
		resolve_analysis, actions_print_recorded, &PERSONA_ADVISER },
	{ "start", "MEASURE", "records that work on it began",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --on 2024-08-01", "POST", "/measures",
		"/start", NULL, { ON("startedOn", "the day of the start"), END }, actions_take_id,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "due-date", "MEASURE", "gives it another due date",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --due 2025-03-31 --reason 'delivery late' "
		"--on 2024-12-01",
		"POST", "/measures", "/due-date", NULL,
		{ ON("changedOn", "the day of the change"),
			{ "due", "DATE", "dueOn", FIELD_DATE, true, "the new one" }, REASON, END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "finish", "MEASURE", "records that it is done",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --on 2025-04-20", "POST", "/measures",
		"/finish", NULL, { ON("finishedOn", "the last day"), END }, actions_take_id,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "drop", "MEASURE", "records that it was given up",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --reason 'no money' --on 2024-09-01", "POST",
		"/measures", "/drop", NULL,
		{ ON("droppedOn", "the day of the decision"), REASON, END }, actions_take_id,
		actions_print_recorded, &PERSONA_ADVISER },
	{ "evaluate", "MEASURE", "records what it brought",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --result effective --method survey --on "
		"2025-06-01",
		"POST", "/measures", "/evaluate", NULL,
		{ ON("evaluatedOn", "the day of the judgement"),
			{ "result", "CODE", "result", FIELD_ENUM, true,
				"effective, partly-effective, without-effect, harmful, "
				"not-judged" },
			{ "method", "CODE", "method", FIELD_TEXT, true,
				"before_after, survey, statistics, expert" },
			{ "text", "TEXT", "text", FIELD_TEXT, false, "names no person" }, END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "withdraw", "MEASURE", "takes back its latest fact, recorded by mistake",
		"7c9e6679-7425-40de-944b-e07fc1f90ae7 --fact "
		"0f8fad5b-d9cb-469f-a165-70867728950e --reason 'wrong day'",
		"POST", "/measures", "/withdraw", NULL, { FACT, REASON, END }, actions_take_id,
		actions_print_recorded, &PERSONA_ADVISER },
};

/* ---- surveys */

/* A survey of some size comes from a file; here is what is needed to mend one. */
static const struct action SURVEYS[] = {
	{ "list", "ANALYSIS", "prints what its surveys gave, by town and question", "Rodewisch",
		"GET", "/analyses", "/surveys", NULL, { END }, resolve_analysis,
		analysis_print_surveys, &PERSONA_READER },
	{ "record", "TOWN [ANALYSIS]", "records sums; from a file: asskomm import survey",
		"Rodewisch --sample 1000 --returns 400 --share safe_at_night:380:612 --mean "
		"satisfaction/age_60:120:3412 --on 2024-04-11",
		"POST", "/analyses", "/surveys", "participant",
		{ ON("surveyedOn", "the last day of the field"),
			{ "sample", "N", "sample", FIELD_NUMBER, true, "how many were asked" },
			{ "returns", "N", "returns", FIELD_NUMBER, true, "how many answered" },
			{ "share", "QUESTION[/CELL]:N:PERMILLE", "indicators", FIELD_SHARES, false,
				"who answered a question, and the share" },
			{ "mean", "QUESTION[/CELL]:N:THOUSANDTHS", "indicators", FIELD_MEANS, false,
				"who answered a question, and the mean of the scale" },
			END },
		resolve_town, actions_print_recorded, &PERSONA_ADVISER },
};

/* ---- the groups */

#define NAMED "ANALYSIS\nis an id, or the key or name of a town: its latest one.\n"

/* To add one: a row. */
static const struct action_group GROUPS[] = {
	{ "analysis delivery", "What towns owe an analysis: metadata, never the content. " NAMED,
		DELIVERIES, sizeof DELIVERIES / sizeof DELIVERIES[0] },
	{ "analysis finding", "What analyses found, and what they recommend. " NAMED, FINDINGS,
		sizeof FINDINGS / sizeof FINDINGS[0] },
	{ "analysis measure", "What follows from analyses, and what it brought. " NAMED, MEASURES,
		sizeof MEASURES / sizeof MEASURES[0] },
	{ "analysis survey", "What surveys gave, as sums alone. " NAMED, SURVEYS,
		sizeof SURVEYS / sizeof SURVEYS[0] },
};

/* Of a group what is typed: its name behind "analysis ". */
static bool is_called(const struct action_group *group, const char *name)
{
	return strcmp(group->name + strlen("analysis "), name) == 0;
}

/* Behind "asskomm analysis", so that all of an analysis is found in one place. */
const struct action_group *analysis_part(const char *name)
{
	for (size_t i = 0; i < sizeof GROUPS / sizeof GROUPS[0]; i++) {
		if (is_called(&GROUPS[i], name)) {
			return &GROUPS[i];
		}
	}
	return is_called(&ANALYSIS_CRIME, name) ? &ANALYSIS_CRIME : NULL;
}
