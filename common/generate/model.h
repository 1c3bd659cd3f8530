/* What proto/ says, as the generator sees it: messages, enums and methods of the descriptor set
 * with their C names, comments and options, each list sorted by full name. Read once by model_read
 * and never changed afterwards; model_check refuses what the suite cannot carry. */
#ifndef ASSKOMM_GENERATE_MODEL_H
#define ASSKOMM_GENERATE_MODEL_H

#include "asskomm/options.pb-c.h"
#include "google/protobuf/descriptor.pb-c.h"
#include <stdbool.h>
#include <stddef.h>

/* Defaults of options.proto. */
#define DEFAULT_MAX_LEN 200
#define DEFAULT_MAX_ITEMS 100
#define DEFAULT_DEADLINE_MS 5000
#define DEFAULT_SUCCESS 200

#define ROLE_LAST ASSKOMM__ROLE__ROLE_LEAD

struct model_message;
struct model_enum;

/* One field; fields of a message are sorted by number, as protobuf-c's descriptors are. */
struct model_field {
	const Google__Protobuf__FieldDescriptorProto *proto;
	const char *comment;                  /* or "" */
	const Asskomm__Rules *rules;          /* never NULL; as written, without defaults */
	const struct model_message *message;  /* of a message field, else NULL */
	const struct model_enum *enumeration; /* of an enum field, else NULL */
};

struct model_message {
	const char *name;      /* "asskomm.registry.v1.Agreement" */
	const char *symbol;    /* "registry__agreement" */
	const char *component; /* in openapi.json: "registry.Agreement" */
	const char *comment;
	const Google__Protobuf__DescriptorProto *proto;
	size_t n_fields;
	struct model_field *fields;
};

struct model_enum {
	const char *name;
	const char *component;
	const char *comment; /* with one line for each value that has one */
	const Google__Protobuf__EnumDescriptorProto *proto;
};

struct model_method {
	const char *name;    /* "asskomm.registry.v1.Registry/SignAgreement" */
	const char *service; /* "registry" */
	const char *rpc;     /* "SignAgreement" */
	const char *comment;
	const struct model_message *input;
	const struct model_message *output;
	const Asskomm__Rest *rest; /* NULL: not in REST */
	const Asskomm__Bus *bus;   /* never NULL; as written, without defaults */
	uint32_t roles;            /* bit 1 << Asskomm__Role */
	bool streams;
};

/* A service is a process and a tag of the API. */
struct model_service {
	const char *name;    /* "registry" */
	const char *title;   /* "Registry" */
	const char *comment; /* the file's first one */
};

struct model {
	size_t n_files;
	const char **files; /* "asskomm/registry.proto", those of the suite alone */
	size_t n_messages;
	struct model_message *messages;
	size_t n_enums;
	struct model_enum *enums;
	size_t n_methods;
	struct model_method *methods;
	size_t n_services;
	struct model_service *services;
};

/* Reads a packed FileDescriptorSet. Fails with the place of what is no such thing. */
struct model *model_read(const char *path);

/* Fails on the first thing that must not be: see model_check.c for the list. */
void model_check(const struct model *model);

/* A message by full name (a leading '.' is skipped), or NULL. */
const struct model_message *model_message(const struct model *model, const char *name);

/* A field by proto name, or NULL. */
const struct model_field *model_field(const struct model_message *message, const char *name);

/* Whether protoc made it up for a map. */
bool message_is_map_entry(const struct model_message *message);

bool field_is_repeated(const struct model_field *field);
/* A map is a list of entries to protobuf, and an object in JSON. */
bool field_is_map(const struct model_field *field);
bool field_is_string(const struct model_field *field);
/* Of 32 or 64 bits, signed or not. */
bool field_is_integer(const struct model_field *field);
bool field_is_wide(const struct model_field *field);

/* Calls `visit` for each "{name}" of a path with the field it names (NULL: there is none). */
void path_each_parameter(const struct model_method *method,
	void (*visit)(const struct model_method *method, const char *name,
		const struct model_field *field));

/* Whether the path of the method's route holds "{name}". */
bool path_has_parameter(const struct model_method *method, const char *name);

/* ---- name.c: what protoc-c calls things in C */

/* "SignAgreementRequest" gives "sign_agreement_request", as protoc-gen-c 1.4.1 does it. */
char *name_lower(const char *camel);

/* The C prefix of a full name whose package is spoken as `c_package`. */
char *name_symbol(const char *full_name, const char *package, const char *c_package);

/* ---- option.c: custom options are unknown fields of the option messages */

/* Unpacks into memory that stays until exit; NULL when the bytes are no such message. */
const void *unpack_kept(
	const ProtobufCMessageDescriptor *descriptor, size_t len, const uint8_t *bytes);

/* The option's message, unpacked, or NULL when it is not given. */
const Asskomm__Rest *option_rest(const Google__Protobuf__MethodOptions *options);
const Asskomm__Bus *option_bus(const Google__Protobuf__MethodOptions *options);
const Asskomm__Rules *option_rules(const Google__Protobuf__FieldOptions *options);
/* (pb_c_file).c_package, or NULL. */
const char *option_c_package(const Google__Protobuf__FileOptions *options);

/* ---- comment.c */

/* The comment before (else behind) the declaration at `path`, its lines joined; "" when none. */
const char *comment_at(
	const Google__Protobuf__FileDescriptorProto *file, size_t n_path, const int32_t *path);

/* ---- format.c: the formats of a string field */

struct format {
	const char *name;     /* in (rules).format */
	const char *constant; /* of enum field_format in core/tables.h */
	const char *keyword;  /* OpenAPI "format", or NULL */
	const char *pattern;  /* OpenAPI "pattern", or NULL */
	const char *what;     /* in words, where a field has no comment */
};

/* By name ("" is FORMAT_NONE), or NULL. */
const struct format *format_find(const char *name);

#endif
