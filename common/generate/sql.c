/* Writes STATEMENTS from .sql files: includes are put in, comments dropped, `:name` becomes $n.
 *
 * The scanner knows just enough of PostgreSQL's lexical rules to tell code from what is not: quoted
 * text and names, dollar quotes, both kinds of comments, and casts (`::text`). */
#include "generate/modes.h"
#include "generate/support.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MAX 100
#define INCLUDE_DEPTH_MAX 4
#define INCLUDE_MARK "-- include "

struct statement_source {
	const char *name;
	const char *path;
	bool is_fragment;
	char *text; /* as it is sent to the server */
	size_t len;
	size_t n_params;
	const char *params[PARAMETERS_MAX];
};

struct sources {
	size_t count;
	struct statement_source *all;
};

/* A part of other statements is no statement of its own and would fail to prepare. */
static void mark_fragment(struct sources *sources, const char *path)
{
	for (size_t i = 0; i < sources->count; i++)
		if (strcmp(sources->all[i].path, path) == 0)
			sources->all[i].is_fragment = true;
}

/* The file's text with its include lines replaced, deep first. */
static char *read_included(struct sources *sources, const char *path, unsigned depth)
{
	size_t len;
	char *text = read_file(path, &len), *joined = keep_text("", 0);

	if (depth > INCLUDE_DEPTH_MAX)
		fail("%s: includes more than %d deep", path, INCLUDE_DEPTH_MAX);
	for (char *line = text; *line;) {
		size_t line_len = strcspn(line, "\n");
		size_t mark_len = strlen(INCLUDE_MARK);

		if (strncmp(line, INCLUDE_MARK, mark_len) == 0) {
			char *included = keep_text(line + mark_len, line_len - mark_len);

			mark_fragment(sources, included);
			joined = keep_format(
				"%s%s\n", joined, read_included(sources, included, depth + 1));
		} else {
			joined = keep_format("%s%.*s\n", joined, (int)line_len, line);
		}
		line += line_len + (line[line_len] == '\n');
	}
	return joined;
}

/* How much of `text` up to and with `end` is one token; fails when the end never comes. */
static size_t token_until(
	const struct statement_source *source, const char *text, size_t start, const char *end)
{
	const char *found = strstr(text + start, end);

	if (!found)
		fail("%s: no closing %s", source->path, end);
	return (size_t)(found - text) + strlen(end);
}

/* "$$" or "$tag$": the length of the opening quote, or 0. */
static size_t dollar_quote(const char *text)
{
	size_t len = 1;

	while (text[len] == '_' || isalpha((unsigned char)text[len]))
		len++;
	return text[0] == '$' && text[len] == '$' ? len + 1 : 0;
}

/* Length of the quoted thing that begins here, or 0. */
static size_t quoted_len(const struct statement_source *source, const char *text)
{
	size_t dollar_len = dollar_quote(text);

	if (text[0] == '\'')
		return token_until(source, text, 1, "'");
	if (text[0] == '"')
		return token_until(source, text, 1, "\"");
	if (dollar_len)
		return token_until(source, text, dollar_len, keep_text(text, dollar_len));
	return 0;
}

/* Length of the comment that begins here, or 0; a line's own line feed stays. */
static size_t comment_len(const struct statement_source *source, const char *text)
{
	if (strncmp(text, "--", 2) == 0)
		return strcspn(text, "\n");
	return strncmp(text, "/*", 2) == 0 ? token_until(source, text, 2, "*/") : 0;
}

/* What a name is made of behind its first letter. */
static bool is_word(char c)
{
	return c == '_' || isalnum((unsigned char)c) != 0;
}

/* Length of the `:name` that begins at text[at], or 0. Not behind a word or bracket (a slice) and
 * not in a cast. */
static size_t parameter_len(const char *text, size_t at)
{
	size_t len = 1;

	if (text[at] != ':' || !islower((unsigned char)text[at + 1]))
		return 0;
	if (at > 0 && (text[at - 1] == ':' || text[at - 1] == ']' || is_word(text[at - 1])))
		return 0;
	while (is_word(text[at + len]))
		len++;
	return len;
}

/* The number of a parameter, from 1; the same name is the same number. */
static size_t parameter_number(struct statement_source *source, const char *name)
{
	for (size_t i = 0; i < source->n_params; i++)
		if (strcmp(source->params[i], name) == 0)
			return i + 1;
	if (source->n_params == PARAMETERS_MAX)
		fail("%s: more than %d parameters", source->path, PARAMETERS_MAX);
	source->params[source->n_params++] = name;
	return source->n_params;
}

/* Adds code, tidied up; quoted text must not come this way. */
static void append(struct statement_source *source, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* What a dropped comment leaves: blanks before a line feed, empty lines. */
		if (text[i] == '\n') {
			while (source->len > 0 && strchr(" \t", source->text[source->len - 1]))
				source->len--;
			if (source->len == 0 || source->text[source->len - 1] == '\n')
				continue;
		}
		source->text[source->len++] = text[i];
	}
	source->text[source->len] = '\0';
}

/* Adds text that means something as it stands. */
static void append_quoted(struct statement_source *source, const char *text, size_t len)
{
	memcpy(source->text + source->len, text, len);
	source->len += len;
}

/* One file is one statement: the closing ';' goes, and nothing may follow it. */
static void check_end(const struct statement_source *source, const char *rest)
{
	while (*rest) {
		size_t skip = comment_len(source, rest);

		if (skip == 0 && !isspace((unsigned char)*rest))
			fail("%s: more than one statement", source->path);
		rest += skip ? skip : 1;
	}
}

/* One pass: at each place the longest token that begins there, or one character of code. */
static void translate(struct statement_source *source, const char *raw)
{
	for (size_t at = 0; raw[at];) {
		size_t quoted = quoted_len(source, raw + at),
		       comment = comment_len(source, raw + at);
		size_t parameter = parameter_len(raw, at);

		if (quoted) {
			append_quoted(source, raw + at, quoted);
		} else if (parameter) {
			const char *name = keep_text(raw + at + 1, parameter - 1);
			const char *text = keep_format("$%zu", parameter_number(source, name));

			append(source, text, strlen(text));
		} else if (raw[at] == ';') {
			check_end(source, raw + at + 1);
			break;
		} else if (!comment) {
			append(source, raw + at, 1);
		}
		at += quoted ? quoted : parameter ? parameter : comment ? comment : 1;
	}
	while (source->len > 0 && isspace((unsigned char)source->text[source->len - 1]))
		source->text[--source->len] = '\0';
	if (source->len == 0)
		fail("%s: no statement in it", source->path);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct statement_source *)left)->name,
		((const struct statement_source *)right)->name);
}

/* Everything is read before anything is written: an error leaves no output. */
static void read_sources(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		struct statement_source *source = &sources->all[i];
		char *raw = read_included(sources, source->path, 0);

		/* "$100" is shorter than ":" and a name only when the name is long enough. */
		source->text = keep(strlen(raw) * 4 + 1);
		translate(source, raw);
	}
	if (sources->count > 0)
		qsort(sources->all, sources->count, sizeof *sources->all, by_name);
	for (size_t i = 1; i < sources->count; i++)
		if (strcmp(sources->all[i - 1].name, sources->all[i].name) == 0)
			fail("%s and %s have the same name", sources->all[i - 1].path,
				sources->all[i].path);
}

/* One list of names per statement, by its index. */
static void write_params(FILE *output, const struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct statement_source *source = &sources->all[i];

		if (source->is_fragment)
			continue;
		fprintf(output, "static const char *const PARAMS_%zu[] = { ", i);
		for (size_t j = 0; j < source->n_params; j++)
			fprintf(output, "\"%s\", ", source->params[j]);
		fputs("NULL };\n", output);
	}
}

void sql_write(const char *path, size_t n_files, char **files)
{
	struct sources sources = { n_files, keep(n_files * sizeof *sources.all) };
	FILE *output;
	size_t written = 0;

	for (size_t i = 0; i < n_files; i++) {
		sources.all[i].path = files[i];
		sources.all[i].name = base_name(files[i], ".sql");
	}
	read_sources(&sources);
	output = output_open(path);
	fputs("/* Generated by common/generate; do not edit. */\n#include "
	      "\"runtime/statement.h\"\n",
		output);
	write_params(output, &sources);
	fputs("const struct statement STATEMENTS[] = {\n", output);
	for (size_t i = 0; i < n_files; i++) {
		const struct statement_source *source = &sources.all[i];

		if (source->is_fragment)
			continue;
		fprintf(output, "\t{ \"%s\",", source->name);
		output_literal(output, source->text, source->len);
		fprintf(output, ",\n\t\t%zu, PARAMS_%zu },\n", source->n_params, i);
		written++;
	}
	/* An array of length 0 is no C. */
	fprintf(output, "\t{ NULL, NULL, 0, NULL }\n};\nconst size_t STATEMENTS_COUNT = %zu;\n",
		written);
	output_close(output);
}
