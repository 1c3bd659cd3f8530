/* What the generator knows from proto/ beyond protobuf-c's descriptors: JSON names, validation
 * rules, routes, roles, peers. The tables themselves are generated into the build folder. */
#ifndef ASSKOMM_CORE_TABLES_H
#define ASSKOMM_CORE_TABLES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

/* To add one: a row here and a line in validate.c and in the generator's format table. */
enum field_format {
	FORMAT_NONE,
	FORMAT_DATE,     /* ISO civil date that exists: 2023-08-09 */
	FORMAT_INSTANT,  /* such a date, or RFC 3339 with offset */
	FORMAT_UUID,     /* lower-case hex with dashes */
	FORMAT_KEY,      /* of a participant: AGS8, 9-digit union, AGS5, or k-… */
	FORMAT_DISTRICT, /* AGS5 */
	FORMAT_CODE,     /* [a-z][a-z0-9_]* */
	FORMAT_EMAIL,
	FORMAT_NAME,         /* [A-Za-z][A-Za-z0-9]* */
	FORMAT_PLACE,        /* cursor of a list by day and id: 2023-08-09_<uuid> */
	FORMAT_ORGANISATION, /* code of an organisation: "PRev-Pirna" */
	FORMAT_COUNTER,      /* a field of Figures that counts: "agreementsGross" */
};

struct field_info {
	const char *json_name;
	bool required;
	uint32_t min_len; /* characters */
	uint32_t max_len; /* characters; the generator fills in the default */
	uint32_t max_items;
	enum field_format format;
	bool has_gte, has_lte;
	int64_t gte, lte;
	bool person; /* names somebody whose work is asked about (may_ask) */
};

/* Side table of one message: fields[i] belongs to descriptor->fields[i]. */
struct message_info {
	const ProtobufCMessageDescriptor *descriptor;
	const struct field_info *fields;
	bool is_map_entry; /* made up by protoc for a map: key, then value */
};

struct method_info {
	const char *name;    /* "asskomm.registry.v1.Registry/SignAgreement" */
	const char *service; /* "registry": third part of the package from behind, the process */
	const char *rpc;     /* "SignAgreement" */
	const ProtobufCMessageDescriptor *input;
	const ProtobufCMessageDescriptor *output;
	const char *http_method;  /* NULL: not in REST */
	const char *path;         /* "/agreements/{id}/terminate" */
	uint32_t roles;           /* bit 1 << Asskomm__Role of each role that may call */
	uint32_t success;         /* HTTP status */
	const char *text_field;   /* reply field to answer as it is, or NULL */
	const char *text_type;    /* its media type; NULL: text/plain */
	const char *const *peers; /* services that may call beside the gateway, NULL-terminated */
	bool gateway;             /* the gateway may call: it has a route */
	bool command;             /* changes state */
	bool state;  /* about the state as a whole: users need a scope that covers it */
	bool cached; /* the edge may answer from memory */
	bool large;  /* a request may have 4 MiB, where others have 1 MiB */
	uint32_t deadline_ms;
};

/* All methods of all services, sorted by name. */
extern const struct method_info TABLES_METHODS[];
extern const size_t TABLES_METHOD_COUNT;

/* The side table of a message; never NULL for a descriptor of proto/. */
const struct message_info *tables_message(const ProtobufCMessageDescriptor *descriptor);

/* A message's descriptor by full name ("asskomm.registry.v1.AgreementSigned"), or NULL. */
const ProtobufCMessageDescriptor *tables_descriptor(const char *full_name);

/* A method by full name, or NULL. */
const struct method_info *tables_method(const char *name);

#endif
