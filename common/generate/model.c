/* Reads a descriptor set into the model: counts, collects messages and enums with their nested
 * ones, sorts by name, then resolves what fields and methods refer to. */
#include "generate/model.h"
#include "generate/support.h"
#include <stdlib.h>
#include <string.h>

/* Field numbers of descriptor.proto, of which the paths of source info are made. */
enum { FILE_MESSAGE = 4, FILE_ENUM = 5, FILE_SERVICE = 6, FILE_SYNTAX = 12 };
enum {
	MESSAGE_FIELD = 2,
	MESSAGE_NESTED = 3,
	MESSAGE_ENUM = 4,
	ENUM_VALUE = 2,
	SERVICE_METHOD = 2
};

#define SUITE_PREFIX "asskomm/"
/* Lists are allocated once at this length, so that pointers into them stay right while they grow;
 * no contract that people can read reaches it. */
#define LIST_MAX 4096
#define PATH_MAX_LEN 16

/* Where the walk is: the file, the name so far, and the path for its comments. */
struct place {
	const Google__Protobuf__FileDescriptorProto *file;
	const char *c_package;
	const char *prefix;
	size_t n_path;
	int32_t path[PATH_MAX_LEN];
};

/* One level down: source info names a declaration by the kinds and indexes on the way to it. */
static struct place step(const struct place *from, const char *prefix, int32_t kind, size_t index)
{
	struct place to = *from;

	if (to.n_path + 2 > PATH_MAX_LEN)
		fail("%s: nested too deep", prefix);
	to.prefix = prefix;
	to.path[to.n_path++] = kind;
	to.path[to.n_path++] = (int32_t)index;
	return to;
}

/* The comment of where the walk is. */
static const char *comment_of(const struct place *place)
{
	return comment_at(place->file, place->n_path, place->path);
}

/* "asskomm.registry.v1.Agreement.Status" gives "registry.Agreement.Status", and a message of
 * asskomm.v1 its plain name: "Recorded". */
static const char *component_name(const char *package, const char *full_name)
{
	const char *local = full_name + strlen(package) + 1;
	size_t first = strcspn(package, "."), second;

	if (package[first] != '.')
		return local;
	package += first + 1;
	second = strcspn(package, ".");
	return package[second] == '.' ? keep_format("%.*s.%s", (int)second, package, local) : local;
}

/* protobuf-c sorts by number, whatever the order in the file; the side table must fit index by
 * index. */
static int compare_fields(const void *left, const void *right)
{
	int32_t a = ((const struct model_field *)left)->proto->number;
	int32_t b = ((const struct model_field *)right)->proto->number;

	return a < b ? -1 : a > b;
}

/* Fields with their comments and rules; what their types refer to is resolved later, when all
 * messages are known. */
static void read_fields(struct model_message *message, const struct place *place)
{
	static const Asskomm__Rules NO_RULES = ASSKOMM__RULES__INIT;

	message->n_fields = message->proto->n_field;
	message->fields = keep(message->n_fields * sizeof *message->fields);
	for (size_t i = 0; i < message->n_fields; i++) {
		struct model_field *field = &message->fields[i];
		struct place here = step(place, message->name, MESSAGE_FIELD, i);

		field->proto = message->proto->field[i];
		field->comment = comment_of(&here);
		field->rules = option_rules(field->proto->options);
		if (!field->rules)
			field->rules = &NO_RULES;
	}
	if (message->n_fields > 0)
		qsort(message->fields, message->n_fields, sizeof *message->fields, compare_fields);
}

/* The enum's comment, then one sentence for each value that is explained. */
static const char *enum_comment(
	const Google__Protobuf__EnumDescriptorProto *proto, const struct place *place)
{
	const char *comment = comment_of(place);

	for (size_t i = 0; i < proto->n_value; i++) {
		struct place here = step(place, place->prefix, ENUM_VALUE, i);
		const char *of_value = comment_of(&here);

		if (*of_value)
			comment = keep_format("%s%s%s: %s.", comment, *comment ? " " : "",
				proto->value[i]->name, of_value);
	}
	return comment;
}

/* Enums are kept for the API description alone: C has them from protobuf-c. */
static void add_enum(struct model *model, const Google__Protobuf__EnumDescriptorProto *proto,
	const struct place *place)
{
	struct model_enum *added;

	if (model->n_enums == LIST_MAX)
		fail("more than %d enums", LIST_MAX);
	added = &model->enums[model->n_enums++];
	added->name = keep_format("%s.%s", place->prefix, proto->name);
	added->component = component_name(place->file->package, added->name);
	added->comment = enum_comment(proto, place);
	added->proto = proto;
}

/* A message, then those declared inside it: to the outside they are all alike. */
static void add_message(struct model *model, const Google__Protobuf__DescriptorProto *proto,
	const struct place *place)
{
	struct model_message *added;

	if (model->n_messages == LIST_MAX)
		fail("more than %d messages", LIST_MAX);
	added = &model->messages[model->n_messages++];
	added->name = keep_format("%s.%s", place->prefix, proto->name);
	added->symbol = name_symbol(added->name, place->file->package, place->c_package);
	added->component = component_name(place->file->package, added->name);
	added->comment = comment_of(place);
	added->proto = proto;
	read_fields(added, place);
	for (size_t i = 0; i < proto->n_nested_type; i++) {
		struct place here = step(place, added->name, MESSAGE_NESTED, i);

		add_message(model, proto->nested_type[i], &here);
	}
	for (size_t i = 0; i < proto->n_enum_type; i++) {
		struct place here = step(place, added->name, MESSAGE_ENUM, i);

		add_enum(model, proto->enum_type[i], &here);
	}
}

/* What a file declares at its top. */
static void add_types(struct model *model, const struct place *place)
{
	const Google__Protobuf__FileDescriptorProto *file = place->file;

	for (size_t i = 0; i < file->n_message_type; i++) {
		struct place here = step(place, file->package, FILE_MESSAGE, i);

		add_message(model, file->message_type[i], &here);
	}
	for (size_t i = 0; i < file->n_enum_type; i++) {
		struct place here = step(place, file->package, FILE_ENUM, i);

		add_enum(model, file->enum_type[i], &here);
	}
}

/* all_users means every role there is, so that a role added later is meant too; the lead is one
 * beside another role. */
static uint32_t role_bits(const Asskomm__Rest *rest)
{
	uint32_t bits = 0;

	for (unsigned role = 1; rest && rest->all_users && role < ASSKOMM__ROLE__ROLE_LEAD; role++)
		bits |= 1u << role;
	for (size_t i = 0; rest && i < rest->n_roles; i++)
		bits |= 1u << rest->roles[i];
	return bits;
}

/* "asskomm.registry.v1" gives "registry": the process is named like its package. */
static const char *service_name(const char *package)
{
	const char *second = package + strcspn(package, ".") + 1;

	return keep_text(second, strcspn(second, "."));
}

/* A method without (bus) gets that of an rpc for the gateway alone. */
static void add_method(struct model *model, const Google__Protobuf__MethodDescriptorProto *proto,
	const struct place *place)
{
	static const Asskomm__Bus NO_BUS = ASSKOMM__BUS__INIT;
	struct model_method *added;

	if (model->n_methods == LIST_MAX)
		fail("more than %d methods", LIST_MAX);
	added = &model->methods[model->n_methods++];
	added->name = keep_format("%s/%s", place->prefix, proto->name);
	added->service = service_name(place->file->package);
	added->rpc = proto->name;
	added->comment = comment_of(place);
	added->input = model_message(model, proto->input_type);
	added->output = model_message(model, proto->output_type);
	added->rest = option_rest(proto->options);
	added->bus = option_bus(proto->options);
	if (!added->bus)
		added->bus = &NO_BUS;
	added->roles = role_bits(added->rest);
	added->streams = proto->client_streaming || proto->server_streaming;
}

/* A file says in its first comment what its service is for. */
static void add_service(struct model *model, const struct place *place)
{
	static const int32_t FIRST[] = { FILE_SYNTAX };
	struct model_service *added = &model->services[model->n_services++];

	added->name = service_name(place->file->package);
	added->title = place->file->service[0]->name;
	added->comment = comment_at(place->file, 1, FIRST);
}

/* Methods come in a second walk, because a request may stand in a file further down. */
static void add_methods(struct model *model, const struct place *place)
{
	const Google__Protobuf__FileDescriptorProto *file = place->file;
	const char *dot = strchr(file->package, '.');

	if (file->n_service > 0 && (!dot || !strchr(dot + 1, '.')))
		fail("%s: a package with a service is named asskomm.<service>.v<number>",
			file->name);
	if (file->n_service > 0)
		add_service(model, place);
	for (size_t i = 0; i < file->n_service; i++) {
		const char *name = keep_format("%s.%s", file->package, file->service[i]->name);
		struct place service = step(place, name, FILE_SERVICE, i);

		for (size_t j = 0; j < file->service[i]->n_method; j++) {
			struct place here = step(&service, name, SERVICE_METHOD, j);

			add_method(model, file->service[i]->method[j], &here);
		}
	}
}

/* Every listed struct opens with its name. */
static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const struct model_message *model_message(const struct model *model, const char *name)
{
	struct model_message key = { .name = name + (name[0] == '.') };

	return bsearch(&key, model->messages, model->n_messages, sizeof key, compare_names);
}

/* Types are spoken of with a leading dot: fully qualified. */
static const struct model_enum *find_enum(const struct model *model, const char *name)
{
	struct model_enum key = { .name = name + (name[0] == '.') };

	return bsearch(&key, model->enums, model->n_enums, sizeof key, compare_names);
}

/* After sorting, so that pointers into the lists stay right. */
static void resolve_fields(struct model *model)
{
	for (size_t i = 0; i < model->n_messages; i++)
		for (size_t j = 0; j < model->messages[i].n_fields; j++) {
			struct model_field *field = &model->messages[i].fields[j];

			if (!field->proto->type_name)
				continue;
			field->message = model_message(model, field->proto->type_name);
			field->enumeration = find_enum(model, field->proto->type_name);
		}
}

/* Calls `visit` for each file of the suite; the others are descriptor.proto and protobuf-c's. */
static void each_file(struct model *model, const Google__Protobuf__FileDescriptorSet *set,
	void (*visit)(struct model *model, const struct place *place))
{
	for (size_t i = 0; i < set->n_file; i++) {
		struct place place = { .file = set->file[i] };

		if (strncmp(set->file[i]->name, SUITE_PREFIX, strlen(SUITE_PREFIX)) != 0)
			continue;
		if (!set->file[i]->package)
			fail("%s: no package", set->file[i]->name);
		place.c_package = option_c_package(set->file[i]->options);
		visit(model, &place);
	}
}

/* First walk: types alone. */
static void add_file(struct model *model, const struct place *place)
{
	model->files[model->n_files++] = place->file->name;
	add_types(model, place);
}

struct model *model_read(const char *path)
{
	struct model *model = keep(sizeof *model);
	size_t len;
	char *bytes = read_file(path, &len);
	const Google__Protobuf__FileDescriptorSet *set = unpack_kept(
		&google__protobuf__file_descriptor_set__descriptor, len, (uint8_t *)bytes);

	if (!set)
		fail("%s is no descriptor set", path);
	model->files = keep(set->n_file * sizeof *model->files);
	model->services = keep(set->n_file * sizeof *model->services);
	model->messages = keep(LIST_MAX * sizeof *model->messages);
	model->enums = keep(LIST_MAX * sizeof *model->enums);
	model->methods = keep(LIST_MAX * sizeof *model->methods);
	each_file(model, set, add_file);
	qsort(model->messages, model->n_messages, sizeof *model->messages, compare_names);
	qsort(model->enums, model->n_enums, sizeof *model->enums, compare_names);
	resolve_fields(model);
	each_file(model, set, add_methods);
	qsort(model->methods, model->n_methods, sizeof *model->methods, compare_names);
	qsort(model->services, model->n_services, sizeof *model->services, compare_names);
	return model;
}
