/* The one route of the edge itself that is no rpc: the live stream of facts. What it sends is a
 * message of proto/; who may read it is told by the rpc that lists the same facts. */
#ifndef ASSKOMM_GENERATE_EDGE_H
#define ASSKOMM_GENERATE_EDGE_H

#include "generate/json.h"
#include "generate/model.h"
#include <stdio.h>

/* The message of an event, or NULL when the contract has none: then there is no stream either. */
const struct model_message *edge_event(const struct model *model);

/* Its path with its operation, a member of `paths`. */
void edge_openapi(struct json *json, const struct model *model);

/* Its line in the index and its article on the documentation page. */
void edge_docs_link(FILE *page);
void edge_docs(FILE *page, const struct model *model);

#endif
