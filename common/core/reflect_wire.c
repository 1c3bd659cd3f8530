/* Looks at the bytes of a message before protobuf-c does. protobuf-c 1.4.1 cuts a string silently
 * at a NUL, takes bad UTF-8, enum values that are not defined and varints of eleven bytes, and
 * merges two copies of a sub-message wrongly; none of that can be seen in what it unpacks.
 *
 * One pass along the wire by the descriptors. Its depth is bounded: our messages do not contain
 * themselves, and fields that are not known are stepped over as a whole. */
#include "core/reflect_value.h"
#include "core/text.h"

#define VARINT_MAX 10
#define DEPTH_MAX 16 /* of our own messages; deeper is a bug in proto/ */
#define FIELD_NUMBER_MAX 0x1fffffffu

/* What is left to read. */
struct span {
	const uint8_t *at;
	const uint8_t *end;
};

/* One field as it lies on the wire. */
struct record {
	uint32_t number;
	unsigned wire_type;
	uint64_t varint;
	struct span bytes;
};

/* Seven bits a byte, the lowest first. A number that needs no ten bytes may still take them:
 * encoders write negative numbers so. */
static bool read_varint(struct span *span, uint64_t *out_number)
{
	uint64_t number = 0;
	for (unsigned i = 0; i < VARINT_MAX && span->at < span->end; i++) {
		uint8_t byte = *span->at++;
		/* The tenth byte has room for one bit more. */
		if (i == VARINT_MAX - 1 && byte > 1)
			return false;
		number |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			*out_number = number;
			return true;
		}
	}
	return false;
}

/* The length is compared before it is added: a sum could wrap around. */
static bool read_bytes(struct span *span, uint64_t len, struct span *out_bytes)
{
	if (len > (uint64_t)(span->end - span->at))
		return false;
	*out_bytes = (struct span){ span->at, span->at + len };
	span->at += len;
	return true;
}

/* Groups (wire types 3 and 4) are no part of proto3. */
static bool read_record(struct span *span, struct record *out_record)
{
	uint64_t tag, len;
	if (!read_varint(span, &tag))
		return false;
	uint64_t number = tag >> 3;
	if (number == 0 || number > FIELD_NUMBER_MAX)
		return false;
	out_record->number = (uint32_t)number;
	out_record->wire_type = tag & 7;
	switch (out_record->wire_type) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		return read_varint(span, &out_record->varint);
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		return read_bytes(span, 8, &out_record->bytes);
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		return read_bytes(span, 4, &out_record->bytes);
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		return read_varint(span, &len) && read_bytes(span, len, &out_record->bytes);
	}
	return false;
}

/* How a value of the type lies on the wire when it stands alone. */
static unsigned wire_type_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return PROTOBUF_C_WIRE_TYPE_32BIT;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return PROTOBUF_C_WIRE_TYPE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	}
	check_failed("a type of protobuf-c", __FILE__, __LINE__);
}

/* The number must mean the same in 64 bits as in the 32 that protobuf-c will keep. */
static bool varint_is_sound(const ProtobufCFieldDescriptor *field, uint64_t number)
{
	if (field->type != PROTOBUF_C_TYPE_ENUM)
		return true;
	int32_t value = (int32_t)(uint32_t)number;
	return (uint64_t)(int64_t)value == number &&
	       protobuf_c_enum_descriptor_get_value(field->descriptor, value) != NULL;
}

/* Many numbers in one record. */
static bool packed_is_sound(const ProtobufCFieldDescriptor *field, struct span bytes)
{
	unsigned wire_type = wire_type_of(field->type);
	if (wire_type != PROTOBUF_C_WIRE_TYPE_VARINT)
		return (bytes.end - bytes.at) % (wire_type == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4) ==
		       0;
	while (bytes.at < bytes.end) {
		uint64_t number;
		if (!read_varint(&bytes, &number) || !varint_is_sound(field, number))
			return false;
	}
	return true;
}

static bool message_is_sound(
	const ProtobufCMessageDescriptor *descriptor, struct span span, unsigned depth);

/* A list of numbers comes packed or one by one, whatever the .proto says: readers must take both.
 */
static bool record_is_sound(
	const ProtobufCFieldDescriptor *field, const struct record *record, unsigned depth)
{
	unsigned wire_type = wire_type_of(field->type);
	bool may_be_packed = field->label == PROTOBUF_C_LABEL_REPEATED &&
			     wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
	if (may_be_packed && record->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
		return packed_is_sound(field, record->bytes);
	if (record->wire_type != wire_type)
		return false;
	if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
		return varint_is_sound(field, record->varint);
	size_t len = (size_t)(record->bytes.end - record->bytes.at);
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return text_is_utf8((const char *)record->bytes.at, len);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return message_is_sound(field->descriptor, record->bytes, depth + 1);
	return true;
}

static bool message_is_sound(
	const ProtobufCMessageDescriptor *descriptor, struct span span, unsigned depth)
{
	CHECK(depth < DEPTH_MAX && descriptor->n_fields <= 64);
	uint64_t seen = 0; /* a bit per field: sub-messages that are there */
	while (span.at < span.end) {
		struct record record = { 0 };
		if (!read_record(&span, &record))
			return false;
		const ProtobufCFieldDescriptor *field =
			protobuf_c_message_descriptor_get_field(descriptor, record.number);
		if (field == NULL)
			continue;
		uint64_t bit = UINT64_C(1) << (field - descriptor->fields);
		bool single = field->type == PROTOBUF_C_TYPE_MESSAGE &&
			      field->label != PROTOBUF_C_LABEL_REPEATED;
		if (single && (seen & bit) != 0)
			return false;
		seen |= bit;
		if (!record_is_sound(field, &record, depth))
			return false;
	}
	return true;
}

bool reflect_wire_is_sound(
	const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t len)
{
	return len == 0 || message_is_sound(descriptor, (struct span){ bytes, bytes + len }, 0);
}
