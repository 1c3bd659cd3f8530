/* Base64: three bytes are four letters of six bits each. */
#include "core/base64.h"
#include <string.h>

/* The standard alphabet, RFC 4648 section 4; position is value. */
static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The last group may be one or two bytes short: zero bits fill it up, "=" says how many letters
 * they would have been. */
char *base64_encode(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char *text = arena_alloc(arena, (len + 2) / 3 * 4 + 1);
	char *to = text;
	for (size_t at = 0; at < len; at += 3) {
		size_t rest = len - at;
		uint32_t group = (uint32_t)bytes[at] << 16;
		group |= rest > 1 ? (uint32_t)bytes[at + 1] << 8 : 0;
		group |= rest > 2 ? bytes[at + 2] : 0;
		*to++ = LETTERS[group >> 18];
		*to++ = LETTERS[group >> 12 & 63];
		*to++ = rest > 1 ? LETTERS[group >> 6 & 63] : '=';
		*to++ = rest > 2 ? LETTERS[group & 63] : '=';
	}
	return text;
}

/* The six bits of a letter of either alphabet, or -1. */
static int letter_bits(char letter)
{
	if (letter == '-')
		letter = '+';
	if (letter == '_')
		letter = '/';
	const char *found = letter == 0 ? NULL : strchr(LETTERS, letter);
	return found == NULL ? -1 : (int)(found - LETTERS);
}

/* The letters without padding; false when the padding does not fit them. */
static bool without_padding(const char *text, size_t *out_len)
{
	size_t whole = strlen(text);
	size_t len = whole;
	while (len > 0 && text[len - 1] == '=' && whole - len < 2)
		len--;
	bool padded = len < whole;
	if (len % 4 == 1 || (padded && whole % 4 != 0))
		return false;
	*out_len = len;
	return true;
}

/* Letters are gathered six bits at a time; whenever eight are there, a byte is given out. What is
 * left at the end is fill and must be zero, or two texts would stand for the same bytes. */
bool base64_decode(struct arena *arena, const char *text, uint8_t **out_bytes, size_t *out_len)
{
	size_t letters;
	if (!without_padding(text, &letters))
		return false;
	size_t len = letters * 6 / 8;
	uint8_t *bytes = len == 0 ? NULL : arena_try(arena, len);
	if (len > 0 && bytes == NULL)
		return false;
	uint32_t pending = 0;
	unsigned pending_bits = 0;
	size_t to = 0;
	for (size_t at = 0; at < letters; at++) {
		int bits = letter_bits(text[at]);
		if (bits < 0)
			return false;
		pending = pending << 6 | (uint32_t)bits;
		pending_bits += 6;
		if (pending_bits < 8)
			continue;
		pending_bits -= 8;
		bytes[to++] = (uint8_t)(pending >> pending_bits);
		pending &= (1u << pending_bits) - 1;
	}
	if (pending != 0)
		return false;
	*out_bytes = bytes;
	*out_len = len;
	return true;
}
