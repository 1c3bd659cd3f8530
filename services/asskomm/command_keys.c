/* asskomm keys: a CURVE key pair for each service, and the demo suite's signing key.
 *
 * A folder DIR/<name>.key belongs to one service and is secret; DIR/authorized/<name>.pub names the
 * service to all others. The public half is written first and the secret half last: an interrupted
 * run leaves a public key that nobody holds, and the next run replaces it. */
#include "command.h"
#include "core/text.h"
#include "files.h"
#include "options.h"
#include "runtime/bus.h"
#include "runtime/token.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

#define ARENA_MAX (1024u * 1024)

struct key_pair {
	char *secret; /* paths */
	char *authorized;
	char *old;
};

/* Where the three files of a service lie, in one place. */
static struct key_pair paths(struct arena *arena, const char *folder, const char *name)
{
	return (struct key_pair){ .secret = text_format(arena, "%s/%s.key", folder, name),
		.authorized = text_format(arena, "%s/authorized/%s.pub", folder, name),
		.old = text_format(arena, "%s/authorized/%s.old.pub", folder, name) };
}

/* The public half first: see above. The secret is wiped from the stack when it is on the disk. */
static bool make_pair(struct arena *arena, const struct key_pair *pair)
{
	char public[41];
	char secret[41];
	bus_keypair(public, secret);
	bool good = files_write(arena, pair->authorized, 0644, public) &&
		    files_write(arena, pair->secret, 0400, secret);
	explicit_bzero(secret, sizeof secret);
	return good;
}

/* One service's pair, unless it is there. */
static bool ensure_pair(struct arena *arena, const char *folder, const char *name)
{
	struct key_pair pair = paths(arena, folder, name);
	if (!files_exists(pair.secret)) {
		printf("made %s\n", pair.secret);
		return make_pair(arena, &pair);
	}
	if (files_exists(pair.authorized)) {
		return true;
	}
	fprintf(stderr, "asskomm: %s is there, but %s is not; put it back, or use --rotate %s\n",
		pair.secret, pair.authorized, name);
	return false;
}

/* Half a pair is not repaired by guessing: a new key would end every session, a new set would
 * trust nobody. */
static bool ensure_token_key(struct arena *arena, const char *folder)
{
	const char *secret = text_format(arena, "%s/token.key", folder);
	const char *set = text_format(arena, "%s/jwks.json", folder);
	if (files_exists(secret) && files_exists(set)) {
		return true;
	}
	if (files_exists(secret) || files_exists(set)) {
		fprintf(stderr,
			"asskomm: %s and %s belong together; put back what is missing, or "
			"remove the other one\n",
			secret, set);
		return false;
	}
	printf("made %s\n", secret);
	return token_keys_make(secret, set);
}

/* Stops at the first that fails; a later run goes on from there, as what is made stays. */
static bool ensure_all(struct arena *arena, const char *folder)
{
	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		if (!ensure_pair(arena, folder, SERVICES[i])) {
			return false;
		}
	}
	return ensure_token_key(arena, folder);
}

/* A new pair; peers that have not read the new public key yet still know the old one, and the
 * service itself uses its old secret until it is started again. */
static bool rotate(struct arena *arena, const char *folder, const char *name)
{
	struct key_pair pair = paths(arena, folder, name);
	size_t len;
	if (files_exists(pair.authorized)) {
		char *public = files_read(arena, pair.authorized, 64, &len);
		if (public == NULL || !files_write(arena, pair.old, 0644, public)) {
			return false;
		}
	}
	printf("made %s anew; the old public key stays as %s\n", pair.secret, pair.old);
	return make_pair(arena, &pair);
}

/* A mistyped name must not leave a key behind that no service reads. */
static bool is_service(const char *name)
{
	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		if (strcmp(SERVICES[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The folder of public keys is readable for all, as each service runs under a user of its own. */
int command_keys(int argc, char **argv)
{
	const char *folder = "var/keys";
	const char *rotated = NULL;
	const struct option_row rows[] = {
		{ "dir", "DIR", "where the keys lie (else var/keys)", NULL, &folder, NULL },
		{ "rotate", "NAME", "make the pair of this service anew", NULL, &rotated, NULL },
	};
	const struct manual manual = { .name = "keys",
		.arguments = "",
		.text = "Makes what is missing: a CURVE key pair for each service (DIR/NAME.key is "
			"secret,\n"
			"DIR/authorized/NAME.pub is for the others), and the demo suite's signing "
			"key with its\n"
			"public set (DIR/token.key, DIR/jwks.json). What is there stays.\n",
		.example = "  asskomm keys --dir var/keys\n"
			   "  asskomm keys --dir var/keys --rotate ledger\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0] };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (rotated != NULL && !is_service(rotated)) {
		return options_wrong(&manual, "there is no service '%s'", rotated);
	}
	struct arena *arena = arena_new(ARENA_MAX);
	bool good = files_make_folder(folder, 0700) &&
		    files_make_folder(text_format(arena, "%s/authorized", folder), 0755) &&
		    (rotated != NULL ? rotate(arena, folder, rotated) : ensure_all(arena, folder));
	arena_destroy(&arena);
	return good ? EXIT_DONE : EXIT_REFUSED;
}
