/* Who is asking, and from where. Lines: trusted proxies, address of the connection, origins that
 * may call; the rest are the header fields of a request, "name: value". */
#include "fuzz.h"

#include "core/check.h"
#include "core/text.h"
#include "cors.h"
#include "forwarded.h"
#include "runtime/http_internal.h"
#include <string.h>

static void add_field(struct http_exchange *exchange, char *line)
{
	size_t len = strcspn(line, ":");
	if (line[len] == '\0' || exchange->n_headers == HTTP_HEADERS_MAX)
		return;
	line[len] = '\0';
	exchange->headers[exchange->n_headers++] =
		(struct http_header){ line, line + len + 1 + strspn(line + len + 1, " ") };
}

/* Nobody but a trusted proxy can say who is asking, and what is found can be found again. */
static void check_client(const struct networks *proxies, const struct http_exchange *exchange)
{
	struct network_address client, again;
	const char *why = NULL;
	bool is_trusted = networks_hold(proxies, &exchange->peer);
	if (!forwarded_client(proxies, exchange, &client, &why)) {
		CHECK(is_trusted && why != NULL);
		return;
	}
	CHECK(is_trusted || memcmp(&client, &exchange->peer, sizeof(client)) == 0);
	CHECK(forwarded_client(proxies, exchange, &again, &why));
	CHECK(memcmp(&client, &again, sizeof(client)) == 0);
	again = network_site(&client);
	client = network_site(&again);
	CHECK(memcmp(&client, &again, sizeof(client)) == 0);
}

/* A page may read the answer only when its origin stands in the list, letter by letter. */
static void check_origin(const char *origins, struct http_turn *turn)
{
	const char *origin = http_header(&turn->exchange, "origin");
	struct cors *cors = cors_new(origins);
	if (cors == NULL)
		return;
	cors_mark(cors, &turn->exchange);
	bool is_allowed = turn->added != NULL && strstr(turn->added->bytes, "Allow-Origin");
	CHECK(!is_allowed || (origin != NULL && *origin && strstr(origins, origin) != NULL));
	CHECK(!cors_asks(cors, &turn->exchange) || is_allowed);
	cors_destroy(&cors);
}

/* What the gate lets through has no control characters. */
static bool is_visible(const struct fuzz_input *input)
{
	for (size_t i = 0; i < input->len; i++)
		if ((input->at[i] < 0x20 && input->at[i] != '\n') || input->at[i] == 0x7f)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	struct http_turn *turn = NEW(arena, struct http_turn);
	struct networks proxies = { 0 };
	const char *wrong = NULL;
	if (is_visible(&input)) {
		turn->exchange.arena = arena;
		turn->exchange.method = "OPTIONS";
		bool is_read = networks_parse(fuzz_line(arena, &input), &proxies, &wrong);
		CHECK(is_read || wrong != NULL);
		const char *peer = fuzz_line(arena, &input);
		const char *origins = fuzz_line(arena, &input);
		while (input.len > 0)
			add_field(&turn->exchange, fuzz_line(arena, &input));
		if (network_parse(peer, strlen(peer), &turn->exchange.peer))
			check_client(&proxies, &turn->exchange);
		check_origin(origins, turn);
	}
	arena_destroy(&arena);
	return 0;
}
