/* The rules of one service. Each line is a command, "SignAgreement 3 {…}": the aggregate and the
 * knowledge are those of the fourth case in the rule's case file, the rest is the request as JSON.
 * A request that is valid may be refused, but never stop the process; what is accepted must be
 * whole.
 */
#include "fuzz.h"

#include "core/check.h"
#include "core/reflect.h"
#include "core/text.h"
#include "core/validate.h"
#include "runtime/service.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 64

extern const struct service_table SERVICE_TABLE;

/* The case file of each command, read once. */
static json_t *cases[COMMANDS_MAX];

/* "SignAgreement" stands in sign_agreement.json. */
static const json_t *cases_of(const struct command *command)
{
	size_t row = (size_t)(command - SERVICE_TABLE.commands);
	char path[512] = CASES "/";
	size_t len = strlen(path);
	CHECK(row < COMMANDS_MAX);
	if (cases[row] != NULL)
		return cases[row];
	for (const char *at = command->rpc; *at != '\0' && len < sizeof(path) - 8; at++) {
		if (isupper((unsigned char)*at) && at != command->rpc)
			path[len++] = '_';
		path[len++] = (char)tolower((unsigned char)*at);
	}
	snprintf(path + len, sizeof(path) - len, ".json");
	cases[row] = json_load_file(path, 0, NULL);
	CHECK(json_array_size(cases[row]) > 0);
	return cases[row];
}

/* A message of a case; an empty one when it names none. */
static ProtobufCMessage *of_case(struct arena *arena, const json_t *spec, const char *member,
	const ProtobufCMessageDescriptor *type)
{
	const json_t *value = json_object_get(spec, member);
	Asskomm__Failure *failure = NULL;
	if (value == NULL)
		return reflect_new(arena, type);
	ProtobufCMessage *message = reflect_from_json(arena, type, value, &failure);
	CHECK(message != NULL);
	return message;
}

static void counted_id(struct ruling *ruling, char out_id[UUID_SIZE])
{
	char *id = text_format(ruling->arena, "00000000-0000-4000-8000-%012u",
		(unsigned)(ruling->ids % 1000000000 + 1));
	memcpy(out_id, id, UUID_SIZE);
}

static void check_ruling(
	const struct ruling *ruling, enum verdict verdict, const ProtobufCMessage *aggregate)
{
	CHECK((verdict == REFUSED) == (ruling->failure != NULL));
	if (verdict == REFUSED) {
		fuzz_check_message(ruling->arena, &ruling->failure->base);
		return;
	}
	fuzz_check_message(ruling->arena, aggregate);
	CHECK(ruling->n_facts <= RULING_FACTS_MAX);
	for (size_t i = 0; i < ruling->n_facts; i++) {
		struct civil_date day;
		CHECK(ruling->facts[i].fact != NULL);
		CHECK(civil_parse(ruling->facts[i].header.valid_on, &day));
		fuzz_check_message(ruling->arena, ruling->facts[i].fact);
		fuzz_check_message(ruling->arena, &ruling->facts[i].header.base);
	}
}

static void rule(struct arena *arena, const struct command *command, const json_t *spec,
	ProtobufCMessage *request)
{
	struct ruling *ruling = NEW(arena, struct ruling);
	ProtobufCMessage *aggregate = of_case(arena, spec, "given", command->aggregate);
	ruling->arena = arena;
	ruling->new_id = counted_id;
	memcpy(ruling->today, "2026-01-01", CIVIL_DATE_SIZE);
	if (command->need != NULL) {
		const struct method_info *asked = tables_method(command->need->method);
		CHECK(asked != NULL);
		fuzz_check_message(arena, command->need->ask(arena, request));
		ruling->knowledge = of_case(arena, spec, "knowledge", asked->output);
	}
	check_ruling(ruling, command->rule(ruling, aggregate, request), aggregate);
}

static const struct command *find(const char *rpc, size_t len)
{
	const struct command *row = SERVICE_TABLE.commands;
	while (row->rpc != NULL && (strlen(row->rpc) != len || memcmp(row->rpc, rpc, len) != 0))
		row++;
	return row->rpc == NULL ? NULL : row;
}

static void run_line(struct arena *arena, const char *line)
{
	size_t rpc_len = strcspn(line, " ");
	const struct command *command = find(line, rpc_len);
	char *json = NULL;
	Asskomm__Failure *failure = NULL;
	if (command == NULL)
		return;
	size_t number = strtoul(line + rpc_len, &json, 10);
	const json_t *list = cases_of(command);
	const json_t *spec = json_array_get(list, number % json_array_size(list));
	const struct method_info *method = tables_method(
		text_format(arena, "%s/%s", SERVICE_TABLE.descriptor->name, command->rpc));
	CHECK(method != NULL);
	ProtobufCMessage *request =
		reflect_from_json_text(arena, method->input, json, strlen(json), &failure);
	if (request != NULL && validate(arena, request) == NULL)
		rule(arena, command, spec, request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz_input input = { bytes, len };
	while (input.len > 0) {
		struct arena *arena = fuzz_arena();
		run_line(arena, fuzz_line(arena, &input));
		arena_destroy(&arena);
	}
	return 0;
}
