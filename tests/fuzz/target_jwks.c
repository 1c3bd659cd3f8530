/* A set of keys, as a login publishes it. */
#include "fuzz.h"

#include "core/check.h"
#include "runtime/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *problem = NULL;
	struct token_keys *keys = token_keys_parse((const char *)bytes, len, &problem);
	CHECK((keys == NULL) == (problem != NULL));
	token_keys_destroy(&keys);
	return 0;
}
