/* Lines of GV100AD: bytes to characters, characters to fields. What they mean: gv100ad_records.c.
 */
#include "gv100ad.h"

#include "core/text.h"
#include <stdarg.h>
#include <string.h>

/* The request grows while records come in; only gv100ad_end hands it out, so that nobody sees half
 * of a register. */
void gv100ad_init(struct gv100ad *reader, struct arena *arena)
{
	memset(reader, 0, sizeof *reader);
	reader->arena = arena;
	reader->request = NEW(arena, Registry__ImportTerritoryRequest);
	registry__import_territory_request__init(reader->request);
}

/* The first error is the one that explains the others. */
bool gv100ad_fail(struct gv100ad *reader, size_t column, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *what = text_format_list(reader->arena, format, arguments);
	va_end(arguments);
	if (reader->error == NULL) {
		reader->error =
			column == 0 ? text_format(reader->arena, "line %zu: %s", reader->line, what)
				    : text_format(reader->arena, "line %zu, column %zu: %s",
					      reader->line, column, what);
	}
	return false;
}

/* Spaces alone fill a field: anything else that is blank was refused with the line. */
char *gv100ad_text(struct gv100ad *reader, size_t from, size_t to)
{
	const char *start = reader->bytes + reader->at[from - 1];
	const char *end = reader->bytes + reader->at[to];
	while (start < end && *start == ' ') {
		start++;
	}
	while (end > start && end[-1] == ' ') {
		end--;
	}
	return text_copy_len(reader->arena, start, (size_t)(end - start));
}

/* By its first byte; whether the others belong to it, text_is_utf8 says. */
static size_t character_len(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Finds where each character begins. */
static bool find_characters(struct gv100ad *reader)
{
	size_t count = 0;
	for (size_t at = 0; at < reader->len; count++) {
		size_t len = character_len((unsigned char)reader->bytes[at]);
		if (at + len > reader->len || !text_is_utf8(reader->bytes + at, len)) {
			return gv100ad_fail(reader, count + 1,
				"no UTF-8 (a file in Latin-1 is converted by iconv -f LATIN1 -t "
				"UTF-8)");
		}
		if ((unsigned char)reader->bytes[at] < ' ' || reader->bytes[at] == 0x7f) {
			return gv100ad_fail(reader, count + 1, "a control character");
		}
		if (count == GV100AD_CHARACTERS) {
			return gv100ad_fail(
				reader, count + 1, "the record is longer than 220 characters");
		}
		reader->at[count] = (uint16_t)at;
		at += len;
	}
	if (count < GV100AD_CHARACTERS) {
		return gv100ad_fail(
			reader, count + 1, "the record ends after %zu of 220 characters", count);
	}
	reader->at[count] = (uint16_t)reader->len;
	return true;
}

/* A CR belongs to the end of the line. */
static bool end_line(struct gv100ad *reader)
{
	reader->line++;
	if (reader->len > 0 && reader->bytes[reader->len - 1] == '\r') {
		reader->len--;
	}
	bool good = find_characters(reader) && gv100ad_record(reader);
	reader->len = 0;
	return good;
}

/* A line without an end is refused as soon as it can be no record any more. */
bool gv100ad_feed(struct gv100ad *reader, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && reader->error == NULL; i++) {
		if (bytes[i] == '\n') {
			(void)!end_line(reader);
		} else if (reader->len == GV100AD_BYTES_MAX) {
			reader->line++;
			(void)!gv100ad_fail(reader, GV100AD_CHARACTERS + 1,
				"the record is longer than 220 characters");
		} else {
			reader->bytes[reader->len++] = bytes[i];
		}
	}
	return reader->error == NULL;
}

/* The last line may lack its end when it is a whole record; a file that was cut off has none. */
Registry__ImportTerritoryRequest *gv100ad_end(struct gv100ad *reader)
{
	if (reader->error == NULL && reader->len > 0) {
		(void)!end_line(reader);
	}
	if (reader->error == NULL && reader->line == 0) {
		(void)!gv100ad_fail(reader, 0, "the file is empty");
	}
	if (reader->error != NULL || !gv100ad_close_district(reader) ||
		!gv100ad_close_land(reader)) {
		return NULL;
	}
	return reader->request;
}
