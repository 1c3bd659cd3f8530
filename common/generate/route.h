/* What is said of a route, in openapi.json and on the documentation page alike: both are written
 * from the answers given here, so that they cannot differ. */
#ifndef ASSKOMM_GENERATE_ROUTE_H
#define ASSKOMM_GENERATE_ROUTE_H

#include "generate/model.h"

#define API_ROOT "/api/v1"

/* "/api/v1/agreements/{id}", with the parameters by their JSON names. */
const char *route_path(const struct model_method *method);

/* "signAgreement": the operationId, and the anchor on the page. */
const char *route_id(const struct model_method *method);

/* The comment's first sentence without its full stop; the rpc's name when there is no comment. */
const char *route_summary(const struct model_method *method);

/* The roles that may call, as tokens name them: "adviser, operator"; "every role" when it is all.
 */
const char *route_roles(const struct model_method *method);

/* Calls `visit` with the name of each role that may call. */
void route_each_role(
	const struct model_method *method, void (*visit)(void *of, const char *role), void *of);

/* The status of success. */
unsigned route_success(const struct model_method *method);

/* GET and DELETE say everything in the address. */
bool route_is_address(const struct model_method *method);

/* Whether the field stands in the body: of a message that is no request (NULL) every field does,
 * of a request those that its path does not take. */
bool route_is_in_body(const struct model_method *method, const struct model_field *field);

/* Whether a request has something to send in its body. */
bool route_has_body(const struct model_method *method);

/* A command about something that exists already: it may name the version it was decided on. */
bool route_takes_version(const struct model_method *method);

/* A command that an operator may call: only they may claim when a fact became known. */
bool route_takes_claim(const struct model_method *method);

/* Whether what is made can be read at the address that Location tells: some GET route finds it. */
bool route_has_location(const struct model *model, const struct model_method *method);

/* Whether a service has a route. */
bool route_serves(const struct model *model, const struct model_service *service);

/* The routes sorted by path, then verb; `*out_count` of them. */
const struct model_method **route_list(const struct model *model, size_t *out_count);

/* ---- header.c: headers of a request beside the token, by route */

struct route_header {
	const char *component; /* in openapi.json: "IdempotencyKey" */
	const char *name;      /* "Idempotency-Key" */
	const char *what;
	const char *schema; /* of its value, as JSON */
	const char *example;
	bool (*applies)(const struct model_method *method);
};

extern const struct route_header ROUTE_HEADERS[];
extern const size_t ROUTE_HEADERS_COUNT;

#endif
