/* Nothing is lost in a change of revision, or it is refused. */
#include "revision.h"

#include <stdbool.h>
#include <string.h>

/* Numbers begin with 1, so 0 can ask for the latest. */
const Analysis__Revision *revision_find(const Analysis__Procedure *procedure, uint32_t number)
{
	if (procedure == NULL || procedure->n_revisions == 0)
		return NULL;
	if (number == 0)
		return procedure->revisions[procedure->n_revisions - 1];
	for (size_t i = 0; i < procedure->n_revisions; i++)
		if (procedure->revisions[i]->number == number)
			return procedure->revisions[i];
	return NULL;
}

bool revision_has(const Analysis__Revision *revision, const char *code)
{
	for (size_t i = 0; i < revision->n_steps; i++)
		if (strcmp(revision->steps[i]->code, code) == 0)
			return true;
	return false;
}

/* Only what is done counts: an open step that goes is told as gone. */
const char *revision_lacks(
	const Analysis__SecurityAnalysis *analysis, const Analysis__Revision *revision)
{
	for (size_t i = 0; i < analysis->n_plan; i++)
		if (analysis->plan[i]->done_on[0] != '\0' &&
			!revision_has(revision, analysis->plan[i]->code))
			return analysis->plan[i]->code;
	return NULL;
}
