/* Custom options: descriptor.proto does not know them, so they lie in the unknown fields of the
 * option message, still packed: tag, wire type, bytes. protoc writes
 * each option once; should it stand there twice, the later one counts.
 *
 * protobuf-c has no extensions at run time, so the numbers of options.proto are repeated here; they
 * are part of the contract and never change. */
#include "generate/model.h"
#include "generate/support.h"
#include <string.h>

/* The extension numbers of options.proto, and of protobuf-c.proto. */
enum { TAG_REST = 50001, TAG_BUS = 50002, TAG_RULES = 50003, TAG_PB_C_FILE = 1019 };
enum { TAG_C_PACKAGE = 6 };

/* protobuf-c asks these for memory: what is unpacked stays until exit like all the rest. */
static void *allocate(void *unused, size_t size)
{
	(void)unused;
	return keep(size);
}

/* Also called when unpacking fails half-way. */
static void free_nothing(void *unused, void *pointer)
{
	(void)unused;
	(void)pointer;
}

const void *unpack_kept(
	const ProtobufCMessageDescriptor *descriptor, size_t len, const uint8_t *bytes)
{
	ProtobufCAllocator allocator = { .alloc = allocate, .free = free_nothing };

	return protobuf_c_message_unpack(descriptor, &allocator, len, bytes);
}

/* The bytes of a length-delimited unknown field behind its length, or NULL. */
static const uint8_t *find_bytes(const ProtobufCMessage *options, uint32_t tag, size_t *out_len)
{
	for (unsigned i = options ? options->n_unknown_fields : 0; i-- > 0;) {
		const ProtobufCMessageUnknownField *field = &options->unknown_fields[i];
		size_t skip = 0;

		if (field->tag != tag || field->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
			continue;
		while (skip < field->len && field->data[skip] & 0x80)
			skip++;
		*out_len = field->len - skip - 1;
		return field->data + skip + 1;
	}
	return NULL;
}

/* A misspelt option never gets here, protoc refuses it: bytes that do not fit mean another version
 * of options.proto. */
static const void *unpack_option(
	const ProtobufCMessage *options, uint32_t tag, const ProtobufCMessageDescriptor *descriptor)
{
	size_t len;
	const uint8_t *bytes = find_bytes(options, tag, &len);
	const void *message;

	if (!bytes)
		return NULL;
	message = unpack_kept(descriptor, len, bytes);
	if (!message)
		fail("option %u is no %s: does options.proto fit?", tag, descriptor->name);
	return message;
}

const Asskomm__Rest *option_rest(const Google__Protobuf__MethodOptions *options)
{
	return unpack_option(options ? &options->base : NULL, TAG_REST, &asskomm__rest__descriptor);
}

const Asskomm__Bus *option_bus(const Google__Protobuf__MethodOptions *options)
{
	return unpack_option(options ? &options->base : NULL, TAG_BUS, &asskomm__bus__descriptor);
}

const Asskomm__Rules *option_rules(const Google__Protobuf__FieldOptions *options)
{
	return unpack_option(
		options ? &options->base : NULL, TAG_RULES, &asskomm__rules__descriptor);
}

/* protoc-c generates no code for its own options, so this one field is read by hand: tag, length,
 * bytes. The fields before it (booleans, one byte of tag and one of value) are skipped. */
const char *option_c_package(const Google__Protobuf__FileOptions *options)
{
	size_t len, at = 0;
	const uint8_t *bytes = find_bytes(options ? &options->base : NULL, TAG_PB_C_FILE, &len);

	while (bytes && at + 2 <= len) {
		if (bytes[at] >> 3 == TAG_C_PACKAGE) {
			size_t name_len = bytes[at + 1];

			if (at + 2 + name_len > len || name_len > 127)
				fail("(pb_c_file).c_package cannot be read");
			return keep_text((const char *)bytes + at + 2, name_len);
		}
		at += 2;
	}
	return NULL;
}
