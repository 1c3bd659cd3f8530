/* The parts of openapi.json: schemas of messages (openapi_schema.c), operations (openapi_route.c),
 * and what operations refer to (openapi_parts.c). */
#ifndef ASSKOMM_GENERATE_OPENAPI_H
#define ASSKOMM_GENERATE_OPENAPI_H

#include "generate/json.h"
#include "generate/model.h"

/* The members of the schema of one field: its type, its rules when it can be sent, its comment. */
void openapi_field_schema(
	struct json *json, const char *name, const struct model_field *field, bool with_rules);

/* What a field means: its comment, else what its format says, else "". */
const char *openapi_field_text(const struct model_field *field);

/* Marks, by their index in the model, the messages that some request's body (`*out_sent`) and
 * some body at all (`*out_used`) can carry. */
void openapi_reach(const struct model *model, const bool **out_sent, const bool **out_used);

/* One schema for each message and enum that a route can carry, and the problem document. Fields
 * that stand in the path of a request's route are no members of its schema. */
void openapi_schemas(struct json *json, const struct model *model);

/* Whether a message of the marked ones has a field of this enum. */
bool openapi_enum_is_used(
	const struct model *model, const struct model_enum *enumeration, const bool *marked);

/* proto3's zero value that stands for "not given": it is never sent by its name. */
bool openapi_is_unspecified(const Google__Protobuf__EnumValueDescriptorProto *value);

/* The operation as a member named by its verb. */
void openapi_operation(
	struct json *json, const struct model *model, const struct model_method *method);

/* parameters, headers, responses and securitySchemes of components. */
void openapi_parts(struct json *json);

#endif
