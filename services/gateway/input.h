/* From an HTTP request to the request message of its rpc.
 *
 * The route knows the type of the message; which of its fields come from the path is in the
 * template, all others are in the body of a command or in the query of a question. */
#ifndef ASSKOMM_GATEWAY_INPUT_H
#define ASSKOMM_GATEWAY_INPUT_H

#include "core/failure.h"
#include "route.h"
#include "runtime/http.h"

/* Builds the message from the body (POST, PUT; nothing is {}), the path's parameters and the query
 * (GET, DELETE), and checks it against its rules. NULL is success with *out_input in the exchange's
 * arena; else INVALID or MEDIA_TYPE, naming the place. */
Asskomm__Failure *input_read(struct http_exchange *exchange, const struct route *route,
	ProtobufCMessage **out_input) MUST_CHECK;

#endif
