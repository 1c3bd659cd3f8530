/* What a request's header fields say beside the token. Each line is a field, "name: value", as it
 * comes through the gate; the first line is what an answer would be. */
#include "fuzz.h"

#include "asskomm/envelope.pb-c.h"
#include "core/check.h"
#include "headers.h"
#include "language.h"
#include "problem.h"
#include "runtime/http_internal.h"
#include "versions.h"
#include <string.h>

static bool is_text(const char *value)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

/* The gate lets only some through. */
static void add_field(struct http_exchange *exchange, char *line)
{
	size_t name_len = strcspn(line, ":");
	if (line[name_len] == '\0' || !is_text(line) || exchange->n_headers == HTTP_HEADERS_MAX)
		return;
	line[name_len] = '\0';
	exchange->headers[exchange->n_headers++] = (struct http_header){ line,
		line + name_len + 1 + strspn(line + name_len + 1, " ") };
}

static void check_failure(struct arena *arena, const Asskomm__Failure *failure)
{
	if (failure == NULL)
		return;
	fuzz_check_message(arena, &failure->base);
	CHECK(strchr(problem_text(arena, failure, "trace"), '{') != NULL);
}

static void check_claim(struct http_exchange *exchange, Asskomm__Role role)
{
	Asskomm__Principal principal = ASSKOMM__PRINCIPAL__INIT;
	Asskomm__Claim *claim = NULL;
	principal.n_roles = 1;
	principal.roles = &role;
	Asskomm__Failure *failure = headers_claim(exchange, &principal, &claim);
	check_failure(exchange->arena, failure);
	CHECK(claim == NULL || role == ASSKOMM__ROLE__ROLE_OPERATOR);
	if (failure == NULL && claim != NULL)
		fuzz_check_message(exchange->arena, &claim->base);
}

static void check_fields(struct http_turn *turn, const char *body)
{
	struct http_exchange *exchange = &turn->exchange;
	Asskomm__Recorded reply = ASSKOMM__RECORDED__INIT;
	const char *key = NULL;
	struct version_wish version;
	struct trace trace;
	headers_trace(exchange, &trace);
	CHECK(strlen(trace.id) == 32 && strlen(trace.parent) == 55);
	Asskomm__Failure *failure = headers_key(exchange, &key);
	check_failure(exchange->arena, failure);
	CHECK(failure != NULL || (key[0] != '\0' && strlen(key) <= HEADERS_KEY_MAX));
	check_failure(exchange->arena, versions_wish(exchange, &version));
	check_claim(exchange, ASSKOMM__ROLE__ROLE_OPERATOR);
	check_claim(exchange, ASSKOMM__ROLE__ROLE_ADVISER);
	arena_set_language(exchange->arena, language_wanted(exchange));
	CHECK(strlen(language_tag(arena_language(exchange->arena))) == 2);
	reply.version = 3;
	(void)versions_match(exchange, versions_tag(exchange->arena, &reply.base, body));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	struct http_turn *turn = NEW(arena, struct http_turn);
	turn->exchange.arena = arena;
	turn->exchange.method = "GET";
	const char *body = fuzz_line(arena, &input);
	while (input.len > 0)
		add_field(&turn->exchange, fuzz_line(arena, &input));
	check_fields(turn, body);
	arena_destroy(&arena);
	return 0;
}
