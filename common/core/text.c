/* Strings in an arena. UTF-8 is decoded by one function, `decode`, on which checking, counting and
 * folding stand; it follows the table of well-formed byte sequences of the Unicode standard. */
#include "core/text.h"
#include <stdio.h>
#include <string.h>

#define CAPACITY_FIRST 256u
#define EACH_BYTE UINT64_C(0x0101010101010101)

/* Once for the length, once for the text; the list must be copied, it can be walked once only. */
char *text_format_list(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	CHECK(len >= 0);
	char *text = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, arguments);
	return text;
}

/* The usual front of text_format_list. */
char *text_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = text_format_list(arena, format, arguments);
	va_end(arguments);
	return text;
}

/* NULL is "": messages know no other. */
char *text_copy(struct arena *arena, const char *text)
{
	return text == NULL ? arena_alloc(arena, 1) : text_copy_len(arena, text, strlen(text));
}

/* The arena's memory is zeroed, which ends the text. */
char *text_copy_len(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

/* Whether one of eight bytes is not plain; then the highest bit of its place comes out set, for a
 * control character by the first subtraction, for quote and backslash by the others, for DEL by the
 * sum. A borrow passes on only from a byte that is not plain itself. */
static bool has_special(uint64_t eight)
{
	uint64_t quote = eight ^ EACH_BYTE * '"', backslash = eight ^ EACH_BYTE * '\\';
	uint64_t found = (eight - EACH_BYTE * ' ') | (quote - EACH_BYTE) | (backslash - EACH_BYTE) |
			 (eight + EACH_BYTE) | eight;
	return (found & EACH_BYTE * 0x80) != 0;
}

/* Eight at a time, then byte by byte what is left or where one of eight is not plain. */
size_t text_plain_len(const char *bytes, size_t len)
{
	size_t at = 0;
	for (uint64_t eight; at + sizeof(eight) <= len; at += sizeof(eight)) {
		memcpy(&eight, bytes + at, sizeof(eight));
		if (has_special(eight))
			break;
	}
	while (at < len && bytes[at] >= ' ' && bytes[at] < 0x7f && bytes[at] != '"' &&
		bytes[at] != '\\')
		at++;
	return at;
}

/* The length that a first byte announces; 0 for one that begins no character. */
static size_t sequence_len(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

/* Decodes the character at `bytes`; its length, or 0 when it is not well-formed. */
static size_t decode(const uint8_t *bytes, size_t len, uint32_t *out_character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t count = len == 0 ? 0 : sequence_len(bytes[0]);
	if (count == 0 || count > len)
		return 0;
	uint32_t character = bytes[0] & first_bits[count];
	for (size_t i = 1; i < count; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3f);
	}
	bool surrogate = character >= 0xd800 && character <= 0xdfff;
	if (character < least[count] || surrogate || character > 0x10ffff)
		return 0;
	*out_character = character;
	return count;
}

/* A NUL is well-formed UTF-8, but would end the text for everybody who reads it as a string. */
bool text_is_utf8(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	for (size_t at = text_plain_len(text, len); at < len;) {
		uint32_t character;
		size_t count = decode(bytes + at, len - at, &character);
		if (count == 0 || character == 0)
			return false;
		at += count;
	}
	return true;
}

/* Every character has one byte that is no continuation. */
size_t text_characters(const char *text)
{
	size_t count = 0;
	for (const char *at = text; *at != 0; at++)
		count += ((uint8_t)*at & 0xc0) != 0x80;
	return count;
}

/* In Latin Extended-A capitals and small letters alternate; in two stretches the capital is the
 * odd one. */
static uint32_t lower_extended(uint32_t character)
{
	if (character == 0x130)
		return 'i';
	if (character == 0x178)
		return 0xff;
	if (character == 0x17f)
		return 's';
	if (character == 0x138 || character == 0x149 || character == 0x131)
		return character;
	bool odd_capital = (character >= 0x139 && character <= 0x148) || character >= 0x179;
	return (character & 1) == odd_capital ? character + 1 : character;
}

/* No small form is longer in UTF-8 than its capital: folding can be done in place. */
static uint32_t lower(uint32_t character)
{
	if (character >= 'A' && character <= 'Z')
		return character + 0x20;
	if (character >= 0xc0 && character <= 0xde && character != 0xd7)
		return character + 0x20;
	if (character >= 0x100 && character <= 0x17f)
		return lower_extended(character);
	return character == 0x1e9e ? 0xdf : character;
}

/* Writes a character below U+0800; those beyond are never changed by folding. */
static size_t encode(uint32_t character, char *out)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	out[0] = (char)(0xc0 | character >> 6);
	out[1] = (char)(0x80 | (character & 0x3f));
	return 2;
}

/* In place of a copy, since no character grows. Umlauts stay what they are: "Gorlitz" is not
 * Görlitz, and two towns may differ in nothing else. */
char *text_fold(struct arena *arena, const char *text)
{
	size_t len = strlen(text);
	char *folded = text_copy_len(arena, text, len);
	size_t to = 0;
	for (size_t at = 0; at < len;) {
		uint32_t character = 0;
		size_t count = decode((const uint8_t *)text + at, len - at, &character);
		uint32_t small = count == 0 ? character : lower(character);
		if (small != character) {
			to += encode(small, folded + to);
		} else {
			/* As it was; a byte that is not UTF-8 too. */
			count += count == 0;
			memcpy(folded + to, text + at, count);
			to += count;
		}
		at += count;
	}
	folded[to] = 0;
	return folded;
}

static void write_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

char *text_hex(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char *hex = arena_alloc(arena, 2 * len + 1);
	write_hex(bytes, len, hex);
	return hex;
}

/* Written in its place at once: what is stored so may be most of what a call may take, and a copy
 * behind a prefix would take as much again. */
char *text_bytea(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char *text = arena_alloc(arena, 2 * len + 3);
	text[0] = '\\';
	text[1] = 'x';
	write_hex(bytes, len, text + 2);
	return text;
}

/* Small at first: most texts are, and the arena gets nothing back from those that grow. */
void text_init(struct text *text, struct arena *arena, size_t max_len)
{
	*text = (struct text){ .arena = arena, .max_len = max_len };
	text->capacity = max_len < CAPACITY_FIRST ? max_len : CAPACITY_FIRST;
	text->bytes = arena_alloc(arena, text->capacity + 1);
}

/* Room for `len` more bytes, or false: then the text has overflown. */
static bool make_room(struct text *text, size_t len)
{
	if (text->overflown || len > text->max_len - text->len) {
		text->overflown = true;
		return false;
	}
	size_t needed = text->len + len;
	if (needed <= text->capacity)
		return true;
	size_t doubled = 2 * text->capacity;
	size_t capacity = doubled > needed ? doubled : needed;
	capacity = capacity < text->max_len ? capacity : text->max_len;
	char *bytes = arena_alloc(text->arena, capacity + 1);
	memcpy(bytes, text->bytes, text->len);
	text->bytes = bytes;
	text->capacity = capacity;
	return true;
}

/* All or nothing: half a piece could end inside a character. */
void text_append_len(struct text *text, const char *bytes, size_t len)
{
	if (len == 0 || !make_room(text, len))
		return;
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = 0;
}

/* For literals and what was measured before. */
void text_append(struct text *text, const char *string)
{
	text_append_len(text, string, strlen(string));
}

/* Formatted twice, like text_format: first to know the length, then into its place. */
void text_append_format(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	va_list again;
	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	CHECK(len >= 0);
	if (make_room(text, (size_t)len)) {
		vsnprintf(text->bytes + text->len, (size_t)len + 1, format, arguments);
		text->len += (size_t)len;
	}
	va_end(arguments);
}
