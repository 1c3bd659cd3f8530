/* Address, token and patience around the client.
 *
 * A token is looked for where a person would put it first: option, environment, file. On the local
 * demo suite, whose signing key lies in the keys folder, a short-lived one is minted instead, in
 * the role that the command needs; elsewhere there is no such key and nothing is minted. */
#include "connection.h"
#include "command.h"
#include "core/failure.h"
#include "core/reflect.h"
#include "core/text.h"
#include "files.h"
#include "mint.h"
#include "problem.h"
#include "wait.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_URL "http://127.0.0.1:8080"
#define DEFAULT_KEYS "var/keys"
#define TOKEN_MAX (16u * 1024)
#define MINTED_LIFETIME_S 3600
#define FIRST_PAUSE_MS 100u
#define LONGEST_PAUSE_MS 2000u

const struct persona PERSONA_READER = { "asskomm-reader", "auditor", "*", NULL };
const struct persona PERSONA_OPERATOR = { "asskomm-operator", "operator", "*", NULL };
const struct persona PERSONA_ADVISER = { "asskomm-adviser", "adviser", "14", NULL };
const struct persona PERSONA_LEAD = { "asskomm-lead", "adviser", "*", "lead" };

/* The option, else the environment; an empty variable is as good as none. */
static const char *given(const char *option, const char *variable)
{
	const char *value = option != NULL ? option : getenv(variable);
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* In the role that the command works with, never in all of them. */
static bool mint(struct connection *connection)
{
	const struct persona *who = connection->persona;
	const char *const roles[] = { who->role, who->also };
	const char *token = mint_token(
		connection->arena, &(struct mint){ .private_key = connection->private_key,
					   .subject = who->subject,
					   .roles = roles,
					   .n_roles = who->also != NULL ? 2 : 1,
					   .scopes = &who->scope,
					   .n_scopes = 1,
					   .lifetime_s = MINTED_LIFETIME_S });
	if (token == NULL) {
		return false;
	}
	if (connection->verbose) {
		fprintf(stderr, "asskomm: minted a demo token: role %s, scope %s\n", who->role,
			who->scope);
	}
	client_set_token(connection->client, token);
	return true;
}

/* Up to the first white space: editors end a file with a newline. */
static bool use_token_file(struct connection *connection, const char *path)
{
	size_t len = 0;
	char *token = files_read(connection->arena, path, TOKEN_MAX, &len);
	if (token == NULL) {
		return false;
	}
	token[strcspn(token, " \t\r\n")] = '\0';
	client_set_token(connection->client, token);
	return true;
}

/* From the most explicit to the least; the first that is there decides, also when it turns out
 * to be wrong. */
static bool use_token(struct connection *connection)
{
	const char *token = given(connection->token, "ASSKOMM_TOKEN");
	const char *path = given(connection->token_file, "ASSKOMM_TOKEN_FILE");
	/* an option beats any environment, also the token's file the token of the environment */
	if (token != NULL && (connection->token != NULL || connection->token_file == NULL)) {
		client_set_token(connection->client, token);
		return true;
	}
	if (path != NULL) {
		return use_token_file(connection, path);
	}
	const char *keys = given(connection->keys, "ASSKOMM_KEYS");
	const char *key =
		text_format(connection->arena, "%s/token.key", keys != NULL ? keys : DEFAULT_KEYS);
	if (!files_exists(key)) {
		return true;
	}
	connection->private_key = key;
	return mint(connection);
}

/* A token that breaks a header line would break the request. */
static bool is_good_url(const char *url)
{
	return (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0) &&
	       strpbrk(url, " \r\n?#") == NULL;
}

/* The address is checked before anything is sent, since curl would take much that was never
 * meant (a file, a socket). */
int connection_open(struct connection *connection, const struct persona *persona)
{
	const char *url = given(connection->url, "ASSKOMM_URL");
	url = url != NULL ? url : DEFAULT_URL;
	if (!is_good_url(url)) {
		fprintf(stderr, "asskomm: '%s' is no address like %s\n", url, DEFAULT_URL);
		return EXIT_USAGE;
	}
	connection->arena = arena_new(CONNECTION_ARENA_MAX);
	size_t len = strlen(url);
	while (len > 0 && url[len - 1] == '/') {
		len--;
	}
	connection->client =
		client_new(text_format(connection->arena, "%.*s/api/v1", (int)len, url));
	connection->persona = persona;
	if (!use_token(connection)) {
		connection_close(connection);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Takes a connection that was never opened. */
void connection_close(struct connection *connection)
{
	client_destroy(&connection->client);
	arena_destroy(&connection->arena);
}

/* A proxy's 502 and 504 mean the same to a script as no answer: come back later. */
static int exit_code_of(long status)
{
	if (status >= 200 && status < 300) {
		return EXIT_DONE;
	}
	return status == 0 || (status >= 502 && status <= 504) ? EXIT_UNREACHABLE : EXIT_REFUSED;
}

/* Whether the same request may be sent again: by the problem's code where there is one (a 409 may
 * be ABORTED or CONFLICT), else by the status a proxy gave. */
static bool is_retryable(const struct connection *connection, const struct client_reply *reply)
{
	if (reply->status == 0) {
		return connection->answered;
	}
	return problem_is_retryable(reply->body, reply->len, reply->status);
}

/* Doubling pauses, or what the server asks for, never beyond what patience is left. */
static unsigned pause_for(const struct client_reply *reply, unsigned turn, uint64_t left_ms)
{
	unsigned pause = FIRST_PAUSE_MS << (turn < 5 ? turn : 5);
	pause = pause > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause;
	if (reply->retry_after_s > 0) {
		pause = reply->retry_after_s > 30 ? 30000u : (unsigned)reply->retry_after_s * 1000u;
	}
	return pause > left_ms ? (unsigned)left_ms : pause;
}

/* The key, if there is one, is in the request itself and so the same at every turn: that is what
 * makes repeating safe. */
int connection_try(struct connection *connection, struct arena *arena,
	const struct client_request *request, unsigned patience_ms, struct client_reply *out_reply)
{
	uint64_t until_ms = wait_now_ms() + patience_ms;
	bool reminted = false;
	for (unsigned turn = 0;; turn++) {
		if (client_send(connection->client, arena, request, out_reply)) {
			connection->answered = true;
		}
		if (out_reply->status == 401 && connection->private_key != NULL && !reminted) {
			reminted = true; /* a long follow outlives its token */
			if (mint(connection)) {
				continue;
			}
		}
		uint64_t now_ms = wait_now_ms();
		if (exit_code_of(out_reply->status) == EXIT_DONE || now_ms >= until_ms ||
			!is_retryable(connection, out_reply)) {
			return exit_code_of(out_reply->status);
		}
		wait_ms(pause_for(out_reply, turn, until_ms - now_ms));
	}
}

/* The hint about tokens comes only where none could be minted; with one, 401 has another reason.
 * */
void connection_complain(const struct connection *connection, const struct client_reply *reply)
{
	if (reply->status == 0) {
		fprintf(stderr, "asskomm: the suite is not reachable: %s\n", reply->error);
		return;
	}
	if (connection->json) {
		printf("%s\n", reply->body);
		return;
	}
	struct arena *arena = arena_new(CLIENT_REPLY_MAX);
	arena_set_language(arena, client_language());
	fputs(problem_print(arena, reply->body, reply->len, reply->status), stderr);
	if (reply->status == 401 && connection->private_key == NULL) {
		fputs("  give a token: --token, --token-file or $ASSKOMM_TOKEN\n", stderr);
	}
	arena_destroy(&arena);
}

/* What nearly all commands want. */
int connection_send(struct connection *connection, struct arena *arena,
	const struct client_request *request, unsigned patience_ms, struct client_reply *out_reply)
{
	int exit_code = connection_try(connection, arena, request, patience_ms, out_reply);
	if (exit_code != EXIT_DONE) {
		connection_complain(connection, out_reply);
	}
	return exit_code;
}

/* A GET may always be repeated. */
int connection_get(struct connection *connection, struct arena *arena, const char *path,
	struct client_reply *out_reply)
{
	if (connection->verbose) {
		fprintf(stderr, "asskomm: GET %s\n", path);
	}
	return connection_send(connection, arena,
		&(struct client_request){ .method = "GET", .path = path }, CONNECTION_PATIENCE_MS,
		out_reply);
}

/* An answer that does not parse is told and not guessed at: the program is older than the suite,
 * or talks to something else. */
ProtobufCMessage *connection_message(struct arena *arena,
	const ProtobufCMessageDescriptor *descriptor, const struct client_reply *reply)
{
	Asskomm__Failure *failure = NULL;
	ProtobufCMessage *message =
		reflect_from_json_text(arena, descriptor, reply->body, reply->len, &failure);
	if (message == NULL) {
		fprintf(stderr, "asskomm: the suite's answer is no %s: %s\n",
			descriptor->short_name, failure->text);
	}
	return message;
}

ProtobufCMessage *connection_show(struct connection *connection, const char *path,
	const ProtobufCMessageDescriptor *type, int *out_exit_code)
{
	struct client_reply reply;
	*out_exit_code = connection_get(connection, connection->arena, path, &reply);
	if (*out_exit_code != EXIT_DONE) {
		return NULL;
	}
	if (connection->json) {
		printf("%s\n", reply.body);
		return NULL;
	}
	ProtobufCMessage *message = connection_message(connection->arena, type, &reply);
	*out_exit_code = message != NULL ? EXIT_DONE : EXIT_REFUSED;
	return message;
}
