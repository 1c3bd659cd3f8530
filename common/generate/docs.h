/* The parts of the documentation page: a route (docs_route.c) and a table of fields
 * (docs_fields.c), inside the frame that docs.c makes. */
#ifndef ASSKOMM_GENERATE_DOCS_H
#define ASSKOMM_GENERATE_DOCS_H

#include "generate/model.h"
#include <stdio.h>

/* One route as an article, its anchor is its operationId. */
void docs_route(FILE *page, const struct model *model, const struct model_method *method);

/* The link to a route: verb and path. */
void docs_route_link(FILE *page, const struct model_method *method);

/* A table of the fields of a message: of a request (`method` is not NULL) those of its body, with
 * their rules; of all others what they are. */
void docs_fields(FILE *page, const struct model_message *message, const struct model_method *method,
	bool with_rules);

/* The same for the fields in the address of a request and for its headers. */
void docs_parameters(FILE *page, const struct model_method *method);

/* Every message and enum that a body can carry, each with its anchor. */
void docs_types(FILE *page, const struct model *model);

/* JSON, laid out, in a frame that the keyboard can scroll. */
void docs_json(FILE *page, const char *label, const char *json);

#endif
