/* A message into JSON. Every field without presence is printed, so that a reader sees the whole
 * form; a message or a oneof that is not set is left out. Running out of memory here is no state to
 * go on in: jansson's NULL stops the process. */
#include "core/base64.h"
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NUMBER_SIZE 24 /* the digits of 64 bits, sign and NUL */

/* The one place that looks at what jansson gives. */
static json_t *made(json_t *value)
{
	CHECK(value != NULL);
	return value;
}

/* A NULL in a message of ours is an empty string. */
static json_t *string_to_json(const char *text)
{
	return made(json_string(text == NULL ? "" : text));
}

static void print_integer(ProtobufCType type, const void *value, char digits[NUMBER_SIZE])
{
	if (reflect_kind(type) == VALUE_SIGNED)
		snprintf(digits, NUMBER_SIZE, "%" PRId64, reflect_load_signed(type, value));
	else
		snprintf(digits, NUMBER_SIZE, "%" PRIu64, reflect_load_unsigned(type, value));
}

/* 64 bits are text in JSON, since JavaScript would round them. */
static json_t *integer_to_json(ProtobufCType type, const void *value)
{
	char digits[NUMBER_SIZE];
	if (reflect_is_64_bit(type)) {
		print_integer(type, value, digits);
		return string_to_json(digits);
	}
	return made(json_integer(reflect_kind(type) == VALUE_SIGNED
					 ? reflect_load_signed(type, value)
					 : (json_int_t)reflect_load_unsigned(type, value)));
}

/* Numbers without end have no place in JSON: they are told by name. */
static json_t *real_to_json(ProtobufCType type, const void *value)
{
	double number = reflect_load_real(type, value);
	const char *name = reflect_endless_name(number);
	return name ? string_to_json(name) : made(json_real(number));
}

/* By name; a number without one is told as it is rather than lost. */
static json_t *enum_to_json(const ProtobufCEnumDescriptor *descriptor, int number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
	return value == NULL ? made(json_integer(number)) : string_to_json(value->name);
}

/* The text is longer than the bytes: it needs an arena for a moment. */
static json_t *bytes_to_json(const ProtobufCBinaryData *bytes)
{
	struct arena *arena = arena_new(2 * bytes->len + 64);
	json_t *value = string_to_json(base64_encode(arena, bytes->data, bytes->len));
	arena_destroy(&arena);
	return value;
}

/* One value, in a struct or an array; messages go round again. */
static json_t *value_to_json(const ProtobufCFieldDescriptor *field, const void *value)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		return integer_to_json(field->type, value);
	case VALUE_REAL:
		return real_to_json(field->type, value);
	case VALUE_BOOL:
		return made(json_boolean(*(const protobuf_c_boolean *)value));
	case VALUE_ENUM:
		return enum_to_json(field->descriptor, *(const int *)value);
	case VALUE_STRING:
		return string_to_json(*(char *const *)value);
	case VALUE_BYTES:
		return bytes_to_json(value);
	case VALUE_MESSAGE:
		return reflect_to_json(*(ProtobufCMessage *const *)value);
	}
	check_failed("a kind of value", __FILE__, __LINE__);
}

/* A key is a string, a whole number or a truth value; each is text in JSON. */
static const char *key_of(const ProtobufCMessage *entry, const ProtobufCFieldDescriptor *field,
	char digits[NUMBER_SIZE])
{
	const void *key = reflect_member(entry, field);
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return *(char *const *)key == NULL ? "" : *(char *const *)key;
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		return *(const protobuf_c_boolean *)key ? "true" : "false";
	print_integer(field->type, key, digits);
	return digits;
}

/* As it is printed again after it was read: with all its fields. */
static json_t *empty_message(const ProtobufCMessageDescriptor *descriptor)
{
	struct arena *arena = arena_new(2 * descriptor->sizeof_message + 64);
	json_t *value = reflect_to_json(reflect_new(arena, descriptor));
	arena_destroy(&arena);
	return value;
}

/* The entries of a map become members. Of two with one key the last counts, as on the wire; a
 * message that an entry leaves out is an empty one. */
static json_t *map_to_json(ProtobufCMessage *const *entries, size_t count)
{
	json_t *object = made(json_object());
	for (size_t i = 0; i < count; i++) {
		const ProtobufCFieldDescriptor *fields = entries[i]->descriptor->fields;
		char digits[NUMBER_SIZE];
		const char *key = key_of(entries[i], &fields[0], digits);
		json_t *value = reflect_is_set(entries[i], &fields[1])
					? reflect_field_to_json(entries[i], &fields[1])
					: empty_message(fields[1].descriptor);
		CHECK(json_object_set_new(object, key, value) == 0);
	}
	return object;
}

/* A list is there even when it is empty, so that a reader need not ask. */
json_t *reflect_field_to_json(
	const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const void *member = reflect_member(message, field);
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return value_to_json(field, member);
	const char *items = *(char *const *)member;
	size_t count = *reflect_count(message, field);
	if (reflect_is_map(field))
		return map_to_json((ProtobufCMessage *const *)(const void *)items, count);
	json_t *array = made(json_array());
	for (size_t i = 0; i < count; i++) {
		json_t *item = value_to_json(field, items + i * reflect_size(field->type));
		CHECK(json_array_append_new(array, item) == 0);
	}
	return array;
}

json_t *reflect_to_json(const ProtobufCMessage *message)
{
	const struct message_info *info = tables_message(message->descriptor);
	CHECK(info != NULL);
	json_t *object = made(json_object());
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		if (!reflect_is_set(message, field))
			continue;
		json_t *value = reflect_field_to_json(message, field);
		CHECK(json_object_set_new(object, info->fields[i].json_name, value) == 0);
	}
	return object;
}

/* jansson prints into the heap; the copy belongs to the arena and dies with the message. */
char *reflect_json_text(struct arena *arena, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	CHECK(text != NULL);
	char *copy = text_copy(arena, text);
	free(text);
	return copy;
}

char *reflect_to_json_text(struct arena *arena, const ProtobufCMessage *message)
{
	json_t *value = reflect_to_json(message);
	char *text = reflect_json_text(arena, value);
	json_decref(value);
	return text;
}
