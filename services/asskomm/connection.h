/* How a command reaches the suite: address, token, patience, and how refusals are told. */
#ifndef ASSKOMM_CONNECTION_H
#define ASSKOMM_CONNECTION_H

#include "client.h"
#include "core/arena.h"
#include "core/check.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#define CONNECTION_PATIENCE_MS 30000u /* how long 503 and its like are repeated */
#define CONNECTION_ARENA_MAX (256u * 1024 * 1024)

/* Who a command is when it has to mint its own token on the local demo suite. The subject stays the
 * same over runs: idempotency keys belong to it. */
struct persona {
	const char *subject;
	const char *role;
	const char *scope; /* "*" or a prefix of keys: "14" */
	const char *also;  /* a second role, or NULL */
};
extern const struct persona PERSONA_READER; /* auditor of everything */
extern const struct persona PERSONA_OPERATOR;
extern const struct persona PERSONA_ADVISER; /* of the whole state */
extern const struct persona PERSONA_LEAD;    /* head of the advisers */

struct connection {
	/* by options; NULL is "not given" */
	const char *url;
	const char *token;
	const char *token_file;
	const char *keys;
	bool json;
	bool verbose;

	/* made by connection_open */
	struct arena *arena; /* lives as long as the connection */
	struct client *client;
	const struct persona *persona;
	const char *private_key; /* set: the token was minted, and is minted anew when it expires */
	bool answered;           /* the suite answered at least once */
};

/* Finds address and token (option, environment, file, else minted with DIR/token.key) and makes
 * the client. EXIT_DONE, or EXIT_USAGE with the reason on stderr. A command without any token goes
 * on without: the suite will say that it needs one. */
int connection_open(struct connection *connection, const struct persona *persona) MUST_CHECK;

/* Frees what connection_open made. The options stay, so it may be opened again. */
void connection_close(struct connection *connection);

/* Sends without printing. EXIT_DONE for 2xx; EXIT_REFUSED; EXIT_UNREACHABLE for no answer and for
 * 502, 503, 504. What may be repeated as it is (by its code, and a lost connection once the suite
 * has answered) is repeated for patience_ms, so `request` must be a GET or carry an
 * Idempotency-Key when patience_ms is not 0. */
int connection_try(struct connection *connection, struct arena *arena,
	const struct client_request *request, unsigned patience_ms,
	struct client_reply *out_reply) MUST_CHECK;

/* Tells on stderr why it did not work: title, detail, each violation with its candidates; with
 * --json the problem as it came, on stdout. */
void connection_complain(const struct connection *connection, const struct client_reply *reply);

/* Both together: sends, and complains when it did not work. connection_get is that for a path, with
 * CONNECTION_PATIENCE_MS. */
int connection_send(struct connection *connection, struct arena *arena,
	const struct client_request *request, unsigned patience_ms,
	struct client_reply *out_reply) MUST_CHECK;
int connection_get(struct connection *connection, struct arena *arena, const char *path,
	struct client_reply *out_reply) MUST_CHECK;

/* The answer as a message; NULL with the reason on stderr when it is none. */
ProtobufCMessage *connection_message(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const struct client_reply *reply);

/* What a path answers, to be printed by the caller; NULL when nothing is left to print: with --json
 * the answer stands on stdout as it came, and what did not work was told. The exit code says which.
 */
ProtobufCMessage *connection_show(struct connection *connection, const char *path,
	const ProtobufCMessageDescriptor *type, int *out_exit_code) MUST_CHECK;

#endif
