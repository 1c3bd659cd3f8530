/* One value of JSON into a field that is no message. JSON has fewer types than protobuf, and
 * ProtoJSON is generous where nothing is lost by it: whole numbers may come as text, with a point
 * or an exponent as long as they are whole (1.0, "1e3"), reals as text, enums by number. */
#include "core/reflect_value.h"
#include "core/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: beyond, a real is not each whole number */
#define TWO_TO_63 9223372036854775808.0
#define WHOLE_DIGITS_MAX 20 /* of 64 bits */
#define TEXT_MAX 64         /* of a number with point or exponent */
#define EXPONENT_DIGITS_MAX 4

/* ---- whole numbers with a point or an exponent, as text */

/* The digits of a number without its point, and how many of them stand before it. */
struct decimal {
	bool is_negative;
	char digits[TEXT_MAX];
	size_t count;
	long whole; /* may be less than 0, and more than count */
};

static const char *take_digits(const char *at, struct decimal *decimal)
{
	size_t len = strspn(at, "0123456789");
	memcpy(decimal->digits + decimal->count, at, len);
	decimal->count += len;
	return at + len;
}

/* By the grammar of JSON, but for zeros in front. */
static bool read_decimal(const char *text, struct decimal *out)
{
	if (strlen(text) >= TEXT_MAX)
		return false;
	out->is_negative = *text == '-';
	text = take_digits(text + out->is_negative, out);
	out->whole = (long)out->count;
	size_t before = out->count;
	if (*text == '.') {
		text = take_digits(text + 1, out);
		if (out->count == before)
			return false;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		size_t sign = strspn(text, "+-") > 0 ? 1 : 0;
		size_t len = strspn(text + sign, "0123456789");
		if (len == 0 || len > EXPONENT_DIGITS_MAX)
			return false;
		out->whole += strtol(text, NULL, 10);
		text += sign + len;
	}
	return before > 0 && *text == 0;
}

/* The whole number in plain digits. */
static enum value_problem write_whole(
	const struct decimal *decimal, char out_text[WHOLE_DIGITS_MAX + 2])
{
	size_t first = 0, len = 0;
	while (first < decimal->count && decimal->digits[first] == '0')
		first++;
	long whole = first == decimal->count ? 0 : decimal->whole - (long)first;
	for (size_t i = first; i < decimal->count; i++)
		if ((long)(i - first) >= whole && decimal->digits[i] != '0')
			return VALUE_WRONG_TYPE;
	if (whole > WHOLE_DIGITS_MAX)
		return VALUE_OUT_OF_RANGE;
	if (decimal->is_negative && whole > 0)
		out_text[len++] = '-';
	for (long i = 0; i < whole; i++)
		out_text[len++] = first + (size_t)i < decimal->count
					  ? decimal->digits[first + (size_t)i]
					  : '0';
	if (whole <= 0)
		out_text[len++] = '0';
	out_text[len] = 0;
	return VALUE_FINE;
}

static enum value_problem read_whole_text(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const char *text, void *out)
{
	struct decimal decimal = { .count = 0 };
	char plain[WHOLE_DIGITS_MAX + 2];
	if (strpbrk(text, ".eE") == NULL)
		return reflect_parse_value(arena, field, text, out);
	if (!read_decimal(text, &decimal))
		return VALUE_WRONG_TYPE;
	enum value_problem problem = write_whole(&decimal, plain);
	return problem == VALUE_FINE ? reflect_parse_value(arena, field, plain, out) : problem;
}

/* ---- JSON's types */

/* jansson holds whole numbers in 63 bits and sign; larger ones must come as text. */
static enum value_problem read_integer(
	const ProtobufCFieldDescriptor *field, int64_t number, void *out)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
		return reflect_store_signed(field->type, number, out);
	case VALUE_UNSIGNED:
		return number < 0 ? VALUE_OUT_OF_RANGE
				  : reflect_store_unsigned(field->type, (uint64_t)number, out);
	case VALUE_REAL:
		return reflect_store_real(field->type, (double)number, out);
	case VALUE_ENUM:
		return reflect_store_enum(field->descriptor, number, out);
	case VALUE_BOOL:
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_MESSAGE:
		break;
	}
	return VALUE_WRONG_TYPE;
}

/* 1.0 and 1e3 are whole numbers too. Beyond 2^53 the real that jansson made may be another number
 * than the one that was sent. */
static enum value_problem read_real(const ProtobufCFieldDescriptor *field, double number, void *out)
{
	if (reflect_kind(field->type) == VALUE_REAL)
		return reflect_store_real(field->type, number, out);
	if (number != trunc(number))
		return VALUE_WRONG_TYPE;
	if (fabs(number) <= EXACT_MAX)
		return read_integer(field, (int64_t)number, out);
	bool is_whole = reflect_kind(field->type) == VALUE_SIGNED ||
			reflect_kind(field->type) == VALUE_UNSIGNED;
	bool may_fit = reflect_is_64_bit(field->type) && fabs(number) < TWO_TO_63;
	return is_whole && !may_fit ? VALUE_OUT_OF_RANGE : VALUE_WRONG_TYPE;
}

/* Text stands for strings and bytes, and for enums and numbers too: 64 bits do not fit a number of
 * JavaScript. */
static enum value_problem read_text(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const json_t *value, void *out)
{
	enum value_kind kind = reflect_kind(field->type);
	const char *text = json_string_value(value);
	if (kind == VALUE_BOOL || strlen(text) != json_string_length(value))
		return VALUE_WRONG_TYPE;
	if (kind == VALUE_SIGNED || kind == VALUE_UNSIGNED)
		return read_whole_text(arena, field, text, out);
	/* The other spelling of bytes is SQL's. */
	if (kind == VALUE_BYTES && text[0] == '\\')
		return VALUE_NOT_BASE64;
	return reflect_parse_value(arena, field, text, out);
}

enum value_problem reflect_read_scalar(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const json_t *value, void *out)
{
	if (json_is_string(value))
		return read_text(arena, field, value, out);
	if (json_is_integer(value))
		return read_integer(field, json_integer_value(value), out);
	if (json_is_real(value))
		return read_real(field, json_real_value(value), out);
	if (!json_is_boolean(value) || reflect_kind(field->type) != VALUE_BOOL)
		return VALUE_WRONG_TYPE;
	*(protobuf_c_boolean *)out = json_is_true(value);
	return VALUE_FINE;
}

/* Only the one way of writing a key that we write ourselves: so no key can stand there twice. */
enum value_problem reflect_read_key(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const char *text, void *out)
{
	enum value_problem problem = reflect_parse_value(arena, field, text, out);
	if (problem != VALUE_FINE || field->type == PROTOBUF_C_TYPE_STRING)
		return problem;
	return strcmp(reflect_print_value(arena, field, out), text) == 0 ? VALUE_FINE
									 : VALUE_WRONG_TYPE;
}
