/* GET /figures, asked and shown: one line per counter, and a line above that says of when. Counters
 * that are 0 are shown too: a missing line would leave open whether anybody looked. */
#include "figures.h"
#include "address.h"
#include "command.h"
#include "core/reflect.h"
#include "counters.h"
#include "output.h"
#include <inttypes.h>
#include <stdio.h>

/* The same question can be put to several addresses: figures, their facts, the paragraph. */
const char *figures_path(
	struct arena *arena, const char *path, const struct figures_question *question)
{
	path = address_with(arena, path, "asOf", question->as_of);
	path = address_with(arena, path, "knownAt", question->known_at);
	path = address_with(arena, path, "district", question->district);
	return address_with(arena, path, "afterFact", question->after_fact);
}

/* The answer is given as it came too, for --json. */
int figures_try(struct connection *connection, struct arena *arena,
	const struct figures_question *question, struct client_reply *out_reply,
	Monitor__Figures **out_figures)
{
	const struct client_request request = { .method = "GET",
		.path = figures_path(arena, "/figures", question) };
	int exit_code =
		connection_try(connection, arena, &request, CONNECTION_PATIENCE_MS, out_reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *figures =
		connection_message(arena, &monitor__figures__descriptor, out_reply);
	if (figures == NULL) {
		return EXIT_REFUSED;
	}
	*out_figures = AS(Monitor__Figures, monitor__figures, figures);
	return EXIT_DONE;
}

/* An answer that is no figures was complained of when it was read. */
void figures_complain(const struct connection *connection, const struct client_reply *reply)
{
	if (reply->status < 200 || reply->status > 299)
		connection_complain(connection, reply);
}

int figures_get(struct connection *connection, struct arena *arena,
	const struct figures_question *question, struct client_reply *out_reply,
	Monitor__Figures **out_figures)
{
	int exit_code = figures_try(connection, arena, question, out_reply, out_figures);
	if (exit_code != EXIT_DONE)
		figures_complain(connection, out_reply);
	return exit_code;
}

/* The line above says of when and by how many facts: a figure without that cannot be asked for
 * again. */
void figures_print(struct arena *arena, const Monitor__Figures *figures)
{
	struct table table;
	table_init(&table, arena, 2, NULL, 1u << 1);
	for (unsigned i = 0; i < COUNTER_COUNT; i++) {
		int64_t value = counters_value(arena, &figures->base, (enum counter)i);
		table_add(&table, (const char *const[]){ COUNTER_ROWS[i].label,
					  counters_print(arena, (enum counter)i, value) });
	}
	const char *district = figures->district[0] != '\0' ? figures->district : "the state";
	printf("%s as of %s", output_safe(arena, district), output_safe(arena, figures->as_of));
	if (figures->known_at[0] != '\0') {
		printf(", as known at %s", output_safe(arena, figures->known_at));
	}
	printf(", by %" PRIu64 " facts\n", figures->ledger_seq);
	table_print(&table, stdout);
}
