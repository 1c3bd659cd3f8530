/* The parts of openapi.json: schemas of messages (openapi_schema.c) and operations (openapi.c). */
#ifndef ASSKOMM_GENERATE_OPENAPI_H
#define ASSKOMM_GENERATE_OPENAPI_H

#include "generate/json.h"
#include "generate/model.h"

/* The schema of one field as member `name`: its type, its rules when it can be sent, its comment.
 */
void openapi_field_schema(
	struct json *json, const char *name, const struct model_field *field, bool with_rules);

/* One schema for each message and enum that a route can carry, and the problem document. Fields
 * that stand in the path of a request's route are no members of its schema. */
void openapi_schemas(struct json *json, const struct model *model);

/* Whether a request has something to send in its body. */
bool openapi_has_body(const struct model_method *method);

#endif
