/* One reference, one party. */
#include "core/parties.h"

#include "core/reflect.h"
#include "core/text.h"
#include <stdarg.h>
#include <stdio.h>

/* Longest path of a reference in a request; a longer one would be cut, not overrun. */
#define FIELD_SIZE 80

/* What was typed is repeated: the caller may have sent fifty references. */
static void refuse_unknown(struct ruling *ruling, const char *field, const char *reference)
{
	refuse(ruling, FAILURE_NOT_FOUND, field, "unknown",
		"\"%s\" is not known, or not in your scope; give the key (AGS) of a municipality, "
		"union or "
		"district",
		reference);
}

/* The candidates come from the registry with their districts, so that a form can offer the choice.
 */
static void refuse_ambiguous(
	struct ruling *ruling, const char *field, const Registry__Resolved *resolved)
{
	refuse(ruling, FAILURE_REFUSED, field, "ambiguous",
		"\"%s\" may mean several; give the key of one of the candidates",
		resolved->reference);
	for (size_t i = 0; i < resolved->n_candidates; i++)
		failure_candidate(ruling->arena, ruling->failure->violations[0],
			resolved->candidates[i]->key, resolved->candidates[i]->name,
			resolved->candidates[i]->district);
}

/* A party stays where the registry's answer lies: in the call's arena, as long as the call. */
Registry__Party *the_party(
	struct ruling *ruling, const Registry__Resolved *resolved, const char *field, ...)
{
	char path[FIELD_SIZE];
	va_list arguments;

	va_start(arguments, field);
	vsnprintf(path, sizeof(path), field, arguments);
	va_end(arguments);
	if (resolved == NULL || resolved->n_candidates == 0)
		refuse_unknown(ruling, path, resolved != NULL ? resolved->reference : "");
	else if (resolved->n_candidates > 1)
		refuse_ambiguous(ruling, path, resolved);
	else
		return resolved->candidates[0];
	return NULL;
}

/* A constant path here, so "%" in it could do no harm either. */
Registry__Party *the_body(
	struct ruling *ruling, const Registry__Resolved *resolved, const char *field)
{
	Registry__Party *party = the_party(ruling, resolved, "%s", field);

	if (party == NULL || party->kind != REGISTRY__PARTY_KIND__CONSORTIUM)
		return party;
	refuse(ruling, FAILURE_REFUSED, field, "members",
		"%s is a consortium, which is none by itself: name its members", party->name);
	return NULL;
}

Registry__Party *party_copy(struct arena *arena, const Registry__Party *party)
{
	return (Registry__Party *)(void *)reflect_clone(arena, &party->base);
}
