/* One engine for the commands that change or show one kind of thing. */
#include "actions.h"

#include "address.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include "request_key.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 64

/* What the line held: one place per field of the action, and what every action takes. */
struct line {
	struct words words;
	const char *values[ACTION_FIELDS_MAX];
	bool flags[ACTION_FIELDS_MAX];
	struct words lists[ACTION_FIELDS_MAX];
	const char *key;
};

static bool is_get(const struct action *action)
{
	return strcmp(action->method, "GET") == 0;
}

/* ---- the request */

/* The API takes any case, but not the hyphen of the shell. */
const char *actions_enum(struct arena *arena, const char *text)
{
	char *copy = text_copy(arena, text);
	for (char *at = copy; *at != '\0'; at++) {
		*at = *at == '-' ? '_' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	}
	return copy;
}

/* Two parts of a text as an object; the second may be missing. */
static json_t *make_pair(struct arena *arena, const char *text, const char *between,
	const char *first, const char *second)
{
	const char *end = strstr(text, between);
	size_t len = end != NULL ? (size_t)(end - text) : strlen(text);
	json_t *pair = json_object();
	json_object_set_new(pair, first, json_string(text_copy_len(arena, text, len)));
	if (end != NULL) {
		json_object_set_new(pair, second, json_string(end + strlen(between)));
	}
	return pair;
}

/* "safe_at_night/age_60:380:612"; what is no number is for the suite to refuse, at its place. */
static json_t *make_indicator(struct arena *arena, const char *text, const char *measure)
{
	char *rest = text_copy(arena, text);
	const char *cell = strsep(&rest, ":");
	json_t *indicator = make_pair(arena, cell, "/", "question", "cell");
	const char *n = strsep(&rest, ":");
	if (n != NULL) {
		json_object_set_new(indicator, "n", json_string(n));
	}
	if (rest != NULL) {
		json_object_set_new(indicator, measure, json_string(rest));
	}
	return indicator;
}

/* What stands in a list is a text, or an object of the parts of a word. */
static json_t *make_item(struct arena *arena, enum field_kind kind, const char *word)
{
	switch (kind) {
	case FIELD_GOALS:
		return make_pair(arena, word, ":", "code", "text");
	case FIELD_PERIODS:
		return make_pair(arena, word, "..", "from", "until");
	case FIELD_SHARES:
		return make_indicator(arena, word, "sharePermille");
	case FIELD_MEANS:
		return make_indicator(arena, word, "meanThousandths");
	case FIELD_NONE:
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_NUMBER:
	case FIELD_ENUM:
	case FIELD_FLAG:
	case FIELD_TEXTS:
		break;
	}
	return json_string(word);
}

/* A list is in the order of the line. */
static json_t *make_list(struct arena *arena, const struct field *field, const struct words *words)
{
	json_t *list = json_array();
	for (size_t i = 0; i < words->count; i++) {
		json_array_append_new(list, make_item(arena, field->kind, words->items[i]));
	}
	return list;
}

/* One value of the body, or NULL when the line does not give it. */
static json_t *make_value(
	struct arena *arena, const struct line *line, const struct field *field, size_t place)
{
	const char *value = line->values[place];
	switch (field->kind) {
	case FIELD_NONE:
		return NULL;
	case FIELD_TEXT:
	case FIELD_DATE:
		return value != NULL ? json_string(value) : NULL;
	case FIELD_NUMBER:
		return value != NULL ? json_integer(strtoll(value, NULL, 10)) : NULL;
	case FIELD_ENUM:
		return value != NULL ? json_string(actions_enum(arena, value)) : NULL;
	case FIELD_FLAG:
		return line->flags[place] ? json_true() : NULL;
	case FIELD_TEXTS:
	case FIELD_GOALS:
	case FIELD_PERIODS:
	case FIELD_SHARES:
	case FIELD_MEANS:
		return line->lists[place].count > 0 ? make_list(arena, field, &line->lists[place])
						    : NULL;
	}
	return NULL;
}

/* What the request is about, where its address may name something larger. */
static const char *subject_of(const struct action_run *run)
{
	return run->subject != NULL ? run->subject : run->id;
}

/* Two options may fill one list. NULL is none, and left out. */
static void add_value(json_t *body, const char *name, json_t *value)
{
	json_t *before = json_object_get(body, name);
	if (json_is_array(before) && json_is_array(value)) {
		json_array_extend(before, value);
		json_decref(value);
	} else if (value != NULL) {
		json_object_set_new(body, name, value);
	}
}

/* What the line does not give is left out: the suite knows its own defaults. */
static char *make_body(struct arena *arena, const struct action_run *run, const struct line *line)
{
	const struct action *action = run->action;
	json_t *body = json_object();
	if (action->word != NULL && subject_of(run) != NULL) {
		json_object_set_new(body, action->word, json_string(subject_of(run)));
	}
	for (size_t i = 0; action->fields[i].kind != FIELD_NONE; i++) {
		add_value(body, action->fields[i].json,
			make_value(arena, line, &action->fields[i], i));
	}
	char *text = reflect_json_text(arena, body);
	json_decref(body);
	return text;
}

/* The same values in an address. */
static const char *make_query(struct arena *arena, const struct action_run *run,
	const struct line *line, const char *path)
{
	const struct action *action = run->action;
	if (action->word != NULL) {
		path = address_with(arena, path, action->word, subject_of(run));
	}
	for (size_t i = 0; action->fields[i].kind != FIELD_NONE; i++) {
		const struct field *field = &action->fields[i];
		const char *value = line->values[i];
		if (field->kind == FIELD_ENUM && value != NULL) {
			value = actions_enum(arena, value);
		}
		path = address_with(arena, path, field->json, line->flags[i] ? "true" : value);
		for (size_t k = 0; k < line->lists[i].count; k++) {
			path = address_with(arena, path, field->json, line->lists[i].items[k]);
		}
	}
	return path;
}

/* Complaining is done by then: a caller only passes the exit code on. */
ProtobufCMessage *actions_get(struct connection *connection, const char *path,
	const ProtobufCMessageDescriptor *type, int *out_exit_code)
{
	struct client_reply reply;
	ProtobufCMessage *message = NULL;
	*out_exit_code = connection_get(connection, connection->arena, path, &reply);
	if (*out_exit_code == EXIT_DONE) {
		message = connection_message(connection->arena, type, &reply);
		*out_exit_code = message != NULL ? EXIT_DONE : EXIT_REFUSED;
	}
	return message;
}

/* The key follows from what is asked: repeating the command after a lost answer changes nothing. */
static int send_action(struct action_run *run, const struct line *line)
{
	struct arena *arena = run->connection->arena;
	const struct action *action = run->action;
	struct client_request request = { .method = action->method };
	const char *path = action->below != NULL && run->id != NULL
				   ? text_format(arena, "%s/%s%s", action->path,
					     address_escape(arena, run->id), action->below)
				   : action->path;
	if (is_get(action)) {
		request.path = make_query(arena, run, line, path);
	} else {
		char *body = make_body(arena, run, line);
		const char *all = text_format(arena, "%s %s", path, body);
		const char *key = line->key != NULL
					  ? line->key
					  : request_key(arena, "action-", all, strlen(all));
		request.path = path;
		request.body = body;
		request.n_headers = 1;
		request.headers[0] = text_format(arena, "Idempotency-Key: %s", key);
	}
	if (run->connection->verbose) {
		fprintf(stderr, "asskomm: %s %s %s\n", request.method, request.path,
			request.body != NULL ? request.body : "");
	}
	return connection_send(
		run->connection, arena, &request, CONNECTION_PATIENCE_MS, run->reply);
}

/* The ids of the facts are printed, so that one can be taken back. */
void actions_print_recorded(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const ProtobufCMessage *message =
		connection_message(arena, &asskomm__recorded__descriptor, run->reply);
	if (message == NULL) {
		return;
	}
	const Asskomm__Recorded *recorded = AS(Asskomm__Recorded, asskomm__recorded, message);
	printf("%s, version %u\n", output_safe(arena, recorded->id), recorded->version);
	for (size_t i = 0; i < recorded->n_facts; i++) {
		printf("  fact %s\n", output_safe(arena, recorded->facts[i]));
	}
}

/* ---- the line */

/* Each field is an option; a command has its key beside them. */
static size_t fill_rows(const struct action *action, struct line *line, struct option_row *rows)
{
	size_t count = 0;
	for (size_t i = 0; action->fields[i].kind != FIELD_NONE; i++) {
		const struct field *field = &action->fields[i];
		struct option_row *row = &rows[count++];
		*row = (struct option_row){ .name = field->option,
			.argument = field->kind == FIELD_FLAG ? NULL : field->argument,
			.help = field->help };
		if (field->kind == FIELD_FLAG) {
			row->flag = &line->flags[i];
		} else if (field->kind >= FIELD_TEXTS) {
			row->words = &line->lists[i];
		} else {
			row->value = &line->values[i];
		}
	}
	if (!is_get(action)) {
		rows[count++] = (struct option_row){ "key", "TEXT",
			"Idempotency-Key (else derived from the content)", NULL, &line->key, NULL };
	}
	return count;
}

/* A number is digits: strtoll would take less for one. */
static bool is_number(const char *value)
{
	return value[0] != '\0' && strlen(value) < 10 && value[strspn(value, "0123456789")] == '\0';
}

/* Codes and references are not checked: only the suite knows them. */
static bool is_field_good(const struct manual *manual, const struct field *field,
	const struct line *line, size_t place)
{
	const char *value = line->values[place];
	if (field->required && value == NULL && line->lists[place].count == 0) {
		options_wrong(manual, "--%s is missing: %s", field->option, field->help);
		return false;
	}
	if (field->kind == FIELD_NUMBER && value != NULL && !is_number(value)) {
		options_wrong(manual, "--%s must be a number, not '%s'", field->option, value);
		return false;
	}
	return field->kind != FIELD_DATE || options_are_dates(manual, field->option, value);
}

/* As many as the usage names: what is behind them would be ignored, and is most often a name with
 * a space in it. */
static size_t count_words(const struct action *action)
{
	size_t count = action->arguments[0] != '\0';
	for (const char *at = action->arguments; *at != '\0'; at++) {
		count += *at == ' ';
	}
	return count;
}

/* What the line itself must bring; the rest is the suite's to judge. */
static bool is_complete(
	const struct manual *manual, const struct action *action, const struct line *line)
{
	if (action->resolve != NULL && action->arguments[0] != '[' && line->words.count == 0) {
		options_wrong(manual, "%s is missing", action->arguments);
		return false;
	}
	if (line->words.count > count_words(action)) {
		options_wrong(manual, "'%s' is too much", line->words.items[count_words(action)]);
		return false;
	}
	if (line->key != NULL && strpbrk(line->key, "\r\n") != NULL) {
		options_wrong(manual, "--key must be one line");
		return false;
	}
	for (size_t i = 0; action->fields[i].kind != FIELD_NONE; i++) {
		if (!is_field_good(manual, &action->fields[i], line, i)) {
			return false;
		}
	}
	return true;
}

/* ---- running */

/* Resolving may ask the suite, so it comes after the line is known to be complete. */
static int perform(struct action_run *run, const struct line *line)
{
	int exit_code = run->action->resolve != NULL ? run->action->resolve(run) : EXIT_DONE;
	if (exit_code == EXIT_DONE) {
		exit_code = send_action(run, line);
	}
	if (exit_code != EXIT_DONE) {
		return exit_code;
	}
	if (run->connection->json) {
		printf("%s\n", run->reply->body);
	} else {
		run->action->print(run);
	}
	return EXIT_DONE;
}

/* The manual is made of the action's row, so nothing in it can be out of date. */
static int run_action(
	const struct action_group *group, const struct action *action, int argc, char **argv)
{
	struct connection connection = { .url = NULL };
	struct line line = { .key = NULL };
	struct option_row rows[ACTION_FIELDS_MAX + 1];
	char name[NAME_MAX_LEN], text[256], example[512];
	struct client_reply reply;
	struct action_run run = {
		.connection = &connection, .action = action, .words = &line.words, .reply = &reply
	};
	int exit_code;
	snprintf(name, sizeof name, "%s %s", group->name, action->name);
	snprintf(text, sizeof text, "%s.\n", action->help);
	snprintf(example, sizeof example, "  asskomm %s %s\n", name, action->example);
	const struct manual manual = { .name = name,
		.arguments = action->arguments,
		.text = text,
		.example = example,
		.options = rows,
		.n_options = fill_rows(action, &line, rows),
		.words = action->resolve != NULL ? &line.words : NULL,
		.connection = &connection };
	if (!options_read(&manual, argc, argv, &exit_code)) {
		return exit_code;
	}
	if (!is_complete(&manual, action, &line)) {
		return EXIT_USAGE;
	}
	exit_code = connection_open(&connection, action->persona);
	if (exit_code == EXIT_DONE) {
		exit_code = perform(&run, &line);
		connection_close(&connection);
	}
	return exit_code;
}

/* In the form of every manual, so that scripts and people find the same parts. */
static void print_group(const struct action_group *group, FILE *out)
{
	fprintf(out, "usage: asskomm %s ACTION [OPTION]...\n\n%s\n", group->name, group->text);
	for (size_t i = 0; i < group->n_actions; i++) {
		fprintf(out, "  %-12s %s\n", group->actions[i].name, group->actions[i].help);
	}
	fprintf(out, "\n'asskomm %s ACTION --help' teaches one of them.\nexample:\n", group->name);
	fprintf(out, "  asskomm %s %s %s\n", group->name, group->actions[0].name,
		group->actions[0].example);
	fputs("exit codes: 0 done, 1 refused or found broken, 2 wrong usage, 3 not reachable\n",
		out);
}

/* Exact names only, as everywhere: an abbreviation might mean another action tomorrow. */
int actions_run(const struct action_group *group, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_group(group, stdout);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < group->n_actions; i++) {
		if (strcmp(group->actions[i].name, name) == 0) {
			return run_action(group, &group->actions[i], argc - 1, argv + 1);
		}
	}
	if (name[0] == '\0') {
		print_group(group, stderr);
	} else {
		fprintf(stderr, "asskomm %s: there is no action '%s'; see asskomm %s --help\n",
			group->name, name, group->name);
	}
	return EXIT_USAGE;
}

int actions_take_id(struct action_run *run)
{
	run->id = run->words->items[0];
	return EXIT_DONE;
}
