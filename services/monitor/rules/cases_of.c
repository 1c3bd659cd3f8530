/* What facts say about the cases of the pipeline.
 *
 * A case is a coaching, an analysis, a council or a measure. Its marks are in counters with a
 * slash, which are not summed up but read as timelines, from one mark to the next
 * (schema/0014_cases.sql):
 *
 * - stage/<track>: the stage as a number of the track, open ones above 0; below 0 the case ended,
 * -1 done, -2 given up. Summed up as stage/<track>/<number>.
 * - activity/<track>: something happened.
 * - due/<track>, unit <case>/<step>: the day it is due, as days since 1970; 0: not any more.
 * - declined/participant: a participant did.
 * - contact/<track>, review/<track>, coachChanges/<track>: what a rule of health asks for.
 *
 * Numbers of stages: the status of a coaching or measure, STAGES of the others; their names are in
 * SQL. */
#include "marks.h"

#include "asskomm/analysis.pb-c.h"
#include "asskomm/coaching.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/check.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

enum ended { ENDED_DONE = -1, ENDED_GIVEN_UP = -2 };

enum council_stage { COUNCIL_ACTIVE = 1, COUNCIL_DORMANT = 2 };

enum analysis_stage {
	ANALYSIS_DATA_COLLECTION = 1,
	ANALYSIS_SURVEY_RUNNING = 2,
	ANALYSIS_EVALUATION = 3,
	ANALYSIS_REPORT = 4,
	ANALYSIS_PRESENTED = 5,
};

/* One fact while it is told. */
struct telling {
	struct arena *arena;
	Monitor__Marks *marks;
	const Asskomm__FactHeader *header;
	const char *track;
};

/* Apart from the marks of the published counters, which are for everybody. */
static void add_case(const struct telling *telling, const Monitor__Mark *mark)
{
	reflect_append(telling->arena, &telling->marks->base, "cases", mark);
}

/* Of the case itself, on the day of the fact; the mark, for those who say more. */
static Monitor__Mark *tell(const struct telling *telling, const char *what, int64_t n)
{
	Monitor__Mark *mark =
		mark_new(telling->arena, text_format(telling->arena, "%s/%s", what, telling->track),
			telling->header->aggregate, marks_subject(telling->header),
			telling->header->valid_on, n);

	add_case(telling, mark);
	return mark;
}

/* A deadline of a case; an empty day ends it, as does what is none. */
static void tell_due(const struct telling *telling, const char *step, const char *day,
	const char *responsible, const char *first_day)
{
	struct civil_date date;
	Monitor__Mark *mark;

	if (!civil_parse(day, &date))
		date = (struct civil_date){ 1970, 1, 1 };
	mark = mark_new(telling->arena, text_format(telling->arena, "due/%s", telling->track),
		text_format(telling->arena, "%s/%s", telling->header->aggregate, step),
		marks_subject(telling->header), telling->header->valid_on, civil_days(date));
	mark->responsible = text_copy(telling->arena, responsible);
	mark->first_on = text_copy(telling->arena, first_day);
	add_case(telling, mark);
}

/* ---- coaching */

#define REVIEW "review"
#define SESSION "session"

/* A session that is logged late says where the process stands now, and not where it stood then:
 * only one that finds it active tells a stage. */
static bool tells_stage(const ProtobufCMessage *fact, int stage)
{
	return fact->descriptor != &coaching__session_held__descriptor ||
	       stage == COACHING__COACHING_PROCESS__STATUS__ACTIVE;
}

/* Nobody waits for what comes after the last activity. */
static void tell_end(const struct telling *telling, enum ended ended)
{
	tell(telling, "activity", 0);
	tell(telling, "stage", ended);
}

/* Goals met in part are goals met: what was given up is counted apart. */
static void tell_closed(const struct telling *telling, const Coaching__CoachingClosed *fact)
{
	tell_end(
		telling, fact->outcome == COACHING__OUTCOME__ABORTED ? ENDED_GIVEN_UP : ENDED_DONE);
}

/* What a contract, a session or a review say beside the stage. */
static void tell_coaching_health(const struct telling *telling, const ProtobufCMessage *fact)
{
	if (fact->descriptor == &coaching__contract_made__descriptor) {
		const Coaching__ContractMade *contract =
			AS(Coaching__ContractMade, coaching__contract_made, fact);

		tell(telling, "contact", contract->contact_id[0] != '\0' ? 1 : 0);
		tell_due(telling, REVIEW, contract->planned_review_on, "adviser",
			contract->planned_review_on);
	} else if (fact->descriptor == &coaching__session_held__descriptor) {
		const Coaching__SessionHeld *session =
			AS(Coaching__SessionHeld, coaching__session_held, fact);

		tell_due(telling, SESSION, session->next_session_on, "coach",
			session->next_session_on);
	} else if (fact->descriptor == &coaching__interim_review_held__descriptor) {
		const Coaching__InterimReviewHeld *review =
			AS(Coaching__InterimReviewHeld, coaching__interim_review_held, fact);

		tell(telling, "review", 1);
		tell_due(telling, REVIEW, review->planned_review_on, "adviser",
			review->planned_review_on);
	} else if (fact->descriptor == &coaching__coach_changed__descriptor) {
		tell(telling, "coachChanges",
			AS(Coaching__CoachChanged, coaching__coach_changed, fact)->coach_changes);
	}
}

/* What leads to the start is a sign of life until then; afterwards only what brings people together
 * is one, or the end of a pause. */
static bool is_sign_of_life(const ProtobufCMessage *fact, int stage)
{
	if (stage != COACHING__COACHING_PROCESS__STATUS__ACTIVE &&
		stage != COACHING__COACHING_PROCESS__STATUS__IN_REVIEW)
		return true;
	return fact->descriptor != &coaching__contract_made__descriptor &&
	       fact->descriptor != &coaching__coach_changed__descriptor &&
	       fact->descriptor != &coaching__coach_matched__descriptor;
}

/* All facts of a coaching have its stage afterwards in a field of that name. */
static void tell_coaching(const struct telling *telling, const ProtobufCMessage *fact)
{
	const ProtobufCFieldDescriptor *field = reflect_field(fact->descriptor, "stage");
	int stage;

	if (field == NULL)
		return;
	stage = *(const int *)(const void *)((const char *)fact + field->offset);
	if (fact->descriptor == &coaching__coaching_closed__descriptor) {
		tell_closed(telling, AS(Coaching__CoachingClosed, coaching__coaching_closed, fact));
		return;
	}
	if (is_sign_of_life(fact, stage))
		tell(telling, "activity", 1);
	if (stage > 0 && tells_stage(fact, stage))
		tell(telling, "stage", stage);
	tell_coaching_health(telling, fact);
}

/* ---- analysis */

/* Which milestone leads into which stage. To add one: a row. */
static const struct {
	const char *step;
	enum analysis_stage stage;
} MILESTONES[] = {
	{ "field_start", ANALYSIS_SURVEY_RUNNING },
	{ "field_end", ANALYSIS_EVALUATION },
	{ "data_analysis", ANALYSIS_REPORT },
};

/* Of a kick-off all steps, of later facts those that moved. */
static void tell_dues(const struct telling *telling, Analysis__DueStep *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tell_due(telling, steps[i]->step, steps[i]->due_on, steps[i]->responsible,
			steps[i]->first_due_on);
}

/* A step is done: it is not due any more, and others may be due later. */
static void tell_done(const struct telling *telling, const char *step,
	Analysis__DueStep *const *moved, size_t n_moved)
{
	for (size_t i = 0; i < sizeof(MILESTONES) / sizeof(MILESTONES[0]); i++)
		if (strcmp(MILESTONES[i].step, step) == 0)
			tell(telling, "stage", MILESTONES[i].stage);
	tell_due(telling, step, "", "", "");
	tell_dues(telling, moved, n_moved);
}

/* Steps before the presentation that nobody recorded are waited for by nobody any more. */
static void tell_presented(const struct telling *telling, const Analysis__AnalysisPresented *fact)
{
	tell(telling, "stage", ANALYSIS_PRESENTED);
	tell_done(telling, "presentation", fact->moved, fact->n_moved);
	for (size_t i = 0; i < fact->n_skipped; i++)
		tell_due(telling, fact->skipped[i], "", "", "");
}

/* The new revision may lack steps that were open in the old one. */
static void tell_revision(
	const struct telling *telling, const Analysis__AnalysisRevisionChanged *fact)
{
	for (size_t i = 0; i < fact->n_gone; i++)
		tell_due(telling, fact->gone[i], "", "", "");
	tell_dues(telling, fact->open, fact->n_open);
}

/* AS with the names of this package, which all begin alike. */
#define FACT(type, prefix) AS(Analysis__##type, analysis__##prefix, fact)

/* Facts that plan something: each with the steps that they open, move or end. */
static void tell_analysis(const struct telling *telling, const ProtobufCMessage *fact)
{
	const ProtobufCMessageDescriptor *type = fact->descriptor;

	if (type == &analysis__analysis_cancelled__descriptor) {
		tell_end(telling, ENDED_GIVEN_UP);
		return;
	}
	if (type == &analysis__prevention_strategy_adopted__descriptor) {
		tell_end(telling, ENDED_DONE);
		return;
	}
	tell(telling, "activity", 1);
	if (type == &analysis__analysis_kicked_off__descriptor) {
		tell(telling, "stage", ANALYSIS_DATA_COLLECTION);
		tell_dues(telling, FACT(AnalysisKickedOff, analysis_kicked_off)->open,
			FACT(AnalysisKickedOff, analysis_kicked_off)->n_open);
	} else if (type == &analysis__analysis_milestone_reached__descriptor) {
		const Analysis__AnalysisMilestoneReached *reached =
			FACT(AnalysisMilestoneReached, analysis_milestone_reached);

		tell_done(telling, reached->step, reached->moved, reached->n_moved);
	} else if (type == &analysis__analysis_task_done__descriptor) {
		const Analysis__AnalysisTaskDone *done = FACT(AnalysisTaskDone, analysis_task_done);

		tell_done(telling, done->step, done->moved, done->n_moved);
	} else if (type == &analysis__analysis_step_postponed__descriptor) {
		tell_dues(telling, FACT(AnalysisStepPostponed, analysis_step_postponed)->moved,
			FACT(AnalysisStepPostponed, analysis_step_postponed)->n_moved);
	} else if (type == &analysis__analysis_revision_changed__descriptor) {
		tell_revision(telling, FACT(AnalysisRevisionChanged, analysis_revision_changed));
	} else if (type == &analysis__analysis_presented__descriptor) {
		tell_presented(telling, FACT(AnalysisPresented, analysis_presented));
	}
}

/* ---- measure */

#define COMPLETION "completion"
#define STATUS(name) ANALYSIS__MEASURE__STATUS__##name

/* In each stage the same role sees to it: to the start, to the end, to the evaluation. */
static void tell_measure_stage(
	const struct telling *telling, Analysis__Measure__Status stage, const char *owner_role)
{
	tell(telling, "activity", 1);
	tell(telling, "stage", stage)->responsible = text_copy(telling->arena, owner_role);
}

/* What is judged on its way goes on; what is judged at its end is over. */
static void tell_evaluated(const struct telling *telling, const Analysis__MeasureEvaluated *fact)
{
	if (fact->status == STATUS(DONE))
		tell_end(telling, ENDED_DONE);
	else
		tell(telling, "activity", 1);
}

/* A measure is a case of its own: nothing of it moves the analysis that it follows from. */
static bool is_of_measure(const ProtobufCMessage *fact)
{
	return reflect_field(fact->descriptor, "measure_id") != NULL;
}

/* Facts that plan it or move it on. */
static void tell_measure(const struct telling *telling, const ProtobufCMessage *fact)
{
	const ProtobufCMessageDescriptor *type = fact->descriptor;

	if (type == &analysis__measure_decided__descriptor) {
		const Analysis__MeasureDecided *decided = FACT(MeasureDecided, measure_decided);

		tell_measure_stage(telling, STATUS(PLANNED), decided->owner_role);
		tell_due(
			telling, COMPLETION, decided->due_on, decided->owner_role, decided->due_on);
	} else if (type == &analysis__measure_due_date_changed__descriptor) {
		const Analysis__MeasureDueDateChanged *changed =
			FACT(MeasureDueDateChanged, measure_due_date_changed);

		tell(telling, "activity", 1);
		tell_due(telling, COMPLETION, changed->due_on, changed->owner_role,
			changed->first_due_on);
	} else if (type == &analysis__measure_started__descriptor) {
		tell_measure_stage(telling, STATUS(RUNNING),
			FACT(MeasureStarted, measure_started)->owner_role);
	} else if (type == &analysis__measure_finished__descriptor) {
		tell_measure_stage(
			telling, STATUS(DONE), FACT(MeasureFinished, measure_finished)->owner_role);
		tell_due(telling, COMPLETION, "", "", "");
	} else if (type == &analysis__measure_dropped__descriptor) {
		tell_end(telling, ENDED_GIVEN_UP);
		tell_due(telling, COMPLETION, "", "", "");
	} else if (type == &analysis__measure_evaluated__descriptor) {
		tell_evaluated(telling, FACT(MeasureEvaluated, measure_evaluated));
	}
}

/* ---- council */

/* To add one: a row. */
static const struct {
	const ProtobufCMessageDescriptor *fact;
	int stage;
} COUNCIL_STAGES[] = {
	{ &registry__council_constituted__descriptor, COUNCIL_ACTIVE },
	{ &registry__council_reactivated__descriptor, COUNCIL_ACTIVE },
	{ &registry__council_went_dormant__descriptor, COUNCIL_DORMANT },
	{ &registry__council_dissolved__descriptor, ENDED_DONE },
};

/* Councils have no deadlines of their own here: their rhythm is set by their rules of procedure. */
static void tell_council(const struct telling *telling, const ProtobufCMessage *fact)
{
	for (size_t i = 0; i < sizeof(COUNCIL_STAGES) / sizeof(COUNCIL_STAGES[0]); i++)
		if (COUNCIL_STAGES[i].fact == fact->descriptor) {
			tell(telling, "activity", COUNCIL_STAGES[i].stage > 0 ? 1 : 0);
			tell(telling, "stage", COUNCIL_STAGES[i].stage);
		}
}

/* No case of its own, and no published counter: what came first is told by its timeline. */
static void tell_declined(const struct telling *telling)
{
	struct subject subject = marks_subject(telling->header);

	add_case(telling, mark_new(telling->arena, "declined/participant", subject.key, subject,
				  telling->header->valid_on, 1));
}

/* What is withdrawn or corrected takes its marks with it; that needs none of its own. Procedures
 * and the like are about no case: they have no participants. */
void mark_cases(struct arena *arena, Monitor__Marks *marks, const Asskomm__FactHeader *header,
	const ProtobufCMessage *fact)
{
	struct telling telling = { arena, marks, header, "council" };
	const char *package = fact->descriptor->package_name;

	if (header->n_participants == 0)
		return;
	tell_council(&telling, fact);
	if (fact->descriptor == &registry__participant_declined__descriptor)
		tell_declined(&telling);
	telling.track = "coaching";
	if (strcmp(package, "asskomm.coaching.v1") == 0)
		tell_coaching(&telling, fact);
	telling.track = "analysis";
	if (strcmp(package, "asskomm.analysis.v1") == 0 && !is_of_measure(fact))
		tell_analysis(&telling, fact);
	telling.track = "measure";
	if (is_of_measure(fact))
		tell_measure(&telling, fact);
}
