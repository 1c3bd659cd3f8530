/* asskomm token: a token for the local demo suite, whose signing key lies in its keys folder. A
 * real suite trusts the ministry's login instead; there is no key to mint with then. */
#include "command.h"
#include "core/may.h"
#include "core/text.h"
#include "files.h"
#include "mint.h"
#include "options.h"
#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX (1024u * 1024)
#define HOURS_MAX 744 /* a month */

struct token_request {
	struct words roles;
	struct words scopes;
	const char *subject;
	const char *hours;
	const char *keys;
};

/* A mistyped role would give a token that is valid and may do nothing. */
static bool roles_are_known(const struct manual *manual, const struct words *roles)
{
	if (roles->count == 0) {
		options_wrong(manual, "--role is missing");
		return false;
	}
	for (size_t i = 0; i < roles->count; i++) {
		if (may_role(roles->items[i]) == ASSKOMM__ROLE__ROLE_UNSPECIFIED) {
			options_wrong(manual, "there is no role '%s'", roles->items[i]);
			return false;
		}
	}
	return true;
}

/* Bounded: a demo token that never ends would be a password. */
static bool parse_hours(const struct manual *manual, const char *text, long *out_hours)
{
	char *end = NULL;
	long hours = strtol(text, &end, 10);
	if (end == text || *end != '\0' || hours < 1 || hours > HOURS_MAX) {
		options_wrong(manual, "--hours must be 1 to %d", HOURS_MAX);
		return false;
	}
	*out_hours = hours;
	return true;
}

/* The token alone on stdout, so that a shell can take it. */
static int print_token(const struct token_request *request, long hours)
{
	struct arena *arena = arena_new(ARENA_MAX);
	const char *keys = request->keys != NULL ? request->keys : getenv("ASSKOMM_KEYS");
	const char *path = text_format(arena, "%s/token.key", keys != NULL ? keys : "var/keys");
	int exit_code = EXIT_REFUSED;
	if (!files_exists(path)) {
		fprintf(stderr, "asskomm: there is no %s; 'asskomm keys' makes it\n", path);
	} else {
		char *token = mint_token(arena, &(struct mint){ .private_key = path,
							.subject = request->subject,
							.roles = request->roles.items,
							.n_roles = request->roles.count,
							.scopes = request->scopes.items,
							.n_scopes = request->scopes.count,
							.lifetime_s = hours * 3600 });
		if (token != NULL) {
			printf("%s\n", token);
			exit_code = EXIT_DONE;
		}
	}
	arena_destroy(&arena);
	return exit_code;
}

/* 12 hours are a day's work; who needs a token for a script asks for more. */
int command_token(int argc, char **argv)
{
	struct token_request request = { .subject = "demo", .hours = "12" };
	long hours;
	const struct option_row rows[] = {
		{ "role", "ROLE",
			"ministry, adviser, coach, municipality, police, auditor, operator, "
			"machine or lead",
			NULL, NULL, &request.roles },
		{ "scope", "PREFIX", "of participants' keys: 14, 14628, 14628160; * is everything",
			NULL, NULL, &request.scopes },
		{ "subject", "TEXT", "who it is (else demo)", NULL, &request.subject, NULL },
		{ "hours", "N", "how long it is good (else 12)", NULL, &request.hours, NULL },
		{ "keys", "DIR", "the demo suite's keys ($ASSKOMM_KEYS, else var/keys)", NULL,
			&request.keys, NULL },
	};
	const struct manual manual = { .name = "token",
		.arguments = "",
		.text = "Mints a token for the local demo suite and prints it. Without --scope it "
			"reaches no\n"
			"participant.\n",
		.example = "  export ASSKOMM_TOKEN=$(asskomm token --role adviser --scope 14628)\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0] };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!roles_are_known(&manual, &request.roles) ||
		!parse_hours(&manual, request.hours, &hours)) {
		return EXIT_USAGE;
	}
	return print_token(&request, hours);
}
