/* Memory, files and failing for the generator. Allocations hang in one list until exit, so that
 * nothing needs to be freed and a leak checker still finds everything reachable. */
#include "generate/support.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A literal is broken after so many bytes also without a line feed: compilers have limits. */
#define LITERAL_MAX 4000

struct kept {
	struct kept *next;
};

static struct kept *all_kept;
static const char *open_path;

/* A build tool takes whatever exists and is newer for finished, so what was begun is removed. */
void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("generate: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	if (open_path)
		unlink(open_path);
	exit(1);
}

void *keep(size_t size)
{
	struct kept *kept = calloc(1, sizeof *kept + size);

	if (!kept)
		fail("out of memory");
	kept->next = all_kept;
	all_kept = kept;
	return kept + 1;
}

char *keep_text(const char *text, size_t len)
{
	char *copy = keep(len + 1);

	memcpy(copy, text, len);
	return copy;
}

/* Measures first, then prints: there is no longest text. */
char *keep_format(const char *format, ...)
{
	va_list arguments, again;
	int len;
	char *text;

	va_start(arguments, format);
	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0)
		fail("cannot format '%s'", format);
	text = keep((size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

/* Whole files: the largest is some hundred kilobytes of history. */
char *read_file(const char *path, size_t *out_len)
{
	FILE *file = fopen(path, "rb");
	long size;
	char *text;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		fail("cannot read %s", path);
	rewind(file);
	text = keep((size_t)size + 1);
	if (fread(text, 1, (size_t)size, file) != (size_t)size)
		fail("cannot read %s", path);
	fclose(file);
	*out_len = (size_t)size;
	return text;
}

FILE *output_open(const char *path)
{
	FILE *output = fopen(path, "wb");

	if (!output)
		fail("cannot write %s", path);
	open_path = path;
	return output;
}

/* A full disk shows up here at the latest. */
void output_close(FILE *output)
{
	if (fflush(output) != 0 || ferror(output) || fclose(output) != 0)
		fail("cannot write %s", open_path);
	open_path = NULL;
}

/* One byte of a literal. UTF-8 goes as octal, so the generated file is plain ASCII. */
static void output_byte(FILE *output, unsigned char byte)
{
	if (byte == '\n')
		fputs("\\n", output);
	else if (byte == '\t')
		fputs("\\t", output);
	else if (byte == '"' || byte == '\\')
		fprintf(output, "\\%c", byte);
	else if (byte == '?')
		fputs("\\?", output); /* no trigraphs */
	else if (byte < 32 || byte > 126)
		fprintf(output, "\\%03o", byte); /* three digits: the next one may be a digit */
	else
		fputc(byte, output);
}

/* A literal per line keeps the generated file readable and its lines short. */
void output_literal(FILE *output, const char *text, size_t len)
{
	size_t in_literal = 0;

	fputs("\n\t\"", output);
	for (size_t i = 0; i < len; i++) {
		output_byte(output, (unsigned char)text[i]);
		in_literal++;
		if (i + 1 < len && (text[i] == '\n' || in_literal == LITERAL_MAX)) {
			fputs("\"\n\t\"", output);
			in_literal = 0;
		}
	}
	fputc('"', output);
}

/* The suffix is required: a file of another kind was passed by mistake. */
char *base_name(const char *path, const char *suffix)
{
	const char *slash = strrchr(path, '/');
	const char *start = slash ? slash + 1 : path;
	size_t len = strlen(start), suffix_len = strlen(suffix);

	if (len <= suffix_len || strcmp(start + len - suffix_len, suffix) != 0)
		fail("%s does not end in %s", path, suffix);
	return keep_text(start, len - suffix_len);
}

void split_assignment(const char *argument, char **out_name, char **out_value)
{
	const char *equals = strchr(argument, '=');

	if (!equals || equals == argument)
		fail("'%s' is not NAME=value", argument);
	*out_name = keep_text(argument, (size_t)(equals - argument));
	*out_value = keep_text(equals + 1, strlen(equals + 1));
}
