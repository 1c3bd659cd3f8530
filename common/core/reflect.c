/* Whole messages: new, packed, unpacked, copied. What comes from outside passes reflect_wire.c
 * first and is then unpacked by protobuf-c into the arena, within its ceiling. */
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/text.h"
#include <string.h>

/* The one cast from the base to a type, so that a wrong row in a table of contents is found at
 * once. */
ProtobufCMessage *reflect_as(
	const ProtobufCMessage *message, const ProtobufCMessageDescriptor *descriptor)
{
	CHECK(message != NULL && message->descriptor == descriptor);
	return (ProtobufCMessage *)message;
}

ProtobufCMessage *reflect_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);
	protobuf_c_message_init(descriptor, message);
	return message;
}

/* protobuf-c keeps fields that it does not know, and would pack them again. */
static void drop_unknown(ProtobufCMessage *message)
{
	message->n_unknown_fields = 0;
	message->unknown_fields = NULL;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		if (field->type != PROTOBUF_C_TYPE_MESSAGE || !reflect_is_set(message, field))
			continue;
		void *member = reflect_member(message, field);
		bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
		ProtobufCMessage **items = repeated ? *(ProtobufCMessage ***)member : member;
		size_t count = repeated ? *reflect_count(message, field) : 1;
		for (size_t j = 0; j < count; j++)
			drop_unknown(items[j]);
	}
}

/* The wire is looked at first and unpacked second: what protobuf-c gets is known to be sound, and
 * its only way left to fail is the arena's ceiling. */
ProtobufCMessage *reflect_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
	const uint8_t *bytes, size_t len)
{
	if (!reflect_wire_is_sound(descriptor, bytes, len))
		return NULL;
	ProtobufCMessage *message =
		protobuf_c_message_unpack(descriptor, arena_allocator(arena), len, bytes);
	if (message != NULL)
		drop_unknown(message);
	return message;
}

/* Twice over the message, once for the length; an arena has no growing buffer that could be
 * trimmed. */
uint8_t *reflect_pack(struct arena *arena, const ProtobufCMessage *message, size_t *out_len)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = arena_alloc(arena, len);
	*out_len = protobuf_c_message_pack(message, bytes);
	return bytes;
}

/* An allocator beside the arena's own: it takes from the reserve and never says no. */
static void *clone_alloc(void *data, size_t size)
{
	struct arena *arena = data;
	return arena_alloc(arena, size);
}

static void clone_free(void *data, void *pointer)
{
	(void)data;
	(void)pointer;
}

/* What is copied is ours already: it may use the reserve, and does not fail. */
ProtobufCMessage *reflect_clone(struct arena *arena, const ProtobufCMessage *message)
{
	ProtobufCAllocator allocator = { clone_alloc, clone_free, arena };
	size_t len;
	uint8_t *bytes = reflect_pack(arena, message, &len);
	ProtobufCMessage *clone =
		protobuf_c_message_unpack(message->descriptor, &allocator, len, bytes);
	CHECK(clone != NULL);
	return clone;
}

/* Lists that are shared stay safe: arena_grow copies the one that is appended to second. */
void reflect_share(ProtobufCMessage *to, const ProtobufCMessage *from)
{
	for (unsigned i = 0; i < to->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &to->descriptor->fields[i];
		const ProtobufCFieldDescriptor *source =
			protobuf_c_message_descriptor_get_field_by_name(
				from->descriptor, field->name);
		if (source == NULL)
			continue;
		CHECK(source->type == field->type && source->label == field->label &&
			source->descriptor == field->descriptor);
		if (!reflect_is_set(from, source)) {
			reflect_reset(to, field);
		} else if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			*reflect_count(to, field) = *reflect_count(from, source);
			memcpy(reflect_member(to, field), reflect_member(from, source),
				sizeof(void *));
		} else {
			reflect_put(to, field, reflect_member(from, source));
		}
	}
}

/* A message is taken as it is, a string is copied. */
void reflect_append(
	struct arena *arena, ProtobufCMessage *message, const char *field, const void *item)
{
	const ProtobufCFieldDescriptor *found = reflect_field(message->descriptor, field);
	CHECK(found != NULL && found->label == PROTOBUF_C_LABEL_REPEATED);
	bool is_message = found->type == PROTOBUF_C_TYPE_MESSAGE;
	CHECK(is_message || found->type == PROTOBUF_C_TYPE_STRING);
	const void *added = item;
	if (is_message)
		reflect_as(item, found->descriptor);
	else
		added = text_copy(arena, item);
	const void ***items = reflect_member(message, found);
	size_t *count = reflect_count(message, found);
	*items = arena_grow(arena, *items, *count, sizeof(void *));
	(*items)[(*count)++] = added;
}

/* protobuf-c searches proto names by halves; JSON names are few enough to be looked at in turn. */
const ProtobufCFieldDescriptor *reflect_field(
	const ProtobufCMessageDescriptor *descriptor, const char *name)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
	if (field != NULL)
		return field;
	const struct message_info *info = tables_message(descriptor);
	CHECK(info != NULL);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		if (strcmp(info->fields[i].json_name, name) == 0)
			return &descriptor->fields[i];
	}
	return NULL;
}
