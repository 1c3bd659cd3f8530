/* Writes the documentation page: one HTML file for people, from the same model as openapi.json.
 *
 * It needs nothing but itself: no script, no font, no image, no other site. An index by service
 * leads to each route; headers and failures are told once and linked to. It reads well without its
 * style sheet, too. */
#include "generate/docs.h"
#include "generate/answer.h"
#include "generate/edge.h"
#include "generate/html.h"
#include "generate/modes.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

/* Calls `visit` for each route of a service, sorted by path. */
static void each_route(FILE *page, const struct model *model, const struct model_service *service,
	void (*visit)(FILE *page, const struct model *model, const struct model_method *method))
{
	size_t n_routes;
	const struct model_method **routes = route_list(model, &n_routes);

	for (size_t i = 0; i < n_routes; i++)
		if (strcmp(routes[i]->service, service->name) == 0)
			visit(page, model, routes[i]);
}

static void index_item(FILE *page, const struct model *model, const struct model_method *method)
{
	(void)model;
	fputs("<li>", page);
	docs_route_link(page, method);
	fputs("</li>\n", page);
}

/* The live stream stands with the ledger, whose facts it tells. */
static bool has_stream(const struct model *model, const struct model_service *service)
{
	return edge_event(model) && strcmp(service->name, "ledger") == 0;
}

/* Folded by hand, not by script: details does it. */
static void index_of_all(FILE *page, const struct model *model)
{
	fputs("<nav aria-label=\"Contents\">\n<ul class=\"parts\">"
	      "<li><a href=\"#start\">To begin with</a></li>"
	      "<li><a href=\"#headers\">Headers</a></li>"
	      "<li><a href=\"#failures\">Failures</a></li>"
	      "<li><a href=\"#types\">Types</a></li></ul>\n",
		page);
	for (size_t i = 0; i < model->n_services; i++) {
		const struct model_service *service = &model->services[i];

		if (!route_serves(model, service))
			continue;
		html_put(page, "<details open><summary>%s</summary>\n<ul>\n", service->title);
		each_route(page, model, service, index_item);
		if (has_stream(model, service))
			edge_docs_link(page);
		fputs("</ul></details>\n", page);
	}
	fputs("</nav>\n", page);
}

/* What one must know before the first request. */
static void start(FILE *page)
{
	static const char TEXT[] =
		"<section id=\"start\"><h2>To begin with</h2>\n"
		"<p>Send a token of the login with every request: <code>Authorization: Bearer "
		"…</code>. Its roles say which routes it opens, its scopes (prefixes of "
		"participants' keys, like <code>14628</code>) which cases it sees.</p>\n"
		"<p>Commands record facts; each names the day on which it happened, and late is "
		"normal. An answer to a command carries the ids of its facts in "
		"<code>facts</code>; a query with <code>afterFact</code> waits until that fact is "
		"counted. <code>asOf</code> asks for a day, <code>knownAt</code> for what was "
		"known then.</p>\n"
		"<p>Bodies are JSON in UTF-8. A member that is not known is refused, not passed "
		"over. Integers of 64 bits travel as text, money is in cents, days are those of "
		"Europe/Berlin, instants UTC, keys are text.</p>\n"
		"<pre tabindex=\"0\" aria-label=\"A first request\"><code>"
		"export ASSKOMM_TOKEN=$(asskomm token --role adviser --scope 14628)\n"
		"curl -H \"Authorization: Bearer $ASSKOMM_TOKEN\" \\\n"
		"  \"http://127.0.0.1:8080/api/v1/figures?asOf=2023-08-09\"</code></pre>\n"
		"</section>\n";

	fputs(TEXT, page);
}

static void headers(FILE *page)
{
	fputs("<section id=\"headers\"><h2>Headers</h2>\n<dl>\n", page);
	for (size_t i = 0; i < ROUTE_HEADERS_COUNT; i++) {
		const struct route_header *header = &ROUTE_HEADERS[i];

		html_put(page, "<dt id=\"%s\"><code>%s: %s</code></dt><dd>%s</dd>\n",
			header->component, header->name, header->example, header->what);
	}
	fputs("</dl></section>\n", page);
}

static void failure(FILE *page, const struct answer *answer)
{
	size_t at = 0;
	const char *code;

	html_put(page, "<section class=\"failure\" id=\"%s\"><h3>%s</h3>\n<p>%s</p>\n",
		answer->component, keep_format("%u", answer->status), answer->what);
	while ((code = answer_code(answer, &at))) {
		struct json *json = json_new();

		answer_example(json, NULL, code);
		docs_json(page, keep_format("Example of %s", code), json_finish(json));
	}
	fputs("</section>\n", page);
}

static void failures(FILE *page)
{
	fputs("<section id=\"failures\"><h2>Failures</h2>\n"
	      "<p>Every failure is <code>application/problem+json</code> (RFC 9457). Programs "
	      "decide by <code>code</code> and <code>violations</code>, people read "
	      "<code>title</code> and <code>detail</code> (German or English, as "
	      "<code>Accept-Language</code> prefers), operators find the rest by "
	      "<code>traceId</code>.</p>\n",
		page);
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		failure(page, &ANSWERS[i]);
	fputs("</section>\n", page);
}

static void services(FILE *page, const struct model *model)
{
	for (size_t i = 0; i < model->n_services; i++) {
		const struct model_service *service = &model->services[i];

		if (!route_serves(model, service))
			continue;
		html_put(page, "<section id=\"tag-%s\"><h2>%s</h2>\n<p>%s</p>\n", service->name,
			service->title, service->comment);
		each_route(page, model, service, docs_route);
		if (has_stream(model, service))
			edge_docs(page, model);
		fputs("</section>\n", page);
	}
}

/* Nothing may stand between the tags and the sheet: the gateway names it by its digest. */
static void head(FILE *page, const char *version, const char *style)
{
	size_t len;
	const char *sheet = read_file(style, &len);

	if (strchr(sheet, '<'))
		fail("%s: a style sheet has no '<'", style);
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n",
		page);
	html_put(page, "<title>%s %s: the API</title>\n", API_TITLE, version);
	fprintf(page, "<style>%s</style>\n</head>\n", sheet);
}

void docs_write(const struct model *model, const char *path, const char *version, const char *style)
{
	FILE *page = output_open(path);

	head(page, version, style);
	html_put(page,
		"<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n"
		"<header><h1>%s <small>%s</small></h1>\n<p>%s</p>\n<p>For programs: "
		"<a href=\"openapi.json\">openapi.json</a> (OpenAPI 3.1)</p></header>\n",
		API_TITLE, version, API_DESCRIPTION);
	index_of_all(page, model);
	fputs("<main id=\"content\" tabindex=\"-1\">\n", page);
	start(page);
	services(page, model);
	headers(page);
	failures(page);
	fputs("<section id=\"types\"><h2>Types</h2>\n", page);
	docs_types(page, model);
	fputs("</section>\n</main>\n</body>\n</html>\n", page);
	output_close(page);
}
