/* Problems: the failure that a service or the edge gave, in the words of RFC 9457.
 *
 * Details come in English from where the failure arose; the title is what a person reads first and
 * is there in German too. */
#include "problem.h"

#include "core/reflect.h"
#include "core/text.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RETRY_AFTER_S 1 /* when the failure does not say */

/* To add one: a row here for each row of FAILURE_CODES. */
static const char *const GERMAN_TITLES[] = {
	[FAILURE_INVALID] = "Die Anfrage ist nicht wohlgeformt",
	[FAILURE_UNAUTHENTICATED] = "Bitte zuerst anmelden",
	[FAILURE_FORBIDDEN] = "Ihre Rolle darf das nicht",
	[FAILURE_NOT_FOUND] = "Nicht gefunden",
	[FAILURE_METHOD_NOT_ALLOWED] = "Diese Adresse kennt die Methode nicht",
	[FAILURE_CONFLICT] = "Das passt nicht zum jetzigen Stand",
	[FAILURE_ABORTED] = "Andere haben zur gleichen Zeit dasselbe geändert",
	[FAILURE_PRECONDITION] = "Die Version hat sich geändert",
	[FAILURE_TOO_LARGE] = "Die Anfrage ist zu groß",
	[FAILURE_MEDIA_TYPE] = "Bitte application/json senden",
	[FAILURE_KEY_REUSED] = "Der Idempotency-Key gehört schon zu einer anderen Anfrage",
	[FAILURE_REFUSED] = "Eine Regel der Allianz verbietet das",
	[FAILURE_TOO_MANY] = "Zu viele Anfragen",
	[FAILURE_INTERNAL] = "Ein Fehler von uns",
	[FAILURE_UNIMPLEMENTED] = "Hier nicht bekannt",
	[FAILURE_UNAVAILABLE] = "Ein Teil der Suite antwortet nicht; bitte noch einmal versuchen",
	[FAILURE_DEADLINE] = "Es hat zu lange gedauert; der Ausgang ist nicht bekannt, "
			     "bitte mit demselben Schlüssel fragen",
};
#define COUNT_ONE(code, status, retryable, title) +1
_Static_assert(sizeof(GERMAN_TITLES) / sizeof(GERMAN_TITLES[0]) == 0 FAILURE_CODES(COUNT_ONE),
	"each failure has a German title");

/* The weight of one language range ("de-DE;q=0.8"), in thousandths. */
static long weight_of(const char *range, size_t len)
{
	const char *mark = memchr(range, ';', len);

	if (mark == NULL)
		return 1000;
	mark += strspn(mark, "; \t");
	if (strncasecmp(mark, "q=", 2) != 0)
		return 1000;
	return (long)(strtod(mark + 2, NULL) * 1000);
}

/* "de", "de-AT", "DE;q=1"; but not "deutsch". */
static bool is_language(const char *range, size_t len, const char *language)
{
	return len >= 2 && strncasecmp(range, language, 2) == 0 &&
	       (len == 2 || strchr("-; \t", range[2]) != NULL);
}

/* A weight that is no number counts as 0, as if the language were not named. */
const char *problem_language(const char *accept_language)
{
	const char *rest = accept_language == NULL ? "" : accept_language;
	const char *best = "en";
	long best_weight = 0;

	/* The heaviest wins; of two equal ones the first. "*" prefers nothing, so it changes
	 * nothing. */
	while (*rest != '\0') {
		rest += strspn(rest, ", \t");
		size_t len = strcspn(rest, ",");
		bool german = is_language(rest, len, "de");
		long weight = weight_of(rest, len);
		if (weight > best_weight && (german || is_language(rest, len, "en"))) {
			best = german ? "de" : "en";
			best_weight = weight;
		}
		rest += len;
	}
	return best;
}

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

char *problem_text(struct arena *arena, const Asskomm__Failure *failure, const char *language,
	const char *trace_id)
{
	enum failure_code code = failure_code_of(failure);
	bool german = strcmp(language, "de") == 0;
	json_t *problem = json_pack("{s:s, s:s, s:i, s:o, s:s, s:o, s:s}", "type", "about:blank",
		"title", german ? GERMAN_TITLES[code] : failure_title(code), "status",
		(int)failure_status(code), "detail", text_value(failure->text), "code",
		failure_name(code), "violations", violations_of(failure), "traceId", trace_id);
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
	const char *language = problem_language(http_header(exchange, "accept-language"));
	char *text = problem_text(exchange->arena, failure, language, trace_id);

	/* In whole seconds, rounded up: earlier would be too early. */
	if (status == 429 || status == 503) {
		unsigned after_s = (failure->retry_after_ms + 999) / 1000;
		http_answer_header(exchange, "Retry-After",
			text_format(exchange->arena, "%u", after_s > 0 ? after_s : RETRY_AFTER_S));
	}
	http_answer_header(exchange, "Content-Language", language);
	http_answer_header(exchange, "Vary", "Accept-Language");
	http_answer(exchange, status, "application/problem+json", text, strlen(text));
}
