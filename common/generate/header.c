/* The headers that the edge reads beside the token. What is checked stands in
 * services/gateway/headers.c and versions.c; here is what callers are told. */
#include "generate/route.h"
#include <string.h>

static bool is_command(const struct model_method *method)
{
	return method->bus->command != 0;
}

static bool is_query(const struct model_method *method)
{
	return strcmp(method->rest->method, "GET") == 0;
}

static bool is_any(const struct model_method *method)
{
	(void)method;
	return true;
}

/* To add one: a row here, in the order in which they are read. */
const struct route_header ROUTE_HEADERS[] = {
	{ "IdempotencyKey", "Idempotency-Key",
		"Makes the command repeatable: the same key with the same request gets the stored "
		"answer, with another request 422. Visible ASCII characters. Without it the edge "
		"makes one up, and only the edge can repeat the command.",
		"{\"type\":\"string\",\"minLength\":1,\"maxLength\":128,\"pattern\":\"^[!-~]+$\"}",
		"heidenau-2023-08-09", is_command },
	{ "IfMatch", "If-Match",
		"The ETag of what was read before deciding, or its version alone (`\"3\"`). When "
		"the "
		"version has changed since: 412. \"*\" is any version.",
		"{\"type\":\"string\",\"pattern\":"
		"\"^((W/)?\\\"(0|[1-9][0-9]{0,8})(-[0-9a-f]{20})?\\\"|\\\\*)$\"}",
		"\"3\"", route_takes_version },
	{ "IfNew", "If-None-Match", "\"*\": only if nothing was recorded of it yet, else 412.",
		"{\"type\":\"string\",\"const\":\"*\"}", "*", route_takes_version },
	{ "DryRun", "Dry-Run",
		"true: the command is decided as ever and answered with what it would do (200, "
		"`dryRun` is true) or with its refusal, and nothing is saved. What only the "
		"database can refuse at the saving (409) is not foreseen.",
		"{\"type\":\"string\",\"enum\":[\"true\",\"false\"],\"default\":\"false\"}", "true",
		is_command },
	{ "IfNoneMatch", "If-None-Match",
		"The ETag of the answer that is already there: 304 without a body when it still "
		"holds.",
		"{\"type\":\"string\"}", "\"3\"", is_query },
	{ "AcceptLanguage", "Accept-Language",
		"The language of a problem's title, detail and messages: German or English, "
		"English "
		"when neither is preferred. Codes, fields and rules are the same in both.",
		"{\"type\":\"string\",\"default\":\"en\"}", "de-DE, en;q=0.5", is_any },
	{ "Traceparent", "traceparent",
		"W3C trace context. It is continued, or begun when there is none, and comes back "
		"with the answer; logs, problems and facts name it.",
		"{\"type\":\"string\","
		"\"pattern\":\"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$\"}",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", is_any },
	{ "RecordedOn", "Recorded-On",
		"Operators only, for history: the day on which the fact became known. Not before "
		"the ledger's last entry.",
		"{\"type\":\"string\",\"format\":\"date\"}", "2021-01-18", route_takes_claim },
	{ "Provenance", "Provenance", "Operators only, for history: how the fact came to be known.",
		"{\"type\":\"string\",\"enum\":[\"PUBLISHED\",\"SYNTHETIC\"]}", "PUBLISHED",
		route_takes_claim },
	{ "Citation", "Citation",
		"Operators only, for history: where the fact was published. UTF-8, plain or "
		"percent-encoded (a % is %25).",
		"{\"type\":\"string\",\"maxLength\":500}", "Medieninformation%20vom%209.%20August",
		route_takes_claim },
};
const size_t ROUTE_HEADERS_COUNT = sizeof ROUTE_HEADERS / sizeof *ROUTE_HEADERS;
