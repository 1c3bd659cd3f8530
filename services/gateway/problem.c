/* Problems: the failure that a service or the edge gave, in the words of RFC 9457.
 *
 * Details come from where the failure arose, in the language of the request, which travelled there
 * with it; the title is added here. */
#include "problem.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/text.h"
#include <jansson.h>
#include <string.h>

#define RETRY_AFTER_S 1 /* when the failure does not say */

/* What an ambiguous name may mean, so that a form can offer the choice. */
static json_t *candidates_of(const Asskomm__Failure__Violation *violation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < violation->n_candidates; i++) {
		const Asskomm__Failure__Candidate *candidate = violation->candidates[i];
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "key", candidate->key, "name",
				      candidate->name, "district", candidate->district));
	}
	return list;
}

/* Always a list, also without any: a program need not ask. */
static json_t *violations_of(const Asskomm__Failure *failure)
{
	json_t *list = json_array();

	for (size_t i = 0; i < failure->n_violations; i++) {
		const Asskomm__Failure__Violation *violation = failure->violations[i];
		json_t *item = json_pack("{s:s, s:s, s:s}", "field", violation->field, "rule",
			violation->rule, "message", violation->message);
		if (violation->n_candidates > 0)
			json_object_set_new(item, "candidates", candidates_of(violation));
		json_array_append_new(list, item);
	}
	return list;
}

/* Detail texts may quote what a caller sent; whatever it is, the answer stays well-formed. */
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);

	return value != NULL ? value : json_string("");
}

char *problem_text(struct arena *arena, const Asskomm__Failure *failure, const char *trace_id)
{
	enum failure_code code = failure_code_of(failure);
	json_t *problem = json_pack("{s:s, s:s, s:i, s:o, s:s, s:o, s:s}", "type", "about:blank",
		"title", say_text(arena, failure_title(code)), "status", (int)failure_status(code),
		"detail", text_value(failure->text), "code", failure_name(code), "violations",
		violations_of(failure), "traceId", trace_id);
	CHECK(problem != NULL);
	char *text = reflect_json_text(arena, problem);
	json_decref(problem);
	return text;
}

/* Vary, because a cache must not give the German answer to the next one. */
void problem_answer(
	struct http_exchange *exchange, const Asskomm__Failure *failure, const char *trace_id)
{
	unsigned status = failure_status(failure_code_of(failure));
	const char *language = language_tag(arena_language(exchange->arena));
	char *text = problem_text(exchange->arena, failure, trace_id);

	/* In whole seconds, rounded up: earlier would be too early. */
	if (status == 429 || status == 503) {
		unsigned after_s = (failure->retry_after_ms + 999) / 1000;
		http_answer_header(exchange, "Retry-After",
			text_format(exchange->arena, "%u", after_s > 0 ? after_s : RETRY_AFTER_S));
	}
	/* Some of them may be kept by whoever likes, if nothing is said (404, 405, 410, 501). */
	http_answer_header(exchange, "Cache-Control", "no-store");
	http_answer_header(exchange, "Content-Language", language);
	http_answer_header(exchange, "Vary", "Accept-Language");
	http_answer(exchange, status, "application/problem+json", text, strlen(text));
}
