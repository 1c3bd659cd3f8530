/* Messages by their descriptors: to and from ProtoJSON, and from and to database rows.
 *
 * No message has code of its own anywhere in the suite: the edge, the command runner, the tests
 * and the queries all walk descriptors. */
#ifndef ASSKOMM_CORE_REFLECT_H
#define ASSKOMM_CORE_REFLECT_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stops the process unless `message` is of the type: a row that pairs the wrong types is a bug.
 * AS(Registry__Agreement, registry__agreement, aggregate) */
#define AS(type, prefix, message)                                                                  \
	((type *)(void *)reflect_as((const ProtobufCMessage *)(message), &prefix##__descriptor))
ProtobufCMessage *reflect_as(
	const ProtobufCMessage *message, const ProtobufCMessageDescriptor *descriptor);

/* An empty message (proto3 defaults, strings ""), from the arena. */
ProtobufCMessage *reflect_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor);

/* Unpacks at most `len` bytes into the arena. NULL when they are no such message, when a string is
 * not UTF-8 or holds a NUL, when an enum value is unknown, or when it would not fit the arena.
 * Unknown fields are dropped. */
ProtobufCMessage *reflect_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
	const uint8_t *bytes, size_t len);

/* Packs into the arena. Never fails. */
uint8_t *reflect_pack(struct arena *arena, const ProtobufCMessage *message, size_t *out_len);

/* A deep copy, by packing and unpacking. */
ProtobufCMessage *reflect_clone(struct arena *arena, const ProtobufCMessage *message);

/* Sets each field of `to` that `from` has by the same name; of another type is a bug. Not deep:
 * both then point to the same texts, lists and messages. For what a request, an aggregate and a
 * fact say alike. */
void reflect_share(ProtobufCMessage *to, const ProtobufCMessage *from);

/* Adds `item` (message or string by the field's kind) to a repeated field by its proto name. */
void reflect_append(
	struct arena *arena, ProtobufCMessage *message, const char *field, const void *item);

/* ---- ProtoJSON
 * lowerCamelCase names (proto names accepted on input), 64-bit integers as strings, enums by name
 * (any case on input), bytes as base64, null is absent; every field without presence is printed.
 */

/* Parses a JSON text of at most 4 MiB and depth 32, duplicate keys refused, into a message.
 * On error NULL and *out_failure is INVALID with the path of the offending field. */
ProtobufCMessage *reflect_from_json_text(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const char *text, size_t len,
	Asskomm__Failure **out_failure) MUST_CHECK;

/* The same from a parsed value. */
ProtobufCMessage *reflect_from_json(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const json_t *value,
	Asskomm__Failure **out_failure) MUST_CHECK;

/* The message as a JSON value; the caller owns the reference. */
json_t *reflect_to_json(const ProtobufCMessage *message);

/* Any JSON value of ours as compact text in the arena; the reference stays the caller's. */
char *reflect_json_text(struct arena *arena, const json_t *value);

/* The message as compact JSON text in the arena. */
char *reflect_to_json_text(struct arena *arena, const ProtobufCMessage *message);

/* ---- single fields by proto name, as text: for path and query parameters, SQL parameters and
 * columns. Scalars and enums (by name) as they are written in SQL; messages and repeated fields as
 * JSON text; bytes as "\x…" hex. */

/* Sets a field. For a repeated scalar field a plain text appends one item; JSON sets all.
 * False: no such field, or not of its type; the text of an empty value resets. */
bool reflect_set_text(struct arena *arena, ProtobufCMessage *message, const char *field,
	const char *text) MUST_CHECK;

/* The field's value, or NULL for: no such field, an empty string, an unset message, an
 * unspecified (0) enum. Numbers and booleans are never NULL, repeated fields are at least "[]".
 * This is how SQL gets NULL for "not given". */
const char *reflect_get_text(
	struct arena *arena, const ProtobufCMessage *message, const char *field);

/* The field's descriptor by proto or JSON name, or NULL. */
const ProtobufCFieldDescriptor *reflect_field(
	const ProtobufCMessageDescriptor *descriptor, const char *name);

#endif
