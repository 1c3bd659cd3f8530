/* Writes tables.gen.c: side tables by message, methods, and the three look-ups, all by binary
 * search over names that the model already sorted.
 *
 * Descriptors are referred to by the symbols that protoc-c gives them, so a wrong name does not
 * compile, and a message that is gone does not link. Everything is constant data; nothing is built
 * up when a process starts. */
#include "generate/modes.h"
#include "generate/support.h"
#include <inttypes.h>
#include <string.h>

static const char HEAD[] = "/* Generated from proto/ by common/generate; do not edit. */\n"
			   "#include \"core/tables.h\"\n"
			   "#include <stdlib.h>\n"
			   "#include <string.h>\n";

/* Every table struct that is searched opens with its name or a descriptor that has one. */
static const char LOOK_UPS[] =
	"static int compare_message(const void *key, const void *row)\n"
	"{\n"
	"\treturn strcmp(key, ((const struct message_info *)row)->descriptor->name);\n"
	"}\n"
	"static int compare_method(const void *key, const void *row)\n"
	"{\n"
	"\treturn strcmp(key, ((const struct method_info *)row)->name);\n"
	"}\n"
	"static const struct message_info *find_message(const char *name)\n"
	"{\n"
	"\treturn bsearch(name, MESSAGES, sizeof MESSAGES / sizeof *MESSAGES,\n"
	"\t\tsizeof *MESSAGES, compare_message);\n"
	"}\n"
	"const struct message_info *tables_message(const ProtobufCMessageDescriptor *descriptor)\n"
	"{\n"
	"\treturn find_message(descriptor->name);\n"
	"}\n"
	"const ProtobufCMessageDescriptor *tables_descriptor(const char *full_name)\n"
	"{\n"
	"\tconst struct message_info *info = find_message(full_name);\n"
	"\treturn info ? info->descriptor : NULL;\n"
	"}\n"
	"const struct method_info *tables_method(const char *name)\n"
	"{\n"
	"\treturn bsearch(name, TABLES_METHODS, TABLES_METHOD_COUNT, sizeof *TABLES_METHODS,\n"
	"\t\tcompare_method);\n"
	"}\n";

/* As stdbool writes it. */
static const char *as_bool(bool value)
{
	return value ? "true" : "false";
}

/* One row in the order of struct field_info. Defaults are filled in here, so that the validator
 * has no idea of "not given". */
static void write_field(FILE *output, const struct model_field *field)
{
	const Asskomm__Rules *rules = field->rules;
	bool has_gte = rules->gte_opt_case == ASSKOMM__RULES__GTE_OPT_GTE;
	bool has_lte = rules->lte_opt_case == ASSKOMM__RULES__LTE_OPT_LTE;
	uint32_t max_len = rules->max_len ? rules->max_len : DEFAULT_MAX_LEN;
	uint32_t max_items = rules->max_items ? rules->max_items : DEFAULT_MAX_ITEMS;

	fprintf(output,
		"\t{ \"%s\", %s, %u, %u, %u, %s, %s, %s, INT64_C(%" PRId64 "), INT64_C(%" PRId64
		"), %s },\n",
		field->proto->json_name, as_bool(rules->required != 0), rules->min_len,
		field_is_string(field) ? max_len : 0, field_is_repeated(field) ? max_items : 0,
		format_find(rules->format)->constant, as_bool(has_gte), as_bool(has_lte),
		has_gte ? rules->gte : 0, has_lte ? rules->lte : 0, as_bool(rules->person != 0));
}

/* Side tables of all messages, also of those without a field: tables_message never gives NULL. */
static void write_messages(FILE *output, const struct model *model)
{
	for (size_t i = 0; i < model->n_messages; i++) {
		const struct model_message *message = &model->messages[i];

		if (message->n_fields == 0)
			continue;
		fprintf(output, "static const struct field_info FIELDS_%s[] = {\n",
			message->symbol);
		for (size_t j = 0; j < message->n_fields; j++)
			write_field(output, &message->fields[j]);
		fputs("};\n", output);
	}
	fputs("static const struct message_info MESSAGES[] = {\n", output);
	for (size_t i = 0; i < model->n_messages; i++) {
		const struct model_message *message = &model->messages[i];

		fprintf(output, "\t{ &%s__descriptor, %s%s, %s },\n", message->symbol,
			message->n_fields ? "FIELDS_" : "NULL",
			message->n_fields ? message->symbol : "",
			as_bool(message_is_map_entry(message)));
	}
	fputs("};\n", output);
}

/* One list per method, by its index; mostly empty. */
static void write_peers(FILE *output, const struct model *model)
{
	for (size_t i = 0; i < model->n_methods; i++) {
		fprintf(output, "static const char *const PEERS_%zu[] = { ", i);
		for (size_t j = 0; j < model->methods[i].bus->n_peers; j++)
			fprintf(output, "\"%s\", ", model->methods[i].bus->peers[j]);
		fputs("NULL };\n", output);
	}
}

/* A text member, left NULL when there is nothing to say. */
static void write_text(FILE *output, const char *member, const char *text)
{
	if (text && *text)
		fprintf(output, "\t\t.%s = \"%s\",\n", member, text);
}

/* Members by name, because struct method_info is long; those of a route stay empty without one. */
static void write_method(FILE *output, const struct model_method *method, size_t index)
{
	const Asskomm__Rest *rest = method->rest;

	fputs("\t{\n", output);
	write_text(output, "name", method->name);
	write_text(output, "service", method->service);
	write_text(output, "rpc", method->rpc);
	fprintf(output, "\t\t.input = &%s__descriptor,\n", method->input->symbol);
	fprintf(output, "\t\t.output = &%s__descriptor,\n", method->output->symbol);
	write_text(output, "http_method", rest ? rest->method : NULL);
	write_text(output, "path", rest ? rest->path : NULL);
	write_text(output, "text_field", rest ? rest->text_field : NULL);
	write_text(output, "text_type", rest ? rest->text_type : NULL);
	fprintf(output, "\t\t.roles = 0x%xu,\n", method->roles);
	fprintf(output, "\t\t.success = %u,\n",
		rest && rest->success ? rest->success : DEFAULT_SUCCESS);
	fprintf(output, "\t\t.peers = PEERS_%zu,\n", index);
	fprintf(output, "\t\t.gateway = %s,\n", as_bool(rest != NULL));
	fprintf(output, "\t\t.command = %s,\n", as_bool(method->bus->command != 0));
	fprintf(output, "\t\t.state = %s,\n", as_bool(method->bus->state != 0));
	fprintf(output, "\t\t.cached = %s,\n", as_bool(rest && rest->cached));
	fprintf(output, "\t\t.large = %s,\n", as_bool(method->bus->large != 0));
	fprintf(output, "\t\t.deadline_ms = %u,\n\t},\n",
		method->bus->deadline_ms ? method->bus->deadline_ms : DEFAULT_DEADLINE_MS);
}

/* In the order of the model: sorted by name, as bsearch needs it. */
static void write_methods(FILE *output, const struct model *model)
{
	fputs("const struct method_info TABLES_METHODS[] = {\n", output);
	for (size_t i = 0; i < model->n_methods; i++)
		write_method(output, &model->methods[i], i);
	fprintf(output, "};\nconst size_t TABLES_METHOD_COUNT = %zu;\n", model->n_methods);
}

/* The order matters: look-ups refer to the tables before them. */
void tables_write(const struct model *model, const char *path)
{
	FILE *output = output_open(path);

	fputs(HEAD, output);
	for (size_t i = 0; i < model->n_files; i++)
		fprintf(output, "#include \"%s.pb-c.h\"\n",
			keep_text(model->files[i], strlen(model->files[i]) - strlen(".proto")));
	write_messages(output, model);
	write_peers(output, model);
	write_methods(output, model);
	fputs(LOOK_UPS, output);
	output_close(output);
}
