/* The answers that are no success: which of them a route can give, and how each looks. The codes,
 * their status and title come from the one list in core/failure.h. */
#ifndef ASSKOMM_GENERATE_ANSWER_H
#define ASSKOMM_GENERATE_ANSWER_H

#include "generate/json.h"
#include "generate/model.h"

/* One status; several codes may share it. */
struct answer {
	unsigned status;
	const char *component; /* in openapi.json: "NotFound" */
	const char *what;      /* when it comes, and what to do */
	bool (*applies)(const struct model_method *method);
};

/* Sorted by status. */
extern const struct answer ANSWERS[];
extern const size_t ANSWERS_COUNT;

/* Whether the answer tells when to ask again (Retry-After). */
bool answer_says_when(const struct answer *answer);

/* The next code with that status from *at on, or NULL; begin with *at = 0. */
const char *answer_code(const struct answer *answer, size_t *at);

/* A whole problem with that code as member `name`. */
void answer_example(struct json *json, const char *name, const char *code);

/* All codes there are, as a JSON list. */
const char *answer_codes(void);

#endif
