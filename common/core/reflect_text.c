/* One field as one text: path and query parameters come in, SQL parameters go out, SQL columns come
 * in again. Scalars are plain; what has more than one value is JSON. */
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define COLUMN_MAX (16u * 1024 * 1024) /* a JSON column; the arena's ceiling holds as well */

/* A JSON column was built by our own SQL, but it may be large: it has its own limit and, as
 * everything that comes in, the arena's ceiling. */
static bool set_json(struct arena *arena, ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const char *text)
{
	Asskomm__Failure *failure = NULL;
	json_t *value = reflect_parse_json(arena, text, strlen(text), COLUMN_MAX, &failure);
	if (value == NULL)
		return false;
	failure = reflect_field_from_json(arena, message, field, value);
	json_decref(value);
	return failure == NULL;
}

/* A query parameter that is given several times: "?role=coach&role=police". */
static bool append_plain(struct arena *arena, ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const void *value)
{
	size_t size = reflect_size(field->type);
	size_t *count = reflect_count(message, field);
	char **items = reflect_member(message, field);
	*items = arena_grow(arena, *items, *count, size);
	memcpy(*items + *count * size, value, size);
	(*count)++;
	return true;
}

/* SQL NULL and "" are the same here: neither was given. A list that begins with a bracket is JSON,
 * so a plain item never can begin with one; no key or code does. */
bool reflect_set_text(
	struct arena *arena, ProtobufCMessage *message, const char *field, const char *text)
{
	const ProtobufCFieldDescriptor *found = reflect_field(message->descriptor, field);
	if (found == NULL)
		return false;
	if (text == NULL || *text == 0) {
		reflect_reset(message, found);
		return true;
	}
	bool repeated = found->label == PROTOBUF_C_LABEL_REPEATED;
	if (found->type == PROTOBUF_C_TYPE_MESSAGE || (repeated && *text == '['))
		return set_json(arena, message, found, text);
	max_align_t value[2];
	CHECK(reflect_size(found->type) <= sizeof value);
	if (reflect_parse_value(arena, found, text, value) != VALUE_FINE)
		return false;
	if (repeated)
		return append_plain(arena, message, found, value);
	reflect_put(message, found, value);
	return true;
}

/* NULL is SQL's NULL: the order of the cases is the order of the promise in reflect.h. */
const char *reflect_get_text(
	struct arena *arena, const ProtobufCMessage *message, const char *field)
{
	const ProtobufCFieldDescriptor *found = reflect_field(message->descriptor, field);
	if (found == NULL || !reflect_is_set(message, found))
		return NULL;
	if (found->label == PROTOBUF_C_LABEL_REPEATED || found->type == PROTOBUF_C_TYPE_MESSAGE)
		return reflect_field_json(arena, message, found); /* for jsonb */
	const void *member = reflect_member(message, found);
	if (found->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)member;
		return text == NULL || *text == 0 ? NULL : text;
	}
	if (found->type == PROTOBUF_C_TYPE_BYTES) {
		const ProtobufCBinaryData *bytes = member;
		return text_bytea(arena, bytes->data, bytes->len);
	}
	if (found->type == PROTOBUF_C_TYPE_ENUM && *(const int *)member == 0)
		return NULL;
	return reflect_print_value(arena, found, member);
}
