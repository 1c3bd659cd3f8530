/* A JSON writer. Text is UTF-8 already (protoc sees to it) and stays as it is.
 *
 * It keeps no stack of brackets: the caller says which one closes, and the tests parse the result.
 * Only closing more than was opened is caught, because indentation would have no end then. */
#include "generate/json.h"
#include "generate/support.h"
#include <stdlib.h>
#include <string.h>

struct json *json_new(void)
{
	struct json *json = keep(sizeof *json);

	json->is_empty = true;
	json->output = open_memstream(&json->text, &json->len);
	if (!json->output)
		fail("out of memory");
	return json;
}

/* Nobody else frees what the stream made. */
char *json_finish(struct json *json)
{
	char *kept;

	if (fclose(json->output) != 0)
		fail("out of memory");
	kept = keep_text(json->text, json->len);
	free(json->text);
	return kept;
}

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
	if (!json->follows_name)
		begin(json, name);
	json->follows_name = false;
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

/* The length of the string that begins here, with its quotes. */
static size_t string_len(const char *value)
{
	size_t len = 1;

	while (value[len] && value[len] != '"')
		len += value[len] == '\\' ? 2 : 1;
	return len + 1;
}

/* One scalar, or a member's name with its colon. */
static size_t raw_part(struct json *json, const char *value)
{
	size_t len = *value == '"' ? string_len(value) : strcspn(value, ",]} \t\n");
	size_t gap = strspn(value + len, " \t\n");

	if (!json->follows_name)
		begin(json, NULL);
	fprintf(json->output, "%.*s", (int)len, value);
	json->follows_name = value[len + gap] == ':';
	if (json->follows_name) {
		fputs(": ", json->output);
		len += gap + 1;
	}
	return len;
}

/* The text comes from tables of ours, and the tests parse the result: nothing is checked. */
void json_raw(struct json *json, const char *name, const char *value)
{
	if (name) {
		begin(json, name);
		json->follows_name = true;
	}
	while (*(value += strspn(value, " \t\n,"))) {
		if (*value == '{' || *value == '[') {
			open_bracket(json, NULL, *value++);
		} else if (*value == '}' || *value == ']') {
			json_close(json, *value++);
		} else {
			value += raw_part(json, value);
		}
	}
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
