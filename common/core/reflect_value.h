/* What the parts of reflect share: where a field lies in its message, and one value as text or
 * JSON. For core/reflect*.c only; everybody else includes core/reflect.h. */
#ifndef ASSKOMM_CORE_REFLECT_VALUE_H
#define ASSKOMM_CORE_REFLECT_VALUE_H

#include "core/reflect.h"

/* How a field's type is written and read. protobuf has 17 types, but only eight ways to treat them:
 * whoever switches over kinds never names a type. */
enum value_kind {
	VALUE_SIGNED,
	VALUE_UNSIGNED,
	VALUE_REAL,
	VALUE_BOOL,
	VALUE_ENUM,
	VALUE_STRING,
	VALUE_BYTES,
	VALUE_MESSAGE,
};
enum value_kind reflect_kind(ProtobufCType type);

/* Whether numbers of the type take 64 bits (and are text in JSON). */
bool reflect_is_64_bit(ProtobufCType type);

/* What is wrong with a value that was given for a field. */
enum value_problem {
	VALUE_FINE,
	VALUE_WRONG_TYPE,
	VALUE_OUT_OF_RANGE,
	VALUE_NOT_DEFINED, /* an enum has no such name or number */
	VALUE_NOT_BASE64,
	VALUE_TOO_LARGE, /* does not fit the arena */
};

/* The member in the message's struct, as reflect_size bytes of its type; of a repeated field the
 * pointer to its items. */
void *reflect_member(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* The number of items of a repeated field, to be read or written. */
size_t *reflect_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Bytes of one value in a struct or an array. */
size_t reflect_size(ProtobufCType type);

/* False for a message field without message and for a oneof that holds another or no member. */
bool reflect_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Whether the oneof of the field, if it is in one, holds another member. */
bool reflect_other_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Copies one value of reflect_size bytes into a field that is not repeated, and marks its oneof. */
void reflect_put(
	ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const void *value);

/* Back to what reflect_new gives: 0, "", no message, no items, oneof not set. */
void reflect_reset(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Stores a number that the enum defines. */
enum value_problem reflect_store_enum(
	const ProtobufCEnumDescriptor *descriptor, int64_t number, void *out);

/* Stores a whole number if the field's type can hold it. */
enum value_problem reflect_store_signed(ProtobufCType type, int64_t number, void *out);
enum value_problem reflect_store_unsigned(ProtobufCType type, uint64_t number, void *out);

/* Reads a value (any kind but message) from plain text: integers in decimal, true/false/t/f, enums
 * by name in any case or by number, bytes as base64 or "\x…" hex. `out` has reflect_size bytes and
 * is touched only when all is fine. */
enum value_problem reflect_parse_value(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const char *text, void *out);

/* The number, truth value or enum (by name) as text. Strings and bytes are not printed here: they
 * are text already, or hex in one place and base64 in another. */
const char *reflect_print_value(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const void *value);

/* A whole number that is stored in a struct, whatever its width. */
int64_t reflect_load_signed(ProtobufCType type, const void *value);
uint64_t reflect_load_unsigned(ProtobufCType type, const void *value);

/* The same of a real. */
double reflect_load_real(ProtobufCType type, const void *value);

/* Stores a real if the field's type can hold it; NaN and infinities can be held by all. */
enum value_problem reflect_store_real(ProtobufCType type, double number, void *out);

/* "NaN", "Infinity", "-Infinity", or NULL for a number that has digits. */
const char *reflect_endless_name(double number);

/* Reads a value (any kind but message) from JSON, as ProtoJSON has it. `out` as above. */
enum value_problem reflect_read_scalar(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const json_t *value, void *out);

/* Reads the key of a map from the name of a member. */
enum value_problem reflect_read_key(
	struct arena *arena, const ProtobufCFieldDescriptor *field, const char *text, void *out);

/* Whether a repeated field is a map: its items are messages of key (field 0) and value (1). */
bool reflect_is_map(const ProtobufCFieldDescriptor *field);

/* A field as JSON text in the arena; and back, NULL or what was wrong. */
char *reflect_field_json(struct arena *arena, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field);
Asskomm__Failure *reflect_field_from_json(struct arena *arena, ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const json_t *value);

/* Parses JSON of at most `max_len` bytes within the limits of depth and count; the caller owns the
 * reference. NULL with *out_failure else. */
json_t *reflect_parse_json(struct arena *arena, const char *text, size_t len, size_t max_len,
	Asskomm__Failure **out_failure) MUST_CHECK;

/* Whether bytes are a well-formed message of the type that protobuf-c will read as it is meant: no
 * NUL and only UTF-8 in strings, defined enum values, varints of at most ten bytes, a sub-message
 * once, nothing cut. Fields that are not known are stepped over. */
bool reflect_wire_is_sound(
	const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t len);

#endif
