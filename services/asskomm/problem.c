/* What a refusal says, in lines for a person. The problem may come from something else than the
 * suite (a proxy), so nothing is taken for granted: every member may be missing or of another type.
 */
#include "problem.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/text.h"
#include "output.h"
#include <jansson.h>
#include <string.h>

#define PROBLEM_MAX (64u * 1024)

/* NULL for everything that is no object; jansson's getters take NULL, so callers need not ask. */
static json_t *parse(const char *body, size_t len)
{
	json_t *problem = json_loadb(body, len, 0, NULL);
	if (!json_is_object(problem)) {
		json_decref(problem);
		return NULL;
	}
	return problem;
}

/* A text member, safe for a terminal, "" when there is none. */
static const char *member(struct arena *arena, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? output_safe(arena, text) : "";
}

/* Key first: it is what has to be typed instead. */
static void print_candidates(struct text *out, const json_t *violation)
{
	size_t i;
	json_t *candidate;
	json_array_foreach(json_object_get(violation, "candidates"), i, candidate)
	{
		text_append_format(out, "      %-10s %s (%s)\n",
			member(out->arena, candidate, "key"), member(out->arena, candidate, "name"),
			member(out->arena, candidate, "district"));
	}
}

/* The rule in brackets is what to search the manual for. */
static void print_violations(struct text *out, const json_t *problem)
{
	size_t i;
	json_t *violation;
	json_array_foreach(json_object_get(problem, "violations"), i, violation)
	{
		const char *field = member(out->arena, violation, "field");
		const char *rule = member(out->arena, violation, "rule");
		text_append_format(out, "  - %s%s%s%s%s%s\n", field, field[0] != '\0' ? ": " : "",
			member(out->arena, violation, "message"), rule[0] != '\0' ? " [" : "", rule,
			rule[0] != '\0' ? "]" : "");
		print_candidates(out, violation);
	}
}

/* The detail is left out where it only repeats the title. */
char *problem_print(struct arena *arena, const char *body, size_t len, long status)
{
	struct text out;
	text_init(&out, arena, PROBLEM_MAX);
	json_t *problem = parse(body, len);
	const char *title = member(arena, problem, "title");
	const char *code = member(arena, problem, "code");
	const char *detail = member(arena, problem, "detail");
	if (title[0] == '\0')
		title = say(arena, "the answer is no problem of the suite");
	text_append_format(&out, "%s: %s (%ld%s%s)\n", say(arena, "refused"), title, status,
		code[0] != '\0' ? " " : "", code);
	if (detail[0] != '\0' && strcmp(detail, title) != 0) {
		text_append_format(&out, "  %s\n", detail);
	}
	print_violations(&out, problem);
	json_decref(problem);
	return out.bytes;
}

/* For a proxy's page the status is all there is. */
bool problem_is_retryable(const char *body, size_t len, long status)
{
	json_t *problem = parse(body, len);
	const char *code = json_string_value(json_object_get(problem, "code"));
	bool retryable = status == 429 || (status >= 502 && status <= 504);
	if (code != NULL) { /* 409 is CONFLICT or ABORTED: only the code tells */
		Asskomm__Failure failure = ASSKOMM__FAILURE__INIT;
		failure.code = (char *)(uintptr_t)code;
		retryable = failure_is_retryable(failure_code_of(&failure));
	}
	json_decref(problem);
	return retryable;
}

char *problem_field(struct arena *arena, const char *body, size_t len, const char *rule)
{
	json_t *problem = parse(body, len);
	char *field = NULL;
	size_t i;
	json_t *violation;
	json_array_foreach(json_object_get(problem, "violations"), i, violation)
	{
		if (field == NULL && strcmp(member(arena, violation, "rule"), rule) == 0)
			field = text_copy(arena, member(arena, violation, "field"));
	}
	json_decref(problem);
	return field;
}
