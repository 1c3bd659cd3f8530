/* A JSON writer. Text is UTF-8 already (protoc sees to it) and stays as it is.
 *
 * It keeps no stack of brackets: the caller says which one closes, and the tests parse the result.
 * Only closing more than was opened is caught, because indentation would have no end then. */
#include "generate/json.h"
#include "generate/support.h"

/* Escapes what JSON must have escaped and nothing else. */
static void write_quoted(FILE *output, const char *text)
{
	fputc('"', output);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(output, "\\%c", *text);
		else if ((unsigned char)*text < 32)
			fprintf(output, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, output);
	}
	fputc('"', output);
}

/* Two blanks for each level: the file is read by people too. */
static void new_line(struct json *json)
{
	fputc('\n', json->output);
	for (unsigned i = 0; i < json->depth; i++)
		fputs("  ", json->output);
}

/* What stands before each value: comma, indentation, name. */
static void begin(struct json *json, const char *name)
{
	if (!json->is_empty)
		fputc(',', json->output);
	if (json->depth > 0)
		new_line(json);
	if (name) {
		write_quoted(json->output, name);
		fputs(": ", json->output);
	}
	json->is_empty = false;
}

/* Inside, the first value has no comma before it. */
static void open_bracket(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->output);
	json->depth++;
	json->is_empty = true;
}

void json_object(struct json *json, const char *name)
{
	open_bracket(json, name, '{');
}

void json_array(struct json *json, const char *name)
{
	open_bracket(json, name, '[');
}

/* An empty object or array stays on one line. */
void json_close(struct json *json, char bracket)
{
	if (json->depth == 0)
		fail("the JSON writer closed more than it opened");
	json->depth--;
	if (!json->is_empty)
		new_line(json);
	fputc(bracket, json->output);
	json->is_empty = false;
}

void json_string(struct json *json, const char *name, const char *value)
{
	begin(json, name);
	write_quoted(json->output, value);
}

void json_number(struct json *json, const char *name, int64_t value)
{
	begin(json, name);
	fprintf(json->output, "%lld", (long long)value);
}

void json_bool(struct json *json, const char *name, bool value)
{
	begin(json, name);
	fputs(value ? "true" : "false", json->output);
}

void json_text(struct json *json, const char *name, const char *value)
{
	if (value && *value)
		json_string(json, name, value);
}

void json_reference(struct json *json, const char *name, const char *kind, const char *component)
{
	json_object(json, name);
	json_string(json, "$ref", keep_format("#/components/%s/%s", kind, component));
	json_close(json, '}');
}
