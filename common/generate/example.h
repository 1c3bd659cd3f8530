/* Examples: a whole message, a field, a parameter, made of what proto/ says and of a table of
 * values that people of the alliance know. */
#ifndef ASSKOMM_GENERATE_EXAMPLE_H
#define ASSKOMM_GENERATE_EXAMPLE_H

#include "generate/json.h"
#include "generate/model.h"

/* A message as member `name`. Of a request (`method` is not NULL) what its body holds, else the
 * whole. */
void example_message(struct json *json, const char *name, const struct model_message *message,
	const struct model_method *method);

/* The value of one field of a message as member `name`: a list of one item when it is repeated. */
void example_field(struct json *json, const char *name, const struct model_message *message,
	const struct model_field *field);

/* The same as it stands in an address: one value, without quotes. */
const char *example_word(const struct model_message *message, const struct model_field *field);

#endif
