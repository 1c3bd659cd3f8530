/* The catalogue is what msgfmt makes of the .po files: a table of the English texts in the order of
 * their bytes, and one of the German ones in the same order. Each entry is length and offset of a
 * text that ends with a NUL; all numbers have 32 bits, the low byte first. */
#include "core/catalogue.h"

#include "core/text.h"
#include <string.h>

#define MAGIC 0x950412deu
#define ENTRY_SIZE 8u
#define LABEL_MAX 200u
#define CONTEXT_END "\004" /* between the context and the text, as gettext has it */

/* Made by the build from common/texts/de. */
extern const char CATALOGUE_DE[];
extern const size_t CATALOGUE_DE_LEN;

/* Where the head of the file says what. */
enum { HEAD_MAGIC = 0, HEAD_COUNT = 8, HEAD_ENGLISH = 12, HEAD_GERMAN = 16 };

static uint32_t number_at(size_t offset)
{
	uint32_t number = 0;

	CHECK(offset + sizeof(number) <= CATALOGUE_DE_LEN);
	for (size_t i = sizeof(number); i > 0; i--)
		number = number << 8 | (uint8_t)CATALOGUE_DE[offset + i - 1];
	return number;
}

static const char *entry(uint32_t table, uint32_t place)
{
	return CATALOGUE_DE + number_at(table + place * ENTRY_SIZE + sizeof(uint32_t));
}

/* NULL when it is not there. */
static const char *german(const char *english)
{
	uint32_t from = 0, to = number_at(HEAD_COUNT), table = number_at(HEAD_ENGLISH);

	CHECK(number_at(HEAD_MAGIC) == MAGIC);
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = strcmp(english, entry(table, middle));

		if (order == 0)
			return entry(number_at(HEAD_GERMAN), middle);
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

/* The empty text is the key of the catalogue's own head. */
const char *catalogue_text(enum language language, const char *english)
{
	const char *found = NULL;

	if (language == LANGUAGE_GERMAN && *english != '\0')
		found = german(english);
	return found != NULL ? found : english;
}

char *say_list(struct arena *arena, const char *format, va_list arguments)
{
	return text_format_list(arena, catalogue_text(arena_language(arena), format), arguments);
}

char *say(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = say_list(arena, format, arguments);
	va_end(arguments);
	return text;
}

const char *say_text(struct arena *arena, const char *english)
{
	return catalogue_text(arena_language(arena), english);
}

/* "asskomm.coaching.v1.CoachingProcess.Status": what follows the package. */
static const char *name_in_package(const ProtobufCEnumDescriptor *type)
{
	size_t len = strlen(type->package_name);

	return strncmp(type->name, type->package_name, len) == 0 && type->name[len] == '.'
		       ? type->name + len + 1
		       : type->name;
}

const char *say_label(struct arena *arena, const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *named = protobuf_c_enum_descriptor_get_value(type, value);
	struct text key;
	size_t context_len;

	if (named == NULL)
		return "?";
	text_init(&key, arena, LABEL_MAX);
	text_append(&key, name_in_package(type));
	text_append(&key, CONTEXT_END);
	context_len = key.len;
	for (const char *at = named->name; *at != '\0'; at++)
		text_append_format(&key, "%c",
			*at == '_'                 ? ' '
			: *at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a'
						   : *at);
	const char *found = say_text(arena, key.bytes);
	return found != key.bytes ? found : key.bytes + context_len;
}
