/* Tables of the documentation page: fields with their type and rules, and the types themselves. */
#include "generate/docs.h"
#include "generate/example.h"
#include "generate/html.h"
#include "generate/openapi.h"
#include "generate/route.h"
#include "generate/support.h"
#include <string.h>

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

/* A table may be wider than the page: its frame scrolls, also by the keyboard. */
static void open_table(FILE *page, const char *label, const char *columns)
{
	html_put(page, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">",
		label);
	fputs("<table>\n<thead><tr>", page);
	fputs(columns, page);
	fputs("</tr></thead>\n<tbody>\n", page);
}

static void close_table(FILE *page)
{
	fputs("</tbody>\n</table></div>\n", page);
}

/* As JSON has it; a message or enum is a link to where it is told. */
static void type_cell(FILE *page, const struct model_field *field)
{
	const char *component = field->message       ? field->message->component
				: field->enumeration ? field->enumeration->component
						     : NULL;
	const struct format *format = format_find(field->rules->format);

	if (field_is_map(field)) {
		fputs("object of ", page);
		type_cell(page, &field->message->fields[1]);
		return;
	}
	if (field_is_repeated(field))
		fputs("list of ", page);
	if (component)
		html_put(page, "<a href=\"#type-%s\">%s</a>", component, component);
	else if (field_is_string(field))
		html_put(page, "%s", *format->name ? format->name : "text");
	else if (field_is_integer(field))
		fputs(field_is_wide(field) ? "integer as text" : "integer", page);
	else
		fputs(field->proto->type == TYPE(BOOL)      ? "true or false"
			: field->proto->type == TYPE(BYTES) ? "bytes as base64"
							    : "number",
			page);
}

/* One rule behind another. */
static void rule(FILE *page, bool *is_first, const char *text)
{
	html_put(page, *is_first ? "%s" : ", %s", text);
	*is_first = false;
}

static void length_rules(FILE *page, bool *is_first, const struct model_field *field)
{
	const Asskomm__Rules *rules = field->rules;
	uint32_t max_items = rules->max_items ? rules->max_items : DEFAULT_MAX_ITEMS;
	uint32_t max_len = rules->max_len ? rules->max_len : DEFAULT_MAX_LEN;

	if (field_is_repeated(field))
		rule(page, is_first, keep_format("at most %u items", max_items));
	if (rules->min_len)
		rule(page, is_first, keep_format("at least %u characters", rules->min_len));
	if (field_is_string(field) && !*rules->format)
		rule(page, is_first,
			keep_format("at most %u characters%s", max_len,
				field_is_repeated(field) ? " each" : ""));
}

static void rules_cell(FILE *page, const struct model_field *field)
{
	const Asskomm__Rules *rules = field->rules;
	bool is_first = true;

	if (rules->required) {
		fputs("<strong>required</strong>", page);
		is_first = false;
	}
	length_rules(page, &is_first, field);
	if (rules->gte_opt_case == ASSKOMM__RULES__GTE_OPT_GTE)
		rule(page, &is_first, keep_format("from %lld", (long long)rules->gte));
	if (rules->lte_opt_case == ASSKOMM__RULES__LTE_OPT_LTE)
		rule(page, &is_first, keep_format("up to %lld", (long long)rules->lte));
	if (rules->person)
		rule(page, &is_first, "yourself; with the role lead anybody");
}

static void field_row(FILE *page, const struct model_field *field, bool with_rules)
{
	html_put(page, "<tr><th scope=\"row\"><code>%s</code></th><td>", field->proto->json_name);
	type_cell(page, field);
	fputs("</td><td>", page);
	if (with_rules) {
		rules_cell(page, field);
		fputs("</td><td>", page);
	}
	html_put(page, "%s</td></tr>\n", openapi_field_text(field));
}

void docs_fields(FILE *page, const struct model_message *message, const struct model_method *method,
	bool with_rules)
{
	open_table(page, keep_format("Fields of %s", message->component),
		with_rules ? "<th scope=\"col\">Field</th><th scope=\"col\">Type</th>"
			     "<th scope=\"col\">Rules</th><th scope=\"col\">Meaning</th>"
			   : "<th scope=\"col\">Field</th><th scope=\"col\">Type</th>"
			     "<th scope=\"col\">Meaning</th>");
	for (size_t i = 0; i < message->n_fields; i++)
		if (route_is_in_body(method, &message->fields[i]))
			field_row(page, &message->fields[i], with_rules);
	close_table(page);
}

/* ---- parameters */

static void parameter_row(
	FILE *page, const struct model_method *method, const struct model_field *field)
{
	bool is_path = path_has_parameter(method, field->proto->name);

	html_put(page, "<tr><th scope=\"row\"><code>%s</code></th><td>%s</td><td>",
		field->proto->json_name, is_path ? "path" : "query");
	type_cell(page, field);
	fputs("</td><td>", page);
	rules_cell(page, field);
	html_put(page, "</td><td>%s</td></tr>\n", openapi_field_text(field));
}

/* Whether some field stands in the address. */
static bool has_parameter(const struct model_method *method)
{
	return method->input->n_fields > 0 &&
	       (route_is_address(method) || strchr(method->rest->path, '{') != NULL);
}

void docs_parameters(FILE *page, const struct model_method *method)
{
	if (!has_parameter(method))
		return;
	html_put(page, "<h4>Parameters</h4>\n");
	open_table(page, keep_format("Parameters of %s", route_id(method)),
		"<th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">Type</th>"
		"<th scope=\"col\">Rules</th><th scope=\"col\">Meaning</th>");
	for (size_t i = 0; i < method->input->n_fields; i++) {
		const struct model_field *field = &method->input->fields[i];

		if (route_is_address(method) || path_has_parameter(method, field->proto->name))
			parameter_row(page, method, field);
	}
	close_table(page);
}

/* ---- types */

/* The comment of an enum tells its values too. */
static void enum_section(FILE *page, const struct model_enum *enumeration)
{
	html_put(page, "<section class=\"type\" id=\"type-%s\"><h3>%s</h3>\n",
		enumeration->component, enumeration->component);
	if (*enumeration->comment)
		html_put(page, "<p>%s</p>\n", enumeration->comment);
	fputs("<p>One of", page);
	for (size_t i = 0; i < enumeration->proto->n_value; i++)
		html_put(page,
			openapi_is_unspecified(enumeration->proto->value[i])
				? " <code>%s</code> (not given)"
				: " <code>%s</code>",
			enumeration->proto->value[i]->name);
	fputs("</p></section>\n", page);
}

static void message_section(FILE *page, const struct model_message *message, bool with_rules)
{
	html_put(page, "<section class=\"type\" id=\"type-%s\"><h3>%s</h3>\n", message->component,
		message->component);
	if (*message->comment)
		html_put(page, "<p>%s</p>\n", message->comment);
	docs_fields(page, message, NULL, with_rules);
	fputs("</section>\n", page);
}

/* The message of a body stands with its route already. */
static bool is_request(const struct model *model, const struct model_message *message)
{
	for (size_t i = 0; i < model->n_methods; i++)
		if (model->methods[i].rest && model->methods[i].input == message)
			return true;
	return false;
}

void docs_types(FILE *page, const struct model *model)
{
	const bool *is_sent, *is_used;

	openapi_reach(model, &is_sent, &is_used);
	for (size_t i = 0; i < model->n_messages; i++)
		if (is_used[i] && !message_is_map_entry(&model->messages[i]) &&
			!is_request(model, &model->messages[i]))
			message_section(page, &model->messages[i], is_sent[i]);
	for (size_t i = 0; i < model->n_enums; i++)
		if (openapi_enum_is_used(model, &model->enums[i], is_used))
			enum_section(page, &model->enums[i]);
}
