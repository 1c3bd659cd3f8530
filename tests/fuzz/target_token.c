/* Tokens: a compact JWS, held against one known key, or (when it starts with a brace) its claims,
 * as if their signature held. */
#include "fuzz.h"

#include "core/check.h"
#include "runtime/token.h"
#include "runtime/token_claims.h"
#include <string.h>

#define NOW INT64_C(1700000000)

/* Its secret half signed what is in the corpus and was thrown away. */
static const char KEYS[] =
	"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"fuzz\",\"alg\":\"ES256\","
	"\"x\":\"xh-BShtO8ge7EB585eEeIE8OpKHoT3PUmDmvOFPOeSw\","
	"\"y\":\"plkmT8cseps-GIh5KsySTErL_eg8KNhP9hDSss328So\"}]}";

static const char *judge(struct arena *arena, const struct fuzz_input *input,
	Asskomm__Principal **out_principal, int64_t *out_expires_s)
{
	static struct token_keys *keys;
	const struct token_expectation expected = {
		.issuer = "fuzz",
		.audience = "asskomm",
		.clients = "",
		.roles = TOKEN_ROLES,
		.scopes = TOKEN_SCOPES,
		.now_s = NOW,
	};
	const char *reason = NULL;
	struct fuzz_input rest = *input;
	if (input->len > 0 && input->at[0] == '{') {
		json_t *claims = json_loadb(
			(const char *)input->at, input->len, JSON_REJECT_DUPLICATES, NULL);
		reason = claims == NULL ? "no JSON"
					: token_claims(arena, claims, &expected, out_principal,
						  out_expires_s);
		json_decref(claims);
		return reason;
	}
	if (keys == NULL)
		keys = token_keys_parse(KEYS, sizeof(KEYS) - 1, &reason);
	CHECK(keys != NULL);
	bool holds = token_verify(keys, arena, fuzz_rest(arena, &rest), &expected, out_principal,
		out_expires_s, &reason);
	CHECK(holds || reason != NULL);
	return holds ? NULL : reason;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	Asskomm__Principal *principal = NULL;
	int64_t expires_s = 0;
	if (judge(arena, &input, &principal, &expires_s) == NULL) {
		CHECK(principal->kind == ASSKOMM__PRINCIPAL__KIND__USER);
		CHECK(principal->subject[0] != '\0' && expires_s > NOW);
		for (size_t i = 0; i < principal->n_scopes; i++)
			CHECK(strchr(principal->scopes[i], ',') == NULL);
		fuzz_check_message(arena, &principal->base);
	}
	arena_destroy(&arena);
	return 0;
}
