/* What going over to another revision would do to the plan, step by step, before anybody does it.
 */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "planner.h"
#include "revision.h"
#include <string.h>

static void add_move(struct arena *arena, Analysis__RevisionPreview *preview, const char *step,
	const char *from, const char *to)
{
	Analysis__StepMove *move;

	if (strcmp(from, to) == 0)
		return;
	move = NEW(arena, Analysis__StepMove);
	analysis__step_move__init(move);
	move->step = text_copy(arena, step);
	move->from = text_copy(arena, from);
	move->to = text_copy(arena, to);
	reflect_append(arena, &preview->base, "moves", move);
}

/* Steps that go are told first, then the new plan in its order. */
static void compare(struct arena *arena, const Analysis__SecurityAnalysis *before,
	const Analysis__SecurityAnalysis *then, Analysis__RevisionPreview *preview)
{
	for (size_t i = 0; i < before->n_plan; i++)
		if (plan_find(then, before->plan[i]->code) == NULL)
			add_move(
				arena, preview, before->plan[i]->code, before->plan[i]->due_on, "");
	for (size_t i = 0; i < then->n_plan; i++) {
		const Analysis__PlannedStep *step = plan_find(before, then->plan[i]->code);

		add_move(arena, preview, then->plan[i]->code, step != NULL ? step->due_on : "",
			then->plan[i]->due_on);
	}
}

/* The same functions decide as in change_revision.c: what is shown is what would happen. */
ProtobufCMessage *preview_revision(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Analysis__PlanFacts *facts = AS(Analysis__PlanFacts, analysis__plan_facts, row);
	const Analysis__PreviewRevisionRequest *wish =
		AS(Analysis__PreviewRevisionRequest, analysis__preview_revision_request, request);
	const Analysis__SecurityAnalysis *analysis = facts->analysis;
	const Analysis__Revision *revision = revision_find(analysis->chosen, wish->revision);
	const char *lacking = revision != NULL ? revision_lacks(analysis, revision) : NULL;
	Analysis__SecurityAnalysis then = *analysis;
	Analysis__RevisionPreview *preview = NEW(arena, Analysis__RevisionPreview);

	analysis__revision_preview__init(preview);
	preview->n_participants = analysis->n_participants;
	preview->participants = analysis->participants;
	preview->procedure = analysis->procedure;
	preview->from_revision = analysis->revision;
	preview->to_revision = revision != NULL ? revision->number : 0;
	preview->missing = text_copy(arena, lacking);
	if (revision != NULL && lacking == NULL) {
		plan_adopt(arena, &then, revision);
		compare(arena, analysis, &then, preview);
	}
	return &preview->base;
}
