/* Runs the case files of a service's rules. Compiled once per service with its table of contents:
 *
 *   rules-registry tests/rules/registry
 *
 * Each *.json of the folder is an array of cases; the file is named like the rule
 * (sign_agreement.json), which gives the rpc unless a case names one. Unknown keys are faults.
 *
 *   command  {"case": "a sentence", "rpc": …, "today": "2026-01-01", "claimedOn": …, "language":
 *             "en", "given": {aggregate}, "knowledge": {the need's reply}, "when": {request}} and
 *             one of "refused": {"code": "CONFLICT", "field": …, "rule": …, "text": "part of it"},
 *             "unchanged": true, "then": {part of the aggregate}, "facts": [{"type", "validOn": …,
 *             "participants": […], "corrects": …, "fact": {part of it}}]
 *   query    {"case", "rpc", "row": {…}, "when": {request}, "reply": {part of it}}
 *   fold     (in fold.json) {"case", "type", "header", "fact", "effect": {part of it} or null}
 *
 * A part matches when all it names is there; lists must have the same length. Ids are counted:
 * 00000000-0000-4000-8000-000000000001 and so on. A request passes the validation of its fields
 * first, as in the runner: what it refuses is a refusal. Every rule needs a case. */
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include "runtime/service.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE_BYTES_MAX (16u * 1024 * 1024)
#define RULES_MAX 256

extern const struct service_table SERVICE_TABLE;

/* The case that runs. */
struct run {
	struct arena *arena;
	const char *file;
	const char *sentence;
	const json_t *spec;
	unsigned faults;
};

static unsigned cases_run, cases_failed;
static const char *covered[RULES_MAX];
static size_t n_covered;

static void fault(struct run *run, const char *format, ...) PRINTF_LIKE(2, 3);
static void fault(struct run *run, const char *format, ...)
{
	if (run->faults++ == 0)
		printf("%s: %s\n", run->file, run->sentence);
	printf("    ");
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

static const char *spec_text(const struct run *run, const char *key, const char *fallback)
{
	const char *text = json_string_value(json_object_get(run->spec, key));
	return text == NULL ? fallback : text;
}

static void check_keys(
	struct run *run, const json_t *object, const char *what, const char *const *known)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)object, key, value)
	{
		size_t i = 0;
		while (known[i] != NULL && strcmp(known[i], key) != 0)
			i++;
		if (known[i] == NULL)
			fault(run, "%s has no \"%s\"", what, key);
	}
}

/* A message of the case; an empty one when the key is not there. NULL: it does not fit. */
static ProtobufCMessage *spec_message(
	struct run *run, const char *key, const ProtobufCMessageDescriptor *type)
{
	const json_t *value = json_object_get(run->spec, key);
	Asskomm__Failure *failure = NULL;
	if (value == NULL)
		return reflect_new(run->arena, type);
	ProtobufCMessage *message = reflect_from_json(run->arena, type, value, &failure);
	for (size_t i = 0; message == NULL && i < failure->n_violations; i++)
		fault(run, "%s is no %s: %s: %s", key, type->short_name,
			failure->violations[i]->field, failure->violations[i]->message);
	return message;
}

/* ---- comparing */

static char *dumped(struct run *run, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char *copy = text_copy(run->arena, text == NULL ? "nothing" : text);
	free(text);
	return copy;
}

/* 64-bit numbers are text in JSON, but a case may write them as numbers. */
static bool same_scalar(struct run *run, const json_t *wanted, const json_t *actual)
{
	if (json_is_integer(wanted) && json_is_string(actual))
		return strcmp(dumped(run, wanted), json_string_value(actual)) == 0;
	return json_equal(wanted, actual);
}

static void match(struct run *run, const char *path, const json_t *wanted, const json_t *actual);

static void match_array(
	struct run *run, const char *path, const json_t *wanted, const json_t *actual)
{
	if (!json_is_array(actual) || json_array_size(wanted) != json_array_size(actual)) {
		fault(run, "%s: wanted %zu items: %s", path, json_array_size(wanted),
			dumped(run, wanted));
		fault(run, "%*s  there is: %s", (int)strlen(path), "", dumped(run, actual));
		return;
	}
	for (size_t i = 0; i < json_array_size(wanted); i++)
		match(run, text_format(run->arena, "%s[%zu]", path, i), json_array_get(wanted, i),
			json_array_get(actual, i));
}

static void match(struct run *run, const char *path, const json_t *wanted, const json_t *actual)
{
	const char *key;
	json_t *value;
	if (json_is_null(wanted) && actual == NULL)
		return;
	if (json_is_array(wanted)) {
		match_array(run, path, wanted, actual);
	} else if (json_is_object(wanted) && json_is_object(actual)) {
		json_object_foreach((json_t *)wanted, key, value)
			match(run, text_format(run->arena, "%s.%s", path, key), value,
				json_object_get(actual, key));
	} else if (!same_scalar(run, wanted, actual)) {
		fault(run, "%s: wanted %s, there is %s", path, dumped(run, wanted),
			dumped(run, actual));
	}
}

static void match_message(
	struct run *run, const char *path, const json_t *wanted, const ProtobufCMessage *actual)
{
	if (wanted == NULL)
		return;
	if (actual == NULL) {
		fault(run, "%s: there is none", path);
		return;
	}
	json_t *value = reflect_to_json(actual);
	match(run, path, wanted, value);
	json_decref(value);
}

static void counted_id(struct ruling *ruling, char out_id[UUID_SIZE])
{
	char *id = text_format(ruling->arena, "00000000-0000-4000-8000-%012u",
		(unsigned)(ruling->ids % 1000000000 + 1));
	memcpy(out_id, id, UUID_SIZE);
}

static void print_failure(struct run *run, const Asskomm__Failure *failure)
{
	fault(run, "it was refused: %s: %s", failure->code, failure->text);
	for (size_t i = 0; i < failure->n_violations; i++)
		fault(run, "  %s (%s): %s", failure->violations[i]->field,
			failure->violations[i]->rule, failure->violations[i]->message);
}

static bool has_violation(const Asskomm__Failure *failure, const char *field, const char *rule)
{
	bool found = field == NULL && rule == NULL;
	for (size_t i = 0; i < failure->n_violations && !found; i++)
		found = (field == NULL || strcmp(failure->violations[i]->field, field) == 0) &&
			(rule == NULL || strcmp(failure->violations[i]->rule, rule) == 0);
	return found;
}

static bool says(const Asskomm__Failure *failure, const char *text)
{
	size_t i = 0;
	while (i < failure->n_violations && strstr(failure->violations[i]->message, text) == NULL)
		i++;
	return i < failure->n_violations || strstr(failure->text, text) != NULL;
}

static void check_refusal(struct run *run, const json_t *wanted, const Asskomm__Failure *failure)
{
	static const char *const known[] = { "code", "field", "rule", "text", NULL };
	const char *code = json_string_value(json_object_get(wanted, "code"));
	const char *field = json_string_value(json_object_get(wanted, "field"));
	const char *rule = json_string_value(json_object_get(wanted, "rule"));
	const char *text = json_string_value(json_object_get(wanted, "text"));
	check_keys(run, wanted, "refused", known);
	if (code == NULL)
		fault(run, "refused needs a code");
	else if (failure == NULL)
		fault(run, "wanted the refusal %s, it was accepted", code);
	else if (strcmp(code, failure->code) != 0 || !has_violation(failure, field, rule) ||
		 (text != NULL && !says(failure, text))) {
		fault(run, "wanted the refusal %s", dumped(run, wanted));
		print_failure(run, failure);
	}
}

static void check_fact(
	struct run *run, const char *path, const json_t *wanted, const struct emitted *emitted)
{
	static const char *const known[] = { "type", "validOn", "participants", "corrects", "fact",
		NULL };
	static const char *const of_header[] = { "validOn", "participants", "corrects", NULL };
	const char *type = json_string_value(json_object_get(wanted, "type"));
	const ProtobufCMessageDescriptor *actual = emitted->fact->descriptor;
	check_keys(run, wanted, path, known);
	if (type == NULL ||
		(strcmp(type, fact_kind(actual)) != 0 && strcmp(type, actual->name) != 0))
		fault(run, "%s: wanted the type %s, there is %s", path, type == NULL ? "?" : type,
			actual->name);
	json_t *header = reflect_to_json(&emitted->header.base);
	for (const char *const *key = of_header; *key != NULL; key++) {
		const json_t *part = json_object_get(wanted, *key);
		if (part != NULL)
			match(run, text_format(run->arena, "%s.%s", path, *key), part,
				json_object_get(header, *key));
	}
	json_decref(header);
	match_message(run, text_format(run->arena, "%s.fact", path),
		json_object_get(wanted, "fact"), emitted->fact);
}

/* The number of facts is always checked: a case that names none wants none. */
static void check_facts(struct run *run, const struct ruling *ruling)
{
	const json_t *wanted = json_object_get(run->spec, "facts");
	if (json_array_size(wanted) != ruling->n_facts)
		fault(run, "wanted %zu facts, there are %zu", json_array_size(wanted),
			ruling->n_facts);
	for (size_t i = 0; i < ruling->n_facts; i++) {
		const struct emitted *emitted = &ruling->facts[i];
		struct civil_date day;
		const char *path = text_format(run->arena, "facts[%zu]", i);
		if (emitted->fact == NULL || !civil_parse(emitted->header.valid_on, &day))
			fault(run, "%s is not whole: content and day of validity", path);
		else if (i < json_array_size(wanted))
			check_fact(run, path, json_array_get(wanted, i), emitted);
		else
			fault(run, "%s: %s", path, emitted->fact->descriptor->name);
	}
}

static void check_outcome(struct run *run, enum verdict verdict, const struct ruling *ruling,
	const ProtobufCMessage *aggregate)
{
	const json_t *refused = json_object_get(run->spec, "refused");
	const json_t *unchanged = json_object_get(run->spec, "unchanged");
	if ((verdict == REFUSED) != (ruling->failure != NULL))
		fault(run, "the verdict and the failure do not fit each other");
	else if (refused != NULL)
		check_refusal(run, refused, ruling->failure);
	else if (verdict == REFUSED)
		print_failure(run, ruling->failure);
	else if (unchanged != NULL && json_is_true(unchanged) != (verdict == UNCHANGED))
		fault(run, "unchanged: wanted %s", dumped(run, unchanged));
	else {
		check_facts(run, ruling);
		match_message(run, "then", json_object_get(run->spec, "then"), aggregate);
	}
}

/* What the rule is told by another service; only a rule with a need is. */
static const ProtobufCMessage *knowledge_of(struct run *run, const struct command *command)
{
	if (command->need == NULL) {
		if (json_object_get(run->spec, "knowledge") != NULL)
			fault(run, "the rule asks nobody: it has no knowledge");
		return NULL;
	}
	const struct method_info *method = tables_method(command->need->method);
	CHECK(method != NULL);
	return spec_message(run, "knowledge", method->output);
}

static void run_command(
	struct run *run, const struct command *command, const struct method_info *method)
{
	static const char *const known[] = { "case", "rpc", "today", "claimedOn", "language",
		"given", "knowledge", "when", "refused", "unchanged", "then", "facts", NULL };
	struct ruling *ruling = NEW(run->arena, struct ruling);
	struct civil_date today;
	ruling->arena = run->arena;
	ruling->new_id = counted_id;
	check_keys(run, run->spec, "a command's case", known);
	if (!civil_parse(spec_text(run, "today", "2026-01-01"), &today))
		fault(run, "today is no day");
	else
		civil_print(today, ruling->today);
	ruling->claimed_on = spec_text(run, "claimedOn", NULL);
	ProtobufCMessage *request = spec_message(run, "when", method->input);
	ProtobufCMessage *aggregate = spec_message(run, "given", command->aggregate);
	ruling->knowledge = knowledge_of(run, command);
	if (run->faults > 0)
		return;
	enum verdict verdict = REFUSED;
	ruling->failure = validate(run->arena, request);
	if (ruling->failure == NULL)
		verdict = command->rule(ruling, aggregate, request);
	check_outcome(run, verdict, ruling, aggregate);
}

static void run_query(struct run *run, const struct query *query, const struct method_info *method)
{
	static const char *const known[] = { "case", "rpc", "language", "row", "when", "reply",
		NULL };
	check_keys(run, run->spec, "a query's case", known);
	ProtobufCMessage *row = spec_message(run, "row", query->rows);
	ProtobufCMessage *request = spec_message(run, "when", method->input);
	if (json_object_get(run->spec, "reply") == NULL)
		fault(run, "a query's case needs a reply");
	if (run->faults == 0)
		match_message(run, "reply", json_object_get(run->spec, "reply"),
			query->present(run->arena, row, request));
}

static void run_fold(struct run *run)
{
	static const char *const known[] = { "case", "type", "header", "fact", "effect", NULL };
	const char *type = spec_text(run, "type", "");
	const ProtobufCMessageDescriptor *descriptor = tables_descriptor(type);
	const json_t *wanted = json_object_get(run->spec, "effect");
	check_keys(run, run->spec, "a fold's case", known);
	if (descriptor == NULL)
		fault(run, "there is no type \"%s\"; give its full name", type);
	if (wanted == NULL)
		fault(run, "a fold's case needs an effect, or null");
	if (SERVICE_TABLE.listener == NULL)
		fault(run, "the service listens to no facts");
	if (run->faults > 0)
		return;
	ProtobufCMessage *header = spec_message(run, "header", &asskomm__fact_header__descriptor);
	ProtobufCMessage *fact = spec_message(run, "fact", descriptor);
	if (run->faults > 0)
		return;
	const ProtobufCMessage *effect = SERVICE_TABLE.listener->fold(
		run->arena, AS(Asskomm__FactHeader, asskomm__fact_header, header), fact);
	if (!json_is_null(wanted))
		match_message(run, "effect", wanted, effect);
	else if (effect != NULL)
		fault(run, "effect: wanted none, there is %s",
			reflect_to_json_text(run->arena, effect));
}

static const struct command *find_command(const char *rpc)
{
	const struct command *row = SERVICE_TABLE.commands;
	while (row != NULL && row->rpc != NULL && strcmp(row->rpc, rpc) != 0)
		row++;
	return row == NULL || row->rpc == NULL ? NULL : row;
}

static const struct query *find_query(const char *rpc)
{
	const struct query *row = SERVICE_TABLE.queries;
	while (row != NULL && row->rpc != NULL && strcmp(row->rpc, rpc) != 0)
		row++;
	return row == NULL || row->rpc == NULL || row->present == NULL ? NULL : row;
}

static bool is_covered(const char *rpc)
{
	size_t i = 0;
	while (i < n_covered && strcmp(covered[i], rpc) != 0)
		i++;
	return i < n_covered;
}

static void cover(const char *rpc)
{
	CHECK(n_covered < RULES_MAX);
	if (!is_covered(rpc))
		covered[n_covered++] = rpc;
}

/* "sign_agreement.json" is about SignAgreement. */
static char *rpc_of_file(struct arena *arena, const char *file)
{
	char *rpc = text_copy(arena, file);
	size_t len = 0;
	bool upper = true;
	for (const char *at = file; *at != 0 && *at != '.'; at++) {
		if (*at != '_')
			rpc[len++] = upper && *at >= 'a' && *at <= 'z' ? (char)(*at - 32) : *at;
		upper = *at == '_';
	}
	rpc[len] = 0;
	return rpc;
}

static void run_rpc(struct run *run)
{
	const char *rpc = spec_text(run, "rpc", rpc_of_file(run->arena, run->file));
	const char *full = text_format(run->arena, "%s/%s", SERVICE_TABLE.descriptor->name, rpc);
	const struct method_info *method = tables_method(full);
	const struct command *command = find_command(rpc);
	const struct query *query = find_query(rpc);
	if (method == NULL || (command == NULL && query == NULL)) {
		fault(run, "%s has no rule for the rpc \"%s\"", SERVICE_TABLE.name, rpc);
		return;
	}
	cover(command != NULL ? command->rpc : query->rpc);
	if (command != NULL)
		run_command(run, command, method);
	else
		run_query(run, query, method);
}

static void run_case(const char *file, const json_t *spec)
{
	struct run run = { .arena = arena_new(CASE_BYTES_MAX), .file = file, .spec = spec };
	arena_set_language(run.arena, language_of(spec_text(&run, "language", "en")));
	run.sentence = spec_text(&run, "case", "a case without a sentence");
	if (*spec_text(&run, "case", "") == 0)
		fault(&run, "say in \"case\" what it is about");
	if (strcmp(file, "fold.json") == 0) {
		cover("fold");
		run_fold(&run);
	} else {
		run_rpc(&run);
	}
	cases_run++;
	cases_failed += run.faults > 0;
	arena_destroy(&run.arena);
}

static void run_file(const char *folder, const char *file)
{
	struct arena *arena = arena_new(CASE_BYTES_MAX);
	json_error_t error;
	json_t *cases = json_load_file(
		text_format(arena, "%s/%s", folder, file), JSON_REJECT_DUPLICATES, &error);
	if (!json_is_array(cases) || json_array_size(cases) == 0) {
		printf("%s: no array of cases (line %d: %s)\n", file, error.line, error.text);
		cases_failed++;
	}
	for (size_t i = 0; i < json_array_size(cases); i++)
		run_case(file, json_array_get(cases, i));
	json_decref(cases);
	arena_destroy(&arena);
}

static int is_case_file(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');
	return end != NULL && end != entry->d_name && strcmp(end, ".json") == 0;
}

static void require_case(const char *rpc)
{
	if (!is_covered(rpc)) {
		printf("%s: the rule of %s has no case\n", SERVICE_TABLE.name, rpc);
		cases_failed++;
	}
}

static void require_all_cases(void)
{
	const struct command *command = SERVICE_TABLE.commands;
	const struct query *query = SERVICE_TABLE.queries;
	for (; command != NULL && command->rpc != NULL; command++)
		require_case(command->rpc);
	for (; query != NULL && query->rpc != NULL; query++) {
		if (query->present != NULL)
			require_case(query->rpc);
	}
	if (SERVICE_TABLE.listener != NULL)
		require_case("fold");
}

int main(int argc, char **argv)
{
	struct dirent **files;
	int count = argc == 2 ? scandir(argv[1], &files, is_case_file, alphasort) : -1;
	if (count < 0) {
		printf("usage: rules-<service> <folder with case files>\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		run_file(argv[1], files[i]->d_name);
		free(files[i]);
	}
	free(files);
	require_all_cases();
	printf("%s: %u cases, %u failed\n", SERVICE_TABLE.name, cases_run, cases_failed);
	return cases_failed == 0 ? 0 : 1;
}
