/* A route on the documentation page: who, what goes in, what comes out, and how it looks. */
#include "generate/answer.h"
#include "generate/docs.h"
#include "generate/example.h"
#include "generate/html.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

void docs_json(FILE *page, const char *label, const char *json)
{
	html_put(
		page, "<pre tabindex=\"0\" aria-label=\"%s\"><code>%s</code></pre>\n", label, json);
}

/* The verb keeps its own class: its colour is a help, its text is what counts. */
static void verb_and_path(FILE *page, const struct model_method *method)
{
	html_put(page, "<span class=\"verb %s\">%s</span> <code>%s</code>", method->rest->method,
		method->rest->method, route_path(method));
}

void docs_route_link(FILE *page, const struct model_method *method)
{
	html_put(page, "<a href=\"#%s\">", route_id(method));
	verb_and_path(page, method);
	fputs("</a>", page);
}

static void role_mark(void *of, const char *role)
{
	html_put(of, " <span class=\"role\">%s</span>", role);
}

static void roles(FILE *page, const struct model_method *method)
{
	fputs("<p class=\"roles\">For:", page);
	if (method->rest->all_users)
		role_mark(page, "every role");
	else
		route_each_role(method, role_mark, page);
	fputs("</p>\n", page);
}

/* "/api/v1/figures?asOf=2023-08-09", parameters filled in. What only waits for a fact of one's own
 * would hide the rest. */
static const char *example_address(const struct model_method *method)
{
	const struct model_message *input = method->input;
	const char *address = route_path(method);
	char mark = '?';

	for (size_t i = 0; i < input->n_fields; i++) {
		const struct model_field *field = &input->fields[i];
		const char *word = example_word(input, field);
		const char *brace = strstr(address, keep_format("{%s}", field->proto->json_name));

		if (brace) {
			address = keep_format("%.*s%s%s", (int)(brace - address), address, word,
				brace + strlen(field->proto->json_name) + 2);
		} else if (route_is_address(method) &&
			   strcmp(field->proto->name, "after_fact") != 0) {
			address = keep_format(
				"%s%c%s=%s", address, mark, field->proto->json_name, word);
			mark = '&';
		}
	}
	return address;
}

/* The head as it goes over the wire, then the body. */
static void request_example(FILE *page, const struct model_method *method)
{
	const char *text = keep_format("%s %s HTTP/1.1\nAuthorization: Bearer …",
		method->rest->method, example_address(method));

	if (method->bus->command)
		text = keep_format("%s\nIdempotency-Key: heidenau-2023-08-09", text);
	if (route_has_body(method)) {
		struct json *json = json_new();

		example_message(json, NULL, method->input, method);
		text = keep_format(
			"%s\nContent-Type: application/json\n\n%s", text, json_finish(json));
	}
	docs_json(page, keep_format("Example of a request to %s", route_id(method)), text);
}

static void reply_example(FILE *page, const struct model_method *method)
{
	const struct model_message *output = method->output;
	struct json *json = json_new();

	if (*method->rest->text_field) {
		docs_json(page, keep_format("Example of an answer of %s", route_id(method)),
			example_word(output, model_field(output, method->rest->text_field)));
		return;
	}
	example_message(json, NULL, output, NULL);
	docs_json(page, keep_format("Example of an answer of %s", route_id(method)),
		json_finish(json));
}

static void request(FILE *page, const struct model_method *method)
{
	docs_parameters(page, method);
	if (route_has_body(method)) {
		fputs("<h4>Body</h4>\n", page);
		docs_fields(page, method->input, method, true);
	}
	fputs("<p class=\"headers\">Headers:", page);
	for (size_t i = 0; i < ROUTE_HEADERS_COUNT; i++)
		if (ROUTE_HEADERS[i].applies(method))
			html_put(page, " <a href=\"#%s\"><code>%s</code></a>",
				ROUTE_HEADERS[i].component, ROUTE_HEADERS[i].name);
	fputs("</p>\n<h4>Example</h4>\n", page);
	request_example(page, method);
}

/* The success with its type; the failures by number, told in full in their own section. */
static void answers(FILE *page, const struct model *model, const struct model_method *method)
{
	html_put(page, "<h4>Answers</h4>\n<p><strong>%s</strong> ",
		keep_format("%u", route_success(method)));
	if (*method->rest->text_field)
		html_put(page, "%s",
			*method->rest->text_type ? method->rest->text_type : "plain text");
	else
		html_put(page, "<a href=\"#type-%s\">%s</a>", method->output->component,
			method->output->component);
	if (route_has_location(model, method))
		fputs(", <code>Location</code> tells where it can be read", page);
	fputs("</p>\n", page);
	reply_example(page, method);
	fputs("<p class=\"failures\">Else:", page);
	for (size_t i = 0; i < ANSWERS_COUNT; i++)
		if (ANSWERS[i].applies(method))
			html_put(page, " <a href=\"#%s\">%s</a>", ANSWERS[i].component,
				keep_format("%u", ANSWERS[i].status));
	fputs("</p>\n", page);
}

void docs_route(FILE *page, const struct model *model, const struct model_method *method)
{
	html_put(page, "<article id=\"%s\">\n<h3><a href=\"#%s\">", route_id(method),
		route_id(method));
	verb_and_path(page, method);
	fputs("</a></h3>\n", page);
	if (*method->comment)
		html_put(page, "<p class=\"says\">%s</p>\n", method->comment);
	roles(page, method);
	request(page, method);
	answers(page, model, method);
	fputs("</article>\n", page);
}
