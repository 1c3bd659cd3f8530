/* A message out of a JSON value. A reader walks value and descriptor together and collects what
 * does not fit, each with its place: a chain of names and indexes on the stack that becomes a path
 * ("signatories[1].role") only when there is something to say. (Out: reflect_print.c.) */
#include "core/reflect.h"
#include "core/catalogue.h"
#include "core/failure.h"
#include "core/place.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/text.h"
#include <stdarg.h>
#include <string.h>

#define TEXT_MAX (4u * 1024 * 1024) /* the largest body there is, http.h */
#define NAME_SHOWN_MAX 60u
#define CHOICES_SHOWN_MAX 600u

struct reader {
	struct arena *arena;
	Asskomm__Failure *failure; /* NULL as long as all fits */
	bool full;                 /* no more room for content or complaints: stop */
};

/* Notes what is wrong at a place. */
static void complain(struct reader *reader, const struct place *place, const char *rule,
	const char *format, ...) PRINTF_LIKE(4, 5);
static void complain(
	struct reader *reader, const struct place *place, const char *rule, const char *format, ...)
{
	if (reader->failure == NULL)
		reader->failure = failure_new(
			reader->arena, FAILURE_INVALID, "The JSON does not fit the request");
	va_list arguments;
	va_start(arguments, format);
	const char *message = say_list(reader->arena, format, arguments);
	va_end(arguments);
	failure_add(reader->arena, reader->failure, place_path(reader->arena, place), rule, "%s",
		message);
}

/* Said once: what follows would not fit either. */
static void complain_size(struct reader *reader, const struct place *place)
{
	if (!reader->full)
		complain(reader, place, "size", "Send less at once: this does not fit");
	reader->full = true;
}

/* Zeroed memory for what was sent, or NULL. */
static void *room(struct reader *reader, const struct place *place, size_t size)
{
	void *bytes = arena_try(reader->arena, size);
	if (bytes == NULL)
		complain_size(reader, place);
	return bytes;
}

/* A name that was sent, short enough to be shown; cut between characters. */
static const char *shown(struct arena *arena, const char *name)
{
	size_t len = strlen(name);
	if (len <= NAME_SHOWN_MAX)
		return text_copy(arena, name);
	len = NAME_SHOWN_MAX;
	while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return text_format(arena, "%.*s…", (int)len, name);
}

/* "one of A, B, C" */
static const char *choices(struct arena *arena, const ProtobufCEnumDescriptor *descriptor)
{
	struct text text;
	text_init(&text, arena, CHOICES_SHOWN_MAX);
	text_append(&text, say(arena, "one of"));
	for (unsigned i = 0; i < descriptor->n_values; i++)
		text_append_format(&text, "%s %s", i == 0 ? "" : ",", descriptor->values[i].name);
	return text.bytes;
}

/* What a field's values look like, to say "Send …". */
static const char *expected(struct arena *arena, const ProtobufCFieldDescriptor *field)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		return say(arena, "a whole number");
	case VALUE_REAL:
		return say(arena, "a number");
	case VALUE_BOOL:
		return say(arena, "true or false");
	case VALUE_ENUM:
		return choices(arena, field->descriptor);
	case VALUE_STRING:
		return say(arena, "text in quotes");
	case VALUE_BYTES:
		return say(arena, "base64 in quotes");
	case VALUE_MESSAGE:
		return say(arena, "an object");
	}
	check_failed("a kind of value", __FILE__, __LINE__);
}

/* The borders as text; a caller who sees them knows which type the field has. */
static const char *range_of(struct arena *arena, ProtobufCType type)
{
	bool is_signed = reflect_kind(type) == VALUE_SIGNED;
	if (reflect_kind(type) == VALUE_REAL)
		return type == PROTOBUF_C_TYPE_FLOAT ? say(arena, "-3.4e38 to 3.4e38")
						     : say(arena, "-1.7e308 to 1.7e308");
	if (reflect_is_64_bit(type))
		return is_signed ? say(arena, "-9223372036854775808 to 9223372036854775807")
				 : say(arena, "0 to 18446744073709551615");
	return is_signed ? say(arena, "-2147483648 to 2147483647") : say(arena, "0 to 4294967295");
}

/* What was wrong with one value, in words of what to send instead. The value itself is not
 * repeated: it may be personal, or a megabyte. */
static void complain_value(struct reader *reader, const struct place *place,
	const ProtobufCFieldDescriptor *field, enum value_problem problem)
{
	switch (problem) {
	case VALUE_FINE:
		return;
	case VALUE_WRONG_TYPE:
		complain(reader, place, "type", "Send %s", expected(reader->arena, field));
		return;
	case VALUE_OUT_OF_RANGE:
		complain(reader, place, "range", "Send a number from %s",
			range_of(reader->arena, field->type));
		return;
	case VALUE_NOT_DEFINED:
		complain(reader, place, "enum", "Send %s", expected(reader->arena, field));
		return;
	case VALUE_NOT_BASE64:
		complain(reader, place, "base64", "Send base64");
		return;
	case VALUE_TOO_LARGE:
		complain_size(reader, place);
		return;
	}
}

/* In the order of the text, so that complaints come in the order the caller wrote. A field that is
 * not known is a fault and not skipped: it is mostly a misspelt one that would be missing silently.
 */
static void read_message(struct reader *reader, const struct place *place, const json_t *value,
	ProtobufCMessage *message);

/* One value into `out`, a member or the item of an array. False once something was wrong. */
static bool read_value(struct reader *reader, const struct place *place,
	const ProtobufCFieldDescriptor *field, const json_t *value, void *out)
{
	enum value_problem problem = VALUE_FINE;
	if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
		problem = reflect_read_scalar(reader->arena, field, value, out);
	} else if (!json_is_object(value)) {
		problem = VALUE_WRONG_TYPE;
	} else {
		const ProtobufCMessageDescriptor *descriptor = field->descriptor;
		ProtobufCMessage *message = room(reader, place, descriptor->sizeof_message);
		if (message == NULL)
			return false;
		protobuf_c_message_init(descriptor, message);
		read_message(reader, place, value, message);
		*(ProtobufCMessage **)out = message;
	}
	complain_value(reader, place, field, problem);
	return reader->failure == NULL;
}

/* The array takes its place in the message as a whole and only if nothing was wrong: a list with
 * holes must not be seen by anybody. */
static void read_items(struct reader *reader, const struct place *place, const json_t *value,
	ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	if (!json_is_array(value)) {
		complain(reader, place, "type", "Send an array of %s",
			field->type == PROTOBUF_C_TYPE_MESSAGE ? say(reader->arena, "objects")
							       : say(reader->arena, "values"));
		return;
	}
	size_t count = json_array_size(value);
	size_t size = reflect_size(field->type);
	char *items = count == 0 ? NULL : room(reader, place, count * size);
	for (size_t i = 0; i < count && !reader->full; i++) {
		struct place item = { .up = place, .index = i };
		read_value(reader, &item, field, json_array_get(value, i), items + i * size);
	}
	if (reader->failure != NULL)
		return;
	*(char **)reflect_member(message, field) = items;
	*reflect_count(message, field) = count;
}

/* One member of an object as an entry of a map. Its value has to be there: null is none. */
static ProtobufCMessage *read_entry(struct reader *reader, const struct place *place,
	const ProtobufCMessageDescriptor *descriptor, const char *name, const json_t *value)
{
	ProtobufCMessage *entry = room(reader, place, descriptor->sizeof_message);
	max_align_t out[2];
	if (entry == NULL)
		return NULL;
	protobuf_c_message_init(descriptor, entry);
	enum value_problem problem =
		reflect_read_key(reader->arena, &descriptor->fields[0], name, out);
	complain_value(reader, place, &descriptor->fields[0], problem);
	if (problem == VALUE_FINE)
		reflect_put(entry, &descriptor->fields[0], out);
	if (read_value(reader, place, &descriptor->fields[1], value, out))
		reflect_put(entry, &descriptor->fields[1], out);
	return entry;
}

/* An object whose names are the keys; in the order of the text. */
static void read_map(struct reader *reader, const struct place *place, const json_t *value,
	ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const char *name;
	json_t *item;
	size_t count = 0;
	if (!json_is_object(value)) {
		complain(reader, place, "type", "Send %s", say(reader->arena, "an object"));
		return;
	}
	size_t size = json_object_size(value);
	ProtobufCMessage **entries =
		size == 0 ? NULL : room(reader, place, size * sizeof(ProtobufCMessage *));
	json_object_foreach((json_t *)value, name, item)
	{
		if (reader->full)
			return;
		struct place here = { .up = place, .name = shown(reader->arena, name) };
		entries[count++] = read_entry(reader, &here, field->descriptor, name, item);
	}
	if (reader->failure != NULL)
		return;
	*(ProtobufCMessage ***)reflect_member(message, field) = entries;
	*reflect_count(message, field) = count;
}

/* null says "not given", as ProtoJSON has it: the default stays. */
static void read_field(struct reader *reader, const struct place *place, const json_t *value,
	ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	if (json_is_null(value))
		return;
	if (reflect_is_map(field)) {
		read_map(reader, place, value, message, field);
		return;
	}
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		read_items(reader, place, value, message, field);
		return;
	}
	if (reflect_other_is_set(message, field)) {
		complain(reader, place, "duplicate", "Send only one of the fields of this choice");
		return;
	}
	max_align_t out[2]; /* the largest kind of value is bytes: length and pointer */
	CHECK(reflect_size(field->type) <= sizeof out);
	if (read_value(reader, place, field, value, out))
		reflect_put(message, field, out);
}

/* The names that a message knows, to help with one that it does not. */
static const char *known_names(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
	const struct message_info *info = tables_message(descriptor);
	struct text text;
	text_init(&text, arena, CHOICES_SHOWN_MAX);
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		text_append_format(&text, "%s%s", i == 0 ? "" : ", ", info->fields[i].json_name);
	return text.len == 0 ? say(arena, "none") : text.bytes;
}

static void read_message(struct reader *reader, const struct place *place, const json_t *value,
	ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	CHECK(descriptor->n_fields <= 64);
	uint64_t seen = 0; /* a bit per field: it has two names, JSON's and its own */
	const char *name;
	json_t *item;
	json_object_foreach((json_t *)value, name, item)
	{
		if (reader->full)
			return;
		const ProtobufCFieldDescriptor *field = reflect_field(descriptor, name);
		struct place here = { .up = place, .name = name };
		if (field == NULL) {
			here.name = shown(reader->arena, name);
			complain(reader, &here, "unknown_field", "Leave it out; known are: %s",
				known_names(reader->arena, descriptor));
			continue;
		}
		size_t index = (size_t)(field - descriptor->fields);
		here.name = tables_message(descriptor)->fields[index].json_name;
		if ((seen >> index & 1) != 0)
			complain(reader, &here, "duplicate",
				"Send it once, not by both of its names");
		seen |= UINT64_C(1) << index;
		read_field(reader, &here, item, message, field);
	}
}

/* What was read before the first fault is thrown away with the arena; there is no half a message.
 */
ProtobufCMessage *reflect_from_json(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const json_t *value,
	Asskomm__Failure **out_failure)
{
	struct reader reader = { .arena = arena };
	ProtobufCMessage *message = NULL;
	if (!json_is_object(value))
		complain(&reader, NULL, "type", "Send a JSON object");
	else
		message = room(&reader, NULL, descriptor->sizeof_message);
	if (message != NULL) {
		protobuf_c_message_init(descriptor, message);
		read_message(&reader, NULL, value, message);
	}
	if (reader.failure != NULL) {
		*out_failure = reader.failure;
		return NULL;
	}
	return message;
}

/* For columns: the field is named by its proto name, as SQL does. */
Asskomm__Failure *reflect_field_from_json(struct arena *arena, ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const json_t *value)
{
	struct reader reader = { .arena = arena };
	struct place place = { .name = field->name };
	read_field(&reader, &place, value, message, field);
	return reader.failure;
}

ProtobufCMessage *reflect_from_json_text(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const char *text, size_t len,
	Asskomm__Failure **out_failure)
{
	json_t *value = reflect_parse_json(arena, text, len, TEXT_MAX, out_failure);
	if (value == NULL)
		return NULL;
	ProtobufCMessage *message = reflect_from_json(arena, descriptor, value, out_failure);
	json_decref(value);
	return message;
}
