/* A message as JSON text. Every field without presence is printed, so that a reader sees the whole
 * form; a message or a oneof that is not set is left out.
 *
 * The text grows on the heap and is copied into the arena once its length is known: what grows in
 * an arena takes twice as much of it. There is no tree of values in between, which would take most
 * of the time of an answer. */
#include "core/base64.h"
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE 24 /* the digits of 64 bits, sign and NUL */
#define FIRST_BYTES 1000u

/* Running out of memory here is no state to go on in: it stops the process. */
struct printer {
	char *bytes;
	size_t len, capacity;
};

static void print_message(struct printer *printer, const ProtobufCMessage *message);
static void print_field(struct printer *printer, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field);

/* ---- pieces of text */

static void grow(struct printer *printer, size_t len)
{
	printer->capacity = 2 * (printer->len + len) + FIRST_BYTES;
	printer->bytes = realloc(printer->bytes, printer->capacity);
	CHECK(printer->bytes != NULL);
}

static void put(struct printer *printer, const char *bytes, size_t len)
{
	if (printer->capacity - printer->len < len)
		grow(printer, len);
	if (len > 0)
		memcpy(printer->bytes + printer->len, bytes, len);
	printer->len += len;
}

static void put_byte(struct printer *printer, char byte)
{
	put(printer, &byte, 1);
}

static void put_text(struct printer *printer, const char *text)
{
	put(printer, text, strlen(text));
}

/* What JSON does not let stand between quotes; short where there is a short form. */
static void put_escaped(struct printer *printer, char byte)
{
	static const char letters[] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
	};
	char escape[8] = { '\\', byte };
	if (byte != '"' && byte != '\\') {
		bool is_short = (size_t)byte < sizeof letters && letters[(size_t)byte] != 0;
		if (is_short)
			escape[1] = letters[(size_t)byte];
		else
			snprintf(escape, sizeof escape, "\\u%04X", (unsigned)(unsigned char)byte);
	}
	put_text(printer, escape);
}

/* A NULL in a message of ours is an empty string. What came from outside was checked on its way in:
 * other texts than UTF-8 are a bug of ours. */
static void put_string(struct printer *printer, const char *text)
{
	size_t left = text == NULL ? 0 : strlen(text);
	CHECK(left == 0 || text_is_utf8(text, left));
	put_byte(printer, '"');
	while (left > 0) {
		size_t plain = text_plain_len(text, left);
		put(printer, text, plain);
		text += plain;
		left -= plain;
		if (left == 0)
			break;
		/* a byte of a longer character, or DEL, stands for itself */
		if ((unsigned char)*text >= 0x7f)
			put_byte(printer, *text);
		else
			put_escaped(printer, *text);
		text++;
		left--;
	}
	put_byte(printer, '"');
}

/* ---- single values */

/* The digits in the end of a buffer. */
static const char *digits_of(uint64_t number, bool is_negative, char buffer[NUMBER_SIZE])
{
	char *at = buffer + NUMBER_SIZE - 1;
	*at = 0;
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (is_negative)
		*--at = '-';
	return at;
}

static const char *whole_text(ProtobufCType type, const void *value, char buffer[NUMBER_SIZE])
{
	if (reflect_kind(type) == VALUE_UNSIGNED)
		return digits_of(reflect_load_unsigned(type, value), false, buffer);
	int64_t number = reflect_load_signed(type, value);
	return digits_of(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, buffer);
}

/* 64 bits are text in JSON, since JavaScript would round them. */
static void print_whole(struct printer *printer, ProtobufCType type, const void *value)
{
	char buffer[NUMBER_SIZE];
	const char *digits = whole_text(type, value, buffer);
	if (reflect_is_64_bit(type))
		put_string(printer, digits);
	else
		put_text(printer, digits);
}

/* Numbers without end have no place in JSON: they are told by name. The digits of the others are
 * jansson's, which is the same that reads them. */
static void print_real(struct printer *printer, ProtobufCType type, const void *value)
{
	double number = reflect_load_real(type, value);
	const char *name = reflect_endless_name(number);
	if (name != NULL) {
		put_string(printer, name);
		return;
	}
	json_t *real = json_real(number);
	char *digits = json_dumps(real, JSON_ENCODE_ANY);
	CHECK(digits != NULL);
	put_text(printer, digits);
	free(digits);
	json_decref(real);
}

/* By name; a number without one is told as it is rather than lost. */
static void print_enum(
	struct printer *printer, const ProtobufCEnumDescriptor *descriptor, const void *value)
{
	const ProtobufCEnumValue *named =
		protobuf_c_enum_descriptor_get_value(descriptor, *(const int *)value);
	if (named != NULL)
		put_string(printer, named->name);
	else
		print_whole(printer, PROTOBUF_C_TYPE_INT32, value);
}

/* The text is longer than the bytes: it needs an arena for a moment. */
static void print_bytes(struct printer *printer, const ProtobufCBinaryData *bytes)
{
	struct arena *arena = arena_new(2 * bytes->len + 64);
	put_string(printer, base64_encode(arena, bytes->data, bytes->len));
	arena_destroy(&arena);
}

/* One value, in a struct or an array; messages go round again. */
static void print_value(
	struct printer *printer, const ProtobufCFieldDescriptor *field, const void *value)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		print_whole(printer, field->type, value);
		return;
	case VALUE_REAL:
		print_real(printer, field->type, value);
		return;
	case VALUE_BOOL:
		put_text(printer, *(const protobuf_c_boolean *)value ? "true" : "false");
		return;
	case VALUE_ENUM:
		print_enum(printer, field->descriptor, value);
		return;
	case VALUE_STRING:
		put_string(printer, *(char *const *)value);
		return;
	case VALUE_BYTES:
		print_bytes(printer, value);
		return;
	case VALUE_MESSAGE:
		print_message(printer, *(ProtobufCMessage *const *)value);
		return;
	}
	check_failed("a kind of value", __FILE__, __LINE__);
}

/* ---- maps */

/* A key is a string, a whole number or a truth value; each is text in JSON. */
static const char *key_of(const ProtobufCMessage *entry, char buffer[NUMBER_SIZE])
{
	const ProtobufCFieldDescriptor *field = &entry->descriptor->fields[0];
	const void *key = reflect_member(entry, field);
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return *(char *const *)key == NULL ? "" : *(char *const *)key;
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		return *(const protobuf_c_boolean *)key ? "true" : "false";
	return whole_text(field->type, key, buffer);
}

/* A message that an entry leaves out is an empty one, printed as it is again after it was read:
 * with all its fields. */
static void print_entry(struct printer *printer, const ProtobufCMessage *entry, const char *key)
{
	const ProtobufCFieldDescriptor *field = &entry->descriptor->fields[1];
	put_string(printer, key);
	put_byte(printer, ':');
	if (reflect_is_set(entry, field)) {
		print_field(printer, entry, field);
		return;
	}
	const ProtobufCMessageDescriptor *descriptor = field->descriptor;
	struct arena *arena = arena_new(2 * descriptor->sizeof_message + 64);
	print_message(printer, reflect_new(arena, descriptor));
	arena_destroy(&arena);
}

/* The entries become members. Of two with one key the last counts, as on the wire: which that is
 * stands in an index by key. */
static void print_map(struct printer *printer, ProtobufCMessage *const *entries, size_t count)
{
	json_t *last = json_object();
	char buffer[NUMBER_SIZE];
	bool is_first = true;
	for (size_t i = 0; i < count; i++)
		CHECK(json_object_set_new(
			      last, key_of(entries[i], buffer), json_integer((json_int_t)i)) == 0);
	put_byte(printer, '{');
	for (size_t i = 0; i < count; i++) {
		const char *key = key_of(entries[i], buffer);
		if (json_integer_value(json_object_get(last, key)) != (json_int_t)i)
			continue;
		if (!is_first)
			put_byte(printer, ',');
		is_first = false;
		print_entry(printer, entries[i], key);
	}
	put_byte(printer, '}');
	json_decref(last);
}

/* ---- messages */

/* A list is there even when it is empty, so that a reader need not ask. */
static void print_field(struct printer *printer, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field)
{
	const void *member = reflect_member(message, field);
	if (field->label != PROTOBUF_C_LABEL_REPEATED) {
		print_value(printer, field, member);
		return;
	}
	const char *items = *(char *const *)member;
	size_t count = *reflect_count(message, field), size = reflect_size(field->type);
	if (reflect_is_map(field)) {
		print_map(printer, (ProtobufCMessage *const *)(const void *)items, count);
		return;
	}
	put_byte(printer, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			put_byte(printer, ',');
		print_value(printer, field, items + i * size);
	}
	put_byte(printer, ']');
}

/* Names are words of proto/, with nothing to escape. */
static void print_message(struct printer *printer, const ProtobufCMessage *message)
{
	const struct message_info *info = tables_message(message->descriptor);
	const char *before = "{\"";
	CHECK(info != NULL);
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		if (!reflect_is_set(message, field))
			continue;
		put(printer, before, 2);
		put_text(printer, info->fields[i].json_name);
		put(printer, "\":", 2);
		print_field(printer, message, field);
		before = ",\"";
	}
	if (*before == '{')
		put_byte(printer, '{');
	put_byte(printer, '}');
}

/* ---- whole texts */

/* The copy belongs to the arena and dies with the message. */
static char *finish(struct arena *arena, struct printer *printer)
{
	char *text = text_copy_len(arena, printer->bytes, printer->len);
	free(printer->bytes);
	return text;
}

char *reflect_field_json(
	struct arena *arena, const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	struct printer printer = { NULL, 0, 0 };
	print_field(&printer, message, field);
	return finish(arena, &printer);
}

char *reflect_to_json_text(struct arena *arena, const ProtobufCMessage *message)
{
	struct printer printer = { NULL, 0, 0 };
	print_message(&printer, message);
	return finish(arena, &printer);
}

/* Through the text, so that there is one way to print a message. */
json_t *reflect_to_json(const ProtobufCMessage *message)
{
	struct printer printer = { NULL, 0, 0 };
	print_message(&printer, message);
	json_t *value = json_loadb(printer.bytes, printer.len, 0, NULL);
	CHECK(value != NULL);
	free(printer.bytes);
	return value;
}

char *reflect_json_text(struct arena *arena, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	CHECK(text != NULL);
	char *copy = text_copy(arena, text);
	free(text);
	return copy;
}
