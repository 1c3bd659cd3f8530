/* The live stream as both descriptions tell it. OpenAPI 3.1 cannot say what an event of a
 * stream looks like: the schema of its data stands as the content's, and the example shows lines.
 */
#include "generate/edge.h"
#include "generate/answer.h"
#include "generate/docs.h"
#include "generate/example.h"
#include "generate/html.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

#define EVENTS_PATH API_ROOT "/events"
#define EVENTS_ID "followFacts"

static const char SUMMARY[] = "The facts as they are recorded";
static const char WHAT[] =
	"The facts in the caller's scope as they are recorded, as Server-Sent Events, until the "
	"client leaves. Each event's id is the fact's number in the ledger; who names the last one "
	"it has seen gets everything behind it, without gap and without repetition, and who names "
	"none begins at the head. The token is looked at again every minute. A reader that is too "
	"slow is closed and may come back.";
static const char LAST_ID[] =
	"The id of the last event that was seen, as browsers send it; goes before after.";
static const char AFTER[] = "The number to begin behind; 0 is the whole ledger.";

/* The failures that can come before the first event. */
static const unsigned FAILURES[] = { 400, 401, 403, 429, 500, 503, 504 };

static bool can_fail_with(const struct answer *answer)
{
	for (size_t i = 0; i < sizeof FAILURES / sizeof *FAILURES; i++)
		if (FAILURES[i] == answer->status)
			return true;
	return false;
}

const struct model_message *edge_event(const struct model *model)
{
	return model_message(model, "asskomm.ledger.v1.Event");
}

/* Who may list the facts may follow them. */
static const struct model_method *list_of_facts(const struct model *model)
{
	for (size_t i = 0; i < model->n_methods; i++)
		if (strcmp(model->methods[i].name, "asskomm.ledger.v1.Ledger/ListFacts") == 0)
			return &model->methods[i];
	fail("asskomm.ledger.v1.Event is there, but no Ledger/ListFacts to say who may read it");
}

/* One event as it goes over the wire. */
static const char *example(const struct model *model)
{
	struct json *json = json_new();
	const char *text;
	char *line;
	size_t len = 0;

	example_message(json, NULL, edge_event(model), NULL);
	text = json_finish(json);
	line = keep(strlen(text) + 1);
	/* The writer breaks lines only between values, and an event's data is one line. */
	while (*text) {
		size_t gap = strspn(text, "\n");

		text += gap > 0 ? gap + strspn(text + gap, " ") : 0;
		if (*text)
			line[len++] = *text++;
	}
	return keep_format("retry: 2000\n\nid: 1204\nevent: AgreementSigned\ndata: %s\n\n", line);
}

/* ---- openapi.json */

static void role_item(void *of, const char *role)
{
	json_string(of, NULL, role);
}

static void number_parameter(
	struct json *json, const char *name, const char *place, const char *what)
{
	json_object(json, NULL);
	json_string(json, "name", name);
	json_string(json, "in", place);
	json_string(json, "description", what);
	json_raw(json, "schema", "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,18}$\"}");
	json_string(json, "example", "1203");
	json_close(json, '}');
}

static void responses(struct json *json, const struct model *model)
{
	json_object(json, "responses");
	json_object(json, "200");
	json_string(json, "description", "A stream without end.");
	json_object(json, "headers");
	json_reference(json, "traceparent", "headers", "Traceparent");
	json_close(json, '}');
	json_object(json, "content");
	json_object(json, "text/event-stream");
	json_object(json, "schema");
	json_string(json, "type", "string");
	json_string(json, "description", "Each event's data is a ledger.Event.");
	json_reference(json, "contentSchema", "schemas", edge_event(model)->component);
	json_close(json, '}');
	json_string(json, "example", example(model));
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		if (can_fail_with(&ANSWERS[i]))
			json_reference(json, keep_format("%u", ANSWERS[i].status), "responses",
				ANSWERS[i].component);
	json_reference(json, "default", "responses", "Problem");
	json_close(json, '}');
}

void edge_openapi(struct json *json, const struct model *model)
{
	const struct model_method *readers = list_of_facts(model);

	json_object(json, EVENTS_PATH);
	json_object(json, "get");
	json_string(json, "operationId", EVENTS_ID);
	json_array(json, "tags");
	json_string(json, NULL, readers->service);
	json_close(json, ']');
	json_string(json, "summary", SUMMARY);
	json_string(json, "description", keep_format("%s\n\nFor: %s.", WHAT, route_roles(readers)));
	json_array(json, "x-roles");
	route_each_role(readers, role_item, json);
	json_close(json, ']');
	json_array(json, "parameters");
	number_parameter(json, "after", "query", AFTER);
	number_parameter(json, "Last-Event-ID", "header", LAST_ID);
	json_reference(json, NULL, "parameters", "AcceptLanguage");
	json_reference(json, NULL, "parameters", "Traceparent");
	json_close(json, ']');
	responses(json, model);
	json_close(json, '}');
	json_close(json, '}');
}

/* ---- the page */

void edge_docs_link(FILE *page)
{
	fputs("<li><a href=\"#" EVENTS_ID "\"><span class=\"verb GET\">GET</span> "
	      "<code>" EVENTS_PATH "</code></a></li>\n",
		page);
}

static void parameter_row(FILE *page, const char *name, const char *place, const char *what)
{
	html_put(page,
		"<tr><th scope=\"row\"><code>%s</code></th><td>%s</td><td>integer</td>"
		"<td>%s</td></tr>\n",
		name, place, what);
}

void edge_docs(FILE *page, const struct model *model)
{
	fputs("<article id=\"" EVENTS_ID "\">\n<h3><a href=\"#" EVENTS_ID "\">"
	      "<span class=\"verb GET\">GET</span> <code>" EVENTS_PATH "</code></a></h3>\n",
		page);
	html_put(page, "<p class=\"says\">%s</p>\n<p class=\"roles\">For:", WHAT);
	html_put(page, " <span class=\"role\">%s</span></p>\n", route_roles(list_of_facts(model)));
	fputs("<h4>Parameters</h4>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"Parameters of " EVENTS_ID "\"><table>\n<thead><tr>"
	      "<th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">Type</th>"
	      "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n",
		page);
	parameter_row(page, "after", "query", AFTER);
	parameter_row(page, "Last-Event-ID", "header", LAST_ID);
	fputs("</tbody>\n</table></div>\n<h4>Example</h4>\n", page);
	docs_json(page, "Example of a request to " EVENTS_ID,
		"GET " EVENTS_PATH "?after=1203 HTTP/1.1\nAuthorization: Bearer …");
	html_put(page,
		"<h4>Answers</h4>\n<p><strong>200</strong> text/event-stream, each event's data "
		"is a <a href=\"#type-%s\">%s</a></p>\n",
		edge_event(model)->component, edge_event(model)->component);
	docs_json(page, "Example of an answer of " EVENTS_ID, example(model));
	fputs("<p class=\"failures\">Else:", page);
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		if (can_fail_with(&ANSWERS[i]))
			html_put(page, " <a href=\"#%s\">%s</a>", ANSWERS[i].component,
				keep_format("%u", ANSWERS[i].status));
	fputs("</p>\n</article>\n", page);
}
