/* What operations refer to: headers of requests and answers, problems, the way to sign in. Each
 * stands here once. */
#include "generate/answer.h"
#include "generate/openapi.h"
#include "generate/route.h"
#include "generate/support.h"

/* Headers of requests. */
static void parameters(struct json *json)
{
	json_object(json, "parameters");
	for (size_t i = 0; i < ROUTE_HEADERS_COUNT; i++) {
		const struct route_header *header = &ROUTE_HEADERS[i];

		json_object(json, header->component);
		json_string(json, "name", header->name);
		json_string(json, "in", "header");
		json_string(json, "description", header->what);
		json_raw(json, "schema", header->schema);
		json_string(json, "example", header->example);
		json_close(json, '}');
	}
	json_close(json, '}');
}

/* Headers of answers. To add one: a row here. */
static const struct answer_header {
	const char *component, *what, *schema;
} HEADERS[] = {
	{ "ETag",
		"For If-None-Match: it changes when anything in the answer does. Where the answer "
		"has a version the tag begins with it (`\"3-c0ffee…\"`), and If-Match takes it; "
		"without one it is weak.",
		"{\"type\":\"string\"}" },
	{ "LedgerSeq",
		"Every fact of the ledger up to this number is in the answer. An answer that was "
		"kept at the edge names it too.",
		"{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}" },
	{ "Location", "Where the thing can be read.",
		"{\"type\":\"string\",\"format\":\"uri-reference\"}" },
	{ "Traceparent", "The trace that logs and facts name.", "{\"type\":\"string\"}" },
	{ "RetryAfter", "Seconds to wait before asking again.",
		"{\"type\":\"integer\",\"minimum\":1}" },
	{ "Challenge", "How to sign in (RFC 6750).", "{\"type\":\"string\"}" },
	{ "ContentLanguage", "The language of title, detail and messages.",
		"{\"type\":\"string\",\"enum\":[\"de\",\"en\"]}" },
};

static void headers(struct json *json)
{
	json_object(json, "headers");
	for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++) {
		json_object(json, HEADERS[i].component);
		json_string(json, "description", HEADERS[i].what);
		json_raw(json, "schema", HEADERS[i].schema);
		json_close(json, '}');
	}
	json_close(json, '}');
}

/* Several codes may share a status: an example of each, by its name. */
static void problem_examples(struct json *json, const struct answer *answer)
{
	size_t at = 0;
	const char *code;

	json_object(json, "examples");
	while ((code = answer_code(answer, &at))) {
		json_object(json, code);
		answer_example(json, "value", code);
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void problem_headers(struct json *json, const struct answer *answer)
{
	json_object(json, "headers");
	json_reference(json, "Content-Language", "headers", "ContentLanguage");
	if (answer && answer_says_when(answer))
		json_reference(json, "Retry-After", "headers", "RetryAfter");
	json_reference(json, "traceparent", "headers", "Traceparent");
	if (answer && answer->status == 401)
		json_reference(json, "WWW-Authenticate", "headers", "Challenge");
	json_close(json, '}');
}

/* `answer` is NULL for what belongs to no route of its own. */
static void problem(
	struct json *json, const char *name, const char *what, const struct answer *answer)
{
	json_object(json, name);
	json_string(json, "description", what);
	problem_headers(json, answer);
	json_object(json, "content");
	json_object(json, "application/problem+json");
	json_reference(json, "schema", "schemas", "Problem");
	if (answer)
		problem_examples(json, answer);
	else
		answer_example(json, "example", "INTERNAL");
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

static void responses(struct json *json)
{
	json_object(json, "responses");
	json_object(json, "NotModified");
	json_string(json, "description", "What If-None-Match names still holds.");
	json_object(json, "headers");
	json_reference(json, "ETag", "headers", "ETag");
	json_reference(json, "Ledger-Seq", "headers", "LedgerSeq");
	json_reference(json, "traceparent", "headers", "Traceparent");
	json_close(json, '}');
	json_close(json, '}');
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		problem(json, ANSWERS[i].component, ANSWERS[i].what, &ANSWERS[i]);
	problem(json, "Problem", "Any other failure.", NULL);
	json_close(json, '}');
}

/* Tokens are checked by the gateway (OpenID Connect); where they come from is a setting. */
static void security(struct json *json)
{
	json_object(json, "securitySchemes");
	json_object(json, "bearer");
	json_string(json, "type", "http");
	json_string(json, "scheme", "bearer");
	json_string(json, "bearerFormat", "JWT");
	json_string(json, "description",
		"A token of the login, signed with ES256, RS256 or PS256, with roles and scopes "
		"(prefixes of participants' keys).");
	json_close(json, '}');
	json_close(json, '}');
}

void openapi_parts(struct json *json)
{
	parameters(json);
	headers(json);
	responses(json);
	security(json);
}
