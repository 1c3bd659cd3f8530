/* One reference, one party. */
#include "core/parties.h"

#include "core/reflect.h"
#include "core/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static bool is_valid_on(const Registry__Party *party, const char *day)
{
	return day[0] == '\0' ||
	       ((party->valid_from[0] == '\0' || strcmp(party->valid_from, day) <= 0) &&
		       (party->valid_until[0] == '\0' || strcmp(party->valid_until, day) >= 0));
}

/* The candidates come from the registry with their districts, so that a form can offer the choice.
 */
static void refuse_ambiguous(struct ruling *ruling, const char *field, const char *day,
	const Registry__Resolved *resolved)
{
	refuse(ruling, FAILURE_REFUSED, field, "ambiguous",
		"\"%s\" may mean several; give the key of one of the candidates",
		resolved->reference);
	for (size_t i = 0; i < resolved->n_candidates; i++)
		if (is_valid_on(resolved->candidates[i], day))
			failure_candidate(ruling->arena, ruling->failure->violations[0],
				resolved->candidates[i]->key, resolved->candidates[i]->name,
				resolved->candidates[i]->district);
}

/* Who is meant is known, but not there on the day: the successor is who could be meant. */
static void refuse_not_valid(struct ruling *ruling, const char *field, const char *day,
	const Registry__Resolved *resolved)
{
	const Registry__Party *party = resolved->candidates[0];

	if (party->valid_from[0] != '\0' && strcmp(day, party->valid_from) < 0)
		refuse(ruling, FAILURE_REFUSED, field, "not_valid", "%s (%s) exists from %s on",
			party->name, party->key, party->valid_from);
	else if (party->successor[0] == '\0')
		refuse(ruling, FAILURE_REFUSED, field, "not_valid",
			"%s (%s) ended on %s and has no successor", party->name, party->key,
			party->valid_until);
	else
		refuse(ruling, FAILURE_REFUSED, field, "not_valid",
			"%s (%s) ended on %s; its successor is %s (%s)", party->name, party->key,
			party->valid_until, party->successor_name, party->successor);
	if (strcmp(day, party->valid_from) >= 0 && party->successor[0] != '\0')
		failure_candidate(ruling->arena, ruling->failure->violations[0], party->successor,
			party->successor_name, "");
}

/* One that is valid on the day; *out_count: how many are. */
static Registry__Party *find_valid(
	const Registry__Resolved *resolved, const char *day, size_t *out_count)
{
	Registry__Party *found = NULL;

	*out_count = 0;
	for (size_t i = 0; resolved != NULL && i < resolved->n_candidates; i++)
		if (is_valid_on(resolved->candidates[i], day)) {
			found = resolved->candidates[i];
			*out_count += 1;
		}
	return found;
}

/* A party stays where the registry's answer lies: in the call's arena, as long as the call. */
Registry__Party *the_party(struct ruling *ruling, const Registry__Resolved *resolved,
	const char *day, const char *field, ...)
{
	char path[FIELD_SIZE];
	va_list arguments;
	size_t count;
	Registry__Party *party = find_valid(resolved, day, &count);

	va_start(arguments, field);
	vsnprintf(path, sizeof(path), field, arguments);
	va_end(arguments);
	if (count == 1)
		return party;
	if (count > 1)
		refuse_ambiguous(ruling, path, day, resolved);
	else if (resolved != NULL && resolved->n_candidates > 0)
		refuse_not_valid(ruling, path, day, resolved);
	else
		refuse_unknown(ruling, path, resolved != NULL ? resolved->reference : "");
	return NULL;
}

/* A constant path here, so "%" in it could do no harm either. */
Registry__Party *the_body(struct ruling *ruling, const Registry__Resolved *resolved,
	const char *day, const char *field)
{
	Registry__Party *party = the_party(ruling, resolved, day, "%s", field);

	if (party == NULL || party->kind != REGISTRY__PARTY_KIND__CONSORTIUM)
		return party;
	refuse(ruling, FAILURE_REFUSED, field, "members",
		"%s is a consortium, which is none by itself: name its members", party->name);
	return NULL;
}

Registry__Party *party_of(const Registry__Resolved *resolved, const char *key)
{
	for (size_t i = 0; resolved != NULL && i < resolved->n_candidates; i++)
		if (strcmp(resolved->candidates[i]->key, key) == 0)
			return resolved->candidates[i];
	return NULL;
}

Registry__Party *party_copy(struct arena *arena, const Registry__Party *party)
{
	static char nothing[] = "";
	Registry__Party *copy = (Registry__Party *)(void *)reflect_clone(arena, &party->base);

	copy->valid_from = copy->valid_until = nothing;
	copy->successor = copy->successor_name = nothing;
	return copy;
}
