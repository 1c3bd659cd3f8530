/* asskomm status: asks each service's admin port whether it is ready, and why not.
 *
 * Not through the gateway: that is the first thing to be missing when something is wrong. Only the
 * ledger's head goes that way, and its absence is told as such. */
#include "client.h"
#include "command.h"
#include "connection.h"
#include "core/reflect.h"
#include "core/text.h"
#include "facts.h"
#include "options.h"
#include "output.h"
#include "suite.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_BASE 7200
#define MEMORY "\nprocess_resident_memory_bytes "

struct health {
	const char *name;
	bool ready;
	const char *why;    /* "" when it is ready */
	uint64_t memory_kb; /* 0: not known */
};

/* A value that is no port is as good as none: status must work above all when something is
 * wrong. */
static int admin_base(void)
{
	const char *text = getenv("ASSKOMM_ADMIN_BASE");
	long base = text != NULL ? strtol(text, NULL, 10) : DEFAULT_BASE;
	return base > 0 && base < 65000 ? (int)base : DEFAULT_BASE;
}

/* The body of /readyz in one line. */
static const char *reason(struct arena *arena, const char *body)
{
	char *line = text_copy_len(arena, body, strcspn(body, "\r\n"));
	return line[0] != '\0' ? output_safe(arena, line) : "not ready";
}

/* As the service tells it: this program may not be allowed to look at its process. */
static uint64_t memory_kb(struct client *client, struct arena *arena)
{
	struct client_reply reply;
	const struct client_request request = { .method = "GET", .path = "/metrics" };
	if (!client_send(client, arena, &request, &reply) || reply.status != 200) {
		return 0;
	}
	const char *page = text_format(arena, "\n%s", reply.body);
	const char *at = strstr(page, MEMORY);
	return at != NULL ? (uint64_t)(strtod(at + strlen(MEMORY), NULL) / 1024) : 0;
}

/* A client for each: every service has its own port, and a dead one must not cost the others
 * their connection. */
static struct health ask(struct arena *arena, const char *name, int port)
{
	struct client_reply reply;
	const struct client_request request = { .method = "GET", .path = "/readyz" };
	struct health health = { .name = name, .why = "" };
	struct client *client = client_new(text_format(arena, "http://127.0.0.1:%d", port));
	if (!client_send(client, arena, &request, &reply)) {
		health.why = text_format(arena, "no answer on port %d", port);
	} else {
		health.ready = reply.status == 200;
		health.why = health.ready ? "" : reason(arena, reply.body);
		health.memory_kb = memory_kb(client, arena);
	}
	client_destroy(&client);
	return health;
}

/* The ledger's head, or NULL: without a token, or a gateway, the rest is still worth seeing. */
static const Ledger__Head *ask_head(struct connection *connection)
{
	struct client_reply reply;
	const struct client_request request = { .method = "GET", .path = "/ledger/head" };
	if (connection_try(connection, connection->arena, &request, 0, &reply) != EXIT_DONE) {
		return NULL;
	}
	return (const Ledger__Head *)(const void *)connection_message(
		connection->arena, &ledger__head__descriptor, &reply);
}

/* Why a service is not ready comes last, as it may be long. */
static void print_table(struct arena *arena, const struct health *healths, const Ledger__Head *head)
{
	static const char *const HEADINGS[] = { "service", "state", "memory", "" };
	struct table table;
	table_init(&table, arena, 4, HEADINGS, 1u << 2);
	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		const struct health *health = &healths[i];
		table_add(&table,
			(const char *const[]){ health->name, health->ready ? "ready" : "NOT READY",
				health->memory_kb == 0 ? ""
						       : text_format(arena, "%.1f MB",
								 (double)health->memory_kb / 1024),
				health->why });
	}
	table_print(&table, stdout);
	if (head != NULL) {
		printf("ledger: %" PRIu64 " facts, head %.16s\n", head->seq, head->hash);
	} else {
		printf("ledger: its head could not be asked for\n");
	}
}

/* A document of our own: no single answer of the suite holds all of it. */
static void print_json(struct arena *arena, const struct health *healths, const Ledger__Head *head)
{
	json_t *services = json_array();
	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		json_array_append_new(
			services, json_pack("{s:s, s:b, s:s, s:I}", "name", healths[i].name,
					  "ready", healths[i].ready, "why", healths[i].why,
					  "memoryKb", (json_int_t)healths[i].memory_kb));
	}
	json_t *status = json_pack("{s:o}", "services", services);
	if (head != NULL) {
		json_object_set_new(status, "ledger",
			json_pack("{s:o, s:s}", "seq", json_sprintf("%" PRIu64, head->seq), "hash",
				head->hash));
	}
	puts(reflect_json_text(arena, status));
	json_decref(status);
}

/* All are asked before anything is printed, and every one is shown, not only the first that
 * fails. */
static int show(struct connection *connection)
{
	struct health healths[SERVICE_COUNT];
	bool ready = true;
	int base = admin_base();
	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		healths[i] = ask(connection->arena, SERVICES[i], base + 1 + (int)i);
		ready = ready && healths[i].ready;
	}
	const Ledger__Head *head = ask_head(connection);
	if (connection->json) {
		print_json(connection->arena, healths, head);
	} else {
		print_table(connection->arena, healths, head);
	}
	return ready ? EXIT_DONE : EXIT_REFUSED;
}

/* The keys are needed for the ledger's head alone; everything else needs no token. */
int command_status(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	const char *folder = NULL;
	char keys[4096];
	const struct option_row rows[] = {
		{ "var", "DIR", "the folder of a local suite, for its keys (DIR/keys)", NULL,
			&folder, NULL },
	};
	const struct manual manual = { .name = "status",
		.arguments = "",
		.text = "Asks each service of a suite on this machine whether it is ready, and why "
			"not, with\n"
			"its memory, and where the ledger stands. Admin ports begin after "
			"$ASSKOMM_ADMIN_BASE\n"
			"(7200): registry 7201 to gateway 7208. Exit code 1 when one is not "
			"ready.\n",
		.example = "  asskomm status\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (folder != NULL && connection.keys == NULL) {
		snprintf(keys, sizeof keys, "%s/keys", folder);
		connection.keys = keys;
	}
	exit_code = connection_open(&connection, &PERSONA_READER);
	if (exit_code == EXIT_DONE) {
		exit_code = show(&connection);
		connection_close(&connection);
	}
	return exit_code;
}
