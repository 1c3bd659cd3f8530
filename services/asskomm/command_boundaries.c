/* asskomm import boundaries FILE: reads, simplifies and sends the lines of a map. A Land is a
 * command of its own; all of them are rehearsed before the first is sent, so that a file comes in
 * as a whole or not at all. */
#include "asskomm/envelope.pb-c.h"
#include "boundaries.h"
#include "claim.h"
#include "command.h"
#include "connection.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include "files.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "request_key.h"
#include "simplify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOLERANCE_DEFAULT_M "100"
#define TOLERANCE_MAX_M 100000
#define LANDS_MAX 100
#define ARENA_MAX (1024u * 1024 * 1024)

struct import {
	struct words words; /* "boundaries", FILE */
	const char *property;
	const char *status_date;
	const char *credit;
	const char *credit_url;
	const char *tolerance;
	unsigned tolerance_m; /* read from it */
	bool dry_run;
};

/* What is sent, Land by Land. */
struct sending {
	struct connection *connection;
	const struct boundaries *boundaries;
	size_t count;
	char lands[LANDS_MAX][3];
	const char *bodies[LANDS_MAX];
	const char *claim; /* header, or NULL */
	bool changed;
};

/* ---- making the commands */

/* Keys are sorted, so the Länder come one after the other. */
static void make_commands(struct sending *sending, const struct import *import)
{
	const struct boundaries *boundaries = sending->boundaries;
	for (size_t i = 0; i < boundaries->count; i++) {
		const char *key = boundaries->items[i].key;
		char *land = sending->lands[sending->count];
		if (sending->count > 0 && strncmp(land - sizeof *sending->lands, key, 2) == 0) {
			continue;
		}
		memcpy(land, key, 2);
		json_t *body = boundaries_request(boundaries, land);
		json_object_set_new(body, "statusDate", json_string(import->status_date));
		json_object_set_new(body, "credit", json_string(import->credit));
		json_object_set_new(body, "creditUrl", json_string(import->credit_url));
		json_object_set_new(body, "toleranceM", json_integer(import->tolerance_m));
		sending->bodies[sending->count++] =
			reflect_json_text(sending->connection->arena, body);
		json_decref(body);
	}
}

/* ---- sending */

/* A key of its own for each run: the same set after another one is another command, and the same
 * set twice in a row changes nothing anyway. A lost answer is asked for again under the same key.
 */
static int put(struct sending *sending, size_t place, bool dry_run)
{
	struct connection *connection = sending->connection;
	struct arena *arena = connection->arena;
	struct client_reply reply;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const char *body = sending->bodies[place];
	const char *prefix =
		text_format(arena, "boundaries-%lld-%ld-", (long long)now.tv_sec, now.tv_nsec);
	const char *key = request_key(arena, prefix, body, strlen(body));
	struct client_request request = { .method = "PUT",
		.path = text_format(arena, "/boundaries/%s/%s", sending->boundaries->level,
			sending->lands[place]),
		.body = body,
		.n_headers = 1,
		.headers = { text_format(arena, "Idempotency-Key: %s", key) } };
	if (sending->claim != NULL) {
		request.headers[request.n_headers++] = sending->claim;
	}
	if (dry_run) {
		request.headers[request.n_headers++] = "Dry-Run: true";
	}
	int exit_code =
		connection_send(connection, arena, &request, CONNECTION_PATIENCE_MS, &reply);
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, &reply);
	if (message == NULL) {
		return EXIT_REFUSED;
	}
	sending->changed |= AS(Asskomm__Recorded, asskomm__recorded, message)->n_facts > 0;
	if (connection->json && !dry_run) {
		printf("%s\n", reply.body);
	}
	return EXIT_DONE;
}

static int put_all(struct sending *sending, bool dry_run)
{
	struct progress progress;
	int exit_code = EXIT_DONE;
	progress_init(&progress, dry_run ? "rehearsing" : "boundaries", sending->count);
	for (size_t i = 0; exit_code == EXIT_DONE && i < sending->count; i++) {
		exit_code = put(sending, i, dry_run);
		progress_set(&progress, i + (exit_code == EXIT_DONE));
	}
	progress_clear(&progress);
	return exit_code;
}

/* ---- the file */

/* What people may want to know before they publish the map. */
static void tell(struct arena *arena, const struct boundaries *boundaries,
	const struct simplified *light, const struct import *import)
{
	fprintf(stderr, "%zu %s by \"%s\", status %s\n", boundaries->count, boundaries->level,
		boundaries->property, import->status_date);
	fprintf(stderr, "credit: %s\n", output_safe(arena, import->credit));
	if (boundaries->n_turned > 0) {
		fprintf(stderr, "%zu rings ran the wrong way round (RFC 7946) and were turned\n",
			boundaries->n_turned);
	}
	if (boundaries->n_vanished > 0) {
		fprintf(stderr, "%zu holes smaller than a metre were left out\n",
			boundaries->n_vanished);
	}
	fprintf(stderr,
		"simplified by at most %s m: %zu of %zu positions are left, %zu pieces "
		"of border stay as they were\n",
		import->tolerance, light->after, light->before, light->kept);
}

/* The file's own words, unless the command line has others. */
static bool is_complete(
	const struct manual *manual, const struct boundaries *boundaries, struct import *import)
{
	if (import->status_date == NULL) {
		import->status_date = boundaries->status_date;
	}
	if (import->credit == NULL) {
		import->credit = boundaries->credit;
	}
	if (import->credit_url == NULL) {
		import->credit_url = boundaries->credit_url;
	}
	if (import->status_date[0] == '\0') {
		options_wrong(manual, "the file has no statusDate; say it with --status");
		return false;
	}
	if (import->credit[0] == '\0') {
		options_wrong(manual, "the file has no credit; say it with --credit");
		return false;
	}
	return options_are_dates(manual, "status", import->status_date);
}

static int send_all(struct connection *connection, const struct boundaries *boundaries,
	const struct import *import)
{
	struct sending sending = { .connection = connection, .boundaries = boundaries };
	int exit_code = EXIT_DONE;
	if (import->words.count == 1) {
		exit_code = claim_before_history(connection, &sending.claim);
	}
	make_commands(&sending, import);
	if (exit_code == EXIT_DONE) {
		exit_code = put_all(&sending, true);
	}
	if (exit_code == EXIT_DONE && !import->dry_run) {
		exit_code = put_all(&sending, false);
	}
	if (exit_code == EXIT_DONE && !connection->json) {
		printf("boundaries: %zu %s%s\n", boundaries->count, boundaries->level,
			import->dry_run   ? ", all good; nothing was saved"
			: sending.changed ? ""
					  : ", as they were");
	}
	return exit_code;
}

static int import_boundaries(
	struct connection *connection, const struct manual *manual, struct import *import)
{
	bool built_in = import->words.count == 1;
	const char *path = built_in ? "built in" : import->words.items[1], *error = NULL;
	struct boundaries boundaries;
	size_t len = 0;
	struct arena *arena = arena_new(ARENA_MAX);
	int exit_code = EXIT_USAGE;
	const char *text = built_in ? BOUNDARIES_DISTRICTS
				    : files_read(arena, path, BOUNDARIES_FILE_MAX, &len);
	len = built_in ? strlen(text) : len;
	if (text != NULL &&
		!boundaries_read(arena, text, len, import->property, &boundaries, &error)) {
		fprintf(stderr, "asskomm: %s: %s\n", path, output_safe(arena, error));
		exit_code = EXIT_REFUSED;
	} else if (text != NULL && is_complete(manual, &boundaries, import)) {
		struct simplified light =
			simplify(arena, boundaries.rings, boundaries.n_rings, import->tolerance_m);
		tell(arena, &boundaries, &light, import);
		exit_code = send_all(connection, &boundaries, import);
	}
	arena_destroy(&arena);
	return exit_code;
}

static bool is_understood(const struct manual *manual, struct import *import)
{
	if (import->words.count > 2) {
		options_wrong(manual, "say one FILE");
		return false;
	}
	char *end = NULL;
	unsigned long metres = strtoul(import->tolerance, &end, 10);
	if (strspn(import->tolerance, "0123456789") == 0 || *end != '\0' ||
		metres > TOLERANCE_MAX_M) {
		options_wrong(manual, "--tolerance is a whole number of metres, at most %d",
			TOLERANCE_MAX_M);
		return false;
	}
	import->tolerance_m = (unsigned)metres;
	return options_are_dates(manual, "status", import->status_date);
}

int command_import_boundaries(int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct import import = { .tolerance = TOLERANCE_DEFAULT_M };
	const struct option_row rows[] = {
		{ "key", "NAME", "the property with the AGS (else the usual names are tried)", NULL,
			&import.property, NULL },
		{ "status", "DATE", "the day of the geometry (else the file's statusDate)", NULL,
			&import.status_date, NULL },
		{ "credit", "TEXT", "shown with each map (else the file's credit)", NULL,
			&import.credit, NULL },
		{ "credit-url", "URL", "where the credit leads (else the file's creditUrl)", NULL,
			&import.credit_url, NULL },
		{ "tolerance", "METRES",
			"how far a line may be moved (else " TOLERANCE_DEFAULT_M "; 0: not at all)",
			NULL, &import.tolerance, NULL },
		{ "dry-run", NULL, "say what would be, change nothing", &import.dry_run, NULL,
			NULL },
	};
	const struct manual manual = { .name = "import",
		.arguments = "boundaries [FILE]",
		.text = "Loads the lines of a map: GeoJSON in WGS84, one feature per district (AGS "
			"of 5 digits) or\n"
			"municipality (8). The lines are simplified so that neighbours keep their "
			"borders in\n"
			"common. All comes in or nothing; the same file again changes nothing. "
			"Without FILE: the\n"
			"districts of Saxony, which are built in.\n",
		.example =
			"  asskomm import boundaries districts.geojson --dry-run\n"
			"  asskomm import boundaries vg250.geojson --key AGS --status 2023-01-01 "
			"--credit \"© BKG\"\n",
		.options = rows,
		.n_options = sizeof rows / sizeof rows[0],
		.words = &import.words,
		.connection = &connection };
	int exit_code;
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_understood(&manual, &import)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, &PERSONA_OPERATOR);
	if (exit_code == EXIT_DONE) {
		exit_code = import_boundaries(&connection, &manual, &import);
		connection_close(&connection);
	}
	return exit_code;
}
