/* From method and path to a request message, as the gateway finds it. Lines: method, path as it
 * stands behind /api/v1, query; the rest is the body. */
#include "fuzz.h"

#include "core/check.h"
#include "core/text.h"
#include "input.h"
#include "route.h"
#include <string.h>

/* A path comes from the gate of HTTP: it is text. */
static void ask(struct http_exchange *exchange)
{
	ProtobufCMessage *message = NULL;
	struct route route = route_find(exchange->arena, exchange->method, exchange->path);
	if (route.method == NULL)
		return;
	for (size_t i = 0; i < route.n_parameters; i++)
		CHECK(route.parameters[i].value[0] != '\0');
	(void)route_location(exchange->arena, route.method, exchange->query);
	Asskomm__Failure *failure = input_read(exchange, &route, &message);
	CHECK((failure == NULL) == (message != NULL));
	fuzz_check_message(exchange->arena, failure == NULL ? message : &failure->base);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct fuzz_input input = { bytes, len };
	struct http_exchange exchange = { .arena = arena };
	exchange.method = fuzz_line(arena, &input);
	exchange.path = text_format(arena, ROUTE_PREFIX "%s", fuzz_line(arena, &input));
	exchange.query = fuzz_line(arena, &input);
	exchange.n_headers = 1;
	exchange.headers[0] = (struct http_header){ "content-type", "application/json" };
	exchange.body_len = input.len;
	exchange.body = fuzz_rest(arena, &input);
	if (text_is_utf8(exchange.path, strlen(exchange.path)))
		ask(&exchange);
	arena_destroy(&arena);
	return 0;
}
