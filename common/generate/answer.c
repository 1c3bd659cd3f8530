/* Answers by status, with an example of each code. An example says what the suite really says, so
 * that a reader recognises it. */
#include "generate/answer.h"
#include "core/failure.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

/* What the list says about a code, and one case of it. */
struct code_row {
	const char *code;
	unsigned status;
	bool is_retryable;
	const char *title;
};

static const struct code_row CODES[] = {
#define CODE_ROW(code, status, retryable, title) { #code, status, retryable, title },
	FAILURE_CODES(CODE_ROW)
#undef CODE_ROW
};
#define CODES_COUNT (sizeof CODES / sizeof *CODES)

/* To add one: a row here; a code without a row is shown by its title. */
static const struct code_case {
	const char *detail, *field, *rule, *message;
} CASES[CODES_COUNT] = {
	[FAILURE_INVALID] = { "The request breaks the rules of its fields", "signedOn", "format",
		"Give a date that exists, as 2023-08-09" },
	[FAILURE_UNAUTHENTICATED] = { "Send a valid token: Authorization: Bearer …", NULL, NULL,
		NULL },
	[FAILURE_FORBIDDEN] = { "Your role may not call SignAgreement", NULL, NULL, NULL },
	[FAILURE_NOT_FOUND] = { "not known, or not in your scope", NULL, NULL, NULL },
	[FAILURE_CONFLICT] = { "a participant has an accession in force already", "accessions",
		"one_at_a_time",
		"a participant has an accession in force already; terminate that first" },
	[FAILURE_PRECONDITION] = { "the version is 4, not 3: read it again, then decide", NULL,
		NULL, NULL },
	[FAILURE_MEDIA_TYPE] = { "The body must be application/json", NULL, NULL, NULL },
	[FAILURE_KEY_REUSED] = { "this Idempotency-Key was used for another request; take a new "
				 "key",
		NULL, NULL, NULL },
	[FAILURE_REFUSED] = { "Heidenau does not sign", "signatories", "municipality_signs",
		"Heidenau does not sign: add a signatory with the role mayor or lord_mayor" },
	[FAILURE_UNAVAILABLE] = { "Too many requests at once; try again", NULL, NULL, NULL },
};

/* ---- which route gives which */

static bool always(const struct model_method *method)
{
	(void)method;
	return true;
}

static bool is_command(const struct model_method *method)
{
	return method->bus->command != 0;
}

/* Whoever names something may name what is not there, or not for them. */
static bool names_something(const struct model_method *method)
{
	for (size_t i = 0; i < method->input->n_fields; i++)
		if (field_is_string(&method->input->fields[i]))
			return true;
	return strchr(method->rest->path, '{') != NULL;
}

/* To add one: a row here, sorted by status. 405 and 501 belong to no route and have none. */
const struct answer ANSWERS[] = {
	{ 400, "Invalid",
		"The request is not well-formed: an unknown or doubled member, a wrong type, a "
		"rule of a field that does not hold, a malformed header. The violations name each "
		"place.",
		always },
	{ 401, "Unauthenticated", "No token, or one that is not valid.", always },
	{ 403, "Forbidden",
		"The token's roles may not do this. Claims about the past are for operators alone.",
		always },
	{ 404, "NotFound",
		"It does not exist, or it is outside the caller's scope: the two cannot be told "
		"apart.",
		names_something },
	{ 409, "Conflict",
		"It does not fit the present state (CONFLICT), or others changed the same thing at "
		"the same time (ABORTED: the same request may be sent again).",
		is_command },
	{ 412, "Precondition",
		"If-Match names a version that is no longer the one: read again, then decide.",
		route_takes_version },
	{ 413, "TooLarge", "The body has more than 1 MiB.", route_has_body },
	{ 415, "MediaType", "The body is not application/json.", route_has_body },
	{ 422, "Refused",
		"A rule of the alliance forbids it (REFUSED, the violations say which), or the "
		"Idempotency-Key was used for another request (KEY_REUSED).",
		is_command },
	{ 429, "TooMany", "Too many requests; Retry-After says when to go on.", always },
	{ 500, "Internal", "A fault of the suite; traceId leads to its cause.", always },
	{ 503, "Unavailable",
		"A part of the suite does not answer, or too much is under way. Nothing was "
		"changed, or the same Idempotency-Key tells; Retry-After says when to ask again.",
		always },
	{ 504, "Deadline",
		"It took too long and the outcome is not known: ask with the same Idempotency-Key.",
		always },
};
const size_t ANSWERS_COUNT = sizeof ANSWERS / sizeof *ANSWERS;

bool answer_says_when(const struct answer *answer)
{
	return answer->status == 429 || answer->status == 503;
}

/* ---- codes */

const char *answer_code(const struct answer *answer, size_t *at)
{
	while (*at < CODES_COUNT) {
		const struct code_row *row = &CODES[(*at)++];

		if (row->status == answer->status)
			return row->code;
	}
	return NULL;
}

const char *answer_codes(void)
{
	const char *list = "[";

	for (size_t i = 0; i < CODES_COUNT; i++)
		list = keep_format("%s%s\"%s\"", list, i > 0 ? "," : "", CODES[i].code);
	return keep_format("%s]", list);
}

/* Unknown codes can only come from a slip here. */
static size_t index_of(const char *code)
{
	for (size_t i = 0; i < CODES_COUNT; i++)
		if (strcmp(CODES[i].code, code) == 0)
			return i;
	fail("no code %s in core/failure.h", code);
}

/* A rule that does not hold, and where. */
static void violation(struct json *json, const struct code_case *here)
{
	json_object(json, NULL);
	json_string(json, "field", here->field);
	json_string(json, "rule", here->rule);
	json_string(json, "message", here->message);
	json_close(json, '}');
}

void answer_example(struct json *json, const char *name, const char *code)
{
	size_t i = index_of(code);
	const struct code_case *here = &CASES[i];

	json_object(json, name);
	json_string(json, "type", "about:blank");
	json_string(json, "title", CODES[i].title);
	json_number(json, "status", CODES[i].status);
	json_string(json, "detail", here->detail ? here->detail : CODES[i].title);
	json_string(json, "code", code);
	json_array(json, "violations");
	if (here->field)
		violation(json, here);
	json_close(json, ']');
	json_string(json, "traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
	json_close(json, '}');
}
