/* Single values of a message by their field descriptor. Every type of protobuf belongs to one of
 * eight kinds; the only places that know the types one by one are the first switches here. */
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/base64.h"
#include "core/text.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum value_kind reflect_kind(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return VALUE_SIGNED;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return VALUE_UNSIGNED;
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		return VALUE_REAL;
	case PROTOBUF_C_TYPE_BOOL:
		return VALUE_BOOL;
	case PROTOBUF_C_TYPE_ENUM:
		return VALUE_ENUM;
	case PROTOBUF_C_TYPE_STRING:
		return VALUE_STRING;
	case PROTOBUF_C_TYPE_BYTES:
		return VALUE_BYTES;
	case PROTOBUF_C_TYPE_MESSAGE:
		return VALUE_MESSAGE;
	}
	check_failed("a type of protobuf-c", __FILE__, __LINE__);
}

/* The others have 32 bits; there are no smaller ones. */
bool reflect_is_64_bit(ProtobufCType type)
{
	return type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_SINT64 ||
	       type == PROTOBUF_C_TYPE_SFIXED64 || type == PROTOBUF_C_TYPE_UINT64 ||
	       type == PROTOBUF_C_TYPE_FIXED64;
}

/* As protoc-c lays them out: a list is an array of these. */
size_t reflect_size(ProtobufCType type)
{
	switch (reflect_kind(type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		return reflect_is_64_bit(type) ? sizeof(int64_t) : sizeof(int32_t);
	case VALUE_REAL:
		return type == PROTOBUF_C_TYPE_FLOAT ? sizeof(float) : sizeof(double);
	case VALUE_BOOL:
		return sizeof(protobuf_c_boolean);
	case VALUE_ENUM:
		return sizeof(int);
	case VALUE_STRING:
		return sizeof(char *);
	case VALUE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case VALUE_MESSAGE:
		return sizeof(ProtobufCMessage *);
	}
	check_failed("a kind of value", __FILE__, __LINE__);
}

/* The descriptor gives offsets in bytes; const is left behind here, as in strchr, and it is the
 * caller who knows whether the message may be changed. */
void *reflect_member(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (char *)message + field->offset;
}

size_t *reflect_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (size_t *)(void *)((char *)message + field->quantifier_offset);
}

bool reflect_is_map(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED &&
	       field->type == PROTOBUF_C_TYPE_MESSAGE &&
	       tables_message(field->descriptor)->is_map_entry;
}

/* The case of a oneof: the number of the field that it holds, 0 for none. */
static uint32_t *oneof_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (uint32_t *)(void *)((char *)message + field->quantifier_offset);
}

/* The suite's own have a single member: they are how proto3 tells 0 from "not given". */
static bool is_in_oneof(const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

bool reflect_other_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return is_in_oneof(field) && *oneof_case(message, field) != 0 &&
	       *oneof_case(message, field) != field->id;
}

/* Presence in proto3: a list is always there, a message by its pointer, a member of a oneof by its
 * case, and all else always. */
bool reflect_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return true;
	if (is_in_oneof(field) && *oneof_case(message, field) != field->id)
		return false;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(ProtobufCMessage **)reflect_member(message, field) != NULL;
	return true;
}

/* The case goes with the value: one without the other would read a member that was never set. */
void reflect_put(
	ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const void *value)
{
	if (is_in_oneof(field))
		*oneof_case(message, field) = field->id;
	memcpy(reflect_member(message, field), value, reflect_size(field->type));
}

/* An empty string is protobuf-c's own constant, which nobody may free or write to. */
void reflect_reset(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	void *member = reflect_member(message, field);
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		*reflect_count(message, field) = 0;
		memset(member, 0, sizeof(void *));
		return;
	}
	if (is_in_oneof(field)) {
		/* Members share their place: only the one that is held may be cleared. */
		if (*oneof_case(message, field) != field->id)
			return;
		*oneof_case(message, field) = 0;
	}
	memset(member, 0, reflect_size(field->type));
	if (field->type == PROTOBUF_C_TYPE_STRING)
		*(const char **)member = protobuf_c_empty_string;
}

/* Widened, so that callers need one type of number only. */
int64_t reflect_load_signed(ProtobufCType type, const void *value)
{
	return reflect_is_64_bit(type) ? *(const int64_t *)value : *(const int32_t *)value;
}

uint64_t reflect_load_unsigned(ProtobufCType type, const void *value)
{
	return reflect_is_64_bit(type) ? *(const uint64_t *)value : *(const uint32_t *)value;
}

/* Narrowed, and never cut: a number that does not fit is out of range. */
enum value_problem reflect_store_signed(ProtobufCType type, int64_t number, void *out)
{
	if (reflect_is_64_bit(type)) {
		*(int64_t *)out = number;
		return VALUE_FINE;
	}
	if (number < INT32_MIN || number > INT32_MAX)
		return VALUE_OUT_OF_RANGE;
	*(int32_t *)out = (int32_t)number;
	return VALUE_FINE;
}

/* A negative number never gets here. */
enum value_problem reflect_store_unsigned(ProtobufCType type, uint64_t number, void *out)
{
	if (reflect_is_64_bit(type)) {
		*(uint64_t *)out = number;
		return VALUE_FINE;
	}
	if (number > UINT32_MAX)
		return VALUE_OUT_OF_RANGE;
	*(uint32_t *)out = (uint32_t)number;
	return VALUE_FINE;
}

/* Only defined numbers get into a message: what reads it later need not ask again. */
enum value_problem reflect_store_enum(
	const ProtobufCEnumDescriptor *descriptor, int64_t number, void *out)
{
	if (number < INT32_MIN || number > INT32_MAX ||
		protobuf_c_enum_descriptor_get_value(descriptor, (int)number) == NULL)
		return VALUE_NOT_DEFINED;
	*(int *)out = (int)number;
	return VALUE_FINE;
}

/* Decimal digits and nothing else; strtoll and its kin would take blanks and a plus. */
static bool is_decimal(const char *text, bool may_be_negative)
{
	text += may_be_negative && *text == '-';
	return *text != 0 && text[strspn(text, "0123456789")] == 0;
}

/* Digits only get here, so the library can fail in one way, by range. */
static enum value_problem parse_signed(ProtobufCType type, const char *text, void *out)
{
	if (!is_decimal(text, true))
		return VALUE_WRONG_TYPE;
	errno = 0;
	int64_t number = strtoll(text, NULL, 10);
	return errno == ERANGE ? VALUE_OUT_OF_RANGE : reflect_store_signed(type, number, out);
}

/* A minus is a matter of range and not of type: "-1" is a whole number. */
static enum value_problem parse_unsigned(ProtobufCType type, const char *text, void *out)
{
	if (!is_decimal(text, false))
		return is_decimal(text, true) ? VALUE_OUT_OF_RANGE : VALUE_WRONG_TYPE;
	errno = 0;
	uint64_t number = strtoull(text, NULL, 10);
	return errno == ERANGE ? VALUE_OUT_OF_RANGE : reflect_store_unsigned(type, number, out);
}

/* What has no digits, as ProtoJSON and PostgreSQL write it. */
static const struct {
	const char *name;
	double number;
} ENDLESS[] = { { "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY } };

const char *reflect_endless_name(double number)
{
	if (isfinite(number))
		return NULL;
	return isnan(number) ? ENDLESS[0].name : ENDLESS[number > 0 ? 1 : 2].name;
}

enum value_problem reflect_store_real(ProtobufCType type, double number, void *out)
{
	if (type != PROTOBUF_C_TYPE_FLOAT) {
		*(double *)out = number;
		return VALUE_FINE;
	}
	if (isfinite(number) && isinf((float)number))
		return VALUE_OUT_OF_RANGE;
	*(float *)out = (float)number;
	return VALUE_FINE;
}

/* The letters are checked as well: strtod would take hex, "inf" and "nan". */
static enum value_problem parse_real(ProtobufCType type, const char *text, void *out)
{
	for (size_t i = 0; i < sizeof ENDLESS / sizeof ENDLESS[0]; i++)
		if (strcmp(text, ENDLESS[i].name) == 0)
			return reflect_store_real(type, ENDLESS[i].number, out);
	char *end;
	double number = strtod(text, &end);
	if (*text == 0 || *end != 0 || strspn(text, "0123456789+-.eE") != strlen(text))
		return VALUE_WRONG_TYPE;
	return isfinite(number) ? reflect_store_real(type, number, out) : VALUE_OUT_OF_RANGE;
}

/* JSON's words, and the letters that PostgreSQL prints. */
static enum value_problem parse_bool(const char *text, void *out)
{
	bool truth = strcmp(text, "true") == 0 || strcmp(text, "t") == 0;
	if (!truth && strcmp(text, "false") != 0 && strcmp(text, "f") != 0)
		return VALUE_WRONG_TYPE;
	*(protobuf_c_boolean *)out = truth;
	return VALUE_FINE;
}

/* Names in any case: a path or query parameter is typed by people. */
static enum value_problem parse_enum(
	const ProtobufCEnumDescriptor *descriptor, const char *text, void *out)
{
	for (unsigned i = 0; i < descriptor->n_value_names; i++) {
		const ProtobufCEnumValueIndex *named = &descriptor->values_by_name[i];
		if (strcasecmp(named->name, text) != 0)
			continue;
		*(int *)out = descriptor->values[named->index].value;
		return VALUE_FINE;
	}
	int64_t number;
	if (parse_signed(PROTOBUF_C_TYPE_INT64, text, &number) != VALUE_FINE)
		return VALUE_NOT_DEFINED;
	return reflect_store_enum(descriptor, number, out);
}

/* Path parameters are percent-decoded and can hold any bytes; what enters a message is UTF-8. */
static enum value_problem parse_string(struct arena *arena, const char *text, void *out)
{
	size_t len = strlen(text);
	if (!text_is_utf8(text, len))
		return VALUE_WRONG_TYPE;
	char *copy = arena_try(arena, len + 1);
	if (copy == NULL)
		return VALUE_TOO_LARGE;
	memcpy(copy, text, len);
	*(char **)out = copy;
	return VALUE_FINE;
}

/* The value of a digit, or -1. */
static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* PostgreSQL's "\x0a1b". */
static enum value_problem parse_hex(
	struct arena *arena, const char *digits, ProtobufCBinaryData *out)
{
	size_t len = strlen(digits);
	if (len % 2 != 0)
		return VALUE_WRONG_TYPE;
	uint8_t *data = arena_try(arena, len / 2);
	if (data == NULL)
		return VALUE_TOO_LARGE;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(digits[i]);
		int low = hex_digit(digits[i + 1]);
		if (high < 0 || low < 0)
			return VALUE_WRONG_TYPE;
		data[i / 2] = (uint8_t)(high << 4 | low);
	}
	*out = (ProtobufCBinaryData){ len / 2, data };
	return VALUE_FINE;
}

/* A backslash is no letter of base64: the two forms cannot be confused. */
static enum value_problem parse_bytes(
	struct arena *arena, const char *text, ProtobufCBinaryData *out)
{
	if (text[0] == '\\' && text[1] == 'x')
		return parse_hex(arena, text + 2, out);
	return base64_decode(arena, text, &out->data, &out->len) ? VALUE_FINE : VALUE_NOT_BASE64;
}

/* Messages have no plain text; those who want one use JSON. */
enum value_problem reflect_parse_value(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const char *text, void *out)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
		return parse_signed(field->type, text, out);
	case VALUE_UNSIGNED:
		return parse_unsigned(field->type, text, out);
	case VALUE_REAL:
		return parse_real(field->type, text, out);
	case VALUE_BOOL:
		return parse_bool(text, out);
	case VALUE_ENUM:
		return parse_enum(field->descriptor, text, out);
	case VALUE_STRING:
		return parse_string(arena, text, out);
	case VALUE_BYTES:
		return parse_bytes(arena, text, out);
	case VALUE_MESSAGE:
		break;
	}
	return VALUE_WRONG_TYPE;
}

double reflect_load_real(ProtobufCType type, const void *value)
{
	return type == PROTOBUF_C_TYPE_FLOAT ? (double)*(const float *)value
					     : *(const double *)value;
}

/* Enough digits to be read again as it was. */
static const char *print_real(struct arena *arena, ProtobufCType type, const void *value)
{
	double number = reflect_load_real(type, value);
	const char *name = reflect_endless_name(number);
	int digits = type == PROTOBUF_C_TYPE_FLOAT ? 9 : 17;
	return name ? name : text_format(arena, "%.*g", digits, number);
}

const char *reflect_print_value(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const void *value)
{
	enum value_kind kind = reflect_kind(field->type);
	if (kind == VALUE_SIGNED)
		return text_format(arena, "%" PRId64, reflect_load_signed(field->type, value));
	if (kind == VALUE_UNSIGNED)
		return text_format(arena, "%" PRIu64, reflect_load_unsigned(field->type, value));
	if (kind == VALUE_REAL)
		return print_real(arena, field->type, value);
	if (kind == VALUE_BOOL)
		return *(const protobuf_c_boolean *)value ? "true" : "false";
	CHECK(kind == VALUE_ENUM);
	int number = *(const int *)value;
	const ProtobufCEnumValue *named =
		protobuf_c_enum_descriptor_get_value(field->descriptor, number);
	/* Only our own code can have put in a number without name: nothing else gets so far. */
	CHECK(named != NULL);
	return named->name;
}
